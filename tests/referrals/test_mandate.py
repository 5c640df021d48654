"""What a team's mandate lets it decide: asked first wherever the way to an outcome opens, not at its last step."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from referrals import action_plan, clock, closure, follow_up, mandate, team_review
from referrals.action_plan import PlanInput
from referrals.errors import OutsideMandate
from referrals.models import History, Referral
from referrals.stages import (
    CLOSURE_PROPOSED,
    FOLLOW_UP_DUE,
    MEETING_HELD,
    PLAN_ACTIVE,
    PLAN_DRAFT,
    PLAN_FOR_APPROVAL,
    PLAN_RETURNED,
    TO_SCHEDULE,
    State,
)
from referrals.vocabulary import FollowUpDecision, MeetingOutcome, PlanStatus
from tests.factories import a_meeting, a_plan, a_referral
from tests.people import Cast
from tests.referrals.test_follow_up import all_said

pytestmark = pytest.mark.usefixtures("wednesday")


def only(session: Session, cast: Cast, *outcomes: MeetingOutcome) -> None:
    """Let the team's meetings lead to these and nothing else."""
    cast.forum.outcomes = [one.value for one in outcomes]
    session.flush()


def but(session: Session, cast: Cast, outcome: MeetingOutcome) -> None:
    only(session, cast, *(one for one in MeetingOutcome if one is not outcome))


def rows(session: Session, referral: Referral) -> int:
    return len(session.scalars(select(History).where(History.referral_id == referral.id)).all())


@pytest.mark.parametrize("state", [PLAN_DRAFT, PLAN_RETURNED])
def test_a_team_that_agrees_on_no_plan_begins_none_and_sends_none_for_approval(
    session: Session, cast: Cast, state: State
) -> None:
    referral = a_referral(session, cast, state)
    plan, by = a_plan(session, referral, author=cast.coordinator), cast.coordinator.actor()
    but(session, cast, MeetingOutcome.PLAN)
    before = rows(session, referral)
    with pytest.raises(OutsideMandate):
        action_plan.draft_action_plan(session, referral, by=by, plan=PlanInput(background="Något annat"))
    with pytest.raises(OutsideMandate):
        action_plan.submit_action_plan(session, referral, by=by)
    assert (plan.background, plan.status, rows(session, referral)) == ("Mila kommer sent.", PlanStatus.DRAFT, before)
    only(session, cast, MeetingOutcome.PLAN)
    action_plan.draft_action_plan(session, referral, by=by, plan=PlanInput(background="Något annat"))
    assert plan.background == "Något annat"


def test_a_plan_that_waits_can_still_be_returned_where_the_team_agrees_on_none_any_more(
    session: Session, cast: Cast
) -> None:
    referral, by = a_referral(session, cast, PLAN_FOR_APPROVAL), cast.head_teacher.actor()
    a_plan(session, referral, author=cast.counsellor, status=PlanStatus.FOR_APPROVAL)
    but(session, cast, MeetingOutcome.PLAN)
    with pytest.raises(OutsideMandate):
        action_plan.approve_action_plan(session, referral, by=by)
    action_plan.return_action_plan(session, referral, by=by, comments="Teamet får inte längre besluta planer.")
    assert referral.state == PLAN_RETURNED


@pytest.mark.parametrize(
    ("decision", "outcome", "leads_to"),
    [
        (FollowUpDecision.ADJUST, MeetingOutcome.PLAN, PLAN_DRAFT),
        (FollowUpDecision.STEP_DOWN, MeetingOutcome.PLAN, PLAN_DRAFT),
        (FollowUpDecision.STEP_UP, MeetingOutcome.MEET_AGAIN, TO_SCHEDULE),
        (FollowUpDecision.CLOSE, MeetingOutcome.CLOSE, CLOSURE_PROPOSED),
    ],
)
def test_a_follow_up_leads_only_where_the_mandate_does(
    session: Session, cast: Cast, decision: FollowUpDecision, outcome: MeetingOutcome, leads_to: State
) -> None:
    referral, by = a_referral(session, cast, FOLLOW_UP_DUE), cast.coordinator.actor()
    plan = a_plan(session, referral, author=cast.coordinator, status=PlanStatus.ACTIVE)
    but(session, cast, outcome)
    said = all_said(plan, decision=decision, next_follow_up_on=None)
    with pytest.raises(OutsideMandate):
        follow_up.record_follow_up(session, referral, by=by, follow_up=said)
    assert referral.state == FOLLOW_UP_DUE
    only(session, cast, outcome)
    follow_up.record_follow_up(session, referral, by=by, follow_up=said)
    assert referral.state == leads_to


def test_that_a_plan_goes_on_as_it_is_needs_no_mandate(session: Session, cast: Cast) -> None:
    referral = a_referral(session, cast, FOLLOW_UP_DUE)
    plan = a_plan(session, referral, author=cast.coordinator, status=PlanStatus.ACTIVE)
    only(session, cast, MeetingOutcome.MORE_ASSESSMENT)
    follow_up.record_follow_up(session, referral, by=cast.coordinator.actor(), follow_up=all_said(plan))
    assert referral.state == PLAN_ACTIVE


def test_closing_is_proposed_only_where_the_team_may(session: Session, cast: Cast) -> None:
    referral, by = a_referral(session, cast, PLAN_ACTIVE), cast.coordinator.actor()
    but(session, cast, MeetingOutcome.CLOSE)
    with pytest.raises(OutsideMandate):
        closure.propose_closure(session, referral, by=by, reason="Målen är nådda.")
    only(session, cast, MeetingOutcome.CLOSE)
    closure.propose_closure(session, referral, by=by, reason="Målen är nådda.")
    assert referral.state == CLOSURE_PROPOSED


def test_minutes_are_told_first_what_the_team_may_not_decide(session: Session, cast: Cast) -> None:
    """Before what is missing in them: nobody fills in a form for a decision that will be refused."""
    referral = a_referral(session, cast, MEETING_HELD)
    meeting = a_meeting(session, referral, called_by=cast.coordinator, starts_at=clock.now())
    but(session, cast, MeetingOutcome.PLAN)
    by = cast.coordinator.actor()
    with pytest.raises(OutsideMandate):
        team_review.record_meeting(session, referral, by=by, seen=None, attendance=[], outcome=MeetingOutcome.PLAN)
    meeting.outcome, meeting.minutes_by_id = MeetingOutcome.PLAN, cast.coordinator.id
    with pytest.raises(OutsideMandate):
        team_review.approve_minutes(session, referral, by=by, seen=None)


def test_every_decision_of_a_follow_up_is_weighed() -> None:
    assert mandate.OF_DECISION.keys() == set(FollowUpDecision)
