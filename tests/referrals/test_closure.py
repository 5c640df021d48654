"""The closure: nothing is left running, and the door stays open."""

import uuid
from dataclasses import replace

import pytest
from sqlalchemy.orm import Session

from referrals import clock, closure, follow_up
from referrals.access import SYSTEM
from referrals.closure import ClosureInput, Ending, Outcome
from referrals.errors import ActionsStillRunning, AlreadyMoved, Incomplete, NotAllowed, WrongStage
from referrals.models import ActionPlan, Referral
from referrals.plans import plan_versions
from referrals.stages import (
    CLOSED,
    CLOSURE_PROPOSED,
    FOLLOW_UP_DUE,
    IN_CONSENT,
    IN_TRIAGE,
    PARTS_REQUESTED,
    PLAN_ACTIVE,
    PLAN_FOR_APPROVAL,
    SCHEDULED,
    TO_SCHEDULE,
    State,
)
from referrals.vocabulary import ActionStatus, ClosureReason, GoalResult, PlanStatus
from tests.factories import a_member, a_plan, a_referral
from tests.people import Cast

pytestmark = pytest.mark.usefixtures("wednesday")


def proposed(session: Session, cast: Cast) -> tuple[Referral, ActionPlan]:
    referral = a_referral(session, cast, CLOSURE_PROPOSED)
    return referral, a_plan(session, referral, author=cast.coordinator, status=PlanStatus.ACTIVE)


def all_decided(plan: ActionPlan | None = None, **values: object) -> ClosureInput:
    goals = plan.goals if plan else []
    actions = plan_versions.running_actions(plan) if plan else []
    decided = ClosureInput(
        reason=ClosureReason.GOALS_REACHED,
        summary="Mila är i skolan varje dag.",
        if_needed_again="Ring Lindskolan.",
        outcomes=[Outcome(goal_id=goal.id, result=GoalResult.REACHED, note="Sedan november") for goal in goals],
        endings=[Ending(action_id=action.id, status=ActionStatus.DONE) for action in actions],
    )
    return replace(decided, **values)  # type: ignore[arg-type]


def test_closing_is_proposed_with_a_reason(session: Session, cast: Cast) -> None:
    referral = a_referral(session, cast, PLAN_ACTIVE)
    with pytest.raises(Incomplete):
        closure.propose_closure(session, referral, by=cast.coordinator.actor(), reason="")
    row = closure.propose_closure(session, referral, by=cast.coordinator.actor(), seen=1, reason="Målen är nådda.")
    assert referral.state == CLOSURE_PROPOSED
    assert (row.reason, row.by_id) == ("Målen är nådda.", cast.coordinator.id)
    with pytest.raises(AlreadyMoved):
        closure.propose_closure(session, referral, by=cast.coordinator.actor(), seen=1, reason="Målen är nådda.")


def test_a_proposal_counts_where_the_follow_up_fell_due_meanwhile_and_the_follow_up_still_waits_behind_it(
    session: Session, cast: Cast
) -> None:
    referral = a_referral(session, cast, PLAN_ACTIVE)
    a_plan(session, referral, author=cast.coordinator, status=PlanStatus.ACTIVE)
    follow_up.open_follow_up(session, referral, by=SYSTEM)
    closure.propose_closure(session, referral, by=cast.coordinator.actor(), seen=1, reason="Familjen har flyttat.")
    assert referral.state == CLOSURE_PROPOSED
    closure.resume_work(session, referral, by=cast.coordinator.actor(), reason="De stannar.")
    assert referral.state == FOLLOW_UP_DUE


def test_only_the_coordinator_closes(session: Session, cast: Cast) -> None:
    referral, plan = proposed(session, cast)
    a_member(session, referral, cast.counsellor)
    for other in (cast.counsellor, cast.head_teacher, cast.outsider):
        with pytest.raises(NotAllowed):
            closure.close_referral(session, referral, by=other.actor(), closure=all_decided(plan))
        with pytest.raises(NotAllowed):
            closure.propose_closure(session, referral, by=other.actor(), reason="Klart")
        with pytest.raises(NotAllowed):
            closure.resume_work(session, referral, by=other.actor(), reason="Ett mål är kvar.")
        with pytest.raises(NotAllowed):
            closure.reopen_referral(session, referral, by=other.actor(), reason="Nytt")


def test_work_goes_on_with_the_plan_or_with_a_meeting(session: Session, cast: Cast) -> None:
    referral, _plan = proposed(session, cast)
    closure.resume_work(session, referral, by=cast.coordinator.actor(), seen=1, reason="Ett mål är kvar.")
    assert referral.state == PLAN_ACTIVE
    assert referral.history[-1].reason == "Ett mål är kvar."
    without_plan = a_referral(session, cast, CLOSURE_PROPOSED)
    with pytest.raises(Incomplete):
        closure.resume_work(session, without_plan, by=cast.coordinator.actor(), reason="")
    closure.resume_work(session, without_plan, by=cast.coordinator.actor(), reason="Teamet ses igen.")
    assert without_plan.state == TO_SCHEDULE
    with pytest.raises(WrongStage):
        closure.resume_work(session, without_plan, by=cast.coordinator.actor(), reason="Teamet ses igen.")


def test_a_referral_is_closed_with_what_came_of_each_goal(session: Session, cast: Cast) -> None:
    referral, plan = proposed(session, cast)
    row = closure.close_referral(session, referral, by=cast.coordinator.actor(), seen=1, closure=all_decided(plan))
    assert (referral.state, referral.is_open, plan.status) == (CLOSED, False, PlanStatus.ENDED)
    assert (row.number, row.by_id, row.closed_at) == (1, cast.coordinator.id, clock.now())
    assert (row.summary, row.if_needed_again) == ("Mila är i skolan varje dag.", "Ring Lindskolan.")
    assert [(outcome.result, outcome.note) for outcome in row.outcomes] == [(GoalResult.REACHED, "Sedan november")]
    assert (referral.history[-1].choice, referral.history[-1].by_id) == ("goals_reached", cast.coordinator.id)
    with pytest.raises(WrongStage):
        closure.close_referral(session, referral, by=cast.coordinator.actor(), closure=all_decided(plan))
    assert closure.closures(session, referral) == [row]


def test_a_version_never_approved_ends_with_the_referral(session: Session, cast: Cast) -> None:
    referral, plan = proposed(session, cast)
    begun = a_plan(session, referral, author=cast.coordinator, version=2)
    replaced = a_plan(session, referral, author=cast.coordinator, version=3, status=PlanStatus.REPLACED)
    closure.close_referral(session, referral, by=cast.coordinator.actor(), closure=all_decided(plan))
    assert (begun.status, replaced.status) == (PlanStatus.ENDED, PlanStatus.REPLACED)


def test_a_referral_without_a_plan_can_be_closed(session: Session, cast: Cast) -> None:
    referral = a_referral(session, cast, CLOSURE_PROPOSED)
    moved = all_decided(reason=ClosureReason.MOVED)
    closure.close_referral(session, referral, by=cast.coordinator.actor(), closure=moved)
    assert referral.state == CLOSED


def test_a_running_action_stops_the_closing(session: Session, cast: Cast) -> None:
    referral, plan = proposed(session, cast)
    action = plan_versions.actions_of(plan)[0]
    still_running = Ending(action_id=action.id, status=ActionStatus.ONGOING)
    for endings in ([], [still_running], [Ending(action_id=uuid.uuid4(), status=ActionStatus.DONE)]):
        with pytest.raises(ActionsStillRunning):
            closure.close_referral(
                session, referral, by=cast.coordinator.actor(), closure=all_decided(plan, endings=endings)
            )
    assert (referral.state, plan.status) == (CLOSURE_PROPOSED, PlanStatus.ACTIVE)


def test_a_running_action_is_handed_to_somebody_by_name(session: Session, cast: Cast) -> None:
    referral, plan = proposed(session, cast)
    action = plan_versions.actions_of(plan)[0]
    nameless = Ending(action_id=action.id, status=ActionStatus.HANDED_OVER)
    with pytest.raises(Incomplete) as refused:
        closure.close_referral(
            session, referral, by=cast.coordinator.actor(), closure=all_decided(plan, endings=[nameless])
        )
    assert refused.value.missing == ("endings-0-handed_to",)
    handed = replace(nameless, handed_to="Vera Mentorsson, mentor")
    closure.close_referral(session, referral, by=cast.coordinator.actor(), closure=all_decided(plan, endings=[handed]))
    assert (action.status, action.handed_to) == (ActionStatus.HANDED_OVER, "Vera Mentorsson, mentor")
    assert action.status_by_id == cast.coordinator.id


def test_an_action_that_was_not_done_says_why(session: Session, cast: Cast) -> None:
    referral, plan = proposed(session, cast)
    action = plan_versions.actions_of(plan)[0]
    silent = Ending(action_id=action.id, status=ActionStatus.NOT_DONE)
    incomplete = all_decided(plan, endings=[silent], summary="", if_needed_again="", outcomes=[])
    with pytest.raises(Incomplete) as refused:
        closure.close_referral(session, referral, by=cast.coordinator.actor(), closure=incomplete)
    assert set(refused.value.missing) == {"summary", "if_needed_again", "outcomes", "endings-0-reason"}
    said = replace(silent, reason="Familjen flyttade.", handed_to="Ingen")
    closure.close_referral(session, referral, by=cast.coordinator.actor(), closure=all_decided(plan, endings=[said]))
    assert (action.status, action.status_reason) == (ActionStatus.NOT_DONE, "Familjen flyttade.")
    assert action.handed_to is None


def test_a_closed_referral_is_reopened_with_a_reason(session: Session, cast: Cast) -> None:
    referral = a_referral(session, cast, CLOSED, revisit_on=clock.now().date())
    with pytest.raises(Incomplete):
        closure.reopen_referral(session, referral, by=cast.coordinator.actor(), reason=None)
    closure.reopen_referral(session, referral, by=cast.coordinator.actor(), seen=1, reason="Frånvaron är tillbaka.")
    assert (referral.state, referral.is_open, referral.revisit_on) == (IN_TRIAGE, True, None)
    assert referral.history[-1].reason == "Frånvaron är tillbaka."
    with pytest.raises(WrongStage):
        closure.reopen_referral(session, referral, by=cast.coordinator.actor(), reason="Frånvaron är tillbaka.")


def test_a_reopened_referral_can_be_closed_again(session: Session, cast: Cast) -> None:
    referral, plan = proposed(session, cast)
    by = cast.coordinator.actor()
    closure.close_referral(session, referral, by=by, closure=all_decided(plan))
    closure.reopen_referral(session, referral, by=by, reason="Nytt")
    referral.stage, referral.status = CLOSURE_PROPOSED.stage, CLOSURE_PROPOSED.status
    session.flush()
    again = closure.close_referral(session, referral, by=by, closure=all_decided())
    assert (again.number, [row.number for row in closure.closures(session, referral)]) == (2, [2, 1])


@pytest.mark.parametrize("state", [IN_CONSENT, PARTS_REQUESTED, SCHEDULED, PLAN_FOR_APPROVAL, FOLLOW_UP_DUE])
def test_work_goes_on_from_where_closing_was_proposed(session: Session, cast: Cast, state: State) -> None:
    referral = a_referral(session, cast, state)
    closure.propose_closure(session, referral, by=cast.coordinator.actor(), reason="Familjen flyttar kanske.")
    closure.resume_work(session, referral, by=cast.coordinator.actor(), reason="De stannar.")
    assert referral.state == state
