"""The forms about guardians."""

from datetime import timedelta
from typing import Any

import pytest
from marshmallow import Schema, ValidationError

from referrals import clock
from referrals.consent import ConsentGiven, GuardianDetails, Notice
from referrals.vocabulary import ConsentAnswer, Custody, InformationCategory, NoticeMethod, Recipient
from schemas.consent import AnswerForm, GuardianForm, NoticeForm, ReasonForm, ReviewForm, ShareForm, ToldForm

TODAY = clock.today("Europe/Stockholm")
ANSWER = {
    "answer": "partial", "form": "written", "categories": ["schooling", "attendance"], "recipients": ["leisure"],
    "purpose": "Hjälpas åt.", "from_on": TODAY.isoformat(), "until_on": (TODAY + timedelta(days=30)).isoformat(),
}  # fmt: skip
SHARE = {
    "chosen": ["00000000-0000-4000-8000-000000000001"], "to_whom": "Mottagningsgruppen", "purpose": "Hjälpas åt.", "ground": "consent",
}  # fmt: skip


def test_a_guardian_needs_name_custody_and_language_only() -> None:
    loaded = GuardianForm().load({"name": "Maja", "custody": "joint", "language": "da"})
    assert GuardianDetails(**loaded) == GuardianDetails("Maja", Custody.JOINT, "da", may_contact=False)


def test_an_empty_guardian_is_refused_field_by_field() -> None:
    assert set(_refused(GuardianForm(), {})) == {"name", "custody", "language"}


def test_letters_are_written_in_languages_we_have() -> None:
    assert set(_refused(GuardianForm(), {"name": "Maja", "custody": "sole", "language": "xx"})) == {"language"}


def test_being_told_needs_its_day() -> None:
    assert set(_refused(NoticeForm(), {"method": "phone"})) == {"told_on"}
    loaded = NoticeForm().load({"method": "phone", "told_on": TODAY.isoformat()})
    assert Notice(**loaded) == Notice(NoticeMethod.PHONE, TODAY)


def test_not_being_told_needs_its_reason() -> None:
    assert set(_refused(NoticeForm(), {"method": "not_told", "told_on": TODAY.isoformat()})) == {"why_not"}
    assert NoticeForm().load({"method": "not_told", "why_not": "Risk för våld."})["why_not"] == "Risk för våld."


def test_nobody_was_told_in_the_future() -> None:
    later = (TODAY + timedelta(days=3)).isoformat()
    assert set(_refused(NoticeForm(), {"method": "letter", "told_on": later})) == {"told_on"}


def test_an_answer_gives_its_whole_scope() -> None:
    given = ConsentGiven(**AnswerForm().load(ANSWER))
    assert given.answer is ConsentAnswer.PARTIAL
    assert given.categories == [InformationCategory.SCHOOLING, InformationCategory.ATTENDANCE]
    assert given.recipients == [Recipient.LEISURE]


def test_something_allowed_without_its_scope_is_refused_field_by_field() -> None:
    assert set(_refused(AnswerForm(), {"answer": "full", "form": "oral"})) == {
        "categories", "recipients", "purpose", "from_on", "until_on",
    }  # fmt: skip


def test_consent_does_not_end_before_it_begins() -> None:
    backwards = ANSWER | {"until_on": (TODAY - timedelta(days=1)).isoformat()}
    assert _refused(AnswerForm(), backwards) == {"until_on": ["The last day cannot be before the first."]}


def test_a_refusal_needs_no_scope() -> None:
    assert AnswerForm().load({"answer": "refused", "form": "oral"})["categories"] == []


def test_a_reason_may_be_left_out() -> None:
    assert ReasonForm().load({}) == {"reason": ""}


def test_sharing_on_consent_needs_what_to_whom_what_for_and_the_ground() -> None:
    assert set(_refused(ShareForm(), {})) == {"chosen", "to_whom", "purpose", "ground"}
    assert ShareForm().load(SHARE)["reason"] == ""


def test_sharing_without_consent_needs_a_reason_and_whether_guardians_know() -> None:
    bare = SHARE | {"ground": "crime_prevention"}
    assert set(_refused(ShareForm(), bare)) == {"reason", "told_on"}
    assert ShareForm().load(bare | {"reason": "Hot.", "why_not_told": "Utredningen störs."})["told_on"] is None
    assert ShareForm().load(bare | {"reason": "Hot.", "told_on": TODAY.isoformat()})["told_on"] == TODAY


def test_a_review_needs_its_outcome_and_why_and_being_told_its_day() -> None:
    assert set(_refused(ReviewForm(), {})) == {"outcome", "reason"}
    assert set(_refused(ToldForm(), {})) == {"told_on"}


def _refused(schema: Schema, given: dict[str, Any]) -> dict[str, Any]:
    with pytest.raises(ValidationError) as refused:
        schema.load(given)
    return refused.value.normalized_messages()
