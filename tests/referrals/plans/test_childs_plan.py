"""What does not belong on the child's version of the plan, and that a plan does not go for approval with it."""

import pytest
from sqlalchemy.orm import Session

from referrals import action_plan
from referrals.errors import PlanIncomplete
from referrals.models import ActionPlan, Goal
from referrals.plans import childs_plan
from referrals.stages import PLAN_DRAFT
from referrals.vocabulary import About, Unfit
from tests.factories import a_plan, a_referral
from tests.people import Cast


@pytest.fixture
def plan(session: Session, cast: Cast) -> ActionPlan:
    """A plan in writing that fits."""
    made = a_plan(session, a_referral(session, cast, PLAN_DRAFT), author=cast.coordinator)
    made.goals[0].plain = "Du har någon att vara med på rasten."
    return made


def test_plain_words_fit(plan: ActionPlan) -> None:
    plan.child_helpers, plan.child_next = "Petra är med dig.", "Vi ses igen efter lovet."
    assert childs_plan.unfit_in(plan) == {}


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("o" * 121, Unfit.TOO_LONG),
        ("Du kommer i tid 4 dagar.", Unfit.NUMBER),
        ("Du har ADHD och får pauser.", Unfit.DIAGNOSIS),
        ("Din autismdiagnos.", Unfit.DIAGNOSIS),
    ],
)
def test_a_goal_is_refused_that_is_too_long_or_has_numbers_or_a_diagnosis(
    plan: ActionPlan, text: str, why: Unfit
) -> None:
    plan.goals[0].plain = text
    assert childs_plan.unfit_in(plan) == {"goals-0-plain": why}


@pytest.mark.parametrize("name", ["child_helpers", "child_next"])
def test_the_other_two_texts_are_looked_at_as_well(plan: ActionPlan, name: str) -> None:
    setattr(plan, name, "Den 24 november.")
    assert childs_plan.unfit_in(plan) == {name: Unfit.NUMBER}


def test_breaks_between_lines_take_no_room(plan: ActionPlan) -> None:
    plan.goals[0].plain = "Lugnt.\n" + "\n" * 200
    assert childs_plan.unfit_in(plan) == {}


def test_a_goal_about_a_guardian_is_not_the_childs_to_read(plan: ActionPlan) -> None:
    plan.goals[0].about, plan.goals[0].plain = About.GUARDIAN, "3 samtal"
    assert childs_plan.unfit_in(plan) == {}


def test_more_goals_than_the_sheet_holds_are_refused(plan: ActionPlan) -> None:
    goals = [Goal(referral=plan.referral, about=About.CHILD, plain="Lugnt.") for _ in range(childs_plan.MOST_GOALS + 1)]
    plan = ActionPlan(referral=plan.referral, goals=goals)
    assert childs_plan.unfit_in(plan) == {"goals": Unfit.TOO_MANY}


def test_a_plan_does_not_go_for_approval_before_the_childs_version_fits(
    session: Session, cast: Cast, plan: ActionPlan
) -> None:
    plan.goals[0].plain = "Du kommer i tid 4 dagar."
    with pytest.raises(PlanIncomplete) as refused:
        action_plan.submit_action_plan(session, plan.referral, by=cast.coordinator.actor())
    assert "goals-0-plain" in refused.value.missing
    assert plan.referral.state == PLAN_DRAFT
