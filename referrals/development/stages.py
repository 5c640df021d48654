"""Development work on its way through the stages: taken up, analysed, decided on, agreed, followed up. Closing it is in `closing.py`."""

from collections.abc import Collection
from typing import Final

from sqlalchemy.orm import Session

from referrals import clock
from referrals.access import SYSTEM, Actor
from referrals.development import cases
from referrals.development.moves import BACK, IN_ANALYSIS, TO_PRIORITISE
from referrals.errors import DevelopmentRefused
from referrals.models import DevelopmentCase
from referrals.stages import CLOSED, CLOSURE_PROPOSED, FOLLOW_UP_DUE, IN_TRIAGE, PLAN_ACTIVE, PLAN_DRAFT, State
from referrals.vocabulary import AfterFollowUp, DevelopmentAct, DevelopmentProblem, LevelledKind

_LEADS_TO: Final[dict[AfterFollowUp, State]] = {
    AfterFollowUp.GO_ON: PLAN_ACTIVE,
    AfterFollowUp.CHANGE_PLAN: PLAN_DRAFT,
    AfterFollowUp.CLOSE: CLOSURE_PROPOSED,
}


def open_triage(session: Session, found: DevelopmentCase) -> None:
    """Let what was begun wait to be taken up: the workflow does. Raises WrongStage where somebody has taken it up already."""
    cases.require_keeper(session, found, DevelopmentAct.OPEN_TRIAGE, by=SYSTEM)
    cases.leave(session, found, DevelopmentAct.OPEN_TRIAGE, by=SYSTEM, to=IN_TRIAGE)


def take_up(session: Session, found: DevelopmentCase, *, by: Actor, seen: int | None = None) -> None:
    """Take it up: its situation is analysed. Raises NotAllowed, AlreadyMoved, WrongStage."""
    cases.require_keeper(session, found, DevelopmentAct.TAKE_UP, by=by, moved=seen)
    cases.leave(session, found, DevelopmentAct.TAKE_UP, by=by, to=IN_ANALYSIS)


def end_at_triage(
    session: Session,
    found: DevelopmentCase,
    *,
    by: Actor,
    reason: str,
    answered: Collection[str] = (),
    seen: int | None = None,
) -> None:
    """Do not take it up, and say why. Nothing of it changes any more.

    Raises NotAllowed, AlreadyMoved, WrongStage, NamesSomebody, DevelopmentRefused.
    """
    act = DevelopmentAct.END_AT_TRIAGE
    cases.require_keeper(session, found, act, by=by, moved=seen)
    was_answered = _require_words(session, reason, by=by, answered=answered)
    found.closed_at, found.closed_by_id = clock.now(), by.account_id
    session.flush()
    cases.leave(session, found, act, by=by, to=CLOSED, words=reason, was_answered=was_answered)


def conclude_analysis(session: Session, found: DevelopmentCase, *, by: Actor, seen: int | None = None) -> None:
    """Go on from the analysis to what comes first. Raises NotAllowed, AlreadyMoved, WrongStage, DevelopmentRefused."""
    cases.require_keeper(session, found, DevelopmentAct.CONCLUDE_ANALYSIS, by=by, moved=seen)
    if not (found.difficulties and found.causes):
        raise DevelopmentRefused(DevelopmentProblem.ANALYSIS_MISSING)
    cases.leave(session, found, DevelopmentAct.CONCLUDE_ANALYSIS, by=by, to=TO_PRIORITISE)


def decide_priorities(session: Session, found: DevelopmentCase, *, by: Actor, seen: int | None = None) -> None:
    """Decide what comes first and what is to be reached. Raises NotAllowed, AlreadyMoved, WrongStage, DevelopmentRefused."""
    cases.require_keeper(session, found, DevelopmentAct.DECIDE_PRIORITIES, by=by, moved=seen)
    if not (found.priorities and found.goals):
        raise DevelopmentRefused(DevelopmentProblem.PRIORITIES_MISSING)
    cases.leave(session, found, DevelopmentAct.DECIDE_PRIORITIES, by=by, to=PLAN_DRAFT)


def agree_plan(session: Session, found: DevelopmentCase, *, by: Actor, seen: int | None = None) -> None:
    """Agree on the actions that are planned. Raises NotAllowed, AlreadyMoved, WrongStage, DevelopmentRefused."""
    cases.require_keeper(session, found, DevelopmentAct.AGREE_PLAN, by=by, moved=seen)
    if not any(one.kind is LevelledKind.ACTION for one in found.actions):
        raise DevelopmentRefused(DevelopmentProblem.PLAN_MISSING)
    cases.leave(session, found, DevelopmentAct.AGREE_PLAN, by=by, to=PLAN_ACTIVE)


def open_follow_up(session: Session, found: DevelopmentCase, *, by: Actor, seen: int | None = None) -> None:
    """It is time to look back: the workflow says so as a term ends, and whoever keeps it earlier. Raises NotAllowed, AlreadyMoved, WrongStage."""
    cases.require_keeper(session, found, DevelopmentAct.OPEN_FOLLOW_UP, by=by, moved=seen)
    cases.leave(session, found, DevelopmentAct.OPEN_FOLLOW_UP, by=by, to=FOLLOW_UP_DUE)


def record_follow_up(
    session: Session,
    found: DevelopmentCase,
    *,
    by: Actor,
    seen_by_then: str,
    outcome: AfterFollowUp,
    answered: Collection[str] = (),
    seen: int | None = None,
) -> None:
    """Say what is seen by now and how it goes on. Raises NotAllowed, AlreadyMoved, WrongStage, NamesSomebody, DevelopmentRefused."""
    act = DevelopmentAct.RECORD_FOLLOW_UP
    cases.require_keeper(session, found, act, by=by, moved=seen)
    was_answered = _require_words(session, seen_by_then, by=by, answered=answered)
    cases.leave(session, found, act, by=by, to=_LEADS_TO[outcome], words=seen_by_then, was_answered=was_answered)


def step_back(session: Session, found: DevelopmentCase, *, by: Actor, seen: int | None = None) -> None:
    """Take it back one stage: something was missing after all. Raises NotAllowed, AlreadyMoved, WrongStage."""
    cases.require_keeper(session, found, DevelopmentAct.STEP_BACK, by=by, moved=seen)
    cases.leave(session, found, DevelopmentAct.STEP_BACK, by=by, to=BACK[found.state])


def _require_words(session: Session, words: str, *, by: Actor, answered: Collection[str]) -> bool:
    if not words.strip():
        raise DevelopmentRefused(DevelopmentProblem.REASON_MISSING)
    return cases.require_nobody(session, [words], by=by, answered=answered)
