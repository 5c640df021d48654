"""What the forms of the closure take, and what they ask for."""

import uuid

import pytest
from marshmallow import ValidationError

from referrals.closure import ClosureInput, Ending, Outcome
from referrals.vocabulary import ActionStatus, ClosureReason, GoalResult
from schemas import closure as forms
from schemas.closure import ClosureForm, EndingForm, ProposalForm, ReopenForm, ResumeForm

ACTION, GOAL = uuid.uuid4(), uuid.uuid4()


def refused(schema, data):
    with pytest.raises(ValidationError) as wrong:
        schema.load(data)
    return wrong.value.normalized_messages()


def test_everything_arrives():
    decided = {
        "outcomes": [{"goal_id": str(GOAL), "result": "reached", "note": "Sedan november"}],
        "endings": [{"action_id": str(ACTION), "status": "handed_over", "handed_to": "Vera Mentorsson"}],
        "reason": "goals_reached",
        "summary": "Mila är i skolan.",
        "if_needed_again": "Ring Lindskolan.",
    }
    assert ClosureInput(**ClosureForm().load(decided)) == ClosureInput(
        outcomes=[Outcome(goal_id=GOAL, result=GoalResult.REACHED, note="Sedan november")],
        endings=[Ending(action_id=ACTION, status=ActionStatus.HANDED_OVER, handed_to="Vera Mentorsson")],
        reason=ClosureReason.GOALS_REACHED,
        summary="Mila är i skolan.",
        if_needed_again="Ring Lindskolan.",
    )


def test_an_empty_closing_says_what_it_needs():
    assert refused(ClosureForm(), {"outcomes": [{"goal_id": str(GOAL)}], "endings": [{"action_id": str(ACTION)}]}) == {
        "outcomes": {0: {"result": [forms.SAY_WHAT_CAME_OF_IT]}},
        "endings": {0: {"status": [forms.END_ACTION]}},
        "reason": [forms.CHOOSE_REASON],
        "summary": [forms.SUM_UP],
        "if_needed_again": [forms.SAY_WHERE_TO_TURN],
    }


@pytest.mark.parametrize(
    ("status", "asked"),
    [
        ("ongoing", {"status": [forms.END_ACTION]}),
        ("not_done", {"reason": [forms.SAY_WHY_NOT_DONE]}),
        ("handed_over", {"handed_to": [forms.NAME_SOMEBODY]}),
    ],
)
def test_each_ending_needs_its_own_words(status, asked):
    assert refused(EndingForm(), {"action_id": str(ACTION), "status": status}) == asked


def test_a_done_action_needs_no_more_words():
    assert EndingForm().load({"action_id": str(ACTION), "status": "done"}).status is ActionStatus.DONE


def test_proposing_and_reopening_need_a_reason_and_going_on_does_not():
    assert refused(ProposalForm(), {}) == {"reason": [forms.SAY_WHY_CLOSE]}
    assert refused(ReopenForm(), {}) == {"reason": [forms.SAY_WHY_REOPEN]}
    assert refused(ResumeForm(), {}) == {"why": [forms.SAY_WHY_GO_ON]}
