"""The rule packs: complete, named apart from the words of the law, and refused where they cannot be read."""

import pytest

from referrals.errors import SetupFileInvalid
from referrals.languages import LANGUAGES
from referrals.rules import rulebook
from referrals.rules.rulebook import Counting, RulePack, Target
from referrals.rules.targets import TARGET_BY_STATE
from referrals.stages import Stage
from referrals.vocabulary import Country, DeadlineSource, Recipient, SchoolForm
from referrals.vocabulary import InformationCategory as Kind
from referrals.vocabulary.knowing import Capacity, Cell, Information

PACKS = [rulebook.newest(country) for country in Country]
SOCIAL, HEALTH, DENTAL = Recipient.SOCIAL_SERVICES, Recipient.HEALTH_CARE, Recipient.DENTAL_CARE
#: on which ground something may go without consent: to whom, and which kinds of information it never opens
GROUNDS: dict[Country, dict[str, tuple[set[Recipient], set[Kind]]]] = {
    Country.SE: {
        "duty_to_report": ({SOCIAL}, set()),
        "social_board": ({SOCIAL}, {Kind.PSYCHOSOCIAL, Kind.FAMILY, Kind.HEALTH_POINTER}),
        "crime_prevention": ({SOCIAL, Recipient.POLICE}, {Kind.HEALTH_POINTER}),
        "necessary": ({SOCIAL, HEALTH, DENTAL, Recipient.POLICE}, {Kind.HEALTH_POINTER}),
        "general_clause": ({SOCIAL, Recipient.POLICE}, {Kind.HEALTH_POINTER, Kind.FAMILY}),
    },
    Country.DK: {
        "duty_to_report": ({SOCIAL}, set()),
        "ssd": ({SOCIAL, Recipient.HEALTH_VISITOR, Recipient.DAY_CARE, DENTAL}, set()),
        "outweighs": ({SOCIAL, HEALTH, DENTAL, Recipient.HEALTH_VISITOR, Recipient.DAY_CARE, Recipient.POLICE}, set()),
    },
}


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


@pytest.mark.parametrize("pack", PACKS, ids=lambda pack: pack.name)
def test_a_ground_has_a_source_a_name_and_what_to_weigh_in_every_language(pack: RulePack) -> None:
    for ground in pack.grounds.values():
        assert ground.source
        assert ground.recipients
        assert all(ground.names[language] and ground.weigh[language] for language in LANGUAGES)


@pytest.mark.parametrize("pack", PACKS, ids=lambda pack: pack.name)
def test_a_report_about_danger_is_never_shared_from_the_referral(pack: RulePack) -> None:
    assert not pack.grounds["duty_to_report"].reaches(Recipient.SOCIAL_SERVICES, [])


@pytest.mark.parametrize("pack", PACKS, ids=lambda pack: pack.name)
def test_every_ground_reaches_whom_it_was_agreed_to_reach_and_never_the_kinds_it_does_not_lift(pack: RulePack) -> None:
    found = {key: (set(ground.recipients), set(ground.never)) for key, ground in pack.grounds.items()}
    assert found == GROUNDS[pack.country]


@pytest.mark.parametrize("pack", PACKS, ids=lambda pack: pack.name)
def test_guardians_are_asked_about_everybody_with_whom_the_team_works_in_that_country(pack: RulePack) -> None:
    both = {SOCIAL, HEALTH, DENTAL, Recipient.RECEIVING_SCHOOL, Recipient.LEISURE, Recipient.CIVIL_SOCIETY}
    in_denmark = {Recipient.HEALTH_VISITOR, Recipient.DAY_CARE} if pack.country is Country.DK else set()
    assert set(pack.asked_about) == both | in_denmark | {Recipient.OTHER_GUARDIAN}


def test_preventing_crime_never_lifts_the_secrecy_of_health_care_in_sweden() -> None:
    ground = rulebook.load("se-2026-07").grounds["crime_prevention"]
    assert ground.source == "OSL 10:15 a"
    assert ground.reaches(Recipient.POLICE, [Kind.ATTENDANCE, Kind.FAMILY])
    assert not ground.reaches(Recipient.POLICE, [Kind.ATTENDANCE, Kind.HEALTH_POINTER])
    assert not ground.reaches(Recipient.HEALTH_CARE, [Kind.ATTENDANCE])


def test_early_cooperation_in_denmark_reaches_its_own_circle_and_nobody_else() -> None:
    ground = rulebook.load("dk-2026-07").grounds["ssd"]
    circle = {Recipient.SOCIAL_SERVICES, Recipient.HEALTH_VISITOR, Recipient.DAY_CARE, Recipient.DENTAL_CARE}
    assert {recipient for recipient in Recipient if ground.reaches(recipient, Kind)} == circle


def test_a_pack_knows_everybody_to_whom_something_can_go() -> None:
    pack = rulebook.load("se-2026-07")
    assert Recipient.POLICE in pack.reachable
    assert not {Recipient.OWN_STAFF, Recipient.OTHER_GUARDIAN, Recipient.HEALTH_VISITOR} & set(pack.reachable)


def test_a_ground_without_words_in_a_language_speaks_english() -> None:
    ground = rulebook.load("dk-2026-07").grounds["ssd"]
    assert ground.name_in("fi").startswith("SSD cooperation")
    assert ground.weigh_in("fi").startswith("A right")


@pytest.mark.parametrize("pack", PACKS, ids=lambda pack: pack.name)
def test_every_statutory_track_has_a_name_in_every_language_and_a_source(pack: RulePack) -> None:
    assert pack.statutory_tracks
    for track in pack.statutory_tracks:
        assert all(track.names[language] for language in LANGUAGES)
        assert track.source
        assert track.school_forms


def test_preschools_know_neither_the_schools_special_support_nor_an_absence_investigation() -> None:
    sources = {form: [track.source for track in PACKS[0].tracks_for(form)] for form in SchoolForm}
    assert sources[SchoolForm.PRESCHOOL] == ["Skollag 8:9", "Skollag 6:10", "HSL 16:4"]
    assert {"Skollag 3:7", "Skollag 3:9", "Skollag 7:19 a"} <= set(sources[SchoolForm.COMPULSORY])
    assert not {"Skollag 3:7", "Skollag 3:9", "Skollag 7:19 a"} & set(sources[SchoolForm.LEISURE])


def test_the_danish_rules_on_absence_hold_for_the_folkeskole_alone() -> None:
    keys = {form: [track.key for track in rulebook.newest(Country.DK).tracks_for(form)] for form in SchoolForm}
    assert [form for form in SchoolForm if "unlawful_absence" in keys[form]] == [SchoolForm.COMPULSORY]
    assert keys[SchoolForm.PRESCHOOL] == []


def test_before_the_absence_tracks_of_both_countries_the_guardians_are_told_first() -> None:
    first = {track.key for pack in PACKS for track in pack.statutory_tracks if track.guardians_first}
    assert first == {track.key for pack in PACKS for track in pack.statutory_tracks if "absence" in track.key}
    assert first == {"absence_investigation", "unlawful_absence"}


def test_only_what_a_head_teacher_investigates_and_decides_opens_parts_behind_the_wall() -> None:
    opens = {pack.country: {track.key for track in pack.statutory_tracks if track.opens_parts} for pack in PACKS}
    assert opens == {
        Country.SE: {
            "special_support_investigation",
            "support_programme",
            "absence_investigation",
            "preschool_support",
        },
        Country.DK: {"educational_assessment"},
    }


def test_a_statutory_track_is_told_as_the_units_own_kind_knows_it() -> None:
    pack = rulebook.newest(Country.SE)
    assert pack.track("absence_investigation", SchoolForm.UPPER_SECONDARY).source == "Skollag 15:16"
    assert pack.track("preschool_support", SchoolForm.COMPULSORY).source == "Skollag 8:9"
    assert pack.track("support_programme", SchoolForm.COMPULSORY).name("fi").startswith("Programme")


def test_the_team_meeting_in_denmark_is_a_meeting_of_the_forum() -> None:
    assert rulebook.load("dk-2026-07").artefact("team_review", "da") == "Møde i Trivselsforum"


def test_a_word_that_is_missing_in_a_language_is_given_in_english() -> None:
    assert rulebook.load("se-2026-07").artefact("closure", "fi") == "Closure"


def test_an_unknown_pack_is_refused() -> None:
    with pytest.raises(SetupFileInvalid):
        rulebook.load("se-1842-06")


def test_a_target_is_read_as_a_file_writes_it() -> None:
    assert Target.read({"school_days": 2}) == Target(2, Counting.SCHOOL_DAYS, DeadlineSource.TARGET)


@pytest.mark.parametrize("source", ["law", "agreement"])
def test_a_target_says_whether_law_or_an_agreement_sets_it(source: str) -> None:
    read = Target.read({"calendar_days": 21, "source": source}, unless_said=DeadlineSource.LOCAL)
    assert read == Target(21, Counting.CALENDAR_DAYS, DeadlineSource(source))
    assert read.written() == {"calendar_days": 21, "source": source}


@pytest.mark.parametrize("goes_without_saying", [DeadlineSource.LOCAL, DeadlineSource.TARGET])
def test_what_a_target_writes_is_read_as_the_same_target(goes_without_saying: DeadlineSource) -> None:
    target = Target(2, Counting.SCHOOL_DAYS, goes_without_saying)
    assert target.written() == {"school_days": 2}
    assert Target.read(target.written(), unless_said=goes_without_saying) == target


@pytest.mark.parametrize("source", ["set", "target", "habit", 3])
def test_a_target_from_anywhere_else_is_refused(source: object) -> None:
    with pytest.raises(SetupFileInvalid):
        Target.read({"school_days": 2, "source": source})


@pytest.mark.parametrize("pack", PACKS, ids=lambda pack: pack.name)
def test_no_target_of_the_team_is_called_law_and_the_answer_to_a_reader_is(pack: RulePack) -> None:
    assert {target.source for target in pack.targets.values()} == {DeadlineSource.TARGET}
    assert pack.reading.answer_days == 30
    assert "12" in pack.reading.answer_source


@pytest.mark.parametrize("pack", PACKS, ids=lambda pack: pack.name)
def test_promptly_has_no_number_of_days(pack: RulePack) -> None:
    assert not {track.key for track in pack.statutory_tracks} & set(pack.targets)


@pytest.mark.parametrize("written", [{}, {"weeks": 2}, {"school_days": 2, "calendar_days": 3}])
def test_a_target_that_is_not_one_number_of_days_is_refused(written: dict[str, int]) -> None:
    with pytest.raises(SetupFileInvalid):
        Target.read(written)


@pytest.mark.parametrize("days", [-1, "two"])
def test_a_target_that_is_no_whole_number_is_refused(days: object) -> None:
    with pytest.raises(SetupFileInvalid):
        Target.read({"school_days": days})


def test_in_a_swedish_preschool_pedagogical_text_stays_with_its_writer_and_the_special_educators() -> None:
    cells = rulebook.newest(Country.SE).exceptions(SchoolForm.PRESCHOOL)[Information.PEDAGOGICAL]
    assert cells == {Capacity.TEACHER: Cell.OWN, Capacity.SCHOOL_NURSE: Cell.NOTHING}
    in_school = rulebook.newest(Country.SE).exceptions(SchoolForm.COMPULSORY)
    assert set(in_school) == {Information.EDUCATIONAL_ASSESSMENT}, "which Danish schools alone know"
    assert set(in_school[Information.EDUCATIONAL_ASSESSMENT].values()) == {Cell.NOTHING}
