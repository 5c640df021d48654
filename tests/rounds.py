"""A consultation round as tests lay it: its days, the cast's team in it, a slot and what the team sends in."""

import uuid
from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy.orm import Session

from referrals.access import Role
from referrals.models import (
    Account,
    ConsultationRound,
    LearningQuestion,
    RoleAssignment,
    RoundConsultant,
    RoundEnrolment,
    RoundSlot,
)
from referrals.rounds import consultants, enrolling, questions, slots
from referrals.rounds.enrolling import Days
from referrals.rounds.questions import Words
from referrals.rounds.slots import Series
from referrals.vocabulary import Profession, QualityTheme
from tests.people import NO_PASSWORD, Cast

#: teams enrol until a Friday of October; the slots are in the second week of November, in winter time
ENROLS_UNTIL, FIRST_ON, LAST_ON = date(2026, 10, 16), date(2026, 11, 9), date(2026, 11, 13)
#: a morning on which teams enrol
MORNING = datetime(2026, 10, 5, 8, 0, tzinfo=UTC)
#: the first moment at which questions for the slot of Wednesday 11 November are late: Wednesday 4 November is over in Sweden
TOO_LATE = datetime(2026, 11, 4, 23, 0, tzinfo=UTC)
WORDS = Words(
    "Hur ser vi tidigt att en klass tappar arbetsro?",
    background="Vi märker det sent.",
    tried="Vi har prövat täta besök.",
    help_wanted="Vilka tecken missar vi?",
)


def lay_round(session: Session, cast: Cast, name: str = "Höstens vecka", days: Days | None = None) -> ConsultationRound:
    """A round the manager opened, in a municipality that holds rounds."""
    cast.municipality.holds_rounds = True
    session.flush()
    days = days or Days(ENROLS_UNTIL, FIRST_ON, LAST_ON)
    return enrolling.open_round(session, by=cast.manager.actor(), name=name, days=days)


def enrol(session: Session, cast: Cast, found: ConsultationRound) -> RoundEnrolment:
    """The cast's team takes part."""
    return enrolling.enrol(session, found, cast.forum, by=cast.coordinator.actor())


def give_slot(session: Session, cast: Cast, enrolment: RoundEnrolment, day: date = date(2026, 11, 11)) -> RoundSlot:
    """A slot at nine in the morning for the team."""
    by, series = cast.manager.actor(), Series(day, time(9), minutes=60, count=1, pause=0, place="Rum 12")
    (slot,) = slots.add(session, enrolment.round, series, by=by)
    slots.give(session, slot, enrolment.id, by=by)
    return slot


def ask(session: Session, cast: Cast, enrolment: RoundEnrolment, words: Words = WORDS) -> LearningQuestion:
    """A question the counsellor's coordinator sends in."""
    by = cast.coordinator.actor()
    return questions.send_in(session, enrolment, by=by, theme=QualityTheme.TEACHING, words=words)


def a_consultant(session: Session, password_hash: str = NO_PASSWORD) -> Account:
    """Somebody from outside with the role, and no unit."""
    made = Account(
        email="ylva.fjarling@trivsel.invalid", name="Ylva Fjärling", profession=Profession.PSYCHOLOGIST, language="en",
        password_hash=password_hash, roles=[RoleAssignment(role=Role.CONSULTANT, unit=None)],
    )  # fmt: skip
    session.add(made)
    session.flush()
    return made


def invite(session: Session, cast: Cast, slot: RoundSlot) -> RoundConsultant:
    """A consultant with this slot, who reads until a week after the round."""
    last_on, who = slot.round.last_on + timedelta(days=7), a_consultant(session)
    return consultants.invite(session, slot.round, who.id, by=cast.manager.actor(), last_on=last_on, slot_ids=[slot.id])


def lay_a_round_that_is_over(session: Session, cast: Cast, day: date) -> RoundEnrolment:
    """The team in a round whose one slot was on `day`, and what it asked there."""
    at = datetime.combine(day, time(9), UTC)
    found = ConsultationRound(
        id=uuid.uuid4(), name="Veckan som var", opened_by_id=cast.manager.id, opened_at=at - timedelta(days=40),
        enrols_until=day - timedelta(days=20), first_on=day, last_on=day,
    )  # fmt: skip
    session.add(found)
    enrolment = RoundEnrolment(
        round=found, forum=cast.forum, enrolled_by_id=cast.coordinator.id, enrolled_at=at - timedelta(days=30)
    )
    session.add(RoundSlot(round=found, enrolment=enrolment, starts_at=at, minutes=60, place="Rum 12"))
    asked = LearningQuestion(
        enrolment=enrolment, theme=QualityTheme.TEACHING, sent_by_id=cast.coordinator.id,
        sent_at=at - timedelta(days=8), due_at=at - timedelta(days=7),
    )  # fmt: skip
    asked.question = WORDS.question
    session.add_all([enrolment, asked])
    session.flush()
    return enrolment
