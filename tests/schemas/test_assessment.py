"""What the forms of the assessment take and give, and what they say when they cannot."""

import uuid
from datetime import date
from typing import Any

import pytest
from marshmallow import ValidationError

from referrals.vocabulary import About, Arena, Domain, InformationCategory, Level
from schemas import assessment
from schemas.assessment import ConclusionForm, PartForm, PartRequestForm, PointerForm

KIM, PETRA = uuid.uuid4(), uuid.uuid4()


def a_request(**values: Any) -> dict[str, Any]:
    asked = [
        {"assessor_id": str(KIM), "is_asked": "yes", "due_on": "2026-10-01"},
        {"assessor_id": str(PETRA), "due_on": "never"},
    ]
    scope = {"domains": ["safety", "learning"], "levels": ["individual"], "arenas": ["school", "home"]}
    return {"asked": asked, **scope} | values


def problems(schema: Any, data: dict[str, Any]) -> Any:
    with pytest.raises(ValidationError) as refused:
        schema.load(data)
    return refused.value.normalized_messages()


def test_only_those_ticked_are_asked_whatever_stands_in_the_other_lines(wednesday: Any) -> None:
    assert PartRequestForm().load(a_request()) == {
        "asked": [{"assessor_id": KIM, "due_on": date(2026, 10, 1)}],
        "domains": [Domain.SAFETY, Domain.LEARNING],
        "levels": [Level.INDIVIDUAL],
        "arenas": [Arena.SCHOOL, Arena.HOME],
        "question": None,
    }


def test_somebody_and_something_must_be_chosen(wednesday: Any) -> None:
    nobody = [{"assessor_id": str(KIM), "due_on": "2026-10-01"}]
    assert problems(PartRequestForm(), {"asked": nobody}) == {
        "asked": [assessment.ASK_SOMEBODY],
        "domains": [assessment.CHOOSE_DOMAIN],
        "levels": [assessment.CHOOSE_LEVEL],
        "arenas": [assessment.CHOOSE_ARENA],
    }
    assert problems(PartRequestForm(), a_request(asked=[]))["asked"] == [assessment.ASK_SOMEBODY]


def test_who_is_asked_gets_a_day_that_has_not_passed(wednesday: Any) -> None:
    without = [{"assessor_id": str(KIM), "is_asked": "yes"}]
    past = [{"assessor_id": str(KIM), "is_asked": "yes", "due_on": "2026-09-01"}]
    assert problems(PartRequestForm(), a_request(asked=without))["asked"] == {0: {"due_on": ["Give a date."]}}
    assert "passed" in problems(PartRequestForm(), a_request(asked=past))["asked"][0]["due_on"][0]


def test_a_part_handed_in_has_findings_a_conclusion_its_kind_and_whom_it_is_about() -> None:
    assert problems(PartForm(), {"findings": {"health": ""}}) == {
        "findings": [assessment.WRITE_FINDINGS],
        "conclusion": [assessment.WRITE_CONCLUSION],
        "categories": [assessment.CHOOSE_CATEGORY],
        "about": [assessment.SAY_ABOUT],
    }
    given = {
        "findings": {"learning": "Läser långsamt."},
        "conclusion": "Mer tid.",
        "categories": ["support"],
        "about": "child",
    }
    loaded = PartForm().load(given)
    assert loaded["findings"] == {Domain.LEARNING: "Läser långsamt."}
    assert loaded["categories"] == [InformationCategory.SUPPORT]
    assert (loaded["about"], loaded["child_voice"]) == (About.CHILD, None)


def test_in_a_draft_anything_may_be_missing_but_nothing_is_too_long() -> None:
    assert PartForm(partial=True).load({"risk_factors": "Sömn"}) == {"risk_factors": "Sömn"}
    assert "sources" in problems(PartForm(partial=True), {"sources": "x" * 20_001})


def test_a_pointer_is_one_text_and_whether_it_was_said_in_confidence_and_nothing_else() -> None:
    assert PointerForm().load({"conclusion": "Fråga sköterskan.", "findings": {"health": "Journal"}}) == {
        "conclusion": "Fråga sköterskan.", "is_confided": False,
    }  # fmt: skip
    assert problems(PointerForm(), {}) == {"conclusion": [assessment.WRITE_POINTER]}


def test_the_reason_why_it_is_enough_may_be_left_out() -> None:
    assert ConclusionForm().load({}) == {"reason": None}
