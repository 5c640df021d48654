"""A spring that is over, made row by row so that every number can be counted by hand: two areas and three schools."""

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from referrals.models import (
    ActionFollowUp,
    Closure,
    FollowUp,
    Goal,
    GoalOutcome,
    History,
    PlannedAction,
    Referral,
    Unit,
)
from referrals.patterns import equity, kept
from referrals.patterns.figures import Table
from referrals.patterns.kept import Patterns
from referrals.patterns.places import Places
from referrals.patterns.school_terms import SchoolTerm
from referrals.stages import Party, Verb
from referrals.vocabulary import (
    ActionStatus,
    ClosureReason,
    Domain,
    FollowUpDecision,
    GoalResult,
    Helped,
    LossCause,
    PlanStatus,
)
from tests.factories import a_plan, a_referral
from tests.people import Cast


def decided(session: Session, referral: Referral, verb: Verb, *, after: int) -> None:
    """A decision that many days after the concern came in."""
    at = referral.opened_at + timedelta(days=after)
    referral.version = number = len(referral.history) + 1
    session.add(
        History(
            referral=referral, number=number, verb=verb, at=at, written_at=at, by_party=Party.COORDINATOR,
            to_stage=referral.stage, to_status=referral.status,
        )
    )  # fmt: skip
    session.flush()


def a_course(session: Session, cast: Cast, unit: Unit, **values: Any) -> Referral:
    """A concern of March 2026 that was taken up, got a plan, was followed up, and closed: all in the spring."""
    answers = {"child_declined": False, "guardians_heard": True, "helped": Helped.YES, "domain": Domain.SAFETY} | values
    referral = a_referral(
        session,
        cast,
        unit_id=unit.id,
        opened_at=datetime(2026, 3, 2, 9, tzinfo=UTC),
        topics=values.get("topics", ["peers"]),
    )
    decided(session, referral, Verb.SEND_TO_TEAM, after=2)
    plan = a_plan(
        session, referral, author=cast.coordinator, status=PlanStatus.ACTIVE,
        approved_at=referral.opened_at + timedelta(days=20),
    )  # fmt: skip
    goal: Goal = plan.goals[0]
    goal.domain = answers["domain"]
    action: PlannedAction = goal.actions[0]
    follow_up = FollowUp(
        referral=referral, plan=plan, number=1, held_on=date(2026, 5, 4), recorded_at=referral.opened_at, by_id=cast.coordinator.id,
        decision=FollowUpDecision.CLOSE, child_declined=answers["child_declined"], guardians_heard=answers["guardians_heard"],
    )  # fmt: skip
    follow_up.action_results = [
        ActionFollowUp(
            referral=referral, action_id=action.id, times_planned=1, times_done=1, loss_cause=LossCause.NONE, helped=answers["helped"]
        )
    ]  # fmt: skip
    closure = Closure(
        referral=referral, number=1, reason=values.get("reason", ClosureReason.GOALS_REACHED), by_id=cast.coordinator.id,
        closed_at=referral.opened_at + timedelta(days=80),
    )  # fmt: skip
    closure.outcomes = [
        GoalOutcome(referral=referral, goal_id=goal.id, result=values.get("result", GoalResult.REACHED))
    ]
    session.add_all([follow_up, closure])
    session.flush()
    return referral


def in_areas(session: Session, cast: Cast, areas: Iterable[str] = ("North", "North", "South")) -> Unit:
    """Let the schools lie in areas; the third, which is new, is given back."""
    third = Unit(slug="tredje", name="Tredje skolan", school_form=cast.school.school_form, forum=cast.forum)
    session.add(third)
    for unit, area in zip((cast.school, cast.other_school, third), areas, strict=True):
        unit.area = area
    session.flush()
    return third


def counted_anew(session: Session, term: SchoolTerm) -> list[Table]:
    """What a term would be counted as now, without keeping it."""
    return equity.count(session, term, Places.read(session))


def lines_anew(session: Session, term: SchoolTerm) -> list[kept.Line]:
    """The same by school, that of the municipality last."""
    return kept.by_school(Patterns(term, None, tuple(counted_anew(session, term))))


def count_what_is_due(session: Session) -> list[SchoolTerm]:
    """Count and keep the terms whose day has come, as the worker does; which they were."""
    return [term for term in kept.due(session) if kept.keep(session, term)]


def concern(
    session: Session,
    cast: Cast,
    school: Unit,
    came_in: str,
    actions: Sequence[tuple[ActionStatus, int]] = (),
    **days: int,
) -> Referral:
    """A concern that came in on a day at eleven in the evening, and after how many days each decision was taken and each action recorded."""
    opened = datetime.fromisoformat(f"{came_in}T23:00:00+02:00").astimezone(UTC)
    referral = a_referral(session, cast, unit_id=school.id, opened_at=opened)
    decided = [(Verb(verb), None, after) for verb, after in days.items()]
    recorded = [(Verb.RECORD_ACTION_STATUS, status.value, after) for status, after in actions]
    for number, (verb, choice, after) in enumerate([*decided, *recorded], start=2):
        at = opened + timedelta(days=after)
        session.add(
            History(
                referral=referral, number=number, verb=verb, choice=choice, at=at, written_at=at,
                by_party=Party.COORDINATOR, to_stage=referral.stage, to_status=referral.status,
            )
        )  # fmt: skip
    session.flush()
    return referral
