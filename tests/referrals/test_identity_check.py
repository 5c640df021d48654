"""Texts that are to be about nobody: what the check finds, what it leaves alone, what its writer can answer, and what it never tells."""

import itertools
import tomllib
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from referrals import clock, identity_check, reference
from referrals.errors import NamesSomebody
from referrals.identity_check import Checker, checker, look, unanswered
from referrals.models import Listed
from referrals.stages import IN_CONSENT
from referrals.vocabulary import ListGround, Trace
from tests.factories import a_referral
from tests.people import Cast

LISTS = sorted((Path(identity_check.__file__).parent / "wordlists" / "names").glob("*.toml"))
#: what people write to a team about nobody in particular, in three languages
ABOUT_NOBODY = (
    "En elev i årskurs 4 har varit borta nio dagar i september. Eleven är ledsen på rasterna och säger: ”Jag vill inte gå dit.”",
    "Hans mamma säger att det är bättre hemma. Per vecka är det två lektioner. Du kan ringa oss 070-123 45 67 kl. 13.30 den 14.9.2026.",
    "Vi har prövat samtal med BUP och HTL-teamet på Lindskolan:\n- Kortare dagar, 2 timmar i taget\n- En vuxen på rasten",
    "Et barn i 2. klasse er ked af det i frikvarteret. “Jeg vil hjem”, siger barnet. Vi har prøvet alt (næsten). Hvad nu? Ring 12 34 56 78.",
    "A pupil has been away since Monday. The family came to Sweden in September and speaks Somali at home.",
    "Läsåret 2026/27, vecka 48, 5 gånger i veckan, 20 minuter, § 7, sal B12, 10 procent. K-7K4M-2Q9X-HT3W.",
)  # fmt: skip
#: words of every day that are near to names and classes
DAILY = (
    "eleven", "klasserna", "en", "björn", "sten", "liv", "stig", "hon", "hans", "per", "max", "vilja", "rosa", "saga", "mild", "hope", "vera",
    "storm", "ask", "dag", "4", "2", "timmar", "a", "barnet", "frokost", "lærke", "lykke", "else", "vagn", "mark", "may", "grace", "BUP",
)  # fmt: skip
DAILY_WITHOUT_NAMES = tuple(word for word in DAILY if word != "vera")


def traces(text: str) -> list[Trace]:
    return [found.trace for found in look(text)]


def words(text: str, **known) -> list[str]:
    return [found.words for found in look(text, **known)]


@pytest.mark.parametrize("text", ABOUT_NOBODY)
def test_a_worry_about_nobody_is_left_alone(text: str) -> None:
    assert words(text, ours={"lindskolan"}) == []


@given(st.lists(st.sampled_from(DAILY_WITHOUT_NAMES), max_size=30).map(" ".join))
def test_ordinary_words_in_small_letters_are_no_names(text: str) -> None:
    assert look(text) == []


# ----------------------------------------------------------------------------------------------------------- numbers
DAYS = st.dates(date(1900, 1, 1), date(2026, 12, 31))
GAPS = st.sampled_from(["", "-", "+", " ", " - ", "–", ".", "/", "  -  ", "\u200b-", "\u00ad"])
INNER = st.sampled_from(["", "-", " ", ".", "/", ". "])
AROUND = st.sampled_from([("", ""), ("Eleven ", " är ledsen."), ("(", ")"), ("nr:", ","), ("CPR", "\n")])


@given(DAYS, GAPS, INNER, st.integers(0, 9999), st.booleans(), st.sampled_from(["sv", "dk"]), st.booleans(), AROUND)
def test_every_identity_number_is_found_whatever_its_check_digit_and_however_it_is_written(
    day, gap, inner, last, has_century, country, is_temporary, around
) -> None:
    year = f"{day.year}" if has_century else f"{day.year % 100:02}"
    of_month = f"{day.day + (60 if is_temporary else 0):02}"
    parts = [year, f"{day.month:02}", of_month]
    number = inner.join(parts if country == "sv" else parts[::-1]) + gap + f"{last:04}"
    (found,) = look(f"{around[0]}{number}{around[1]}")
    assert (found.trace, found.start, found.words) == (Trace.IDENTITY_NUMBER, len(around[0]), number)
    assert unanswered([found], {found.key, number}) == [found]


@pytest.mark.parametrize(
    "text", ["150312-T123", "150312TF12", "120315-2AB3", "20150312-T123", "١٥٠٣١٢-١٢٣٤", "150312\u20111234"]
)
def test_numbers_given_for_a_time_and_numbers_in_other_figures_are_found(text: str) -> None:
    assert traces(f"Eleven {text} är ledsen") == [Trace.IDENTITY_NUMBER]


@pytest.mark.parametrize(
    "text",
    [
        "150312-12 34",
        "150312, 1234",
        "150312:1234",
        "150312-1234/16",
        "född 2015-03-12",
        "född den 12/3 2015",
        "født d. 12.3.2015",
        "CPR: 120315",
    ],
)
def test_the_last_four_in_twos_and_a_day_that_says_it_is_of_birth_are_found(text: str) -> None:
    assert traces(f"Eleven är {text}.") == [Trace.IDENTITY_NUMBER]


@pytest.mark.parametrize(
    "text",
    [
        "Det var den 12.3.2015 på rasten.",
        "Det hände 2025-10-14, 2025-10-21; 2025-10-28.",
        "2025-10-14: 2500 svar",
        "2025-10-14, 1400",
        "2024-12-01 – 2025-06-12",
        "Ring 12 10 56 78, 22 33 44 55.",
        "kl. 10.15-11.30 den 3.12",
    ],
)
def test_a_day_a_time_and_telephones_are_no_identity_numbers(text: str) -> None:
    assert look(text) == []


def a_number_that_checks() -> str:
    return next(
        f"7K4M-2Q9{sign}" for sign in reference.ALPHABET if reference.written_in(f"7K4M-2Q9{sign}")
    )  # fmt: skip


@pytest.mark.parametrize("around", ["{}", "HTL nr {}", "({})"])
@pytest.mark.parametrize(
    "how", [str, str.lower, lambda number: number.replace("-", ""), lambda number: " ".join(number.replace("-", ""))]
)
def test_the_number_of_a_referral_is_found_without_what_its_country_begins_with(around: str, how) -> None:
    assert Trace.REFERENCE_NUMBER in traces(f"Se ärende {around.format(how(a_number_that_checks()))}, tack")


def test_eight_signs_that_do_not_check_are_no_number_of_a_referral() -> None:
    checks = a_number_that_checks()
    assert [sign for sign in reference.ALPHABET if reference.written_in(f"7K4M-2Q9{sign}")] == [checks[-1]]
    assert reference.written_in(f"K-{checks}-HT3W") == []


@pytest.mark.parametrize(
    "written", ["HTL-7K4M-2Q9X", "htl 7k4m2q9x", "HTL - 7K4M - 2Q9X", "HTL: 7K4M-2Q9X", "HTL_7K4M_2Q9X", "TF–7K4M–2Q9X"]
)
def test_the_number_of_a_referral_is_found_however_its_parts_are_held_together(written: str) -> None:
    assert traces(f"Se {written}, tack") == [Trace.REFERENCE_NUMBER]


@pytest.mark.parametrize(
    "written", ["HTL-team barn", "HTL-modellen", "HTL-samtalen", "Tf 2345 6789", "tf. 4455 6677", "HTL-7K4M-2Q9XF"]
)
def test_the_name_of_a_team_or_a_telephone_is_no_number_of_a_referral(written: str) -> None:
    assert Trace.REFERENCE_NUMBER not in traces(f"Se {written}, tack")


# ------------------------------------------------------------------------------------------------- classes and names
@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("En elev i 4B är ledsen", "4B"),
        ("en elev i 4b.", "4b"),
        ("Eleven i klass 7 c", "klass 7 c"),
        ("åk. 4 b", "åk. 4 b"),
        ("Barnet går i 3.a", "3.a"),
        ("i 3. A og", "3. A"),
        ("i klasse 3.a", "klasse 3.a"),
        ("i 9 B", "9 B"),
        ("gymnasiet, 1.x", "1.x"),
        ("eleven går i NA21B", "NA21B"),
        ("grade 10 a", "grade 10 a"),
        ("Eleven i Klass 7 c", "Klass 7 c"),
        ("en elev (7B) är ledsen", "7B"),
        ("et barn i 4. b er ked af det", "4. b"),
        ("En elev i 4 a är ledsen", "4 a"),
        ("et barn i 3. a er ked af det", "3. a"),
        ("Et barn i 3. a. Barnet er ked af det", "3. a"),
        ("Et barn går i 4 b.", "4 b"),
        ("I 4 a är det stökigt", "4 a"),
        ("eleverna i sjuan a", "sjuan a"),
        ("et barn i syvende a", "syvende a"),
        ("i klass 7k", "klass 7k"),
        ("i 7K", "7K"),
        ("i 7-B och", "7-B"),
        ("i 7:b och", "7:b"),
        ("klass 7-b", "klass 7-b"),
        ("i kl 7 b", "kl 7 b"),
        ("åk7b", "åk7b"),
        ("i NA1b", "NA1b"),
        ("i Na21b", "Na21b"),
        ("i sjuan b", "sjuan b"),
        ("i syvende b", "syvende b"),
        ("i 7\u200bB", "7\u200bB"),
        ("i 4 a 25 elever", "4 a"),
        ("i 4 a er der 25", "4 a"),
        ("i 4 a tre drenge", "4 a"),
        ("eleverna i sjuan a 25 elever", "sjuan a"),
        ("i 4 b. 2. gang", "4 b"),
        ("i 4 d, og", "4 d"),
        ("et barn i syvende d. Barnet er ked af det", "syvende d"),
    ],
)
def test_classes_are_found_as_schools_write_them(text: str, found: str) -> None:
    assert [(one.trace, one.words) for one in look(text)] == [(Trace.SCHOOL_CLASS, found)]


@pytest.mark.parametrize(
    "text",
    [
        "kl. 7 f.m.",
        "klass 7 i skolan",
        "för 1:a och 2:a gången, 3:e veckan",
        "§ 3 b)",
        "punkt 4b)",
        "klockan 7 i morgon",
        "borta i 3 a 4 veckor",
        "i 7 f.m., i 7 e. m. och i 2 d. v. s. länge",
        "at barnet har ventet i 2. a 3 uger, første a 2 timer",
        "a pupil in 4 a week, and I saw 4 a day",
        "i 3 a § skollagen, i 3a § och i 2 b § samma lag",
        "borta i 2 a tre veckor, i 3 a fyra veckor, i 2 a max 3 veckor och i 3 a  4 skoldagar, i 3 a 4.",
        "i 1 a hand och i 1. a hand",
        "eleven satt i 2 h. och väntade",
        "i 5 f.Kr. och i 7 e. Kr.",
        "den første d. 4. maj, og den anden d. 12/9",
    ],
)
def test_times_parts_of_a_list_and_ordinals_are_no_classes(text: str) -> None:
    assert look(f"Det står {text}") == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Olle slår de andra", ["Olle"]),
        ("olle slår de andra", ["olle"]),
        ("Det är Olles pappa", ["Olles"]),
        ("OLLE SLÅR", ["OLLE"]),
        ("Søren og Fatima", ["Søren", "Fatima"]),
        ("Anna-Karin Nilsson och Bo", ["Anna-Karin Nilsson", "Bo"]),
        ("pojken heter Xerxes", ["Xerxes"]),
        ("Jag tror att Hans är arg på Max.", ["Hans", "Max"]),
        ("Mild är han, och Hope är hon. Det är Mild.", ["Mild", "Hope", "Mild"]),
        ("Familjen Andersson", ["Andersson"]),
        ("Elev: björn. Björn.", ["Björn"]),
        ("Måns, Levi och Tova", ["Måns", "Levi", "Tova"]),
        ("André slår. Soren med.", ["André", "Soren"]),
        ("Mans är ledsen, de går på Osten.", ["Mans", "Osten"]),
        ("en pojke (Zyrah) slår", ["Zyrah"]),
        ("Elev: Zyrah.", ["Zyrah"]),
        ("ol\u00adle slår", ["ol\u00adle"]),
        ("\u041elle slår", ["\u041elle"]),
        ("A\u030asa slår", ["A\u030asa"]),
    ],
)
def test_names_are_found_from_lists_and_by_a_capital_inside_a_sentence(text: str, found: list[str]) -> None:
    assert [(one.trace, one.words) for one in look(text)] == [(Trace.NAME, each) for each in found]


def test_what_is_found_comes_in_the_order_of_the_text_with_its_place_and_nothing_twice() -> None:
    text = "Olle i 4B, 160112-0000, är ledsen"
    found = look(text)
    assert [one.trace for one in found] == [Trace.NAME, Trace.SCHOOL_CLASS, Trace.IDENTITY_NUMBER]
    assert [text[one.start : one.end] for one in found] == [one.words for one in found] == ["Olle", "4B", "160112-0000"]


@given(st.text(max_size=200))
def test_any_text_can_be_looked_at_and_what_is_found_stands_there_without_overlap(text: str) -> None:
    found = look(text)
    assert [text[one.start : one.end] for one in found] == [one.words for one in found]
    assert all(one.end <= after.start for one, after in itertools.pairwise(found))


def test_a_long_text_is_looked_at_in_no_time() -> None:
    assert len(look("Vi ser Olle i 4B. " * 1100)) == 2200


@pytest.mark.parametrize("path", LISTS, ids=lambda path: path.stem)
def test_the_lists_hold_single_words_in_small_letters_once(path: Path) -> None:
    for listed in tomllib.loads(path.read_text(encoding="utf-8")).values():
        names = listed.split()
        assert [name for name in names if name != name.lower() or not name.isalpha() or len(name) < 2] == []
        assert len(set(names)) == len(names)


# ------------------------------------------------------------------------------------------------------------ answers
NOBODY_KNOWN = Checker(frozenset())


def test_what_is_a_word_here_passes_once_its_writer_says_so_and_only_that() -> None:
    text = "Mild är vinden, och Hope är ett ord. I 4B är det lugnt."
    with pytest.raises(NamesSomebody) as refused:
        NOBODY_KNOWN.require_nobody([text], answered=["MILD"])
    assert refused.value.kinds == ("name", "school_class")
    assert NOBODY_KNOWN.require_nobody([text], answered=["mild", "hope", "4b"])
    with pytest.raises(NamesSomebody):
        NOBODY_KNOWN.require_nobody([text + " Och Olle."], answered=["mild", "hope", "4b"])


def test_a_text_without_a_finding_needs_no_answer() -> None:
    assert not NOBODY_KNOWN.require_nobody([None, "", *ABOUT_NOBODY[:2]], answered=["mild"])


def test_an_identity_number_can_never_be_answered() -> None:
    with pytest.raises(NamesSomebody) as refused:
        NOBODY_KNOWN.require_nobody(["Eleven 160112-0000"], answered=["160112-0000"])
    assert refused.value.kinds == ("identity_number",)


def test_neither_the_error_nor_what_is_found_shows_the_words() -> None:
    (found,) = look("Olle är ledsen")
    with pytest.raises(NamesSomebody) as refused:
        NOBODY_KNOWN.require_nobody(["Olle är ledsen"], answered=())
    assert "Olle" not in f"{refused.value} {refused.value!r} {found!r} {Checker(frozenset({'olle'}))!r}"


# ------------------------------------------------------------------------------------------------------- who is known
def test_the_schools_own_staff_is_known_and_its_own_name_is_nobodys(session: Session, cast: Cast) -> None:
    here = checker(session, cast.school, by=cast.teacher.actor())
    assert [one.words for one in here.look("Fråga vidmark eller henrik Rosenby på Lindskolan, HTL-team Linden.")] == [
        "vidmark",
        "henrik Rosenby",
    ]
    assert here.look("Vi på Lindskolan i Lindköping undrar.") == []
    assert checker(session, cast.other_school, by=cast.outsider.actor()).look("vidmark") == []


def test_a_child_the_writer_knows_from_a_referral_is_known_and_for_everybody_else_nothing_tells_of_it(
    session: Session, cast: Cast
) -> None:
    a_referral(session, cast, IN_CONSENT, child_name="Tindrelin von Ek")
    hidden = a_referral(session, cast, IN_CONSENT, child_name="Yndrelin Ek", protected_since=clock.now())
    session.add(Listed(referral=hidden, account_id=cast.coordinator.id, ground=ListGround.IN_CHARGE, since=clock.now()))
    session.flush()
    text = "Tindrelin är ledsen. Yndrelin med. En ek i vinden. Ek slår."
    known = checker(session, cast.school, by=cast.coordinator.actor()).look(text)
    assert [one.words for one in known] == ["Tindrelin", "Yndrelin", "Ek"]
    assert [one.words for one in checker(session, cast.school, by=cast.head_teacher.actor()).look(text)] == [
        "Tindrelin",
        "Ek",
    ]
    assert checker(session, cast.school, by=cast.teacher.actor()).look(text) == []
    assert checker(session, cast.other_school, by=cast.outsider.actor()).look(text) == []


def test_a_child_whose_name_was_typed_in_small_letters_is_known_too(session: Session, cast: Cast) -> None:
    a_referral(session, cast, IN_CONSENT, child_name="tindrelin von zyrah")
    known = checker(session, cast.school, by=cast.coordinator.actor()).look("Zyrah är ledsen. tindrelin med. Von?")
    assert [one.words for one in known] == ["Zyrah", "tindrelin"]
