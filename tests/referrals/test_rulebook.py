"""The rule packs: complete, named apart from the words of the law, and refused where they cannot be read."""

import pytest

from referrals import rulebook
from referrals.errors import SetupFileInvalid
from referrals.languages import LANGUAGES
from referrals.rulebook import Counting, RulePack, Target
from referrals.stages import Stage
from referrals.targets import TARGET_BY_STATE
from referrals.vocabulary import Country

PACKS = [rulebook.newest(country) for country in Country]


@pytest.mark.parametrize("pack", PACKS, ids=lambda pack: pack.name)
def test_a_pack_names_every_stage_in_every_language(pack: RulePack) -> None:
    for key in [*Stage, "implementation", "lead", "coordinator", "protection_report"]:
        for language in LANGUAGES:
            assert pack.artefact(key, language)


@pytest.mark.parametrize("pack", PACKS, ids=lambda pack: pack.name)
def test_no_artefact_carries_a_word_that_belongs_to_the_law(pack: RulePack) -> None:
    for key, words in pack.never.items():
        for language, forbidden in words.items():
            assert not [word for word in forbidden if word in pack.artefact(key, language).lower()]


@pytest.mark.parametrize("pack", PACKS, ids=lambda pack: pack.name)
def test_a_pack_has_a_target_for_every_state_that_has_one(pack: RulePack) -> None:
    assert {*TARGET_BY_STATE.values(), "revisit"} <= set(pack.targets)


@pytest.mark.parametrize("pack", PACKS, ids=lambda pack: pack.name)
def test_a_pack_says_whom_to_call_and_where_the_duty_comes_from(pack: RulePack) -> None:
    assert pack.phones["emergency"]
    assert pack.phones["helpline"]
    assert pack.sources["duty_to_report"]
    assert pack.protected_identity


def test_the_team_meeting_in_denmark_is_a_meeting_of_the_forum() -> None:
    assert rulebook.load("dk-2026-07").artefact("team_review", "da") == "Møde i Trivselsforum"


def test_a_word_that_is_missing_in_a_language_is_given_in_english() -> None:
    assert rulebook.load("se-2026-07").artefact("closure", "fi") == "Closure"


def test_an_unknown_pack_is_refused() -> None:
    with pytest.raises(SetupFileInvalid):
        rulebook.load("se-1842-06")


def test_a_target_is_read_as_a_file_writes_it() -> None:
    assert Target.read({"school_days": 2}) == Target(2, Counting.SCHOOL_DAYS)


@pytest.mark.parametrize("written", [{}, {"weeks": 2}, {"school_days": 2, "calendar_days": 3}])
def test_a_target_that_is_not_one_number_of_days_is_refused(written: dict[str, int]) -> None:
    with pytest.raises(SetupFileInvalid):
        Target.read(written)


@pytest.mark.parametrize("days", [-1, "two"])
def test_a_target_that_is_no_whole_number_is_refused(days: object) -> None:
    with pytest.raises(SetupFileInvalid):
        Target.read({"school_days": days})
