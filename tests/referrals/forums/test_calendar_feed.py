"""The dates of teams for calendar programs: this school year's and later, the closed days, and nothing that is talked about."""

from datetime import date, datetime, time, timedelta

import time_machine
from icalendar import Calendar, Event
from sqlalchemy.orm import Session

from referrals.forums import calendar_feed, dates
from referrals.forums.dates import Series
from referrals.models import ClosedDay, Forum, TeamDate
from tests.people import Cast

AUTUMN = Series(date(2026, 9, 22), date(2026, 11, 17), 2, time(14, 30), 90, "Lindskolan, rum 12")


def read(session: Session, *teams: Forum) -> list[Event]:
    return list(Calendar.from_ical(calendar_feed.of_teams(session, teams)).events)


def test_it_says_which_team_and_where_and_nothing_else(
    session: Session, cast: Cast, wednesday: time_machine.Traveller
) -> None:
    dates.plan(session, cast.forum, AUTUMN, by=cast.coordinator.actor())
    events = read(session, cast.forum)
    assert not Calendar.from_ical(calendar_feed.of_teams(session, [cast.forum])).timezones, "Outlook misreads them"
    assert [str(event["SUMMARY"]) for event in events] == ["HTL-team Linden"] * 5
    assert {str(event["LOCATION"]) for event in events} == {"Lindskolan, rum 12"}
    assert events[0].start.isoformat() == "2026-09-22T12:30:00+00:00"
    assert events[-1].end.isoformat() == "2026-11-17T15:00:00+00:00"
    assert len({event["UID"] for event in events}) == 5
    assert {key for event in events for key in event} == {"UID", "DTSTAMP", "DTSTART", "DTEND", "SUMMARY", "LOCATION"}


def test_what_is_over_stays_for_the_school_year_and_closed_days_stand_beside_it(
    session: Session, cast: Cast, wednesday: time_machine.Traveller
) -> None:
    for starts_at in ("2026-06-09 12:30", "2026-09-15 12:30", "2027-09-14 12:30"):
        at = datetime.fromisoformat(f"{starts_at}+00:00")
        session.add(TeamDate(forum=cast.forum, starts_at=at, minutes=60, place="Rum 12"))
    other = cast.other_school.forum
    session.add(
        TeamDate(forum=other, starts_at=datetime.fromisoformat("2026-09-15 08:00+00:00"), minutes=60, place="A")
    )
    for first_on, label in ((date(2026, 6, 15), "Sommarlov"), (date(2026, 10, 26), "Höstlov")):
        session.add(ClosedDay(first_on=first_on, last_on=first_on + timedelta(days=4), label=label))
    session.flush()

    def said(*teams: Forum) -> list[tuple[str, str]]:
        return [(str(one["SUMMARY"]), one.start.isoformat()) for one in read(session, *teams)]

    ours = [("HTL-team Linden", "2026-09-15T12:30:00+00:00"), ("HTL-team Linden", "2027-09-14T12:30:00+00:00")]
    closed = ("Höstlov", "2026-10-26")
    assert said(cast.forum) == [*ours, closed]
    assert said(cast.forum, other) == [(other.name, "2026-09-15T08:00:00+00:00"), *ours, closed]
    holiday = read(session)[-1]
    assert (holiday.end.isoformat(), str(holiday["TRANSP"])) == ("2026-10-31", "TRANSPARENT")
