"""The versions of a referral's plan: which is in force, which is being written, and how a new one begins as a copy."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from referrals import clock
from referrals.models import ActionPlan, FollowUp, Goal, PlannedAction, Referral
from referrals.vocabulary import ActionStatus, PlanStatus

#: an action in one of these still asks something of somebody
RUNNING = frozenset({ActionStatus.PLANNED, ActionStatus.ONGOING, ActionStatus.HINDERED})
#: a version in one of these is not yet approved
UNFINISHED = frozenset({PlanStatus.DRAFT, PlanStatus.RETURNED, PlanStatus.FOR_APPROVAL})

#: whom a version names by their account, beside those who answer for an action
PEOPLE = ("lead_id", "follow_up_by_id", "evaluation_by_id")


def versions(session: Session, referral: Referral) -> list[ActionPlan]:
    """All versions of the plan, the newest first."""
    rows = session.scalars(
        select(ActionPlan)
        .where(ActionPlan.referral_id == referral.id)
        .options(selectinload(ActionPlan.goals).selectinload(Goal.actions))
        .order_by(ActionPlan.version.desc())
    )
    return list(rows)


def plan_in_force(session: Session, referral: Referral) -> ActionPlan | None:
    """The approved version that is being carried out, also while a new one is being written."""
    return next((plan for plan in versions(session, referral) if plan.status is PlanStatus.ACTIVE), None)


def plan_in_writing(session: Session, referral: Referral) -> ActionPlan | None:
    """The version that is not yet approved."""
    return next((plan for plan in versions(session, referral) if plan.status in UNFINISHED), None)


def newest_version(session: Session, referral: Referral) -> ActionPlan | None:
    """The version begun last, however far it has come."""
    return next(iter(versions(session, referral)), None)


def approved_until(session: Session, referral: Referral, at: datetime) -> ActionPlan | None:
    """The version that was approved last up to and with the instant `at`, whatever became of it since."""
    return next((plan for plan in versions(session, referral) if plan.approved_at and plan.approved_at <= at), None)


def begin_version(session: Session, referral: Referral, *, author_id: UUID) -> ActionPlan:
    """A new, empty version, numbered after the newest."""
    found = versions(session, referral)
    plan = ActionPlan(
        referral=referral,
        version=found[0].version + 1 if found else 1,
        status=PlanStatus.DRAFT,
        author_id=author_id,
        written_at=clock.now(),
    )
    session.add(plan)
    return plan


def copy_version(session: Session, plan: ActionPlan, *, author_id: UUID, begins_on: date) -> ActionPlan:
    """A new version that says what `plan` says from `begins_on` on: its goals, and those of its actions that still run.

    How often they were done until then was asked of `plan`, and is not asked of the new one again. The day of the follow-up
    is left open, since it lies behind. `plan` itself stays as it is.
    """
    copy = begin_version(session, plan.referral, author_id=author_id)
    copy.valid_from = begins_on
    for name in ("valid_to", "lead_id", "follow_up_by_id", "evaluation_on", "evaluation_by_id"):
        setattr(copy, name, getattr(plan, name))
    for name in ("background", "child_voice", "guardians_view", "if_worse", "child_helpers"):
        setattr(copy, name, getattr(plan, name))
    copy.classification = dict(plan.classification)
    copy.goals = [_copy_goal(goal, begins_on) for goal in plan.goals]
    return copy


def _copy_goal(goal: Goal, begins_on: date) -> Goal:
    copy = Goal(
        referral=goal.referral,
        position=goal.position,
        begun_as=goal.line,
        domain=goal.domain,
        level=goal.level,
        about=goal.about,
        about_guardian_id=goal.about_guardian_id,
        categories=list(goal.categories),
    )
    for name in ("text", "baseline", "target", "plain"):
        setattr(copy, name, getattr(goal, name))
    running = [action for action in goal.actions if action.status in RUNNING]
    copy.actions = [_copy_action(action, position, begins_on) for position, action in enumerate(running)]
    return copy


def _copy_action(action: PlannedAction, position: int, begins_on: date) -> PlannedAction:
    is_over = action.to_on is not None and action.to_on < begins_on
    copy = PlannedAction(
        referral=action.referral,
        position=position,
        owner_id=action.owner_id,
        arena=action.arena,
        from_on=action.from_on if action.from_on is None or is_over else max(action.from_on, begins_on),
        to_on=action.to_on,
        times_a_week=action.times_a_week,
        status=ActionStatus.PLANNED,
    )
    for name in ("text", "how", "owner_name"):
        setattr(copy, name, getattr(action, name))
    return copy


def people_in(plan: ActionPlan) -> set[UUID | None]:
    """The accounts that a version names: `PEOPLE`, and who answers for an action."""
    return {*(getattr(plan, name) for name in PEOPLE), *(action.owner_id for action in actions_of(plan))}


def actions_of(plan: ActionPlan) -> list[PlannedAction]:
    """All actions of a version, in the order of its goals."""
    return [action for goal in plan.goals for action in goal.actions]


def running_actions(plan: ActionPlan) -> list[PlannedAction]:
    """Those of its actions that are planned, ongoing or hindered."""
    return [action for action in actions_of(plan) if action.status in RUNNING]


def follow_ups(session: Session, referral: Referral) -> list[FollowUp]:
    """All follow-ups of a referral, the newest first."""
    rows = session.scalars(
        select(FollowUp)
        .where(FollowUp.referral_id == referral.id)
        .options(selectinload(FollowUp.goal_results), selectinload(FollowUp.action_results), selectinload(FollowUp.by))
        .order_by(FollowUp.number.desc())
    )
    return list(rows)


def next_follow_up_on(session: Session, plan: ActionPlan) -> date | None:
    """The day of the next follow-up of `plan`: its own first, then what the newest one decided, at last the evaluation."""
    newest = session.scalars(
        select(FollowUp).where(FollowUp.plan_id == plan.id).order_by(FollowUp.number.desc()).limit(1)
    ).one_or_none()
    if newest is None:
        return plan.follow_up_on
    return newest.next_follow_up_on or plan.evaluation_on
