"""What each kind of field takes, gives and says when it cannot."""

import uuid
from datetime import UTC, date, datetime, time

import pytest
import time_machine
from marshmallow import Schema, ValidationError

from referrals.vocabulary import Topic
from schemas import fields


def load(field, value):
    return Schema.from_dict({"answer": field})().load({} if value is None else {"answer": value})["answer"]


def sentence(field, value):
    with pytest.raises(ValidationError) as refused:
        load(field, value)
    return refused.value.normalized_messages()["answer"]


@pytest.mark.parametrize(
    "kind",
    [
        fields.ShortText, fields.PersonName, fields.LongText, fields.PhoneText, fields.EmailText, fields.DateField, fields.TimeField,
        fields.CountField, fields.IdField, fields.YesNo, lambda **options: fields.TermField(Topic, **options),
    ],
)  # fmt: skip
def test_a_field_may_be_left_out_unless_it_is_needed_and_then_says_why(kind):
    assert load(kind(), None) is None
    assert sentence(kind(needed="Write who it is."), None) == ["Write who it is."]
    assert "Missing data" not in sentence(kind(required=True), None)[0]


@pytest.mark.parametrize("kind", [lambda **options: fields.TermList(Topic, **options), fields.IdList])
def test_nothing_ticked_is_an_empty_list_unless_something_is_needed(kind):
    assert load(kind(), None) == []
    assert sentence(kind(needed="Choose a topic."), None) == ["Choose a topic."]


def test_text_has_a_limit_and_says_how_long_it_may_be():
    assert load(fields.ShortText(), "å" * 200) == "å" * 200
    assert sentence(fields.ShortText(), "å" * 201) == ["This is too long. Use at most 200 characters."]
    assert load(fields.LongText(), "å" * 20_000) == "å" * 20_000
    assert "20,000" in sentence(fields.LongText(), "å" * 100_000)[0]


def test_text_that_is_no_text_is_refused():
    assert sentence(fields.ShortText(), 7) == ["This could not be read. Write it again."]


@pytest.mark.parametrize("typed", ["310299-9999", "Malou 20150231-9999", "Malou, 150231–9999"])
def test_an_identity_number_is_no_name(typed: str) -> None:
    assert sentence(fields.PersonName(), typed) == ["Write a name here, and no identity number."]


@pytest.mark.parametrize("typed", ["Malou Sjödin", "Elev 4711", "Nr. 2026-118"])
def test_a_number_of_the_schools_own_can_stand_for_a_name(typed: str) -> None:
    assert load(fields.PersonName(), typed) == typed


@pytest.mark.parametrize("number", ["112", "0243-555 01", "+45 99 31 00 00", "(0243) 555 01", "0243-555 01 ankn. 12"])
def test_a_telephone_number_is_taken_as_people_write_it(number):
    assert load(fields.PhoneText(), number) == number


@pytest.mark.parametrize("number", ["call me", "1", "--"])
def test_a_telephone_number_needs_digits(number):
    assert "telephone number" in sentence(fields.PhoneText(), number)[0]


def test_an_email_address_has_the_form_of_one():
    assert load(fields.EmailText(), "lena@skolan.invalid") == "lena@skolan.invalid"
    assert "e-mail" in sentence(fields.EmailText(), "lena at the school")[0]


@pytest.mark.parametrize(
    "typed", ["2026-03-04", "20260304", "4.3.2026", "04/03/2026", "4. 3. 2026", "4-3-2026", "4 3 2026"]
)
def test_a_day_can_be_written_as_people_here_write_it(typed):
    with time_machine.travel(datetime(2026, 11, 24, 12, tzinfo=UTC)):
        assert load(fields.DateField(), typed) == date(2026, 3, 4)


@pytest.mark.parametrize(
    ("field", "typed", "words"),
    [
        (fields.DateField(), "in the spring", "Write the date"),
        (fields.DateField(), "2026-02-30", "no such day"),
        (fields.DateField(), "0204-03-04", "too far"),
        (fields.DateField(), "3026-03-04", "too far"),
        (fields.DateField(is_past=True), "2026-11-26", "not come yet"),
        (fields.DateField(is_ahead=True), "2026-11-22", "has passed"),
    ],
)
def test_a_day_must_be_a_sensible_one(field, typed, words):
    with time_machine.travel(datetime(2026, 11, 24, 12, tzinfo=UTC)):
        assert words in sentence(field, typed)[0]


def test_today_counts_as_past_and_as_ahead():
    with time_machine.travel(datetime(2026, 11, 24, 12, tzinfo=UTC)):
        assert load(fields.DateField(is_past=True), "2026-11-24") == load(fields.DateField(is_ahead=True), "2026-11-24")


@pytest.mark.parametrize("typed", ["14:05", "14.05", "1405", "14:05:00"])
def test_a_time_can_be_written_as_people_here_write_it(typed):
    assert load(fields.TimeField(), typed) == time(14, 5)


@pytest.mark.parametrize("typed", ["25:00", "noon", "14:75"])
def test_a_time_must_exist(typed):
    assert "hours and minutes" in sentence(fields.TimeField(), typed)[0]


def test_a_number_is_whole_and_within_its_range():
    assert load(fields.CountField(), "12") == 12
    assert "whole number" in sentence(fields.CountField(), "twelve")[0]
    assert "outside" in sentence(fields.CountField(most=5), "6")[0]
    assert "outside" in sentence(fields.CountField(), "-1")[0]


def test_a_chosen_row_is_an_id():
    chosen = uuid.uuid4()
    assert load(fields.IdField(), str(chosen)) == chosen
    assert sentence(fields.IdField(), "the first one") == [fields.CHOOSE_ONE]
    assert load(fields.IdList(), [str(chosen), str(chosen)]) == [chosen]


def test_a_word_of_a_list_is_that_word_and_no_other():
    assert load(fields.TermField(Topic), "attendance") is Topic.ATTENDANCE
    assert sentence(fields.TermField(Topic), "truancy") == [fields.CHOOSE_ONE]
    assert load(fields.TermList(Topic), ["peers", "attendance", "peers"]) == [Topic.PEERS, Topic.ATTENDANCE]
    assert load(fields.TermList(Topic), "peers") == [Topic.PEERS]
    assert sentence(fields.TermList(Topic), ["truancy"]) == {0: [fields.CHOOSE_ONE]}


def test_yes_and_no_are_answers_and_silence_is_neither():
    assert load(fields.YesNo(), "yes") is True
    assert load(fields.YesNo(), "no") is False
    assert load(fields.YesNo(), None) is None
    assert sentence(fields.YesNo(), "maybe") == [fields.SAY_YES_OR_NO]


def test_a_box_is_ticked_or_not():
    assert load(fields.Tick(), "yes") is True
    assert load(fields.Tick(), "") is False
    assert load(fields.Tick(), None) is False


def test_a_form_leaves_aside_what_it_does_not_know():
    assert fields.FormSchema().load({"unheard": "of"}) == {}


def test_signs_that_turn_a_text_around_are_left_out_and_are_no_answer_by_themselves() -> None:
    assert load(fields.ShortText(), "Alva\u202e nossvorP\u2066") == "Alva nossvorP"
    assert load(fields.LongText(), "می\u200cخواند") == "می\u200cخواند"  # joins no letters that should stand apart
    assert sentence(fields.ShortText(needed="Write the name."), "\u202e") == ["Write the name."]
