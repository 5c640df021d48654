"""Words that look medical: what the short lists find, what they leave alone, and what is decided about a finding."""

import ast
import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from referrals import action_plan, assessment, follow_up, wording
from referrals.errors import LooksMedical
from referrals.models import AuditEvent
from referrals.stages import PARTS_REQUESTED, PLAN_DRAFT
from referrals.vocabulary import Compartment, Domain, Looks, PartStatus, WordingGround
from tests.factories import a_part, a_plan, a_referral
from tests.people import Cast

ROOT = Path(__file__).parents[2]
#: the texts of the demonstration, which must not ask anybody anything
DEMO = sorted([*(ROOT / "webapp").glob("demo*.py"), *(ROOT / "webapp").glob("demo_year/*.py")])
#: what people write every day: dates, times, telephones, rooms, roads, school years, our own numbers, and how a child is
ORDINARY = (
    "Mila har varit borta nio dagar i september.", "Hon har ont i magen på måndagar och är ledsen.", "Lässvårigheter och dyslexi.",
    "Ring 070-123 45 67, 0701234567 eller 0000-12 34 56.", "Sal B12, hus F, buss A320, väg E45 och F90-salen.",
    "2026-11-26 kl. 13.30, vecka 48, läsåret 2026/27.", "HTL-7K4M-2Q9X och diarienummer 2026-000123.", "Han är deppig och trött.",
    "Skolsköterskan har något att tillägga. Fråga henne på torsdagar.", "Drengen har ondt i maven og er ked af det.",
    "Møde den 26.11.2026 kl. 9.15 i lokale D104.", "Ring til os på 12 34 56 78.", "DSB og DK er forkortelser; DR2 er en kanal.",
    "5 gånger i veckan, 20 minuter, 100 m, 2 ml färg, 3 kg.", "Klassen läste om 1900-talet och 1234567890 kronor.",
)  # fmt: skip
DAILY = (
    "barnet", "skolan", "ledsen", "arg", "trött", "huvudvärk", "ont", "magen", "sömn", "kompisar", "rast", "matematik", "læsning", "kammerat",
    "hjælp", "mor", "far", "torsdag", "kl. 8.15", "26 november", "2026", "4B", "sal", "A12", "70 procent", "elev", "ringde", "hemma",
)  # fmt: skip


def kinds(text: str) -> list[Looks]:
    return [found.looks for found in wording.look(text)]


@pytest.mark.parametrize("text", ORDINARY)
def test_what_people_write_every_day_is_left_alone(text: str) -> None:
    assert wording.look(text) == []


@given(st.lists(st.sampled_from(DAILY), max_size=30).map(" ".join))
def test_ordinary_words_in_any_order_are_left_alone(text: str) -> None:
    assert wording.look(text) == []


@pytest.mark.parametrize("path", DEMO, ids=lambda path: path.name)
def test_no_text_of_the_demonstration_asks_anybody_anything(path: Path) -> None:
    texts = [
        node.value
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    ]
    assert texts or path.name == "demo.py"
    assert [(text, wording.look(text)) for text in texts if wording.look(text)] == []


@pytest.mark.parametrize(
    "text",
    [
        "Mila, 20160231-0000", "Mila 20160161-0000.", "160112-0000", "160112+0000", "1601120000", "201601120000", "20160172 0000",
        "CPR 311216-0000", "3112160000",
    ],
)  # fmt: skip
def test_identity_numbers_of_both_countries_are_found_in_their_forms(text: str) -> None:
    assert kinds(text) == [Looks.IDENTITY_NUMBER]


@pytest.mark.parametrize(
    ("text", "looks"),
    [
        ("Han har ADHD.", Looks.DIAGNOSIS),
        ("adhd-utredning pågår", Looks.DIAGNOSIS),
        ("Autismespektrum", Looks.DIAGNOSIS),
        ("Tourettes", Looks.DIAGNOSIS),
        ("Kod F90.0B", Looks.DIAGNOSIS),
        ("Kode DF900", Looks.DIAGNOSIS),
        ("Tager Motiron om morgenen", Looks.MEDICINE),
        ("Melatonintabletter", Looks.MEDICINE),
        ("18 mg", Looks.MEDICINE),
        ("2,5 milligram", Looks.MEDICINE),
    ],
)
def test_diagnoses_and_medicines_are_found_by_name_code_and_dose(text: str, looks: Looks) -> None:
    assert kinds(text) == [looks]


def test_what_is_found_comes_in_the_order_of_the_text() -> None:
    assert [(one.looks, one.words) for one in wording.look("18 mg mot ADHD")] == [
        (Looks.MEDICINE, "18 mg"),
        (Looks.DIAGNOSIS, "ADHD"),
    ]


def test_it_finds_little_and_does_not_pretend_otherwise() -> None:
    assert wording.look("Läkaren säger att hjärtat har ett medfött fel och att han opereras i mars.") == []


@pytest.mark.parametrize("path", sorted((ROOT / "referrals" / "wordlists").glob("*.toml")), ids=lambda path: path.stem)
def test_the_lists_hold_small_words_in_the_order_of_the_alphabet(path: Path) -> None:
    listed = tomllib.loads(path.read_text(encoding="utf-8"))
    assert set(listed) == {Looks.DIAGNOSIS, Looks.MEDICINE}
    for words in listed.values():
        assert len(set(words)) == len(words)
        assert [word for word in words if word != word.lower() or len(word) < 3] == []


# ------------------------------------------------------------------------------------------------------------- verbs
def grounds_in_log(session: Session) -> list[str | None]:
    return list(session.scalars(select(AuditEvent.ground).where(AuditEvent.subject == wording.NAMED)))


def hand_in(session: Session, cast: Cast, conclusion: str, *, wall=Compartment.PEDAGOGICAL, ground=None):
    referral = a_referral(session, cast, PARTS_REQUESTED)
    part = a_part(session, referral, cast.teacher, asked_by=cast.coordinator, compartment=wall)
    findings = {} if wall is Compartment.MEDICAL else {"findings": {Domain.LEARNING: "Läser fint."}}
    assessment.submit_part(
        session,
        referral,
        by=cast.teacher.actor(),
        seen=None,
        part=part,
        conclusion=conclusion,
        ground=ground,
        **findings,
    )
    return part


@pytest.mark.usefixtures("wednesday")
def test_a_part_that_looks_medical_needs_a_ground_and_the_log_keeps_only_that(session: Session, cast: Cast) -> None:
    with pytest.raises(LooksMedical) as refused:
        hand_in(session, cast, "Har epilepsi.")
    assert (refused.value.kinds, "epilepsi" in str(refused.value)) == ((Looks.DIAGNOSIS,), False)
    assert grounds_in_log(session) == []
    part = hand_in(session, cast, "Har epilepsi.", ground=WordingGround.SAFETY)
    assert part.status is PartStatus.RECEIVED
    assert grounds_in_log(session) == [WordingGround.SAFETY]


@pytest.mark.usefixtures("wednesday")
def test_a_part_without_such_words_leaves_no_ground(session: Session, cast: Cast) -> None:
    hand_in(session, cast, "Behöver lugn och ro.", ground=WordingGround.TOLD)
    assert grounds_in_log(session) == []


@pytest.mark.usefixtures("wednesday")
def test_from_the_school_nurse_no_ground_lets_it_through(session: Session, cast: Cast) -> None:
    with pytest.raises(LooksMedical):
        hand_in(session, cast, "Har epilepsi.", wall=Compartment.MEDICAL, ground=WordingGround.SAFETY)
    assert hand_in(session, cast, "Fråga Siv.", wall=Compartment.MEDICAL).status is PartStatus.RECEIVED


@pytest.mark.usefixtures("wednesday")
def test_a_plan_is_asked_when_it_is_sent_for_approval(session: Session, cast: Cast) -> None:
    referral = a_referral(session, cast, PLAN_DRAFT)
    plan = a_plan(session, referral, author=cast.coordinator, guardians_view="De är med på det.")
    plan.goals[0].actions[0].text = "Ge 10 mg på morgonen."
    with pytest.raises(LooksMedical) as refused:
        action_plan.submit_action_plan(session, referral, by=cast.coordinator.actor())
    assert refused.value.kinds == (Looks.MEDICINE,)
    action_plan.submit_action_plan(session, referral, by=cast.coordinator.actor(), ground=WordingGround.TOLD)
    assert grounds_in_log(session) == [WordingGround.TOLD]


def test_texts_are_looked_at_however_deep_they_stand_and_words_of_ours_are_not(session: Session, cast: Cast) -> None:
    answer = follow_up.GoalAnswer(goal_id=cast.school.id, result=follow_up.GoalResult.REACHED, note="Tager insulin")
    referral, by = a_referral(session, cast), cast.coordinator.actor()
    with pytest.raises(LooksMedical):
        wording.check(session, referral, by=by, said={"goals": [answer], "n": 1, "none": None}, ground=None)
    wording.check(session, referral, by=by, said=(Looks.MEDICINE, "Trivs."), ground=None)
    wording.refuse({"a": "Trivs."})
