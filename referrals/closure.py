"""The closure: proposed, taken back, decided with what came of each goal, and undone when the referral is reopened."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from referrals import clock, history, notes, wording
from referrals.access import Actor
from referrals.errors import ActionsStillRunning, Incomplete
from referrals.forums import mandate
from referrals.keeping import retention
from referrals.models import ActionPlan, Closure, GoalOutcome, History, PlannedAction, Referral
from referrals.notes import NOT_SAID, WHOLE, Classification
from referrals.plans.plan_versions import UNFINISHED, plan_in_force, running_actions, versions
from referrals.stages import CLOSED, CLOSURE_PROPOSED, IN_TRIAGE, PLAN_ACTIVE, SCHEDULED, TO_SCHEDULE, State, Verb
from referrals.vocabulary import ActionStatus, ClosureReason, GoalResult, MeetingOutcome, PlanStatus, WordingGround

#: how a running action can end when the referral is closed
ENDINGS = frozenset({ActionStatus.DONE, ActionStatus.NOT_DONE, ActionStatus.HANDED_OVER})


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What came of one goal."""

    goal_id: UUID
    result: GoalResult
    note: str | None = None
    own: Classification = NOT_SAID


@dataclass(frozen=True, kw_only=True)
class Ending:
    """How one running action ends: done, not done (why), or handed over (to whom, by name)."""

    action_id: UUID
    status: ActionStatus
    reason: str | None = None
    handed_to: str | None = None


@dataclass(frozen=True, kw_only=True)
class ClosureInput:
    """All that is decided when a referral is closed, and what kinds of information that is: as a whole, and where a note differs."""

    reason: ClosureReason
    summary: str
    if_needed_again: str
    outcomes: Sequence[Outcome] = ()
    endings: Sequence[Ending] = ()
    whole: Classification = NOT_SAID
    #: by the names of the texts
    own: Mapping[str, Classification] = field(default_factory=dict)


def propose_closure(
    session: Session, referral: Referral, *, by: Actor, seen: int | None = None, reason: str | None
) -> History:
    """Propose that the referral is closed, and why. Raises OutsideMandate where the team may not, Incomplete without a reason."""
    history.guard(session, referral, Verb.PROPOSE_CLOSURE, by=by, seen=seen)
    mandate.require(referral, MeetingOutcome.CLOSE)
    if not reason:
        raise Incomplete("reason")
    return history.record(session, referral, Verb.PROPOSE_CLOSURE, by=by, to=CLOSURE_PROPOSED, seen=seen, reason=reason)


def resume_work(
    session: Session, referral: Referral, *, by: Actor, seen: int | None = None, reason: str | None
) -> History:
    """Go on after all, and why, from where closing was proposed; a meeting or follow-up that proposed it is not held again."""
    history.guard(session, referral, Verb.RESUME_WORK, by=by, seen=seen)
    if not reason:
        raise Incomplete("reason")
    to = _where_work_stopped(session, referral)
    return history.record(session, referral, Verb.RESUME_WORK, by=by, to=to, seen=seen, reason=reason)


def close_referral(
    session: Session,
    referral: Referral,
    *,
    by: Actor,
    seen: int | None = None,
    closure: ClosureInput,
    ground: WordingGround | None = None,
) -> Closure:
    """Close the referral: outcome of each goal of the plan in force, and an ending for each action that still runs.

    Raises ActionsStillRunning where one is left running, Incomplete with the form's names of what else is missing,
    NotAllowed where a note is said to be about a guardian of another child, LooksMedical where words look so and no
    `ground` is named.
    """
    history.guard(session, referral, Verb.CLOSE_REFERRAL, by=by, seen=seen)
    plan = plan_in_force(session, referral)
    if missing := list(_missing_in(closure, plan)):
        raise Incomplete(*missing)
    wording.check(session, referral, by=by, said=closure, ground=ground)
    classification = notes.as_codes(session, referral, _classification(closure))
    if plan is not None:
        _end_actions(running_actions(plan), closure.endings, by=by)
    for version in versions(session, referral):
        if version.status is PlanStatus.ACTIVE or version.status in UNFINISHED:
            version.status = PlanStatus.ENDED
    row = _new_row(session, referral, closure, by=by)
    row.classification = classification
    session.flush()
    history.record(
        session,
        referral,
        Verb.CLOSE_REFERRAL,
        by=by,
        to=CLOSED,
        seen=seen,
        choice=closure.reason,
        reason=closure.summary,
    )
    return row


def reopen_referral(
    session: Session, referral: Referral, *, by: Actor, seen: int | None = None, reason: str | None
) -> History:
    """Take a closed referral up again, because something new is known; it begins with the initial assessment.

    Whatever of it was about to be disposed of stays. Raises ContentGone where all of it is gone, with the referral's own key.
    """
    history.guard(session, referral, Verb.REOPEN_REFERRAL, by=by, seen=seen)
    if not reason:
        raise Incomplete("reason")
    retention.take_up_again(session, referral, by=by)
    referral.revisit_on = None
    return history.record(session, referral, Verb.REOPEN_REFERRAL, by=by, to=IN_TRIAGE, seen=seen, reason=reason)


def closures(session: Session, referral: Referral) -> list[Closure]:
    """All closures of a referral, the newest first."""
    rows = select(Closure).where(Closure.referral_id == referral.id).order_by(Closure.number.desc())
    return list(session.scalars(rows))


def reopened(session: Session, referrals: Iterable[Referral]) -> set[UUID]:
    """The ids of those of `referrals` that were closed once and taken up again."""
    asked = select(History.referral_id).where(History.verb == Verb.REOPEN_REFERRAL)
    return set(session.scalars(asked.where(History.referral_id.in_([referral.id for referral in referrals]))))


def _where_work_stopped(session: Session, referral: Referral) -> State:
    proposal = session.scalars(
        select(History)
        .where(History.referral_id == referral.id, History.to_status == CLOSURE_PROPOSED.status)
        .where(History.from_status != History.to_status)
        .order_by(History.number.desc())
        .limit(1)
    ).one_or_none()
    if proposal is not None and proposal.verb is Verb.PROPOSE_CLOSURE and proposal.from_stage and proposal.from_status:
        was = State(proposal.from_stage, proposal.from_status)
        return TO_SCHEDULE if was == SCHEDULED and _is_called_off_since(session, proposal) else was
    return TO_SCHEDULE if plan_in_force(session, referral) is None else PLAN_ACTIVE


def _is_called_off_since(session: Session, row: History) -> bool:
    later = History.referral_id == row.referral_id, History.number > row.number
    off = select(History.id).where(*later, History.verb == Verb.CALL_OFF_MEETING)
    return session.scalars(off.limit(1)).first() is not None


def _missing_in(closure: ClosureInput, plan: ActionPlan | None) -> Iterator[str]:
    if not closure.summary:
        yield "summary"
    if not closure.if_needed_again:
        yield "if_needed_again"
    goals = {goal.id for goal in plan.goals} if plan else set()
    if {outcome.goal_id for outcome in closure.outcomes} != goals or len(closure.outcomes) != len(goals):
        yield "outcomes"
    for place, ending in enumerate(closure.endings):
        if ending.status is ActionStatus.NOT_DONE and not ending.reason:
            yield f"endings-{place}-reason"
        if ending.status is ActionStatus.HANDED_OVER and not ending.handed_to:
            yield f"endings-{place}-handed_to"


def _classification(closure: ClosureInput) -> dict[str, Classification]:
    """What was said about the notes, by the names that `referrals/notes.py` knows them by."""
    outcomes = {f"outcomes-{outcome.goal_id}": outcome.own for outcome in closure.outcomes}
    return {WHOLE: closure.whole, **closure.own, **outcomes}


def _end_actions(running: Sequence[PlannedAction], endings: Sequence[Ending], *, by: Actor) -> None:
    endings_by_id = {ending.action_id: ending for ending in endings if ending.status in ENDINGS}
    if any(action.id not in endings_by_id for action in running):
        raise ActionsStillRunning
    for action in running:
        ending = endings_by_id[action.id]
        action.status, action.status_reason = ending.status, ending.reason
        action.handed_to = ending.handed_to if ending.status is ActionStatus.HANDED_OVER else None
        action.status_at, action.status_by_id = clock.now(), by.account_id


def _new_row(session: Session, referral: Referral, closure: ClosureInput, *, by: Actor) -> Closure:
    earlier = session.scalar(select(func.count()).where(Closure.referral_id == referral.id)) or 0
    row = Closure(
        referral=referral,
        number=earlier + 1,
        reason=closure.reason,
        closed_at=clock.now(),
        by_id=by.account_id,
        summary=closure.summary,
        if_needed_again=closure.if_needed_again,
        outcomes=[
            GoalOutcome(referral=referral, goal_id=outcome.goal_id, result=outcome.result, note=outcome.note)
            for outcome in closure.outcomes
        ],
    )
    session.add(row)
    return row
