"""What a team's mandate lets it decide: asked first wherever the way to an outcome opens, not at its last step."""

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

import referrals
from referrals import action_plan, clock, closure, follow_up, team_review
from referrals.action_plan import PlanInput
from referrals.disclosure import receivers
from referrals.errors import OutsideMandate, SetupFileInvalid, StillTakesChildren
from referrals.forums import mandate
from referrals.models import HandOver, History, Referral, Unit
from referrals.people import founding, organisation
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
from referrals.vocabulary import FollowUpDecision, HandOverState, MeetingOutcome, PlanStatus, SchoolForm, TeamLevel
from schemas import municipality
from tests.factories import a_meeting, a_plan, a_referral
from tests.people import Cast
from tests.referrals.test_follow_up import all_said

DEMONSTRATION = Path(referrals.__file__).parent / "municipalities" / "se.toml"

pytestmark = pytest.mark.usefixtures("wednesday")


def only(session: Session, cast: Cast, *outcomes: MeetingOutcome) -> None:
    """Let the team's meetings lead to these and nothing else."""
    cast.forum.outcomes = [one.value for one in outcomes]
    session.flush()


def but(session: Session, cast: Cast, outcome: MeetingOutcome) -> None:
    only(session, cast, *(one for one in MeetingOutcome if one is not outcome))


def rows(session: Session, referral: Referral) -> int:
    return len(session.scalars(select(History).where(History.referral_id == referral.id)).all())


def test_a_team_of_the_school_cannot_decide_a_childs_plan_and_one_around_the_child_can(
    session: Session, cast: Cast
) -> None:
    """C01: the level alone says so, where the team has no list of its own."""
    referral, by = a_referral(session, cast, PLAN_DRAFT), cast.coordinator.actor()
    plan = a_plan(session, referral, author=cast.coordinator)
    cast.forum.level = TeamLevel.STAFF
    with pytest.raises(OutsideMandate):
        action_plan.draft_action_plan(session, referral, by=by, plan=PlanInput(background="Något annat"))
    assert plan.background == "Mila kommer sent."
    cast.forum.level = TeamLevel.CHILD
    action_plan.draft_action_plan(session, referral, by=by, plan=PlanInput(background="Något annat"))
    assert plan.background == "Något annat"


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


@pytest.fixture
def shut(session: Session, cast: Cast) -> Unit:
    """The one unit of the team, with its public form shut and nothing running: only now may the team advise alone."""
    organisation.change(session, cast.school, by=cast.administrator.actor(), is_open=False)
    return cast.school


def advise_only(session: Session, cast: Cast) -> None:
    organisation.change(session, cast.forum, by=cast.administrator.actor(), level=TeamLevel.STAFF)


def test_a_team_may_advise_alone_once_no_child_turns_to_it(session: Session, cast: Cast, shut: Unit) -> None:
    advise_only(session, cast)
    assert cast.forum.level is TeamLevel.STAFF


@pytest.mark.usefixtures("shut")
def test_not_while_a_referral_runs_in_one_of_its_units(session: Session, cast: Cast) -> None:
    referral = a_referral(session, cast, PLAN_ACTIVE)
    with pytest.raises(StillTakesChildren):
        advise_only(session, cast)
    referral.is_open = False
    session.flush()
    advise_only(session, cast)


@pytest.mark.usefixtures("shut")
def test_not_while_a_hand_over_to_one_of_its_units_waits(session: Session, cast: Cast) -> None:
    referral = a_referral(session, cast, PLAN_ACTIVE, unit_id=cast.other_school.id)
    row = referral.history[0]
    offered = HandOver(
        referral=referral, to_unit_id=cast.school.id, state=HandOverState.OFFERED, offered_id=row.id, chosen=[],
        purpose="Fortsätt", contact="Karin",
    )  # fmt: skip
    session.add(offered)
    with pytest.raises(StillTakesChildren):
        advise_only(session, cast)
    offered.state = HandOverState.DECLINED
    advise_only(session, cast)


def give_it_a_school(session: Session, cast: Cast) -> None:
    organisation.change(session, cast.other_school, by=cast.administrator.actor(), forum=cast.forum)


def open_its_form(session: Session, cast: Cast) -> None:
    organisation.change(session, cast.school, by=cast.administrator.actor(), is_open=True)


def add_a_preschool(session: Session, cast: Cast) -> None:
    new = Unit(slug="ny", name="Ny", school_form=SchoolForm.PRESCHOOL, forum=cast.forum, is_open=True)
    organisation.add(session, new, by=cast.administrator.actor())


@pytest.mark.usefixtures("shut")
@pytest.mark.parametrize("give", [give_it_a_school, open_its_form, add_a_preschool])
def test_such_a_team_gets_no_unit_where_concerns_can_come_in(
    session: Session, cast: Cast, give: Callable[[Session, Cast], None]
) -> None:
    advise_only(session, cast)
    with pytest.raises(StillTakesChildren):
        give(session, cast)


@pytest.mark.usefixtures("shut")
def test_nothing_is_handed_over_to_such_a_team(session: Session, cast: Cast) -> None:
    referral = a_referral(session, cast, PLAN_ACTIVE, unit_id=cast.other_school.id)
    assert receivers.units_to_offer_to(session, referral) == [cast.school]
    advise_only(session, cast)
    assert receivers.units_to_offer_to(session, referral) == []


def test_a_file_lets_no_child_turn_to_a_team_that_only_advises(session: Session) -> None:
    written = municipality.read(DEMONSTRATION)
    written["forums"][1]["level"] = TeamLevel.STAFF
    with pytest.raises(SetupFileInvalid, match="htl-asken: level staff takes up no single child"):
        founding.set_up(session, written, password_hashes={})
    session.rollback()
    for row in written["units"]:
        row["is_open"] = row["forum"] != "htl-asken"
    founding.set_up(session, written, password_hashes={})
