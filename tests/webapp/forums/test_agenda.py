"""The page of a team's date: a coordinator puts referrals on it, others read only what they may know."""

import io
import uuid
from datetime import timedelta

import pytest
from pypdf import PdfReader
from sqlalchemy import select, update

from referrals import clock, db
from referrals.forums import dates as team_dates
from referrals.forums import seats
from referrals.models import AgendaItem, AuditEvent, Guardian, Referral, TeamDate, What
from referrals.stages import PARTS_REQUESTED, TO_SCHEDULE
from tests.factories import a_guardian, a_meeting, a_member, a_part, a_referral, protected
from tests.teams import a_team_beside
from tests.webapp.desk import cast_of

DATE = {"first_on": "2026-09-22", "starts_time": "14:30", "minutes": "60", "place": "Rum 12"}


@pytest.fixture
def karin(signed_in, wednesday):
    """The browser of a coordinator."""
    return signed_in("karin")


@pytest.fixture
def team(settings, karin):
    """Where the page of the cast's team is; it meets on the next Tuesday."""
    with db.reading(settings.database) as session:
        address = f"/teams/{cast_of(session).forum.id}"
    karin.get(address)
    karin.submit(DATE)
    return address


@pytest.fixture
def date(settings, team):
    """Where the page of that Tuesday is."""
    with db.reading(settings.database) as session:
        return f"{team}/dates/{team_dates.coming(session, cast_of(session).forum)[0].id}"


@pytest.fixture
def lay(settings, wednesday):
    """Lays a referral with a guardian who is told; its number and id."""

    def laid(state=TO_SCHEDULE, *, is_protected=False, members=(), told=True):
        with db.writing(settings.database) as session:
            cast = cast_of(session)
            referral = a_referral(session, cast, state)
            a_guardian(session, referral, told_by=cast.coordinator if told else None)
            for name in members:
                a_member(session, referral, getattr(cast, name))
            if is_protected:
                protected(session, referral, by=cast.coordinator)
            return referral.number, str(referral.id)

    return laid


def put(browser, date, referral, minutes="30"):
    return browser.submit({"referral": referral, "minutes": minutes}, form=put_form(browser.get(date)))


def put_form(page):
    return page.all("form", id="put-form")[0]


def arrange(browser, page, number, act, minutes=None, status=200):
    """Press the button `act` of the line of the referral `number`."""
    form = next(one for one in page.all("form", class_="agenda-line__form") if number in "".join(one.itertext()))
    typed = {"act": act} | ({"item_minutes": minutes} if minutes else {})
    return browser.submit(typed, form=form, status=status)


def lines(page):
    return [" ".join(page.text_of(one).split()) for one in page.all("li", class_="agenda-line")]


def test_who_is_elsewhere_stands_there_before_a_referral_is_put_on_the_date(karin, date, lay, settings):
    (there, there_id), (number, _identity) = lay(), lay()
    assert not karin.get(date).all("ul", id="elsewhere")
    with db.writing(settings.database) as session:
        cast, found = cast_of(session), session.get_one(Referral, uuid.UUID(there_id))
        beside, at = a_team_beside(session, cast).forum, session.scalars(select(TeamDate)).one().starts_at
        for forum, by in ((cast.forum, cast.coordinator), (beside, cast.head_teacher)):
            seats.seat(session, forum, cast.counsellor.id, by=by.actor())
        seats.seat(session, cast.forum, cast.head_teacher.id, by=cast.coordinator.actor())
        session.add(TeamDate(forum=beside, starts_at=at, minutes=30, place="A"))
        elsewhere = a_referral(session, cast, unit_id=cast.other_school.id)
        a_meeting(session, elsewhere, called_by=cast.outsider, starts_at=at, called=[str(cast.head_teacher.id)])
        guardians = session.scalars(select(Guardian.id).where(Guardian.referral_id == found.id))
        a_meeting(
            session, found, called_by=cast.coordinator, starts_at=at, called=[str(cast.counsellor.id)],
            guardians_invited=[str(one) for one in guardians],
        )  # fmt: skip
        head = cast.head_teacher.name
    page = karin.get(date)
    (said,) = page.all("ul", id="elsewhere")
    assert [page.text_of(one) for one in said.iter("li")] == [
        f"Called to another meeting at the same time: {head}.",
        "Kim Solgren sits in Trivselsforum Söder too, which meets at the same time.",
    ], "what the team itself is called to about this referral is no other place"
    options = {page.text_of(one).split(" ")[0]: page.text_of(one) for one in put_form(page).iter("option")}
    assert options[number].endswith("a guardian is invited to another meeting then")
    assert "a guardian" not in options[there], "it is that other meeting"
    put(karin, date, there_id, minutes="20")
    page = karin.get(date)
    (said,) = page.all("ul", id="elsewhere")
    assert f"Called to another meeting at the same time: {head}." in page.text_of(said), "nor once it is on the date"


def test_a_coordinator_puts_referrals_on_the_date_and_one_clock_runs_through_them(karin, team, date, lay):
    (first, first_id), (second, second_id) = lay(), lay()
    page = karin.get(team)
    assert date in [one.get("href") for one in page.all("a")]
    page = karin.get(date)
    assert page.title.startswith("Agenda, Tuesday 22 September 2026")
    assert "Nothing on the agenda yet" in page.text
    assert f"{first} is on the agenda." in put(karin, date, first_id).text
    page = put(karin, date, second_id, "20")
    assert [line.split()[0] for line in lines(page)] == ["14:30–15:00", "15:00–15:20"]
    assert "Ends at 15:20. 10 minutes of the date are left." in page.text
    assert "No referral waits for a date that you may put there." in page.text
    page = arrange(karin, page, second, "earlier")
    assert "Meetings that were called keep their time until they are moved." in page.text
    assert [second in line for line in lines(page)] == [True, False]
    page = arrange(karin, page, first, "keep", "45")
    assert "That is 5 minutes more than the date has." in page.text
    page = arrange(karin, page, second, "off")
    assert f"{second} is off the agenda and lines up again." in page.text
    assert [line.split()[0] for line in lines(page)] == ["14:30–15:15"]
    page = karin.get(team)
    assert not [form for form in page.all("form") if "/drop" in form.get("action")]
    assert f"{date}#withdraw-form" in [one.get("href") for one in page.all("a")]


def test_a_page_from_before_a_colleague_changed_the_agenda_changes_nothing_back(karin, date, lay):
    (first, first_id), (_second, second_id) = lay(), lay()
    put(karin, date, first_id)
    put(karin, date, second_id)
    stale = karin.get(date)
    arrange(karin, stale, first, "keep", "45")
    for act in ("later", "off"):
        refused = arrange(karin, stale, first, act, status=422)
        assert any("The agenda has changed since the page was opened" in one for one in refused.problems)
        assert [line.split()[0] for line in lines(refused)] == ["14:30–15:15", "15:15–15:45"]
        assert first in lines(refused)[0]
    page = arrange(karin, refused, first, "later")
    assert [line.split()[0] for line in lines(page)] == ["14:30–15:00", "15:00–15:45"]


def test_a_date_that_got_something_on_its_agenda_meanwhile_is_not_taken_away(karin, team, date, lay):
    _number, identity = lay()
    drop = next(form for form in karin.get(team).all("form") if "/drop" in form.get("action"))
    put(karin, date, identity)
    page = karin.submit(form=drop)
    assert page.path == date
    assert "Something is on the agenda of this date." in page.text


def test_what_cannot_be_so_is_said_and_nothing_is_lost(karin, date, lay, settings):
    number, identity = lay()
    page = karin.get(date)
    refused = karin.submit({"referral": identity, "minutes": "3"}, form=put_form(page), status=422)
    assert any("between 5 and 240" in problem for problem in refused.problems)
    put(karin, date, identity)
    again = karin.submit({"referral": identity, "minutes": "40"}, form=put_form(page), status=422)
    assert any("This referral lines up no more" in problem for problem in again.problems)
    page = karin.get(date)
    refused = arrange(karin, page, number, "keep", "999", status=422)
    assert any("between 5 and 240" in problem for problem in refused.problems)
    with db.writing(settings.database) as session:
        session.execute(update(TeamDate).values(starts_at=clock.now() - timedelta(days=1)))
    passed = arrange(karin, page, number, "off", status=422)
    assert any("This date has passed." in problem for problem in passed.problems)
    assert not passed.all("form", class_="agenda-line__form")
    with db.reading(settings.database) as session:
        assert session.scalars(select(AgendaItem.minutes)).all() == [30]


def test_what_is_missing_stands_there_for_who_prepares_it(karin, date, lay, settings, signed_in):
    number, identity = lay(PARTS_REQUESTED, told=False, members=["special_educator"])
    put(karin, date, identity)
    with db.writing(settings.database) as session:
        cast = cast_of(session)
        referral = session.scalars(select(Referral)).one()
        a_part(session, referral, cast.school_nurse, asked_by=cast.coordinator)
    said = lines(karin.get(date))[0]
    assert "The team is not called to it yet." in said
    assert "One guardian is not informed yet." in said
    assert "A part is still out: school nurse, by 30 Sept 2026." in said
    assert number in lines(signed_in("henrik").get(date))[0]
    petra = signed_in("petra").get(date)
    assert number in lines(petra)[0]
    for word in ("informed", "still out", "is not called"):
        assert word not in petra.text
    with db.reading(settings.database) as session:
        seen = session.scalars(select(AuditEvent.by_id).where(AuditEvent.subject == "forums.agenda")).all()
        cast = cast_of(session)
        assert set(seen) == {cast.coordinator.id, cast.head_teacher.id}


def test_who_may_not_know_a_referral_reads_only_that_there_is_another_one(karin, date, lay, signed_in):
    (hidden, hidden_id), (plain, plain_id) = lay(is_protected=True, members=["special_educator"]), lay()
    put(karin, date, hidden_id)
    page = put(karin, date, plain_id)
    assert hidden in lines(page)[0]
    assert "Lindskolan" not in lines(page)[0]
    assert "Lindskolan" in lines(page)[1]
    for who in ("petra", "noor", "kim"):
        page = signed_in(who).get(date)
        assert lines(page) == ["14:30–15:00 Another referral", "15:00–15:30 Another referral"]
        assert hidden not in str(page.text)
        assert plain not in str(page.text)
        assert not page.all("form", class_="agenda-line__form")
        assert not page.all("form", id="put-form")
    for who in ("otto", "anton"):
        signed_in(who).get(date, status=404)


def test_a_date_of_another_team_is_none_here(karin, team, settings, signed_in):
    with db.reading(settings.database) as session:
        other = f"/teams/{cast_of(session).other_school.forum_id}"
    otto = signed_in("otto")
    otto.get(other)
    otto.submit(DATE)
    with db.reading(settings.database) as session:
        theirs = team_dates.coming(session, cast_of(session).other_school.forum)[0].id
    karin.get(f"{team}/dates/{theirs}", status=404)
    assert "Nothing on the agenda yet" in otto.get(f"{other}/dates/{theirs}").text


def test_the_call_to_the_team_begins_with_the_time_kept_for_it(karin, date, lay, settings):
    (_first, first_id), (second, second_id) = lay(), lay()
    put(karin, date, first_id)
    put(karin, date, second_id, "25")
    page = karin.get(f"/referrals/{second}/team-review")
    fields = page.fields(page.form())
    begun = [fields[name] for name in ("starts_on", "starts_time", "minutes", "place")]
    assert begun == ["2026-09-22", "15:00", "25", "Rum 12"]
    with db.reading(settings.database) as session:
        cast = cast_of(session)
        people = [str(cast.head_teacher.id), str(cast.counsellor.id)]
    assert "The team is called for Tuesday 22 September 2026." in karin.submit({"called": people}).text
    assert "The team is called for this time." in lines(karin.get(date))[1]
    page = arrange(karin, karin.get(date), second, "earlier")
    assert "The team is called for another time: 22 September 2026" in lines(page)[0]


def test_with_one_press_the_team_is_called_to_everything_that_is_ready(karin, date, lay, signed_in):
    (first, first_id), (_untold, untold_id) = lay(), lay(told=False)
    put(karin, date, first_id)
    page = put(karin, date, untold_id)
    assert "One referral here is ready, and the team is not called to it yet." in page.text
    assert "is ready, and the team" not in signed_in("kim").get(date).text
    (form,) = [one for one in page.all("form") if one.get("action", "").endswith("/call")]
    page = karin.submit(form=form)
    said = "The team is called to one referral. One guardian gets no mail: hand over the invitation."
    assert f"{said} One referral waits until what is missing below is seen to." in page.text
    assert "The team is called for this time." in lines(page)[0]
    assert "The team is not called to it yet." in lines(page)[1]
    assert not [one for one in page.all("form") if one.get("action", "").endswith("/call")]
    again = karin.submit(form=form).text  # as it stood on a page that was opened before
    assert "One referral waits until what is missing below is seen to." in again
    assert "The team is called to 0" not in again
    fields = karin.get(f"/referrals/{first}/team-review").fields(karin.page.form())
    assert fields["agenda"].startswith("How the child is doing now")


def test_to_what_would_end_after_its_date_nobody_is_called_before_that_is_longer(karin, date, lay):
    def offers(page):
        return bool([one for one in page.all("form") if one.get("action", "").endswith("/call")])

    (_first, first_id), (second, second_id) = lay(), lay()
    put(karin, date, first_id)
    assert offers(put(karin, date, second_id))
    page = arrange(karin, karin.page, second, "keep", "45")
    assert "2 referrals here are ready" in page.text
    assert "One of them would end after the date does and waits" in page.text
    page = karin.submit(form=next(one for one in page.all("form") if one.get("action", "").endswith("/call")))
    assert "The team is called to one referral." in page.text
    assert "One referral waits until what is missing below is seen to." in page.text
    assert "One referral here is ready" in page.text
    assert "Make the date longer, or give its referrals fewer minutes: then the team can be called." in page.text
    assert not offers(page)


def test_to_a_day_that_is_closed_by_now_one_press_calls_nobody_without_a_tick(karin, date, lay, signed_in):
    _number, identity = lay()
    stale = put(karin, date, identity)
    (before,) = [one for one in stale.all("form") if one.get("action", "").endswith("/call")]
    anton = signed_in("anton")
    anton.get("/administration/closed-days")
    anton.submit({"label": "Lov", "first_on": "2026-09-21", "last_on": "2026-09-23"})
    page = karin.submit(form=before, status=422)
    said = "Meet although the schools are closed that day: The schools are closed on that day. Nobody is called yet"
    assert any(one.startswith(said) for one in page.problems)
    assert "The team is not called to it yet." in lines(page)[0]
    (form,) = [one for one in page.all("form") if one.get("action", "").endswith("/call")]
    page = karin.submit({"on_closed_day": "yes"}, form=form)
    assert "The team is called for this time." in lines(page)[0]


def test_once_the_day_is_over_nobody_is_called_from_its_page(karin, date, lay, signed_in, wednesday):
    _number, identity = lay()
    put(karin, date, identity)
    wednesday.shift(timedelta(days=7))
    later = signed_in("karin")
    (form, *_) = later.get(date).all("form")
    form.set("action", f"{date}/call")
    assert any("has passed" in problem for problem in later.submit(form=form, status=422).problems)


def test_what_a_date_lacks_counts_what_those_called_answered(karin, date, lay, settings, signed_in):
    number, identity = lay()
    put(karin, date, identity)
    page = karin.get(f"/referrals/{number}/team-review")
    with db.reading(settings.database) as session:
        cast = cast_of(session)
        people = [str(one.id) for one in (cast.coordinator, cast.head_teacher, cast.counsellor)]
    karin.submit({"called": people}, form=page.form())
    (line,) = lines(karin.get(date))
    assert "Not answered yet: Henrik Rosenby, Kim Solgren." in line, "whoever called is taken to come"
    for name, reply in (("henrik", "cannot"), ("kim", "stand_in")):
        browser = signed_in(name)
        mine = browser.get(f"/referrals/{number}/team-review").all("form", class_="button-row")[0]
        browser.submit({"reply": reply}, form=mine)
    (line,) = lines(karin.get(date))
    for words in ("Cannot come: Henrik Rosenby.", "Somebody is needed to stand in for: Kim Solgren.", "is missing."):
        assert words in line
    assert "Not answered" not in line


def test_whoever_keeps_the_minutes_opens_the_meeting_on_a_screen_from_here(karin, date, lay, signed_in):
    number, identity = lay(members=("counsellor",))
    put(karin, date, identity)
    words = "Show the meeting on a screen"
    assert words not in karin.get(date).text
    page = karin.get(f"/referrals/{number}/team-review")
    karin.submit({"without": ["head_teacher", "school_counsellor"]}, form=page.form())
    (link,) = [one for one in karin.get(date).all("a") if words in page.text_of(one)]
    assert link.get("href") == f"/referrals/{number}/team-review/minutes?screen=curtain"
    assert words not in signed_in("kim").get(date).text


def test_each_member_takes_the_agenda_along_and_the_log_of_what_is_named_says_so(karin, date, lay, settings, signed_in):
    (known, known_id), (_other, other_id) = lay(members=["special_educator"]), lay()
    assert "agenda.pdf" not in str([one.get("href") for one in karin.get(date).all("a")])
    put(karin, date, known_id)
    put(karin, date, other_id)
    petra = signed_in("petra")
    link = next(one.get("href") for one in petra.get(date).all("a") if one.get("href", "").endswith(".pdf"))
    answer = petra.client.get(link)
    assert answer.mimetype == "application/pdf"
    assert answer.headers["Content-Disposition"] == 'inline; filename="agenda.pdf"'
    assert known in " ".join(page.extract_text() for page in PdfReader(io.BytesIO(answer.data)).pages)
    assert signed_in("otto").client.get(link).status_code == 404
    with db.reading(settings.database) as session:
        rows = select(AuditEvent).where(AuditEvent.subject == "forums.agenda_to_take_along")
        assert [(str(one.chain_id), one.what) for one in session.scalars(rows)] == [(known_id, What.OPENED_PAPER)]
    assert "The agenda of a date of the team" in karin.get(f"/referrals/{known}/access-log").text
