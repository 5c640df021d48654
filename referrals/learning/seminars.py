"""Learning seminars: a few lessons of the catalogue chosen to be talked about, and their agenda as a paper.

The agenda is no document of any referral and names none. A lesson that leaves the catalogue is on it no more, so it is made each
time it is asked for, and kept nowhere. Each seminar has a chain of its own in the audit log.
"""

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from referrals import identity_check, printing
from referrals.access import Actor, Role
from referrals.errors import NotAllowed
from referrals.forums.consultations import ANSWERED
from referrals.keeping import audit
from referrals.learning import catalogue
from referrals.models import Lesson, Seminar, SeminarLesson, What
from referrals.people import organisation, practices
from referrals.vocabulary import LessonState, Practice

#: the roles that plan seminars
PLANNERS = (Role.COORDINATOR, Role.HEAD_TEACHER, Role.MANAGEMENT)


@dataclass(frozen=True)
class Plan:
    """What a seminar is called, when and where it is, and what is talked about there."""

    name: str
    starts_at: datetime
    place: str
    #: in the order of the agenda
    lesson_ids: Sequence[uuid.UUID]
    #: one on each line
    questions: str | None = None


def may_read(session: Session, found: Seminar, actor: Actor) -> bool:  # noqa: ARG001 - a door asks this of every row alike
    """Everybody who reads the catalogue."""
    return catalogue.may_read(actor)


def may_plan(actor: Actor) -> bool:
    """Coordinators, head teachers and the management, who read the catalogue."""
    return catalogue.may_read(actor) and any(role in PLANNERS for role, _unit in actor.roles)


def may_begin(session: Session, actor: Actor) -> bool:
    """Whether they plan a new one: where the municipality does this."""
    return may_plan(actor) and practices.is_on(session, Practice.LEARNING)


def may_change(found: Seminar, actor: Actor) -> bool:
    """Whoever planned it, and the management."""
    is_theirs = actor.account_id is not None and found.planned_by_id == actor.account_id
    return may_plan(actor) and (is_theirs or any(role is Role.MANAGEMENT for role, _unit in actor.roles))


def planned(session: Session) -> list[Seminar]:
    """Every seminar, the latest first. For whoever may read the catalogue."""
    return list(session.scalars(select(Seminar).order_by(Seminar.starts_at.desc(), Seminar.id)))


def on_agenda(found: Seminar) -> list[Lesson]:
    """The lessons it talks about that stand in the catalogue now."""
    return [one.lesson for one in found.chosen if one.lesson.state is LessonState.PUBLISHED]


def plan_seminar(session: Session, *, by: Actor, plan: Plan, answered: Collection[str] = ()) -> Seminar:
    """Plan a seminar. Raises NotAllowed, NamesSomebody."""
    if by.account_id is None or not may_begin(session, by):
        raise NotAllowed("plan_seminar")
    was_answered = _check(session, plan, by=by, answered=answered)
    made = Seminar(planned_by_id=by.account_id)
    _write(session, made, plan)
    session.add(made)
    session.flush()
    _log(session, made, "plan_seminar", by=by, was_answered=was_answered)
    return made


def change_seminar(session: Session, found: Seminar, *, by: Actor, plan: Plan, answered: Collection[str] = ()) -> None:
    """Plan it otherwise. Raises NotAllowed, NamesSomebody."""
    _require_change(session, found, "change_seminar", by=by)
    was_answered = _check(session, plan, by=by, answered=answered)
    _write(session, found, plan)
    session.flush()
    _log(session, found, "change_seminar", by=by, was_answered=was_answered)


def call_off_seminar(session: Session, found: Seminar, *, by: Actor) -> None:
    """Plan it no more; the lessons stay. Raises NotAllowed."""
    _require_change(session, found, "call_off_seminar", by=by)
    _log(session, found, "call_off_seminar", by=by)
    session.delete(found)
    session.flush()


def agenda_context(session: Session, found: Seminar) -> dict[str, Any]:
    """What its agenda says, as plain data."""
    here = organisation.municipality(session)
    return {
        "municipality": here.name, "unit": None, "forum": None, "reference": found.name, "version": None, "recipient": None,
        "issued_at": None, "zone": here.timezone, "starts_at": found.starts_at.isoformat(), "place": found.place,
        "questions": [line for line in (found.questions or "").splitlines() if line.strip()],
        "lessons": [
            {
                "title": one.title, "theme": one.theme.value, "ages": one.ages.value,
                "tried": one.tried, "outcome": one.outcome, "for_others": one.for_others,
            }
            for one in on_agenda(found)
        ],
    }  # fmt: skip


def agenda(session: Session, found: Seminar, *, language: str) -> bytes:
    """Its agenda as a PDF in one of our languages."""
    html = printing.extract_html(agenda_context(session, found), language=language, name="seminar")
    return printing.print_in_time(html)


# -------------------------------------------------------------------------------------------------------- inside
def _require_change(session: Session, found: Seminar, verb: str, *, by: Actor) -> None:
    session.refresh(found, with_for_update=True)
    if not may_change(found, by):
        raise NotAllowed(verb)


def _check(session: Session, plan: Plan, *, by: Actor, answered: Collection[str]) -> bool:
    checker = identity_check.municipal_checker(session, by=by)
    return checker.require_nobody([plan.name, plan.place, plan.questions], answered=answered)


def _write(session: Session, found: Seminar, plan: Plan) -> None:
    """Let it be as planned. Of its lessons count those in the catalogue; what somebody took out meanwhile is left aside."""
    found.name, found.starts_at, found.place, found.questions = plan.name, plan.starts_at, plan.place, plan.questions
    known = {lesson.id for lesson in catalogue.published(session)}
    wanted = [one for one in plan.lesson_ids if one in known]
    there = {one.lesson_id: one for one in found.chosen}
    found.chosen = [there.get(one) or SeminarLesson(id=uuid.uuid4(), lesson_id=one) for one in wanted]
    for position, one in enumerate(found.chosen):
        one.position = position


def _log(session: Session, found: Seminar, verb: str, *, by: Actor, was_answered: bool = False) -> None:
    audit.append(session, What.DID, by=by, chain=found.id, subject=verb)
    if was_answered:
        audit.append(session, What.DID, by=by, chain=found.id, subject=ANSWERED)
