"""What the public form takes page by page, and what the core gets of it."""

import dataclasses

import pytest
from marshmallow import ValidationError

from referrals.intake import ConcernInput
from referrals.vocabulary import GuardiansKnow, ReporterKind, Topic
from schemas import intake
from schemas.intake import PAGES, Door

LEAST = {
    Door.STAFF: {
        "protection": "no", "unit": "lindskolan", "reporter_kind": "teacher", "reporter_name": "Lena", "child_name": "Malou",
        "observations": "Borta.", "guardians_know": "yes",
    },
    Door.GUARDIAN: {"protection": "no", "unit": "lindskolan", "reporter_name": "Maja", "child_name": "Malou", "observations": "Ont i magen."},
    Door.PUPIL: {"protection": "no", "unit": "lindskolan", "child_name": "Malou", "observations": "Ensam.", "guardians_know": "yes"},
}  # fmt: skip
EVERYTHING = {
    "reporter_function": "Mentor", "reporter_phone": "0000-11 22 33", "reporter_email": "lena@skolan.invalid", "child_group": "4B",
    "school_year": "4", "child_birth_date": "2016-03-04", "has_protected_identity": "yes", "observed_when": "x", "observed_where": "x",
    "duration": "x", "topics": ["peers", "attendance"], "strengths": "x", "child_voice": "x", "guardians_view": "x",
    "guardians_know": "not_yet", "guardians_know_reason": "x", "tried": "x", "tried_result": "x", "wished_help": "x", "urgency": "x",
    "conflict": "yes", "conflict_functions": ["head_teacher"], "conflict_text": "x", "not_known": ["observed_when"],
}  # fmt: skip


@pytest.mark.parametrize("door", list(Door))
def test_the_least_there_must_be_is_enough_and_fits_the_core(door):
    values = intake.load_concern(door, LEAST[door])
    assert values.pop("unit") == "lindskolan"
    concern = ConcernInput(**values)
    assert concern.child_name == "Malou"
    assert concern.strengths is None
    assert concern.topics == ()


@pytest.mark.parametrize("door", list(Door))
def test_each_thing_that_must_be_there_is_missed_with_a_sentence_of_its_own(door):
    with pytest.raises(ValidationError) as refused:
        intake.load_concern(door, {})
    assert set(refused.value.messages_dict) == set(LEAST[door])
    sentences = [sentence for sentences in refused.value.messages_dict.values() for sentence in sentences]
    assert len(set(sentences)) == len(LEAST[door])


def test_everything_a_teacher_can_answer_reaches_the_core():
    values = intake.load_concern(Door.STAFF, LEAST[Door.STAFF] | EVERYTHING)
    values.pop("unit")
    concern = ConcernInput(**values)
    assert concern.topics == (Topic.PEERS, Topic.ATTENDANCE)
    assert [field.name for field in dataclasses.fields(concern) if getattr(concern, field.name) in (None, ())] == []


def test_the_door_says_who_reports():
    assert intake.load_concern(Door.GUARDIAN, LEAST[Door.GUARDIAN])["reporter_kind"] is ReporterKind.GUARDIAN
    pupil = intake.load_concern(Door.PUPIL, LEAST[Door.PUPIL])
    assert pupil["reporter_kind"] is ReporterKind.PUPIL
    assert pupil["reporter_name"] == "Malou"


@pytest.mark.parametrize("door", [Door.STAFF, Door.PUPIL])
def test_nobody_else_answers_that_a_guardian_wrote(door):
    with pytest.raises(ValidationError) as refused:
        intake.load_concern(door, LEAST[door] | {"guardians_know": "wrote_it"})
    assert list(refused.value.messages_dict) == ["guardians_know"]


def test_of_a_guardian_who_tells_it_is_only_said_that_they_wrote():
    assert intake.load_concern(Door.GUARDIAN, LEAST[Door.GUARDIAN])["guardians_know"] is GuardiansKnow.WROTE_IT


@pytest.mark.parametrize("kind", ["guardian", "pupil", "neighbour"])
def test_the_staff_door_is_for_those_who_work_with_children(kind):
    with pytest.raises(ValidationError) as refused:
        intake.load_concern(Door.STAFF, LEAST[Door.STAFF] | {"reporter_kind": kind})
    assert list(refused.value.messages_dict) == ["reporter_kind"]


@pytest.mark.parametrize("answer", ["not_yet", "not_suitable"])
def test_who_has_not_told_the_guardians_says_why_unless_it_is_the_pupil(answer):
    untold = {"guardians_know": answer, "guardians_know_reason": ""}
    with pytest.raises(ValidationError) as refused:
        intake.load_concern(Door.STAFF, LEAST[Door.STAFF] | untold)
    assert list(refused.value.messages_dict) == ["guardians_know_reason"]
    assert intake.load_concern(Door.PUPIL, LEAST[Door.PUPIL] | untold)["guardians_know_reason"] is None
    for door in (Door.STAFF, Door.PUPIL):
        given = intake.load_concern(door, LEAST[door] | untold | {"guardians_know_reason": "Ringer i kväll."})
        assert given["guardians_know_reason"] == "Ringer i kväll."


@pytest.mark.parametrize("name", ["å" * 201, "310299-9999"])
def test_a_name_that_is_refused_is_told_once_and_not_asked_for_as_well(name):
    with pytest.raises(ValidationError) as refused:
        intake.load_concern(Door.STAFF, LEAST[Door.STAFF] | {"child_name": name})
    assert [len(told) for told in refused.value.messages_dict.values()] == [1]
    assert list(refused.value.messages_dict) == ["child_name"]


def test_who_names_no_child_of_protected_identity_can_be_reached_unless_it_is_the_pupil():
    unnamed = LEAST[Door.STAFF] | {"has_protected_identity": "yes", "child_name": ""}
    with pytest.raises(ValidationError) as refused:
        intake.load_concern(Door.STAFF, unnamed)
    assert list(refused.value.messages_dict) == ["reporter_phone"]
    assert intake.load_concern(Door.STAFF, unnamed | {"reporter_phone": "0000-11 22 33"})["child_name"] == ""


def test_staff_have_seven_pages_at_most_and_pupils_four():
    assert [page.name for page in PAGES[Door.STAFF]] == [
        "danger",
        "you",
        "child",
        "observations",
        "voices",
        "tried",
        "check",
    ]
    assert len(PAGES[Door.GUARDIAN]) <= 7
    assert len(PAGES[Door.PUPIL]) == 4


def test_a_guardian_is_not_asked_what_guardians_say():
    asked = {name for page in PAGES[Door.GUARDIAN] for name in intake.fields_of(page)}
    assert not asked & {"guardians_view", "guardians_know", "guardians_know_reason"}


def test_only_open_questions_can_be_answered_by_not_knowing_yet():
    asked = {name for page in PAGES[Door.STAFF] for name in intake.fields_of(page)}
    assert set(intake.CAN_BE_UNKNOWN) <= asked
    assert not set(intake.CAN_BE_UNKNOWN) & set(LEAST[Door.STAFF])


def test_a_page_is_found_by_its_word_behind_its_door_only():
    assert intake.page_named(Door.PUPIL, "tell") is PAGES[Door.PUPIL][2]
    assert intake.page_named(Door.STAFF, "tell") is None


def test_taking_a_concern_back_must_be_meant():
    with pytest.raises(ValidationError):
        intake.WithdrawalForm().load({"reason": "Det löste sig."})
    assert intake.WithdrawalForm().load({"is_sure": "yes"}) == {"is_sure": True, "reason": None}
