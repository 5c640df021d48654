"""Reading a form into plain data, and showing it again."""

import pytest
from werkzeug.datastructures import MultiDict

from tests.webapp.gallery import Everything
from webapp import forms


def form_of(*pairs):
    return forms.Form(forms.clean(MultiDict(pairs)))


GOOD = (("name", "Mila"), ("seen", "Absent"), ("protection", "no"))


def test_names_with_numbers_become_rows():
    form = form_of(*GOOD, ("goals-0-domain", "health"), ("goals-1-domain", "safety"), ("goals-1-target", "Calm"))
    assert form.load(Everything())["goals"] == [
        {"domain": "health", "target": None},
        {"domain": "safety", "target": "Calm"},
    ]


def test_a_wholly_blank_row_is_left_out():
    form = form_of(*GOOD, ("goals-0-domain", " "), ("goals-0-target", ""), ("goals-1-domain", "safety"))
    assert form.load(Everything())["goals"] == [{"domain": "safety", "target": None}]


def test_an_error_in_a_row_stands_at_the_row_as_it_is_on_the_page():
    form = form_of(*GOOD, ("goals-0-domain", ""), ("goals-1-target", "Calm"))
    assert form.load(Everything()) is None
    assert form.problems == [("goals-1-domain", "Fill this in.")]


def test_a_group_of_fields_becomes_an_object():
    assert form_of(*GOOD, ("child-name", "Mila")).load(Everything())["child"] == {"name": "Mila"}


def test_one_tick_is_a_list_too():
    assert form_of(*GOOD, ("topics", "peers")).load(Everything())["topics"] == ["peers"]


def test_an_answer_nobody_offered_is_an_error_at_the_question():
    form = form_of(*GOOD, ("topics", "peers"), ("topics", "weather"))
    form.load(Everything())
    assert [name for name, _ in form.problems] == ["topics"]


def test_missing_answers_come_in_the_order_of_the_form():
    form = form_of()
    assert form.load(Everything()) is None
    assert [name for name, _ in form.problems] == ["name", "seen", "protection"]


def test_what_is_wrong_with_the_form_as_a_whole_comes_first():
    form = form_of(("name", "Mila"), ("seen", "Mila"), ("protection", "no"))
    form.load(Everything())
    assert form.problems == [("", "The two say the same.")]


def test_a_refusal_of_the_core_stands_at_its_field():
    form = form_of(*GOOD)
    form.refuse("name", "We have that already.")
    assert form.load(Everything()) is None
    assert form.errors("name") == ["We have that already."]


def test_a_hundred_thousand_characters_are_an_error_at_the_field():
    form = form_of(("name", "Mila"), ("seen", "å" * 100_000), ("protection", "no"))
    assert form.load(Everything()) is None
    assert form.errors("seen") == ["Too long."]
    assert len(form.value("seen")) == 100_000


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("one\r\ntwo\rthree", "one\ntwo\nthree"),
        ("a\x00b\x1bc", "abc"),
        ("A\u030angest", "Ångest"),
        ("  around  ", "around"),
        ("tab\tstays", "tab\tstays"),
    ],
)
def test_text_is_read_in_one_plain_form(typed, read):
    assert form_of(("name", typed)).value("name") == read


def test_what_belongs_to_the_form_itself_is_not_content():
    form = form_of(("csrf_token", "x"), ("_language", "sv"), ("_page", "/"), ("name", "Mila"))
    assert list(form.typed) == ["name"]


def test_rows_are_counted_anew_whatever_numbers_were_sent():
    form = form_of(("goals-7-domain", "health"), ("goals-3-domain", "safety"))
    assert form.value("goals-0-domain") == "safety"
    assert form.value("goals-1-domain") == "health"
    assert list(form.rows("goals")) == [0, 1]


def test_a_row_number_nobody_could_reach_is_no_row():
    assert list(form_of(("goals-99999999-domain", "health")).rows("goals", 0)) == []


def test_a_row_is_added_after_the_last_and_the_first_one_shown_counts():
    assert list(forms.Form(forms.add_row(MultiDict(), "goals")).rows("goals")) == [0, 1]
    typed = MultiDict({"goals-0-domain": "health", "goals-1-domain": "safety"})
    assert list(forms.Form(forms.add_row(typed, "goals")).rows("goals")) == [0, 1, 2]


def test_a_row_is_removed_and_the_ones_after_it_move_up():
    typed = MultiDict({"goals-0-domain": "health", "goals-1-domain": "safety", "name": "Mila"})
    form = forms.Form(forms.remove_row(typed, "goals", 0))
    assert form.value("goals-0-domain") == "safety"
    assert list(form.rows("goals")) == [0]
    assert form.value("name") == "Mila"


def test_rows_within_rows_are_counted_anew_too():
    form = form_of(("goals-4-actions-9-text", "Second"), ("goals-4-actions-2-text", "First"), ("goals-1-text", "Goal"))
    assert form.value("goals-1-actions-0-text") == "First"
    assert form.value("goals-1-actions-1-text") == "Second"
    fewer = forms.Form(forms.remove_row(form.typed, "goals-1-actions", 0))
    assert list(fewer.rows("goals-1-actions")) == [0]
    assert fewer.value("goals-1-actions-0-text") == "Second"
    more = forms.Form(forms.add_row(fewer.typed, "goals-1-actions"))
    assert list(more.rows("goals-1-actions")) == [0, 1]


def test_a_name_beyond_all_measure_stays_as_it_was_sent():
    endless = "a-1-" * 50_000
    assert form_of((endless, "x")).value(endless) == "x"


def test_plain_data_becomes_fields_and_comes_back_the_same():
    data = {"name": "Mila", "topics": ["peers"], "agrees": True, "goals": [{"domain": "health"}], "since": None}
    form = forms.Form(forms.flatten(data | {"seen": "Absent", "protection": "no"}))
    assert form.value("agrees") == "yes"
    loaded = form.load(Everything())
    assert loaded["goals"] == [{"domain": "health", "target": None}]
    assert loaded["agrees"] is True
    assert loaded["since"] is None
