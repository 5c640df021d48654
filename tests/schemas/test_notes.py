"""What the forms take about a note: what kinds of information it holds, and whom it is about."""

import uuid
from datetime import date

import pytest
from marshmallow import ValidationError

from referrals.notes import NOT_SAID, Classification
from referrals.vocabulary import About, InformationCategory
from schemas.action_plan import ActionPlanForm
from schemas.assessment import PartForm
from schemas.follow_up import GuardianAnswerForm
from schemas.notes import ClassificationForm
from schemas.team_review import MinutesForm

GUARDIAN = uuid.uuid4()


def test_whom_it_is_about_is_a_word_of_the_list_or_one_guardian():
    load = ClassificationForm().load
    assert load({"about": "sibling"}) == Classification(about=About.SIBLING)
    assert load({"about": "guardian"}) == Classification(about=About.GUARDIAN)
    assert load({"about": str(GUARDIAN)}) == Classification(about=About.GUARDIAN, guardian_id=GUARDIAN)
    with pytest.raises(ValidationError):
        load({"about": "neighbour"})


def test_nothing_need_be_said():
    assert ClassificationForm().load({}) == NOT_SAID


def test_minutes_say_it_as_a_whole_and_where_a_note_differs():
    loaded = MinutesForm(met_on=date(2026, 9, 15)).load(
        {
            "attendance": [{"name": "Kim", "attendance": "present"}],
            "whole": {"categories": ["wellbeing", "family"]},
            "own": {"dissent": {"about": str(GUARDIAN)}},
            "ratings": {"health": {"note": "Sover.", "own": {"categories": ["family"]}}},
        }
    )
    assert loaded["whole"].categories == (InformationCategory.WELLBEING, InformationCategory.FAMILY)
    assert loaded["own"] == {"dissent": Classification(about=About.GUARDIAN, guardian_id=GUARDIAN)}
    assert [one["own"].categories for one in loaded["ratings"].values()] == [(InformationCategory.FAMILY,)]


def test_a_goal_and_a_part_say_which_guardian():
    plan = ActionPlanForm().load({"goals": [{"text": "Ett mål", "about": str(GUARDIAN)}]})
    assert (plan["goals"][0].about, plan["goals"][0].about_guardian_id) == (About.GUARDIAN, GUARDIAN)
    part = PartForm(partial=True).load({"about": str(GUARDIAN)})
    assert (part["about"], part["about_guardian_id"]) == (About.GUARDIAN, GUARDIAN)
    assert "about_guardian_id" not in PartForm(partial=True).load({"conclusion": "Mer tid."})


def test_an_answer_at_a_follow_up_can_say_it_too():
    said = GuardianAnswerForm().load({"guardian_id": str(GUARDIAN), "view": "Bra.", "own": {"about": "sibling"}})
    assert said.own == Classification(about=About.SIBLING)
