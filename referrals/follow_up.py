"""The follow-up: whether each action was done and whether it helped, how each goal stands, and what comes next."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from referrals import clock, here, history, notes, wording
from referrals.access import Actor
from referrals.calendar import Closed, closed_days, school_days_between
from referrals.disclosure import coverage
from referrals.disclosure.coverage import Lapse
from referrals.errors import Incomplete, WrongStage
from referrals.files import attachments
from referrals.files.quarantine import Cleared
from referrals.forums import mandate
from referrals.languages import local_date
from referrals.models import (
    CONSENT,
    ActionFollowUp,
    ActionPlan,
    Attachment,
    Disclosure,
    FollowUp,
    GoalFollowUp,
    Guardian,
    PlannedAction,
    Referral,
)
from referrals.notes import NOT_SAID, WHOLE, Classification
from referrals.people import roster
from referrals.plans import plan_versions
from referrals.plans.plan_versions import actions_of, copy_version, follow_ups, plan_in_force, plan_in_writing
from referrals.stages import (
    CLOSURE_PROPOSED,
    FOLLOW_UP_DUE,
    PLAN_ACTIVE,
    PLAN_DRAFT,
    TO_SCHEDULE,
    State,
    Verb,
)
from referrals.vocabulary import (
    Counterpart,
    FollowUpDecision,
    GoalResult,
    Helped,
    LossCause,
    PieceKind,
    PlanStatus,
    Recipient,
    WordingGround,
)

#: where each decision leads
LEADS_TO: Mapping[FollowUpDecision, State] = {
    FollowUpDecision.CONTINUE: PLAN_ACTIVE,
    FollowUpDecision.ADJUST: PLAN_DRAFT,
    FollowUpDecision.STEP_DOWN: PLAN_DRAFT,
    FollowUpDecision.STEP_UP: TO_SCHEDULE,
    FollowUpDecision.CLOSE: CLOSURE_PROPOSED,
}
_SCHOOL_WEEK = 5


@dataclass(frozen=True, kw_only=True)
class ActionAnswer:
    """Of one action: was it done, and did it help."""

    action_id: UUID
    times_done: int
    loss_cause: LossCause = LossCause.NONE
    helped: Helped
    note: str | None = None
    own: Classification = NOT_SAID


@dataclass(frozen=True, kw_only=True)
class GoalAnswer:
    """How one goal stands."""

    goal_id: UUID
    result: GoalResult
    note: str | None = None
    own: Classification = NOT_SAID


@dataclass(frozen=True, kw_only=True)
class GuardianAnswer:
    """What one guardian thinks, or that they did not want to answer."""

    guardian_id: UUID
    view: str | None = None
    declined: bool = False
    own: Classification = NOT_SAID


@dataclass(frozen=True, kw_only=True)
class FollowUpInput:
    """All that is said at a follow-up, and what kinds of information that is: as a whole, and where a note differs its own."""

    held_on: date
    actions: Sequence[ActionAnswer]
    goals: Sequence[GoalAnswer]
    child_view: str | None = None
    child_declined: bool = False
    guardians: Sequence[GuardianAnswer] = ()
    learned: str | None = None
    decision: FollowUpDecision
    reason: str
    next_follow_up_on: date | None = None
    whole: Classification = NOT_SAID
    #: by the names of the texts
    own: Mapping[str, Classification] = field(default_factory=dict)


def due_for_follow_up(session: Session, today: date) -> list[Referral]:
    """Referrals whose plan is running and whose day of follow-up has come."""
    newest = (
        select(func.coalesce(FollowUp.next_follow_up_on, ActionPlan.evaluation_on))
        .where(FollowUp.plan_id == ActionPlan.id)
        .order_by(FollowUp.number.desc())
        .limit(1)
        .correlate(ActionPlan)
        .scalar_subquery()
    )
    due_on = func.coalesce(newest, ActionPlan.follow_up_on)
    is_running = Referral.stage == PLAN_ACTIVE.stage, Referral.status == PLAN_ACTIVE.status
    rows = session.scalars(
        select(Referral)
        .join(ActionPlan, ActionPlan.referral_id == Referral.id)
        .where(*is_running, ActionPlan.status == PlanStatus.ACTIVE, due_on <= today)
        .order_by(due_on, Referral.id)
    )
    return list(rows)


def open_follow_up(session: Session, referral: Referral, *, by: Actor, seen: int | None = None) -> ActionPlan:
    """Say that it is time for the follow-up: the workflow when the day has come, or the coordinator earlier."""
    history.guard(session, referral, Verb.OPEN_FOLLOW_UP, by=by, seen=seen)
    plan = _plan_followed_up(session, referral, Verb.OPEN_FOLLOW_UP)
    history.record(session, referral, Verb.OPEN_FOLLOW_UP, by=by, to=FOLLOW_UP_DUE, seen=seen)
    return plan


def open_early(session: Session, referral: Referral, *, by: Actor, seen: int | None = None) -> None:
    """Open the follow-up before its day. Where that day came in the same moment, the workflow has opened it: nothing is changed."""
    try:
        open_follow_up(session, referral, by=by, seen=seen)
    except WrongStage:
        if referral.state != FOLLOW_UP_DUE:
            raise


def record_follow_up(
    session: Session,
    referral: Referral,
    *,
    by: Actor,
    seen: int | None = None,
    follow_up: FollowUpInput,
    ground: WordingGround | None = None,
) -> FollowUp:
    """Record what the follow-up found and what was decided, and go where the decision leads.

    Adjusting and stepping down begin a new version as a copy; the old one stays in force until that one is approved.
    Raises OutsideMandate where the team may not decide that, Incomplete with the form's names of what is missing, LooksMedical
    where words look so and no `ground` is named.
    """
    history.guard(session, referral, Verb.RECORD_FOLLOW_UP, by=by, seen=seen)
    mandate.require(referral, mandate.OF_DECISION[follow_up.decision])
    plan = _plan_followed_up(session, referral, Verb.RECORD_FOLLOW_UP)
    planned = times_planned(session, plan, follow_up.held_on)
    guardians = guardians_to_ask(session, referral)
    if missing := [
        *_missing_in_decision(follow_up, today=here.today(session)),
        *_before_plan(session, plan, follow_up.held_on),
        *_missing_answers(plan, follow_up, planned),
        *_missing_views(guardians, follow_up),
    ]:
        raise Incomplete(*missing)
    wording.check(session, referral, by=by, said=follow_up, ground=ground)
    classification = notes.as_codes(session, referral, _classification(follow_up))
    row = _new_row(plan, follow_up, number=len(follow_ups(session, referral)) + 1, by=by)
    row.classification = classification
    row.guardian_views = _views(guardians, follow_up)
    row.guardians_heard = any(not said["declined"] for said in row.guardian_views)
    row.action_results = [_action_row(referral, answer, planned[answer.action_id]) for answer in follow_up.actions]
    session.add(row)
    session.flush()
    attachments.bind_waiting(session, referral, row)
    if follow_up.decision in {FollowUpDecision.ADJUST, FollowUpDecision.STEP_DOWN}:
        _begin_next_version(session, plan, by=by, begins_on=follow_up.held_on + timedelta(days=1))
    history.record(
        session,
        referral,
        Verb.RECORD_FOLLOW_UP,
        by=by,
        to=LEADS_TO[follow_up.decision],
        seen=seen,
        choice=follow_up.decision,
        reason=follow_up.reason,
    )
    files = attachments.beside_follow_up(session, referral, row)
    attachments.enter(session, files, counterpart=Counterpart.STAFF, function=by.profession)
    return row


def attach_file(session: Session, referral: Referral, *, by: Actor, file: Cleared) -> Attachment:
    """Keep a file for the follow-up that is being written. Raises FileRefused where it does not fit."""
    party = history.guard(session, referral, Verb.RECORD_FOLLOW_UP, by=by)
    return attachments.keep(session, referral, file, by=by, party=party, is_follow_up=True)


def remove_file(session: Session, referral: Referral, *, by: Actor, file_id: UUID) -> None:
    """Take a file away again before the follow-up is recorded; one that is gone already stays gone."""
    party = history.guard(session, referral, Verb.RECORD_FOLLOW_UP, by=by)
    for attachment in attachments.beside_follow_up(session, referral, None):
        if attachment.id == file_id:
            attachments.remove(session, attachment, by=by, party=party)


def times_planned(session: Session, plan: ActionPlan, held_on: date) -> dict[UUID, int]:
    """How many times each action of `plan` should have been done up to and on `held_on`; closed days are not counted."""
    closed = closed_days(session)
    return {action.id: _times_planned(action, held_on, closed) for action in actions_of(plan)}


def consent_lost(session: Session, plan: ActionPlan, held_on: date) -> dict[UUID, Lapse]:
    """The actions of other services whose consent ended while they ran, up to and on `held_on`: from which day on, and why."""
    found = {}
    for action in actions_of(plan):
        if action.from_on is None:
            continue
        last = min(held_on, action.to_on or held_on)
        lapses = [
            coverage.lapse(session, plan.referral, service, since=action.from_on, until=last)
            for service in _services_behind(session, action)
        ]
        if ended := [lapse for lapse in lapses if lapse is not None]:
            found[action.id] = min(ended, key=lambda one: one.ended_on)
    return found


def _services_behind(session: Session, action: PlannedAction) -> set[Recipient]:
    """Which other services carry `action` out: its owner's, or of somebody without an account those it was shared with on consent."""
    if action.owner is not None:
        return {roster.service_of(action.owner.profession, action.referral.unit.school_form)} - {Recipient.OWN_STAFF}
    shared = select(Disclosure.recipient).where(
        Disclosure.kind == PieceKind.RENDERING,
        Disclosure.object_id.in_(_through_the_versions(session, action)),
        Disclosure.ground == CONSENT,
    )
    return set(session.scalars(shared))


def _through_the_versions(session: Session, action: PlannedAction) -> set[UUID]:
    """What the same person without an account does for the same goal in any version: it may have been shared from an earlier one."""
    goals = [goal for plan in plan_versions.versions(session, action.referral) for goal in plan.goals]
    ours = [one for goal in goals if goal.line == action.goal.line for one in goal.actions]
    return {one.id for one in ours if one.owner_id is None and one.owner_name == action.owner_name}


def _times_planned(action: PlannedAction, held_on: date, closed: Closed) -> int:
    if action.from_on is None or action.from_on > held_on:
        return 0
    if action.times_a_week == 0:
        return 1
    last = min(held_on, action.to_on or held_on)
    open_days = school_days_between(action.from_on, last, closed=closed)
    return (2 * action.times_a_week * open_days + _SCHOOL_WEEK) // (2 * _SCHOOL_WEEK)


def guardians_to_ask(session: Session, referral: Referral) -> list[Guardian]:
    """The guardians whose view belongs to a follow-up: those with custody who may be contacted."""
    return [guardian for guardian in coverage.deciding_guardians(session, referral) if guardian.may_contact]


def _plan_followed_up(session: Session, referral: Referral, verb: Verb) -> ActionPlan:
    plan = plan_in_force(session, referral)
    if plan is None:
        raise WrongStage(verb, referral.stage, referral.status)
    return plan


def _missing_in_decision(follow_up: FollowUpInput, *, today: date) -> Iterator[str]:
    if follow_up.held_on > today:
        yield "held_on"
    if not follow_up.reason:
        yield "reason"
    goes_on = follow_up.decision is FollowUpDecision.CONTINUE
    if goes_on and (follow_up.next_follow_up_on is None or follow_up.next_follow_up_on <= today):
        yield "next_follow_up_on"


def _before_plan(session: Session, plan: ActionPlan, held_on: date) -> Iterator[str]:
    """A follow-up of a day on which the plan neither held nor was approved follows nothing up."""
    zone = here.time_zone(session)
    approved_on = local_date(plan.approved_at, zone=zone) if plan.approved_at else None
    begins = [day for day in (plan.valid_from, approved_on) if day is not None]
    if begins and held_on < min(begins):
        yield "before_plan"


def _missing_answers(plan: ActionPlan, follow_up: FollowUpInput, planned: Mapping[UUID, int]) -> Iterator[str]:
    answers = {answer.action_id: answer for answer in follow_up.actions}
    if answers.keys() != {action.id for action in actions_of(plan)} or len(answers) != len(follow_up.actions):
        yield "actions"
        return
    goals = {goal.id for goal in plan.goals}
    if {answer.goal_id for answer in follow_up.goals} != goals or len(follow_up.goals) != len(goals):
        yield "goals"
    for place, answer in enumerate(follow_up.actions):
        lost = answer.times_done < planned[answer.action_id]
        if lost and answer.loss_cause is LossCause.NONE:
            yield f"actions-{place}-loss_cause"
        if 0 < planned[answer.action_id] < answer.times_done and not answer.note:
            yield f"actions-{place}-times_done"


def _missing_views(guardians: Sequence[Guardian], follow_up: FollowUpInput) -> Iterator[str]:
    if not (follow_up.child_view or follow_up.child_declined):
        yield "child_view"
    answers = {answer.guardian_id: answer for answer in follow_up.guardians}
    for place, guardian in enumerate(guardians):
        answer = answers.get(guardian.id)
        if answer is None or not (answer.view or answer.declined):
            yield f"guardians-{place}-view"


def _new_row(plan: ActionPlan, follow_up: FollowUpInput, *, number: int, by: Actor) -> FollowUp:
    referral = plan.referral
    goes_on = follow_up.decision is FollowUpDecision.CONTINUE
    return FollowUp(
        referral=referral,
        plan=plan,
        number=number,
        by_id=by.account_id,
        held_on=follow_up.held_on,
        recorded_at=clock.now(),
        decision=follow_up.decision,
        child_view=follow_up.child_view,
        child_declined=follow_up.child_declined and not follow_up.child_view,
        learned=follow_up.learned,
        decision_reason=follow_up.reason,
        next_follow_up_on=follow_up.next_follow_up_on if goes_on else None,
        goal_results=[
            GoalFollowUp(referral=referral, goal_id=answer.goal_id, result=answer.result, note=answer.note)
            for answer in follow_up.goals
        ],
    )


def _action_row(referral: Referral, answer: ActionAnswer, planned: int) -> ActionFollowUp:
    return ActionFollowUp(
        referral=referral,
        action_id=answer.action_id,
        times_planned=planned,
        times_done=answer.times_done,
        loss_cause=answer.loss_cause if answer.times_done < planned else LossCause.NONE,
        helped=answer.helped,
        note=answer.note,
    )


def _views(guardians: Sequence[Guardian], follow_up: FollowUpInput) -> list[dict[str, str | bool]]:
    answers = {answer.guardian_id: answer for answer in follow_up.guardians}
    return [
        {
            "guardian_id": str(guardian.id),
            "name": guardian.name or "",
            "view": answers[guardian.id].view or "",
            "declined": not answers[guardian.id].view,
        }
        for guardian in guardians
    ]


def _classification(follow_up: FollowUpInput) -> dict[str, Classification]:
    """What was said about the notes, by the names that `referrals/notes.py` knows them by."""
    return {
        WHOLE: follow_up.whole,
        **follow_up.own,
        **{f"guardian_views-{answer.guardian_id}": answer.own for answer in follow_up.guardians},
        **{f"goal_results-{answer.goal_id}": answer.own for answer in follow_up.goals},
        **{f"action_results-{answer.action_id}": answer.own for answer in follow_up.actions},
    }


def _begin_next_version(session: Session, plan: ActionPlan, *, by: Actor, begins_on: date) -> None:
    """A version that somebody already began, before an earlier change of course, is gone on with."""
    if by.account_id is not None and plan_in_writing(session, plan.referral) is None:
        copy_version(session, plan, author_id=by.account_id, begins_on=begins_on)
        session.flush()
