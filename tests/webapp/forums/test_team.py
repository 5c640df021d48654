"""A team's page: its dates for the year, who works in it, and the call that begins with the next date."""

import re
from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from referrals import db
from referrals.forums import agenda
from referrals.forums import dates as team_dates
from referrals.models import TeamDate, TeamMeeting
from referrals.stages import SCHEDULED, TO_SCHEDULE
from tests.factories import a_guardian, a_meeting, a_referral, protected
from tests.referrals.test_queries import counted_queries
from tests.webapp.desk import cast_of

SERIES = {
    "first_on": "2026-09-22",
    "last_on": "2026-11-20",
    "every_weeks": "2",
    "starts_time": "14:30",
    "minutes": "90",
    "place": "Rum 12",
}

#: a school year of which a calendar on the wall says the same: the clocks change on 31 October 2027 and 26 March 2028, a leap year
HOLIDAYS = (
    ("Höstlov", "2027-11-01", "2027-11-05"),
    ("Jullov", "2027-12-20", "2028-01-07"),
    ("Sportlov", "2028-02-21", "2028-02-25"),
    ("Påsklov", "2028-04-14", "2028-04-21"),
)
#: every other Tuesday of it, counted by hand, and those that fall into its holidays
TUESDAYS = (
    "24 August 2027", "7 September 2027", "21 September 2027", "5 October 2027", "19 October 2027",
    "16 November 2027", "30 November 2027", "14 December 2027", "11 January 2028", "25 January 2028",
    "8 February 2028", "7 March 2028", "21 March 2028",
    "4 April 2028", "2 May 2028", "16 May 2028", "30 May 2028", "13 June 2028",
)  # fmt: skip
CLOSED_TUESDAYS = "2 Nov 2027, 28 Dec 2027, 22 Feb 2028, 18 Apr 2028"


@pytest.fixture
def karin(signed_in, wednesday):
    """The browser of a coordinator."""
    return signed_in("karin")


@pytest.fixture
def address(settings) -> str:
    """Where the page of the cast's team is."""
    with db.reading(settings.database) as session:
        return f"/teams/{cast_of(session).forum.id}"


def dates(page) -> list[str]:
    return [page.text_of(one) for one in page.all("time")]


def test_a_coordinator_sets_the_dates_of_a_term_and_takes_one_away(karin, address):
    assert "No dates yet" in karin.get(address).text
    page = karin.submit(SERIES)
    assert "5 dates have been added." in page.text
    assert len(dates(page)) == 5
    assert dates(page)[0] == "Tuesday 22 September 2026, 14:30"
    page = karin.submit(SERIES, status=422)
    assert page.problems == ["First day: No date has been added. 5 were there already."]
    first = next(form for form in page.all("form") if "/drop" in form.get("action"))
    page = karin.submit(form=first)
    assert "22 Sept 2026 has been taken away." in page.text
    assert len(dates(page)) == 4
    assert karin.client.post(first.get("action")).status_code in (400, 404)


def test_dates_and_meetings_on_days_that_are_closed_later_stay_and_are_marked(karin, address, signed_in, settings):
    karin.get(address)
    karin.submit(SERIES)
    with db.writing(settings.database) as session:
        cast = cast_of(session)
        referral = a_referral(session, cast, SCHEDULED)
        at = datetime(2026, 10, 6, 12, 30, tzinfo=UTC)
        a_meeting(session, referral, called_by=cast.coordinator, starts_at=at)
        a_meeting(session, referral, called_by=cast.coordinator, starts_at=at, number=2, held_at=at)
        number = referral.number
    anton = signed_in("anton")
    anton.get("/administration/closed-days")
    page = anton.submit({"label": "Lov", "first_on": "2026-10-05", "last_on": "2026-10-09"})
    assert "Lov has been added. 2 dates of teams or called meetings fall on such days" in page.text
    page = anton.submit({"label": "Jul", "first_on": "2026-12-24", "last_on": "2026-12-25"})
    assert "Jul has been added." in page.text
    assert "fall on such days" not in page.text
    page = karin.get(address)
    marked = [
        page.text_of(one) for one in page.all("span", class_="missing") if "schools are closed" in page.text_of(one)
    ]
    assert len(marked) == 1
    on_the_day = next(link for link in page.all("a") if "6 October 2026" in page.text_of(link))
    assert "The schools are closed on this day." in karin.get(on_the_day.get("href")).text
    with db.writing(settings.database) as session:
        session.delete(session.scalars(select(TeamMeeting).where(TeamMeeting.number == 2)).one())
    assert "The schools are closed on this day. Move the meeting" in karin.get(f"/referrals/{number}/team-review").text


def test_more_dates_do_not_mean_more_looks_at_the_closed_days(karin, address, settings):
    def looks():
        with db.reading(settings.database) as session, counted_queries(session) as asked:
            karin.get(address)
        return len([one for one in asked if "FROM closed_day" in one])

    karin.get(address)
    karin.submit(SERIES | {"last_on": "2026-09-22"})
    few = looks()
    karin.submit(SERIES)
    assert len(dates(karin.get(address))) == 5
    assert looks() == few > 0


def test_closed_days_are_named_as_left_out(karin, address, signed_in):
    anton = signed_in("anton")
    anton.get("/administration/closed-days")
    anton.submit({"label": "Lov", "first_on": "2026-10-05", "last_on": "2026-10-09"})
    karin.get(address)
    assert "Left out, since the schools are closed: 6 Oct 2026." in karin.submit(SERIES).text
    single = {"first_on": "2026-10-07", "last_on": "", "starts_time": "13:10", "minutes": "75", "place": "Biblioteket"}
    refused = karin.submit(single, status=422)
    said = "First day: No date has been added. Left out, since the schools are closed: 7 Oct 2026."
    assert refused.problems == [said]
    typed = refused.fields(refused.form())
    assert {name: typed[name] for name in single} == single, "what was typed still stands there"


def test_a_whole_school_year_goes_around_its_holidays_and_keeps_its_hour_over_both_changes_of_the_clock(
    signed_in, wednesday, address, settings
):
    wednesday.move_to(datetime(2027, 6, 9, 8, 0, tzinfo=UTC))
    anton = signed_in("anton")
    for label, first_on, last_on in HOLIDAYS:
        anton.get("/administration/closed-days")
        anton.submit({"label": label, "first_on": first_on, "last_on": last_on})
    karin = signed_in("karin")
    karin.get(address)
    page = karin.submit(SERIES | {"first_on": "2027-08-24", "last_on": "2028-06-16"})
    assert "18 dates have been added." in page.text
    assert f"Left out, since the schools are closed: {CLOSED_TUESDAYS}." in page.text
    assert dates(page) == [f"Tuesday {day}, 14:30" for day in TUESDAYS]
    with db.reading(settings.database) as session:
        begins = [f"{one.starts_at:%H:%M}" for one in team_dates.coming(session, cast_of(session).forum)]
    assert begins == ["12:30"] * 5 + ["13:30"] * 8 + ["12:30"] * 5, "summer, winter and summer time, in UTC"
    lines = [page.text_of(one) for one in karin.get(f"{address}/year/2027").all("time")]
    assert lines == [f"Tue {day.split()[0]}, 14:30–16:00" for day in TUESDAYS]


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ({"last_on": "2026-09-21"}, "The last day comes before the first."),
        ({"first_on": "2026-01-12"}, "This day has passed."),
        ({"every_weeks": "0"}, "Say after how many weeks the team meets again"),
        ({"minutes": "5"}, "Say how many minutes the meeting takes"),
        ({"starts_time": "23:30", "minutes": "31"}, "This goes past midnight."),
        ({"first_on": "2026-09-16", "starts_time": "09:30"}, "Begins at: This date has passed. Choose a date to come."),
        ({"first_on": "2026-09-15"}, "First day: This date has passed. Choose a date to come."),
        ({"starts_time": "halv tre"}, "Write the time as hours and minutes"),
        ({"place": ""}, "Fill this in."),
    ],
)
def test_what_makes_no_dates_is_refused_at_its_field(karin, address, typed, why):
    karin.get(address)
    page = karin.submit(SERIES | typed, status=422)
    assert [why in problem for problem in page.problems] == [True]
    assert dates(page) == []


def test_a_single_date_needs_no_last_day(karin, address):
    karin.get(address)
    assert dates(karin.submit(SERIES | {"last_on": ""})) == ["Tuesday 22 September 2026, 14:30"]
    again = karin.submit(SERIES | {"last_on": "", "starts_time": "15:30"}, status=422)
    said = "Left out, since the team meets then already: 22 Sept 2026 14:30–16:00."
    assert again.problems == [f"Begins at: No date has been added. {said}"]
    assert again.fields(again.form())["starts_time"] == "15:30"
    until_midnight = karin.submit(SERIES | {"last_on": "", "starts_time": "23:30", "minutes": "30"})
    assert dates(until_midnight)[1:] == ["Tuesday 22 September 2026, 23:30"]


def test_colleagues_read_the_dates_and_set_none(karin, address, signed_in):
    karin.get(address)
    karin.submit(SERIES)
    petra = signed_in("petra")
    assert "meets next on Tuesday 22 September 2026, 14:30" in petra.get("/teams").text
    page = petra.get(address)
    assert len(dates(page)) == 5
    assert not page.all("form", id="main-form")
    assert "/drop" not in str([form.get("action") for form in page.all("form")])
    for who in ("otto", "anton"):
        signed_in(who).get(address, status=404)


def test_a_series_is_taken_away_at_once_but_for_what_is_planned(karin, address, settings):
    karin.get(address)
    page = karin.submit(SERIES)
    assert "Choose one" in " ".join(karin.submit({}, form=page.form("series-form"), status=422).problems)
    with db.writing(settings.database) as session:
        cast = cast_of(session)
        second = team_dates.coming(session, cast.forum)[1]
        referral = a_referral(session, cast, TO_SCHEDULE)
        agenda.put_on(session, second, referral.id, minutes=30, by=cast.coordinator.actor())
    page = karin.get(address)
    with db.writing(settings.database) as session:
        gone = team_dates.coming(session, cast_of(session).forum)[-1]
        again, shown_before = gone.starts_at, page.form("series-form")
        session.delete(gone)
    (option,) = [one for one in shown_before.iter("option") if one.get("value")]
    page = karin.submit({"series": option.get("value")}, form=shown_before, status=409)
    assert "nothing has been taken away. Choose again." in " ".join(page.problems)
    with db.writing(settings.database) as session:
        session.add(TeamDate(forum=cast_of(session).forum, starts_at=again, minutes=90, place="Rum 12"))
    page = karin.get(address)
    (option,) = [one for one in page.form("series-form").iter("option") if one.get("value")]
    assert "5 dates until 17 Nov 2026" in page.text_of(option)
    page = karin.submit({"series": option.get("value")}, form=page.form("series-form"))
    assert "4 dates have been taken away." in page.text
    assert "Something is planned for these, they stay: 6 Oct 2026." in page.text
    assert not page.all("form", id="series-form")


def test_the_dates_go_into_a_calendar_of_ones_own(karin, address):
    karin.get(address)
    page = karin.submit(SERIES)
    link = next(one.get("href") for one in page.all("a") if one.get("href", "").endswith(".ics"))
    answer = karin.client.get(link)
    assert answer.mimetype == "text/calendar"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="dates.ics"'
    assert len(re.findall(r"^BEGIN:VEVENT", answer.text, re.MULTILINE)) == 5


@pytest.mark.parametrize("is_protected", [False, True])
def test_the_call_to_the_team_begins_with_its_next_date(karin, address, settings, is_protected):
    karin.get(address)
    karin.submit(SERIES)
    with db.writing(settings.database) as session:
        cast = cast_of(session)
        referral = a_referral(session, cast, TO_SCHEDULE)
        a_guardian(session, referral, told_by=cast.coordinator)
        if is_protected:
            protected(session, referral, by=cast.coordinator)
        number = referral.number
        first = team_dates.coming(session, cast.forum)[0].starts_at
    assert f"{first:%Y-%m-%d}" == "2026-09-22"
    page = karin.get(f"/referrals/{number}/team-review")
    fields = page.fields(page.form())
    begun = [fields[name] for name in ("starts_on", "starts_time", "minutes", "place")]
    assert begun == ["2026-09-22", "14:30", "90", "" if is_protected else "Rum 12"]
    assert "The team's next dates: Tuesday 22 September 2026, 14:30 · Tuesday 6 October 2026, 14:30" in page.text
