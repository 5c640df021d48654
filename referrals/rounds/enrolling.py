"""Rounds and who takes part in them: opened with their days by who leads them, and teams enrol until a day or until enrolment is closed.

Each round has a chain of its own in the audit log, by its own id.
"""

import uuid
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from sqlalchemy import delete, select
from sqlalchemy.orm import Session, joinedload, selectinload

from referrals import clock, here, identity_check
from referrals.access import Actor
from referrals.errors import NotAllowed, RoundRefused
from referrals.keeping import audit
from referrals.models import ConsultationRound, Forum, RoundEnrolment, RoundPaper, What
from referrals.patterns.school_terms import SchoolTerm
from referrals.rounds import people
from referrals.vocabulary import RoundProblem, RoundState


@dataclass(frozen=True)
class Days:
    """Until when teams enrol, and the first and last day with slots."""

    enrols_until: date
    first_on: date
    last_on: date


def known_to(session: Session, actor: Actor) -> list[ConsultationRound]:
    """The rounds somebody may know of, the newest first."""
    rows = session.scalars(
        select(ConsultationRound)
        .order_by(ConsultationRound.first_on.desc())
        .options(selectinload(ConsultationRound.enrolments))
    )
    return people.seen(session, rows, actor)


def teams_in(session: Session, found: ConsultationRound) -> list[RoundEnrolment]:
    """The teams that take part, with the slot and the questions of each, as they enrolled."""
    rows = select(RoundEnrolment).where(RoundEnrolment.round_id == found.id).order_by(RoundEnrolment.enrolled_at)
    at_once = (
        joinedload(RoundEnrolment.forum),
        joinedload(RoundEnrolment.slot),
        selectinload(RoundEnrolment.questions),
    )
    return list(session.scalars(rows.options(*at_once)))


def term_of(found: ConsultationRound) -> SchoolTerm:
    """The term it belongs to."""
    return SchoolTerm.of(found.first_on)


def state_of(found: ConsultationRound, today: date) -> RoundState:
    """How far it has come on `today`."""
    if today > found.last_on:
        return RoundState.OVER
    if today >= found.first_on:
        return RoundState.UNDER_WAY
    return RoundState.ENROLLING if is_enrolling(found, today) else RoundState.PREPARING


def is_enrolling(found: ConsultationRound, today: date) -> bool:
    """Whether a team can still enrol, or take that back."""
    return found.enrolment_closed_at is None and today <= found.enrols_until


def open_round(
    session: Session, *, by: Actor, name: str, days: Days, answered: Collection[str] = ()
) -> ConsultationRound:
    """Begin a round; teams can enrol at once. Raises NotAllowed, NamesSomebody."""
    if by.account_id is None:
        raise NotAllowed("open_round")
    people.require_lead(session, by)
    identity_check.municipal_checker(session, by=by).require_nobody([name], answered=answered)
    made = ConsultationRound(
        id=uuid.uuid4(), name=name, opened_by_id=by.account_id, opened_at=clock.now(),
        enrols_until=days.enrols_until, first_on=days.first_on, last_on=days.last_on,
    )  # fmt: skip
    session.add(made)
    session.flush()
    log(session, made, "open_round", by=by)
    return made


def close_enrolment(session: Session, found: ConsultationRound, *, by: Actor) -> None:
    """Let no more team enrol; once it is closed, again changes nothing. Raises NotAllowed."""
    people.require_lead(session, by)
    session.refresh(found, with_for_update=True)
    if is_enrolling(found, here.today(session)):
        found.enrolment_closed_at = clock.now()
        session.flush()
        log(session, found, "close_enrolment", by=by)


def enrol(session: Session, found: ConsultationRound, forum: Forum, *, by: Actor) -> RoundEnrolment:
    """Say that a team takes part; where it does already, again changes nothing. Raises NotAllowed, RoundRefused."""
    may_enrol = people.are_held(session) and forum.takes_part and people.may_enrol(session, forum, by)
    if by.account_id is None or not may_enrol:
        raise NotAllowed("enrol")
    session.refresh(found, with_for_update=True)
    there = next((each for each in found.enrolments if each.forum_id == forum.id), None)
    if there is not None:
        return there
    if not is_enrolling(found, here.today(session)):
        raise RoundRefused(RoundProblem.NOT_OPEN)
    made = RoundEnrolment(round=found, forum=forum, enrolled_by_id=by.account_id, enrolled_at=clock.now())
    session.add(made)
    session.flush()
    log(session, found, "enrol", by=by, object_id=made.id)
    return made


def withdraw(session: Session, enrolment: RoundEnrolment, *, by: Actor) -> None:
    """Take a team's enrolment back while teams enrol; what it sent in goes with it, and every paper made of that.

    Raises NotAllowed, RoundRefused.
    """
    if not people.may_enrol(session, enrolment.forum, by):
        raise NotAllowed("withdraw")
    session.refresh(enrolment.round, with_for_update=True)
    if not is_enrolling(enrolment.round, here.today(session)):
        raise RoundRefused(RoundProblem.NOT_OPEN)
    if enrolment.slot is not None:
        enrolment.slot.enrolment = None
    log(session, enrolment.round, "withdraw_enrolment", by=by, object_id=enrolment.id)
    forget_papers(session, enrolment)
    enrolment.round.enrolments.remove(enrolment)
    session.flush()


def forget_papers(session: Session, enrolment: RoundEnrolment) -> None:
    """Destroy the agendas made of words that their team takes back; there is no report yet while it can."""
    session.execute(delete(RoundPaper).where(RoundPaper.enrolment_id == enrolment.id))


def log(
    session: Session, found: ConsultationRound, verb: str, *, by: Actor, object_id: uuid.UUID | None = None
) -> None:
    """Leave what was done in the chain of the round."""
    audit.append(session, What.DID, by=by, chain=found.id, subject=verb, object_id=object_id)
