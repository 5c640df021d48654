"""The terms of development work, each with its phase, and its milestones: counted by the school year, so that no holiday makes anything late."""

import uuid
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Final

from sqlalchemy.orm import Session

from referrals import clock, here
from referrals.access import Actor
from referrals.calendar import Closed, add_school_days, closed_days, next_open_day
from referrals.development import cases
from referrals.errors import DevelopmentRefused, TakenAway
from referrals.models import DevelopmentCase, DevelopmentMilestone, DevelopmentTerm
from referrals.patterns.school_terms import SchoolTerm
from referrals.stages import Stage
from referrals.vocabulary import DevelopmentAct, DevelopmentPhase, DevelopmentProblem

#: six years: longer than any programme known
MOST_TERMS: Final = 12


@dataclass(frozen=True)
class Stretch:
    """One term of the work as its page shows it."""

    term: SchoolTerm
    #: None where no phase was set for it, but a milestone lies in it
    phase: DevelopmentPhase | None
    is_now: bool
    milestones: tuple[DevelopmentMilestone, ...]


def stretches(found: DevelopmentCase, today: date) -> list[Stretch]:
    """Its terms in their order, each with its phase and the milestones that lie in it."""
    phases = _phases(found)
    marks: dict[SchoolTerm, list[DevelopmentMilestone]] = {}
    for milestone in sorted(found.milestones, key=lambda one: one.due_on):
        marks.setdefault(SchoolTerm.of(milestone.due_on), []).append(milestone)
    return [
        Stretch(term, phases.get(term), term == SchoolTerm.of(today), tuple(marks.get(term, ())))
        for term in sorted({*phases, *marks})
    ]


def phase_on(found: DevelopmentCase, today: date) -> DevelopmentPhase | None:
    """Its phase in the term in which `today` lies."""
    now = SchoolTerm.of(today).code
    return next((one.phase for one in found.terms if one.term == now), None)


def finished_phases(found: DevelopmentCase, today: date) -> list[DevelopmentPhase]:
    """The phases whose last term is over on `today`, in their order; none of work that nobody has taken up."""
    if found.stage in (Stage.INTAKE, Stage.TRIAGE):
        return []
    last = {phase: term for term, phase in sorted(_phases(found).items())}
    now = SchoolTerm.of(today)
    return [phase for phase, term in sorted(last.items(), key=lambda one: one[1]) if term < now]


def next_milestone(found: DevelopmentCase) -> DevelopmentMilestone | None:
    """The first milestone that is not reached."""
    left = [one for one in found.milestones if one.reached_at is None]
    return min(left, key=lambda one: one.due_on, default=None)


def is_late(milestone: DevelopmentMilestone, today: date, closed: Closed) -> bool:
    """Whether it should have been reached: from the first open day after the one it is due on, or after the open day it moves to.

    As long as schools are closed, nothing becomes late; nor does anything of work that is closed.
    """
    if milestone.reached_at is not None or milestone.case.closed_at is not None:
        return False
    due_on = next_open_day(milestone.due_on, closed=closed)
    return today >= add_school_days(due_on, 1, closed=closed)


def late_ones(session: Session, found: DevelopmentCase) -> list[DevelopmentMilestone]:
    """Its milestones that are late today."""
    today, closed = here.today(session), closed_days(session)
    return [one for one in found.milestones if is_late(one, today, closed)]


# --------------------------------------------------------------------------------------------------------- verbs
def set_terms(
    session: Session,
    found: DevelopmentCase,
    *,
    by: Actor,
    first: SchoolTerm,
    last: SchoolTerm,
    phase: DevelopmentPhase | None,
    seen: int | None = None,
) -> bool:
    """Let the terms from `first` to `last` be for this phase, or with None for none. Whether anything is new.

    Raises NotAllowed, AlreadyMoved, DevelopmentRefused.
    """
    cases.require_keeper(session, found, DevelopmentAct.SET_TERMS, by=by, seen=seen)
    if last < first:
        raise DevelopmentRefused(DevelopmentProblem.ORDER)
    wanted = [first]
    while wanted[-1] < last and len(wanted) <= MOST_TERMS:
        wanted.append(wanted[-1].next)
    before = {one.term: one.phase for one in found.terms}
    after = {code: kept for code, kept in before.items() if code not in {term.code for term in wanted}}
    if phase is not None:
        after |= {term.code: phase for term in wanted}
    if len(after) > MOST_TERMS or len(wanted) > MOST_TERMS:
        raise DevelopmentRefused(DevelopmentProblem.TOO_LONG)
    if after == before:
        return False
    there = {one.term: one for one in found.terms}
    for one in [one for code, one in there.items() if code not in after]:
        found.terms.remove(one)
    for code, kept in after.items():
        if code in there:
            there[code].phase = kept
        else:
            found.terms.append(DevelopmentTerm(term=code, phase=kept))
    session.flush()
    cases.leave(session, found, DevelopmentAct.SET_TERMS, by=by)
    return True


def set_milestone(
    session: Session, found: DevelopmentCase, *, by: Actor, due_on: date, words: str, answered: Collection[str] = ()
) -> DevelopmentMilestone:
    """Say what is to be there by a day. Raises NotAllowed, NamesSomebody, DevelopmentRefused."""
    cases.require_keeper(session, found, DevelopmentAct.SET_MILESTONE, by=by)
    was_answered = cases.require_nobody(session, [words], by=by, answered=answered)
    made = DevelopmentMilestone(case=found, due_on=due_on, words=words)
    session.add(made)
    session.flush()
    cases.leave(session, found, DevelopmentAct.SET_MILESTONE, by=by, was_answered=was_answered)
    return made


def reach_milestone(
    session: Session, found: DevelopmentCase, milestone_id: uuid.UUID, *, by: Actor, is_reached: bool = True
) -> None:
    """Say that it is reached, or is not after all; where that was said already, again changes nothing. Raises NotAllowed, TakenAway."""
    act = DevelopmentAct.REACH_MILESTONE if is_reached else DevelopmentAct.TAKE_BACK_REACHED
    cases.require_keeper(session, found, act, by=by)
    milestone = _milestone(found, milestone_id)
    if (milestone.reached_at is not None) == is_reached:
        return
    milestone.reached_at = clock.now() if is_reached else None
    session.flush()
    cases.leave(session, found, act, by=by)


def drop_milestone(session: Session, found: DevelopmentCase, milestone_id: uuid.UUID, *, by: Actor) -> None:
    """Take one away that is not reached; nothing of its words stays. Raises NotAllowed, TakenAway, AlreadyMoved."""
    cases.require_keeper(session, found, DevelopmentAct.DROP_MILESTONE, by=by)
    milestone = _milestone(found, milestone_id)
    if milestone.reached_at is not None:
        cases.raise_already_moved(found, DevelopmentAct.REACH_MILESTONE)
    found.milestones.remove(milestone)
    session.flush()
    cases.leave(session, found, DevelopmentAct.DROP_MILESTONE, by=by)


# -------------------------------------------------------------------------------------------------------- inside
def _phases(found: DevelopmentCase) -> dict[SchoolTerm, DevelopmentPhase]:
    return {term: one.phase for one in found.terms if (term := SchoolTerm.read(one.term)) is not None}


def _milestone(found: DevelopmentCase, milestone_id: uuid.UUID) -> DevelopmentMilestone:
    milestone = next((one for one in found.milestones if one.id == milestone_id), None)
    if milestone is None:
        raise TakenAway
    return milestone
