"""What the form of the follow-up takes, and what it asks for."""

import uuid
from datetime import date

import pytest
from marshmallow import ValidationError

from referrals.follow_up import ActionAnswer, FollowUpInput, GoalAnswer, GuardianAnswer
from referrals.vocabulary import FollowUpDecision, GoalResult, Helped, LossCause
from schemas import follow_up as forms
from schemas.follow_up import FollowUpForm

pytestmark = pytest.mark.usefixtures("wednesday")
ACTION, GOAL, GUARDIAN = uuid.uuid4(), uuid.uuid4(), uuid.uuid4()


def all_said(**values):
    return {
        "held_on": "2026-09-16",
        "goals": [{"goal_id": str(GOAL), "result": "closer"}],
        "actions": [{"action_id": str(ACTION), "times_done": "3", "loss_cause": "staff_absent", "helped": "partly"}],
        "child_view": "Lugnare.",
        "guardians": [{"guardian_id": str(GUARDIAN), "declined": "yes"}],
        "decision": "continue",
        "next_follow_up_on": "2026-10-28",
        "reason": {"continue": "Det hjälper.", "close": "Målen är nådda.", "adjust": ""},
    } | values


def refused(**values):
    with pytest.raises(ValidationError) as wrong:
        FollowUpForm().load({name: value for name, value in all_said(**values).items() if value is not None})
    return wrong.value.normalized_messages()


def test_everything_arrives():
    said = FollowUpInput(**FollowUpForm().load(all_said()))
    assert said == FollowUpInput(
        held_on=date(2026, 9, 16),
        goals=[GoalAnswer(goal_id=GOAL, result=GoalResult.CLOSER)],
        actions=[ActionAnswer(action_id=ACTION, times_done=3, loss_cause=LossCause.STAFF_ABSENT, helped=Helped.PARTLY)],
        child_view="Lugnare.",
        guardians=[GuardianAnswer(guardian_id=GUARDIAN, declined=True)],
        decision=FollowUpDecision.CONTINUE,
        next_follow_up_on=date(2026, 10, 28),
        reason="Det hjälper.",
    )


def test_each_question_asks_for_its_answer():
    wrong = refused(actions=[{"action_id": str(ACTION)}], goals=[{"goal_id": str(GOAL)}], child_view=None, reason=None)
    assert wrong == {
        "actions": {0: {"times_done": [forms.SAY_HOW_OFTEN], "helped": [forms.SAY_WHETHER_IT_HELPED]}},
        "goals": {0: {"result": [forms.SAY_HOW_GOAL_STANDS]}},
        "child_view": [forms.ASK_CHILD],
        "reason": {"continue": [forms.GIVE_REASON]},
    }


def test_a_guardian_answers_or_did_not_want_to():
    assert refused(guardians=[{"guardian_id": str(GUARDIAN)}]) == {"guardians": {0: {"view": [forms.ASK_GUARDIAN]}}}


def test_going_on_needs_the_next_day_and_other_decisions_do_not():
    assert refused(next_follow_up_on=None) == {"next_follow_up_on": [forms.GIVE_NEXT_DAY]}
    without = {name: value for name, value in all_said(decision="close").items() if name != "next_follow_up_on"}
    assert FollowUpForm().load(without)["next_follow_up_on"] is None


def test_the_reason_is_that_of_the_decision_taken():
    assert FollowUpForm().load(all_said(decision="close"))["reason"] == "Målen är nådda."
    assert refused(decision="adjust") == {"reason": {"adjust": [forms.GIVE_REASON]}}
    assert refused(decision=None) == {"decision": [forms.DECIDE]}


def test_a_child_may_keep_silent():
    silent = {name: value for name, value in all_said(child_declined="yes").items() if name != "child_view"}
    assert FollowUpForm().load(silent)["child_declined"] is True
