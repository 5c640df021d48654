"""Reference numbers and codes can be said on the telephone, typed with one thumb, and not guessed."""

import re

import pytest

from referrals import reference
from referrals.vocabulary import Country
from tests.factories import a_referral


def test_a_number_is_short_and_begins_with_the_word_of_its_country(session):
    assert re.fullmatch(r"HTL-[2-9A-Z]{4}-[2-9A-Z]{4}", reference.new_number(session, Country.SE))
    assert re.fullmatch(r"TF-[2-9A-Z]{4}-[2-9A-Z]{4}", reference.new_number(session, Country.DK))


def test_no_two_referrals_get_the_same_number(session, cast, monkeypatch):
    bodies = iter(["2222222", "2222222", "3333333"])
    monkeypatch.setattr(reference, "_random", lambda _length: next(bodies))
    first = reference.new_number(session, Country.SE)
    a_referral(session, cast, number=first)
    second = reference.new_number(session, Country.SE)
    assert first != second
    assert second.startswith("HTL-3333")


def test_numbers_and_codes_have_no_signs_that_look_alike():
    assert not set("01OILBSZGUAEY") & set(reference.ALPHABET)
    assert len(set(reference.ALPHABET)) == 23


def test_one_wrong_sign_and_two_that_changed_places_are_noticed():
    code = reference.new_code().replace("-", "")
    for place, sign in enumerate(code):
        for other in reference.ALPHABET:
            assert reference.is_code(code[:place] + other + code[place + 1 :]) is (other == sign)
    for place in range(11):
        swapped = code[:place] + code[place + 1] + code[place] + code[place + 2 :]
        assert reference.is_code(swapped) is (swapped == code)


@pytest.mark.parametrize("typed", ["htl-7k4m-2q9x", "HTL 7K4M 2Q9X", " htl7k4m2q9x ", "HTL-7K4M-ZQ9X"])
def test_a_number_is_known_however_it_is_typed(typed):
    assert reference.as_number(typed) == "HTL-7K4M-2Q9X"


def test_what_is_no_number_stays_what_it_is():
    assert reference.as_number(" hello ") == "HELLO"


def test_a_code_is_known_with_small_letters_blanks_and_look_alikes():
    code = "8526-7K4M-2Q9X"
    digest = reference.code_digest(reference.RETURN, code)
    assert reference.code_digest(reference.RETURN, "bszg 7k4m zq9x") == digest
    assert reference.code_digest(reference.RESUME, code) != digest
    assert "7K4M" not in digest.upper()


def test_a_code_has_twelve_signs():
    assert not reference.is_code("")
    assert not reference.is_code("7K4M")


def test_tokens_that_differ_only_in_capitals_are_two():
    assert reference.token_digest("aB") != reference.token_digest("Ab")


def test_a_code_with_a_sign_that_no_code_has_is_no_code():
    assert "U" not in reference.ALPHABET
    assert not reference.is_code("UUUU UUUU UUUU")
