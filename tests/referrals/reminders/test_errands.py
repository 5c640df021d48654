"""What the morning mail says beside the referrals' own list: a line for each errand, in words that tell nobody what it is about."""

import re
from datetime import date, timedelta
from itertools import pairwise

import pytest
import time_machine
from sqlalchemy import select

from referrals import clock, db, here, team_review
from referrals.development import cases, stages
from referrals.disclosure import hand_over
from referrals.meetings import interpreters
from referrals.models import AbsenceStep, Account, DevelopmentCase, GuardianWords, HandOver, Referral
from referrals.reminders import digest, errands
from referrals.stages import PLAN_ACTIVE, TO_SCHEDULE, Stage
from referrals.statutory import absence_keepers
from referrals.vocabulary import AbsenceStepKind, DevelopmentKind
from tests import development
from tests.factories import a_guardian, a_referral
from tests.journeys import ground
from tests.people import settle
from tests.webapp.desk import cast_of

SINCE = "since 16 Sept 2026"


@pytest.fixture
def address(fresh_database: str, wednesday: time_machine.Traveller) -> str:
    with db.writing(fresh_database) as session:
        settle(session)
    return fresh_database


def mail_to(address: str, name: str) -> dict[str, str]:
    """Each line of the mail to one of the cast in English, without what it is known by, and the way under it; ids and numbers as #."""
    with db.writing(address) as session:
        account: Account = getattr(cast_of(session), name)
        account.language = "en"
        session.flush()
        letter = digest.write(session, account.id)
    lines = re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}|[A-Z]+-[0-9A-Z-]+", "#", letter.body if letter else "").splitlines()
    said = pairwise(lines)
    return {task.partition(": ")[2]: way[way.index("/", 9) :] for task, way in said if task and way.startswith("http")}


def test_what_teams_ask_each_other_stands_there(address: str) -> None:
    ground.lay_consultations(address)
    ground.lay_questions_upward(address)
    ground.lay_lessons(address)
    assert mail_to(address, "coordinator") == {
        f"Advise a colleague ({SINCE})": "/consultations/#",
        f"Answer a team's question ({SINCE})": "/questions/#",
        f"Read the answer from above ({SINCE})": "/questions/#",
        f"Read what the check of your lesson came to ({SINCE})": "/lessons/#",
    }
    assert mail_to(address, "counsellor") == {f"Read the team's advice ({SINCE})": "/consultations/#"}
    assert mail_to(address, "second_coordinator") == {
        f"Advise a colleague ({SINCE})": "/consultations/#",
        f"Read the answer from above ({SINCE})": "/questions/#",
        f"Check a lesson for identities ({SINCE})": "/lessons/#",
    }


def test_an_interpreter_is_to_be_booked_until_one_is(address: str) -> None:
    with db.writing(address) as session:
        cast = cast_of(session)
        referral = a_referral(session, cast, TO_SCHEDULE)
        maja = a_guardian(session, referral, told_by=cast.coordinator, interpreter="polska", email="maja@hem.invalid")
        meeting = team_review.schedule_meeting(
            session, referral, by=cast.coordinator.actor(), seen=None, starts_at=clock.now() + timedelta(days=7),
            place="Rum 12", called=[cast.head_teacher.id, cast.counsellor.id], guardians=[maja.id],
        )  # fmt: skip
        starts_at, number = meeting.starts_at, referral.number
    line = {"Book an interpreter (Team meeting on 23 Sept 2026)": "/referrals/#/team-review"}
    assert mail_to(address, "coordinator").items() >= line.items()
    assert "Book an interpreter" not in "".join(mail_to(address, "head_teacher"))
    with db.writing(address) as session:
        found = session.scalars(select(Referral).where(Referral.number == number)).one()
        by = cast_of(session).coordinator.actor()
        booked = {"language": "polska", "booked_with": "Tolkförmedlingen"}
        interpreters.book(session, found, by=by, asked_about=starts_at, **booked)
    assert "Book an interpreter" not in "".join(mail_to(address, "coordinator"))


def test_whoever_is_offered_a_hand_over_is_asked_for_an_answer_until_there_is_one(address: str) -> None:
    _number, offer_id, _taken = ground.lay_hand_overs(address)
    assert mail_to(address, "outsider")[f"Answer whether you take it over ({SINCE})"] == "/hand-overs/#"
    with db.writing(address) as session:
        outsider, offer = cast_of(session).outsider.actor(), session.get_one(HandOver, offer_id)
        hand_over.decline_hand_over(session, offer, by=outsider, reason="Vi har ingen plats före jul.")
    assert "Answer whether you take it over" not in "".join(mail_to(address, "outsider"))


def test_a_step_of_absence_stands_there_from_its_day_and_never_says_what_it_is_about(
    address: str, wednesday: time_machine.Traveller
) -> None:
    ground.lay_absence(address)
    with db.reading(address) as session:
        (step,) = session.scalars(select(AbsenceStep).where(AbsenceStep.kind == AbsenceStepKind.WARNING))
        due_on, today = step.due_on, here.today(session)
    assert due_on > today
    assert mail_to(address, "head_teacher") == {}
    wednesday.shift(timedelta(days=(due_on - today).days))
    lines = mail_to(address, "head_teacher")
    assert (
        lines[f"Decide about a step that is due at your school (by {due_on:%-d} Sept 2026; standard target, not law)"]
        == "/absence/#/steps/#"
    )
    assert "bsence" not in "".join(lines)
    with db.reading(address) as session:
        steps = session.scalars(select(AbsenceStep)).all()
        days = (due_on + timedelta(days=late) for late in range(1, 30))
        twice = next(day for day in days if absence_keepers.stalled(session, steps, today=day))
    wednesday.shift(timedelta(days=(twice - due_on).days - 1))
    assert "twice" not in "".join(mail_to(address, "head_teacher"))
    wednesday.shift(timedelta(days=1))
    assert (
        f"(late since {due_on:%-d} Sept 2026, and has taken twice as long as meant; standard target, not law)"
        in "".join(mail_to(address, "head_teacher"))
    )


def test_what_a_guardian_wrote_is_asked_to_be_read_until_somebody_did(address: str) -> None:
    with db.writing(address) as session:
        cast = cast_of(session)
        referral = a_referral(session, cast, PLAN_ACTIVE, owner_id=cast.coordinator.id)
        guardian = a_guardian(session, referral)
        words = GuardianWords(referral=referral, guardian=guardian, number=1, at=clock.now(), text="Han vill gå.")
        session.add(words)
        session.flush()
        words_id = words.id
    assert mail_to(address, "coordinator") == {f"Read what a guardian wrote ({SINCE})": "/referrals/#/guardians"}
    with db.writing(address) as session:
        session.get_one(GuardianWords, words_id).read_at = clock.now()
    assert mail_to(address, "coordinator") == {}


def test_whoever_keeps_development_work_is_told_what_it_waits_for_and_never_what_it_is_about(address: str) -> None:
    with db.writing(address) as session:
        cast = cast_of(session)
        begun, running, late, ahead = (development.begin(session, cast) for _ in range(4))
        development.carry(session, cast, running, Stage.ACTION_PLAN)
        development.carry(session, cast, late, Stage.ASSESSMENT)
        late.target_on, begun.target_on, ahead.target_on = date(2026, 9, 1), date(2026, 9, 16), date(2026, 10, 7)
        area = cases.open_case(
            session, by=cast.manager.actor(), kind=DevelopmentKind.AREA, unit_ids=[cast.school.id, cast.other_school.id],
            themes=development.THEMES, words=development.WORDS,
        )  # fmt: skip
        area_id = area.id
    lines = mail_to(address, "head_teacher")
    assert sorted(lines) == [
        "Analyse the situation (late since 1 Sept 2026; standard target, not law)",
        "Decide whether the work is taken up (by 16 Sept 2026; standard target, not law)",
        f"Decide whether the work is taken up ({SINCE})",
    ]
    assert set(lines.values()) == {"/development/#"}
    assert "lugn" not in "".join(lines)
    assert mail_to(address, "manager") == {f"Decide whether the work is taken up ({SINCE})": "/development/#"}
    assert mail_to(address, "counsellor") == {}
    with db.writing(address) as session:
        found = session.get_one(DevelopmentCase, area_id)
        stages.take_up(session, found, by=cast_of(session).manager.actor())
    assert mail_to(address, "manager") == {}


def test_a_day_of_which_it_is_not_known_where_it_comes_from_stands_alone() -> None:
    errand = errands.Errand(label="HTL-2026", task=errands.READING, way="/home", due_on=date(2026, 9, 18))
    assert errands.said(errand, today=date(2026, 9, 16), language="en").endswith("(by 18 Sept 2026)")
