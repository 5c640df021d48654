"""The action plan: written and saved, sent for approval, returned or approved, and how its actions stand."""

from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import date
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from referrals import clock, here, history, notes, wording
from referrals.access import Actor, parties
from referrals.errors import Incomplete, NotAllowed, NotCovered, PlanIncomplete, SameAuthor
from referrals.forums import mandate
from referrals.models import ActionPlan, Goal, History, PlannedAction, Referral
from referrals.notes import NOT_SAID, WHOLE, Classification
from referrals.people import roster
from referrals.people.membership import admit
from referrals.plans import childs_plan
from referrals.plans.plan_versions import (
    PEOPLE,
    actions_of,
    begin_version,
    people_in,
    plan_in_force,
    plan_in_writing,
    versions,
)
from referrals.stages import PLAN_ACTIVE, PLAN_FOR_APPROVAL, PLAN_RETURNED, Party, Verb
from referrals.vocabulary import About, ActionStatus, Arena, Domain, Level, MeetingOutcome, PlanStatus, WordingGround

#: what a person may say about an action; handing over belongs to the closure
REPORTABLE = frozenset(
    {ActionStatus.PLANNED, ActionStatus.ONGOING, ActionStatus.DONE, ActionStatus.HINDERED, ActionStatus.NOT_DONE}
)
_NEEDS_REASON = frozenset({ActionStatus.HINDERED, ActionStatus.NOT_DONE})
_PLAN_NEEDS = (
    "background", "child_voice", "guardians_view", "if_worse", "valid_from", "valid_to", "lead_id", "follow_up_on",
    "follow_up_by_id", "evaluation_on", "evaluation_by_id",
)  # fmt: skip
_GOAL_NEEDS = ("domain", "categories", "text", "baseline", "target", "plain")
_ACTION_NEEDS = ("text", "from_on", "to_on")


@dataclass(frozen=True, kw_only=True)
class ActionInput:
    """Who does what for a goal. Whoever does it is an account or, without one, a name."""

    text: str | None = None
    how: str | None = None
    owner_id: UUID | None = None
    owner_name: str | None = None
    arena: Arena = Arena.SCHOOL
    from_on: date | None = None
    to_on: date | None = None
    #: 0 where it is done once
    times_a_week: int = 0


@dataclass(frozen=True, kw_only=True)
class GoalInput:
    """What should be different for the child, and what is done for it."""

    #: which goal of this referral it goes on with
    begun_as: UUID | None = None
    domain: Domain | None = None
    level: Level = Level.INDIVIDUAL
    about: About = About.CHILD
    #: which guardian, where it is about one and that is known
    about_guardian_id: UUID | None = None
    #: values of InformationCategory
    categories: Sequence[str] = ()
    text: str | None = None
    baseline: str | None = None
    target: str | None = None
    plain: str | None = None
    actions: Sequence[ActionInput] = ()


@dataclass(frozen=True, kw_only=True)
class PlanInput:
    """A plan as it is being written; anything may still be missing."""

    valid_from: date | None = None
    valid_to: date | None = None
    lead_id: UUID | None = None
    follow_up_on: date | None = None
    follow_up_by_id: UUID | None = None
    evaluation_on: date | None = None
    evaluation_by_id: UUID | None = None
    background: str | None = None
    child_voice: str | None = None
    guardians_view: str | None = None
    if_worse: str | None = None
    #: for the child's version of the plan
    child_helpers: str | None = None
    child_next: str | None = None
    goals: Sequence[GoalInput] = ()
    #: what kinds of information the four texts hold: as a whole, and by their names where one differs
    whole: Classification = NOT_SAID
    own: Mapping[str, Classification] = field(default_factory=dict)


def draft_action_plan(
    session: Session, referral: Referral, *, by: Actor, seen: int | None = None, plan: PlanInput
) -> ActionPlan:
    """Save the version that is being written, or begin one; it may be incomplete.

    Raises OutsideMandate where the team may agree on no plan, Incomplete with the fields where a chosen person does not work
    here, or consent does not reach their service, and NotAllowed where something is said to be about a guardian of another child.
    """
    history.guard(session, referral, Verb.DRAFT_ACTION_PLAN, by=by, seen=seen)
    mandate.require(referral, MeetingOutcome.PLAN)
    _check_people(session, referral, plan)
    notes.check_guardians(session, referral, (goal.about_guardian_id for goal in plan.goals))
    classification = notes.as_codes(session, referral, {WHOLE: plan.whole, **plan.own})
    author_id = _account_of(by)
    draft = plan_in_writing(session, referral) or begin_version(session, referral, author_id=author_id)
    draft.author_id, draft.written_at = author_id, clock.now()
    draft.classification = classification
    for each in fields(PlanInput):
        if each.name not in {"goals", "whole", "own"}:
            setattr(draft, each.name, getattr(plan, each.name))
    lines = {goal.line for version in versions(session, referral) for goal in version.goals}
    draft.goals = [_new_goal(referral, goal, place, lines=lines) for place, goal in enumerate(plan.goals)]
    session.flush()
    history.record(session, referral, Verb.DRAFT_ACTION_PLAN, by=by, seen=seen)
    return draft


def submit_action_plan(
    session: Session, referral: Referral, *, by: Actor, seen: int | None = None, ground: WordingGround | None = None
) -> ActionPlan:
    """Send the plan to whoever approves it.

    Raises OutsideMandate where the team may agree on no plan, PlanIncomplete with the names of what is missing, LooksMedical
    where words look so and no `ground` is named.
    What does not fit on the child's version, or must not stand there, is missing too: `childs_plan.unfit_in` says why.
    """
    history.guard(session, referral, Verb.SUBMIT_ACTION_PLAN, by=by, seen=seen)
    mandate.require(referral, MeetingOutcome.PLAN)
    plan = plan_in_writing(session, referral)
    lacking = missing_in(plan)
    unfit = childs_plan.unfit_in(plan) if plan else {}
    if plan is None or lacking or unfit:
        raise PlanIncomplete(*lacking, *unfit)
    wording.check(session, referral, by=by, said=_said_in(plan), ground=ground)
    plan.status = PlanStatus.FOR_APPROVAL
    history.record(session, referral, Verb.SUBMIT_ACTION_PLAN, by=by, to=PLAN_FOR_APPROVAL, seen=seen)
    return plan


def return_action_plan(
    session: Session, referral: Referral, *, by: Actor, seen: int | None = None, comments: str | None
) -> ActionPlan:
    """Give the plan back with comments, without which nobody knows what to change."""
    history.guard(session, referral, Verb.RETURN_ACTION_PLAN, by=by, seen=seen)
    if not comments:
        raise Incomplete("comments")
    plan = _plan_for_approval(session, referral)
    plan.status, plan.comments = PlanStatus.RETURNED, comments
    history.record(session, referral, Verb.RETURN_ACTION_PLAN, by=by, to=PLAN_RETURNED, seen=seen, reason=comments)
    return plan


def approve_action_plan(
    session: Session, referral: Referral, *, by: Actor, seen: int | None = None, reason: str | None = None
) -> ActionPlan:
    """Put the plan in force, for `reason` where one is given; the version before it is replaced and stays as it was.

    Whoever answers for something in it may see the referral from now on. Raises OutsideMandate where the team may agree on no
    plan, SameAuthor for all who wrote on it, and NotCovered where consent no longer reaches one of its people.
    """
    history.guard(session, referral, Verb.APPROVE_ACTION_PLAN, by=by, seen=seen)
    mandate.require(referral, MeetingOutcome.PLAN)
    plan = _plan_for_approval(session, referral)
    if has_written(session, plan, by):
        raise SameAuthor
    before = plan_in_force(session, referral)
    if before is not None:
        before.status = PlanStatus.REPLACED
    plan.status, plan.approved_at, plan.approved_by_id = PlanStatus.ACTIVE, clock.now(), by.account_id
    today = here.today(session)
    for action in actions_of(plan):
        begun = action.from_on is not None and action.from_on <= today
        action.status = ActionStatus.ONGOING if begun else ActionStatus.PLANNED
    _admit_people(session, referral, people_in(plan))
    history.record(session, referral, Verb.APPROVE_ACTION_PLAN, by=by, to=PLAN_ACTIVE, seen=seen, reason=reason)
    return plan


def record_action_status(
    session: Session,
    referral: Referral,
    *,
    by: Actor,
    seen: int | None = None,
    action_id: UUID,
    status: ActionStatus,
    reason: str | None = None,
) -> PlannedAction:
    """Say how one action of the plan in force stands: for whoever answers for it, and for the coordinator.

    Raises NotAllowed for everybody else and for actions of other versions, Incomplete where a reason is needed.
    """
    history.guard(session, referral, Verb.RECORD_ACTION_STATUS, by=by, seen=seen)
    plan = plan_in_force(session, referral)
    action = next((one for one in actions_of(plan) if one.id == action_id), None) if plan else None
    if action is None or not may_report(action, by):
        raise NotAllowed(Verb.RECORD_ACTION_STATUS)
    if status not in REPORTABLE:
        raise Incomplete("status")
    if status in _NEEDS_REASON and not reason:
        raise Incomplete("reason")
    action.status, action.status_reason = status, reason
    action.status_at, action.status_by_id = clock.now(), by.account_id
    history.record(session, referral, Verb.RECORD_ACTION_STATUS, by=by, seen=seen, choice=status, reason=reason)
    return action


def may_report(action: PlannedAction, actor: Actor) -> bool:
    """Whether `actor` may say how this action stands: the one who answers for it, or the coordinator."""
    owns = action.owner_id is not None and action.owner_id == actor.account_id
    return owns or Party.COORDINATOR in parties(actor, action.referral.facts())


def has_written(session: Session, plan: ActionPlan, actor: Actor) -> bool:
    """Whether `actor` is among those who wrote on the plan since the last one was approved, and so cannot approve it."""
    of_referral = History.referral_id == plan.referral_id
    last = select(func.max(History.number)).where(of_referral, History.verb == Verb.APPROVE_ACTION_PLAN)
    wrote = History.verb.in_([Verb.DRAFT_ACTION_PLAN, Verb.SUBMIT_ACTION_PLAN])
    since = History.number > func.coalesce(last.scalar_subquery(), 0)
    writers = set(session.scalars(select(History.by_id).where(of_referral, wrote, since)))
    return actor.account_id in writers | {plan.author_id}


def missing_in(plan: ActionPlan | None) -> list[str]:
    """What the plan lacks before it can be approved, each by the name it has in the form; empty when it is complete.

    A last day before its first is none: nothing can be done in between.
    """
    if plan is None:
        return [*_PLAN_NEEDS, "goals"]
    lacking = [name for name in _PLAN_NEEDS if not getattr(plan, name)]
    lacking += ["valid_to"] if _ends_first(plan.valid_from, plan.valid_to) else []
    if not plan.goals:
        lacking.append("goals")
    for place, goal in enumerate(plan.goals):
        lacking += [f"goals-{place}-{name}" for name in _missing_in_goal(goal)]
    return lacking


def _said_in(plan: ActionPlan) -> list[str]:
    """Every text of the plan in which somebody wrote something."""
    texts = [getattr(plan, name) for name in (*notes.PLAN_TEXTS, *childs_plan.TEXTS)]
    for goal in plan.goals:
        texts += [goal.text, goal.baseline, goal.target, goal.plain, *(action.text for action in goal.actions)]
    return [text for text in texts if text]


def _missing_in_goal(goal: Goal) -> Iterator[str]:
    yield from (name for name in _GOAL_NEEDS if not getattr(goal, name))
    if not goal.actions:
        yield "actions"
    for place, action in enumerate(goal.actions):
        yield from (f"actions-{place}-{name}" for name in _ACTION_NEEDS if not getattr(action, name))
        if _ends_first(action.from_on, action.to_on):
            yield f"actions-{place}-to_on"
        if not (action.owner_id or action.owner_name):
            yield f"actions-{place}-owner_id"


def _ends_first(first: date | None, last: date | None) -> bool:
    return first is not None and last is not None and last < first


def _new_goal(referral: Referral, goal: GoalInput, place: int, *, lines: Container[UUID]) -> Goal:
    row = Goal(
        referral=referral,
        position=place,
        begun_as=goal.begun_as if goal.begun_as in lines else None,
        domain=goal.domain,
        level=goal.level,
        about=goal.about,
        about_guardian_id=goal.about_guardian_id,
        categories=list(goal.categories),
        text=goal.text,
        baseline=goal.baseline,
        target=goal.target,
        plain=goal.plain,
    )
    row.actions = [
        PlannedAction(
            referral=referral,
            position=position,
            status=ActionStatus.PLANNED,
            **{each.name: getattr(action, each.name) for each in fields(ActionInput)},
        )
        for position, action in enumerate(goal.actions)
    ]
    return row


def _check_people(session: Session, referral: Referral, plan: PlanInput) -> None:
    able = {one.account.id: one.only_acts for one in roster.colleagues(session, referral) if one.locked_by is None}
    if wrong := [
        name
        for name, account_id in _chosen_people(plan)
        if account_id is not None and (account_id not in able or (able[account_id] and name in PEOPLE))
    ]:
        raise Incomplete(*wrong)


def _admit_people(session: Session, referral: Referral, ids: Container[UUID | None]) -> None:
    for colleague in roster.colleagues(session, referral):
        if colleague.account.id in ids:
            if colleague.locked_by is not None:
                raise NotCovered
            admit(session, referral, colleague.account)


def _chosen_people(plan: PlanInput) -> Iterator[tuple[str, UUID | None]]:
    yield from ((name, getattr(plan, name)) for name in PEOPLE)
    for place, goal in enumerate(plan.goals):
        for position, action in enumerate(goal.actions):
            yield f"goals-{place}-actions-{position}-owner_id", action.owner_id


def _plan_for_approval(session: Session, referral: Referral) -> ActionPlan:
    plan = plan_in_writing(session, referral)
    if plan is None:
        raise PlanIncomplete(*missing_in(None))
    return plan


def _account_of(by: Actor) -> UUID:
    if by.account_id is None:
        raise NotAllowed(Verb.DRAFT_ACTION_PLAN)
    return by.account_id
