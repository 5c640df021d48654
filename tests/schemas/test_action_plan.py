"""What the forms of the plan take, and what they say when something does not fit."""

import uuid
from datetime import date

import pytest
from marshmallow import ValidationError

from referrals.action_plan import ActionInput, GoalInput, PlanInput
from referrals.vocabulary import About, ActionStatus, Arena, Domain, Level
from schemas import action_plan as forms
from schemas.action_plan import ActionPlanForm, ActionStatusForm, ReturnPlanForm

pytestmark = pytest.mark.usefixtures("wednesday")


def refused(schema, data):
    with pytest.raises(ValidationError) as wrong:
        schema.load(data)
    return wrong.value.normalized_messages()


def test_an_empty_plan_can_be_saved():
    assert PlanInput(**ActionPlanForm().load({})) == PlanInput(goals=[])


def test_a_plan_arrives_with_goals_and_their_actions():
    owner = uuid.uuid4()
    action = {
        "text": "Lugn start", "owner_id": str(owner), "arena": "home", "from_on": "2026-09-16", "to_on": "2026-10-16", "times_a_week": "5",
    }  # fmt: skip
    goal = {"domain": "safety", "categories": ["attendance"], "text": "I skolan varje dag", "actions": [action]}
    plan = PlanInput(**ActionPlanForm().load({"valid_from": "2026-09-16", "goals": [goal]}))
    assert plan.valid_from == date(2026, 9, 16)
    (loaded,) = plan.goals
    assert (loaded.domain, loaded.level, loaded.about) == (Domain.SAFETY, Level.INDIVIDUAL, About.CHILD)
    assert loaded.actions == [
        ActionInput(
            text="Lugn start", owner_id=owner, arena=Arena.HOME, from_on=date(2026, 9, 16), to_on=date(2026, 10, 16), times_a_week=5
        )
    ]  # fmt: skip


def test_rows_nobody_wrote_in_are_left_out():
    blank = {"arena": "school", "times_a_week": "0"}
    goals = [
        {"level": "group", "about": "child", "actions": [blank]},
        {"text": "Ett mål", "actions": [blank, {"times_a_week": "2"}]},
    ]
    plan = PlanInput(**ActionPlanForm().load({"goals": goals}))
    assert plan.goals == [GoalInput(text="Ett mål", categories=[], actions=[ActionInput(times_a_week=2)])]


def test_an_action_without_days_runs_as_long_as_the_plan():
    plan = {"valid_from": "2026-09-16", "valid_to": "2026-12-09", "goals": [{"actions": [{"text": "Lugn start"}]}]}
    (goal,) = PlanInput(**ActionPlanForm().load(plan)).goals
    assert (goal.actions[0].from_on, goal.actions[0].to_on) == (date(2026, 9, 16), date(2026, 12, 9))


def test_days_must_come_in_order():
    action = {"text": "Lugn start", "from_on": "2026-10-16", "to_on": "2026-09-16"}
    wrong = refused(ActionPlanForm(), {"goals": [{"actions": [action]}]})
    assert wrong == {"goals": {0: {"actions": {0: {"to_on": [forms.END_BEFORE_START]}}}}}
    assert refused(ActionPlanForm(), {"valid_from": "2026-10-16", "valid_to": "2026-09-16"}) == {
        "valid_to": [forms.END_BEFORE_START]
    }


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ({"to_on": "2026-09-15"}, {"to_on": [forms.ENDS_BEFORE_PLAN]}),
        ({"from_on": "2026-12-10"}, {"from_on": [forms.BEGINS_AFTER_PLAN]}),
    ],
)
def test_an_action_with_one_day_of_its_own_does_not_end_before_it_begins(written, said):
    """The row before it is empty: what is said stands at the row that was written in."""
    actions = [{}, {"text": "Lugn start"} | written]
    plan = {"valid_from": "2026-09-16", "valid_to": "2026-12-09", "goals": [{}, {"actions": actions}]}
    assert refused(ActionPlanForm(), plan) == {"goals": {1: {"actions": {1: said}}}}
    other = {"from_on": "2026-09-01"} if "to_on" in written else {"to_on": "2027-01-20"}
    whole = PlanInput(**ActionPlanForm().load(plan | {"goals": [{"actions": [actions[1] | other]}]})).goals
    assert whole[0].actions[0].from_on <= whole[0].actions[0].to_on
    assert ActionPlanForm().load({"goals": plan["goals"]})["goals"][0].actions[0].text == "Lugn start"


@pytest.mark.parametrize("written", [{"to_on": "2026-09-16"}, {"from_on": "2026-12-09"}])
def test_an_action_may_last_one_day_at_either_end_of_the_plan(written):
    plan = {
        "valid_from": "2026-09-16",
        "valid_to": "2026-12-09",
        "goals": [{"actions": [{"text": "Ett möte"} | written]}],
    }
    ((action,),) = (goal.actions for goal in PlanInput(**ActionPlanForm().load(plan)).goals)
    assert action.from_on == action.to_on


@pytest.mark.parametrize("day", ["2026-09-15", "2026-12-10"])
def test_the_follow_up_lies_within_the_plan(day):
    plan = {"valid_from": "2026-09-16", "valid_to": "2026-12-09", "follow_up_on": day}
    assert refused(ActionPlanForm(), plan) == {"follow_up_on": [forms.OUTSIDE_PLAN]}


def test_the_evaluation_does_not_come_before_the_follow_up():
    days = {"follow_up_on": "2026-10-28", "evaluation_on": "2026-10-27"}
    assert refused(ActionPlanForm(), days) == {"evaluation_on": [forms.EVALUATION_TOO_EARLY]}
    assert ActionPlanForm().load({"follow_up_on": "2026-10-28"})["evaluation_on"] is None


def test_returning_needs_comments():
    assert refused(ReturnPlanForm(), {}) == {"comments": [forms.SAY_WHAT_TO_CHANGE]}


def test_a_hindered_action_needs_a_reason():
    assert refused(ActionStatusForm(), {"status": "hindered"}) == {"reason": [forms.SAY_WHY]}
    assert refused(ActionStatusForm(), {"status": "handed_over"}) == {"status": [forms.SAY_HOW_IT_STANDS]}
    assert refused(ActionStatusForm(), {}) == {"status": [forms.SAY_HOW_IT_STANDS]}
    assert ActionStatusForm().load({"status": "done"}) == {"status": ActionStatus.DONE, "reason": None}
