"""Home: one list by what waits for the person who is signed in."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from sqlalchemy import select

from referrals import clock, db, intake
from referrals.access import Actor
from referrals.config import Settings
from referrals.meetings import meeting_answers
from referrals.models import Account, Concern, Referral, Reminder, TeamDate
from referrals.stages import (
    CLOSED,
    IN_TRIAGE,
    PARTS_REQUESTED,
    PLAN_DRAFT,
    PLAN_FOR_APPROVAL,
    SCHEDULED,
    SUBMITTED,
    WITH_HEAD_TEACHER,
    State,
)
from referrals.vocabulary import CalledReply, ProtectionAnswer, Standing
from tests.factories import a_meeting, a_member, a_part, a_plan, a_referral
from tests.webapp.browsing import Browser
from tests.webapp.desk import cast_of

SignIn = Callable[[str], Browser]
Lay = Callable[..., str]
TODAY = clock.today("Europe/Stockholm")
DAY = timedelta(days=1)


@pytest.fixture
def lay(app, settings: Settings) -> Lay:
    """Puts a referral into the database and gives its number."""

    def make(state: State = IN_TRIAGE, *, is_feared: bool = False, part_for: str = "", **values: Any) -> str:
        with db.writing(settings.database) as session:
            cast = cast_of(session)
            referral = a_referral(session, cast, state, **values)
            if is_feared:
                concern = session.scalars(select(Concern).where(Concern.referral_id == referral.id)).one()
                concern.protection = ProtectionAnswer.YES
            if part_for:
                a_part(session, referral, getattr(cast, part_for), asked_by=cast.coordinator, due_on=TODAY - DAY)
            return referral.number

    return make


def test_a_coordinator_sees_one_verb_and_one_date_a_line(lay: Lay, signed_in: SignIn) -> None:
    number = lay(target_on=TODAY + 5 * DAY)
    page = signed_in("karin").get("/home")
    assert page.heading == "What waits for you"
    assert "1 thing" in page.text
    assert "Decide how the concern goes on" in page.text
    assert [time.get("datetime") for time in page.all("time")] == [(TODAY + 5 * DAY).isoformat()]
    assert number in page.text
    assert "Attendance, Friends and belonging" in page.text
    assert "Mila" not in page.text


def test_a_line_leads_to_where_it_is_done(lay: Lay, signed_in: SignIn) -> None:
    number = lay()
    links = [link.get("href") for link in signed_in("karin").get("/home").all("a", class_="waiting__verb")]
    assert links == [f"/referrals/{number}/triage"]


def test_the_next_date_of_the_team_is_one_click_from_home(lay: Lay, signed_in: SignIn, settings: Settings) -> None:
    lay()
    with db.writing(settings.database) as session:
        cast = cast_of(session)
        days = [
            TeamDate(forum=cast.forum, starts_at=clock.now() + weeks * 7 * DAY, minutes=60, place="Rum 12")
            for weeks in (2, 1)
        ]
        over = TeamDate(forum=cast.forum, starts_at=clock.now() - timedelta(hours=1), minutes=30, place="Rum 12")
        session.add_all([*days, over])
        session.flush()
        address = f"/teams/{cast.forum.id}/dates/{days[1].id}"
    for who, there in (("karin", [address]), ("kim", [address]), ("otto", []), ("anton", [])):
        links = [one.get("href", "") for one in signed_in(who).get("/home").all("a")]
        assert [one for one in links if "/dates/" in one] == there, who


def test_a_meeting_stays_one_click_away_until_it_is_over(
    lay: Lay, signed_in: SignIn, settings: Settings, wednesday: time_machine.Traveller
) -> None:
    lay()
    with db.writing(settings.database) as session:
        begun = TeamDate(forum=cast_of(session).forum, starts_at=clock.now(), minutes=60, place="Rum 12")
        session.add(begun)
        session.flush()
        address = f"/teams/{begun.forum_id}/dates/{begun.id}"
    karin = signed_in("karin")
    wednesday.shift(timedelta(minutes=59))
    [link] = [one for one in karin.get("/home").all("a") if one.get("href") == address]
    assert link.text == "meets now, since 10:00"
    wednesday.shift(timedelta(minutes=1))
    assert address not in [one.get("href") for one in karin.get("/home").all("a")]


def test_what_is_late_says_so_in_words(lay: Lay, signed_in: SignIn) -> None:
    lay(target_on=TODAY - 3 * DAY)
    lay(target_on=TODAY)
    page = signed_in("karin").get("/home")
    assert "1 of them late" in page.text
    assert "Late" in page.text
    assert "Due today" in page.text


def test_fear_of_harm_stands_first(lay: Lay, signed_in: SignIn) -> None:
    lay(target_on=TODAY - 3 * DAY)
    feared = lay(is_feared=True, target_on=TODAY + DAY)
    page = signed_in("karin").get("/home")
    assert feared in page.text_of(page.all("li", class_="waiting__line waiting__line--urgent")[0])
    assert "Go through 2 concerns" in page.text


def test_fear_of_harm_stands_first_while_the_head_teacher_lets_it_lie_too(lay: Lay, signed_in: SignIn) -> None:
    feared = lay(WITH_HEAD_TEACHER, is_feared=True, target_on=TODAY - DAY)
    lay(target_on=TODAY - 3 * DAY)
    home = signed_in("karin").get("/home")
    assert "2 things" in home.text
    first = home.text_of(home.all("div", class_="waiting__what")[0])
    assert feared in first
    assert "The head teacher decides about a statutory track" in first
    assert home.all("section", aria_labelledby="others-heading") == []


def test_a_plan_one_writes_and_what_one_stands_in_for_are_ones_own(signed_in: SignIn, settings: Settings) -> None:
    with db.writing(settings.database) as session:
        cast = cast_of(session)
        written = a_referral(session, cast, PLAN_DRAFT)
        a_plan(session, written, author=a_member(session, written, cast.special_educator))
        kept = a_referral(session, cast)
        a_member(session, kept, cast.head_teacher)
        kept.memberships[0].standing = Standing.STANDS_IN
    for who, task in (("petra", "Write the plan"), ("henrik", "Decide how the concern goes on")):
        home = signed_in(who).get("/home")
        assert "1 thing" in home.text, who
        assert task in home.text
        assert home.all("section", aria_labelledby="others-heading") == [], who


def test_what_others_are_late_with_is_told_of_them(lay: Lay, signed_in: SignIn) -> None:
    lay(PARTS_REQUESTED, part_for="counsellor", target_on=TODAY - DAY)
    karin = signed_in("karin")
    home = karin.get("/home")
    assert "Nothing for you to do just now" in home.text, "it is counted for those who are to do it"
    (others,) = home.all("section", aria_labelledby="others-heading")
    assert "Waits for others" in home.text_of(others)
    assert "Colleagues write their parts" in home.text_of(others)
    lay(target_on=TODAY + DAY)
    home = karin.get("/home")
    assert "1 thing" in home.text
    assert "of them late" not in home.text
    assert [len(home.all("li", class_=f"waiting__line{late}")) for late in ("", " waiting__line--late")] == [1, 1]
    mine = signed_in("kim").get("/home")
    assert "Write your part of the assessment" in mine.text


def test_a_head_teacher_sees_plans_to_approve(lay: Lay, signed_in: SignIn) -> None:
    lay(PLAN_FOR_APPROVAL)
    assert "Approve the plan" in signed_in("henrik").get("/home").text


def test_a_concern_ended_for_now_comes_back_on_its_day(lay: Lay, signed_in: SignIn) -> None:
    lay(CLOSED, revisit_on=TODAY - DAY)
    home = signed_in("karin").get("/home")
    assert "Look again at how the child is doing" in home.text
    assert len(home.all("li", class_="waiting__line")) == 1, "nothing is owed to what has ended: it is not late"


@pytest.mark.parametrize("who", ["otto", "kim"])
def test_nothing_waiting_is_said_kindly(lay: Lay, signed_in: SignIn, who: str) -> None:
    lay(SUBMITTED)
    assert "Nothing waits for you just now" in signed_in(who).get("/home").text


def test_an_administrator_is_told_why_the_list_is_empty(lay: Lay, signed_in: SignIn) -> None:
    lay(SUBMITTED)
    page = signed_in("anton").get("/home")
    assert "You see no referrals here" in page.text
    assert "What is yours to read or to do stands in the menu above." in page.text


def test_who_is_not_signed_in_signs_in_first(browser: Browser) -> None:
    assert browser.get("/home").heading == "Sign in"


def test_an_addition_is_opened_and_read_with_one_press(lay: Lay, signed_in: SignIn, settings: Settings) -> None:
    number = lay(PARTS_REQUESTED, part_for="counsellor")
    add_to(settings, number, "I går var hon här.")
    karin = signed_in("karin")
    home = karin.get("/home")
    assert "Read what the reporter added" in home.text
    press = next(form for form in home.all("form") if "/additions/" in form.get("action", ""))
    page = karin.submit(form=press)
    assert page.path == f"/referrals/{number}"
    assert "I går var hon här." in page.text
    assert "Read by Karin Almkvist" in page.text
    assert "What the reporter added was read" in page.text
    assert "Read what the reporter added" not in karin.get("/home").text


@pytest.mark.parametrize("page", ["", "/triage"])
def test_an_addition_is_read_where_it_stands(lay: Lay, signed_in: SignIn, settings: Settings, page: str) -> None:
    number = lay()
    add_to(settings, number, "I går var hon här.")
    karin = signed_in("karin")
    shown = karin.get(f"/referrals/{number}{page}")
    press = next(form for form in shown.all("form") if form.get("action", "").endswith("/read"))
    after = karin.submit(form=press)
    assert after.path == f"/referrals/{number}{page}"
    assert "Read by Karin Almkvist" in after.text
    assert not [form for form in after.all("form") if form.get("action", "").endswith("/read")]


def test_an_addition_of_another_referral_is_not_there(lay: Lay, signed_in: SignIn, settings: Settings) -> None:
    number, other = lay(), lay()
    add_to(settings, number, "Mer.")
    karin = signed_in("karin")
    page = karin.get(f"/referrals/{number}")
    press = next(form for form in page.all("form") if form.get("action", "").endswith("/read"))
    press.set("action", press.get("action", "").replace(number, other))
    karin.submit(form=press, status=404)
    assert "I have read it" in karin.get(f"/referrals/{number}").text


def test_a_coordinator_reads_that_a_colleagues_reminders_come_back(signed_in: SignIn, settings: Settings) -> None:
    with db.writing(settings.database) as session:
        kim = session.scalars(select(Account).where(Account.name == "Kim Solgren")).one()
        at = clock.machine_now()
        session.add(
            Reminder(
                account_id=kim.id, day=at.date(), message_id="<k@x.invalid>", tried_at=at, sent_at=at, returned_at=at
            )
        )
    assert "Mail to Kim Solgren came back on" in signed_in("karin").get("/home").text
    assert "came back" not in signed_in("kim").get("/home").text


def add_to(settings: Settings, number: str, text: str) -> None:
    with db.writing(settings.database) as session:
        referral = session.scalars(select(Referral).where(Referral.number == number)).one()
        intake.add_to_concern(session, referral, by=Actor(reported=referral.id), seen=None, text=text)


def test_a_coordinator_reads_who_cannot_come_and_where_to_see_to_it(signed_in: SignIn, settings: Settings) -> None:
    with db.writing(settings.database) as session:
        cast = cast_of(session)
        referral = a_referral(session, cast, SCHEDULED)
        meeting = a_meeting(
            session, referral, called_by=cast.coordinator, starts_at=clock.now() + timedelta(days=7),
            called=[str(cast.counsellor.id), str(cast.head_teacher.id)],
        )  # fmt: skip
        a_member(session, referral, cast.counsellor)
        for account, reply in ((cast.counsellor, CalledReply.CANNOT), (cast.head_teacher, CalledReply.STAND_IN)):
            meeting_answers.answer_call(
                session, referral, account.id, by=account.actor(), asked_about=meeting.starts_at, reply=reply
            )
        number = referral.number
    karin = signed_in("karin")
    page = karin.get("/home")
    assert "Kim Solgren cannot come · Henrik Rosenby asks for somebody to stand in" in page.text
    (link,) = [one for one in page.all("a", class_="waiting__verb") if "cannot come" in (one.text or "")]
    assert link.get("href") == f"/referrals/{number}/team-review"
    assert "cannot come" not in signed_in("henrik").get("/home").text
