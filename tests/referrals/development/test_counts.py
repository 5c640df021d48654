"""Counts by group that a reader who subtracts learns nothing from: none counted twice at a school, no sum beside its parts, no child in two."""

import itertools
import random
from datetime import UTC, datetime

import pytest
from sqlalchemy.orm import Session

from referrals import clock
from referrals.development import analysis, cases, counts
from referrals.development.counts import Counted, ShownGroup
from referrals.errors import DevelopmentRefused
from referrals.models import DevelopmentCase
from referrals.patterns.suppression import FEWEST
from referrals.vocabulary import DevelopmentEvidence, DevelopmentKind, DevelopmentProblem
from tests.development import GROUPS, THEMES, WORDS, begin
from tests.people import Cast

ALL = Counted("Alla", 52, 71)


@pytest.fixture(autouse=True)
def autumn(monkeypatch: pytest.MonkeyPatch) -> None:
    """What names no term was counted in this one."""
    monkeypatch.setattr(clock, "now", lambda: datetime(2026, 9, 16, 9, 0, tzinfo=UTC))


def add(
    session: Session, cast: Cast, found: DevelopmentCase, *groups: Counted, question: str = "Trivs", is_said: bool
) -> list[ShownGroup]:
    made = analysis.add_result(
        session, found, by=cast.coordinator.actor(), evidence=DevelopmentEvidence.SURVEY, question=question,
        groups=groups, are_apart=is_said,
    )  # fmt: skip
    return counts.groups_of(made)


def learnt(shown: list[ShownGroup], parts: list[set[int]]) -> list[tuple[int, int]]:
    """What a reader works out who knows which parts each group has: both counts of each group that some of them leave over."""
    known = [
        (one.holds, one.asked - one.holds, its)
        for one, its in zip(shown, parts, strict=True)
        if one.holds is not None and one.asked is not None
    ]
    found = []
    for signs in itertools.product((-1, 0, 1), repeat=len(known)):
        left = [0] * 6
        for sign, (_holds, _not, its) in zip(signs, known, strict=True):
            for part in its:
                left[part] += sign
        if any(left) and set(left) <= {0, 1}:
            counts = [sum(sign * one[side] for sign, one in zip(signs, known, strict=True)) for side in (0, 1)]
            found.append((counts[0], counts[1]))
    return found


def test_whoever_subtracts_groups_from_each_other_learns_no_count_under_five(session: Session, cast: Cast) -> None:
    found, dice, kept = begin(session, cast), random.Random(6), 0
    for number in range(80):
        counts = [(dice.randint(0, 14), dice.randint(0, 14)) for _ in range(6)]
        parts = [set(dice.sample(range(6), dice.choice((1, 1, 1, 2, 3)))) for _ in range(dice.randint(1, 3))]
        groups = [
            Counted(f"Del {row}", sum(counts[one][0] for one in its), max(1, sum(sum(counts[one]) for one in its)))
            for row, its in enumerate(parts)
        ]
        are_apart = not any(one & other for one, other in itertools.combinations(parts, 2))
        try:
            shown = add(
                session,
                cast,
                found,
                *groups,
                question=f"Om {chr(97 + number // 26)}{chr(97 + number % 26)}ord",
                is_said=are_apart,
            )
        except DevelopmentRefused:
            continue
        kept += len(groups) > 1
        assert [one for one in learnt(shown, parts) if min(one) < FEWEST] == []
    assert kept > 10


def test_without_the_rule_the_same_reader_learns_how_few_said_no() -> None:
    parts = [{0, 1}, {0}, {1}]
    told = [
        ShownGroup("Alla", 52, 71),
        ShownGroup("En", 24, 40),
        ShownGroup("En till", None, 31),
    ]
    assert (28, 3) in learnt(told, parts)


@pytest.mark.parametrize(
    ("groups", "is_said", "problem", "row"),
    [
        (GROUPS, False, DevelopmentProblem.OVERLAPPING, 0),
        ([Counted("Läsår 1", 52, 71), Counted("Flickor", 24, 40)], False, DevelopmentProblem.OVERLAPPING, 0),
        ([Counted("Flickor", 24, 40), Counted("Alla elever", 52, 71)], True, DevelopmentProblem.IS_TOTAL, 1),
        ([*GROUPS, ALL], True, DevelopmentProblem.IS_TOTAL, 2),
        ([ALL, *GROUPS], True, DevelopmentProblem.IS_TOTAL, 0),
        ([*GROUPS, Counted("Årskurs 7–9", 30, 36), Counted("Resten", 58, 67)], True, DevelopmentProblem.IS_TOTAL, 3),
        ([GROUPS[0], Counted("årskurs 1 – 3 ", 25, 41)], True, DevelopmentProblem.SAME_GROUP, 1),
    ],
)
def test_groups_that_tell_of_each_other_are_refused_and_nothing_is_kept(
    session: Session, cast: Cast, groups: list[Counted], *, is_said: bool, problem: DevelopmentProblem, row: int
) -> None:
    found = begin(session, cast)
    with pytest.raises(DevelopmentRefused) as refused:
        add(session, cast, found, *groups, is_said=is_said)
    assert (refused.value.problem, refused.value.row) == (problem, row)
    assert found.results == []


def refuses(session: Session, cast: Cast, found: DevelopmentCase, *groups: Counted, question: str) -> bool:
    """Whether these counts are refused because the same was counted at the school already."""
    try:
        add(session, cast, found, *groups, question=question, is_said=True)
    except DevelopmentRefused as refused:
        return refused.problem is DevelopmentProblem.COUNTED_BEFORE
    return False


def test_the_same_is_counted_once_and_another_term_is_something_else(session: Session, cast: Cast) -> None:
    found = begin(session, cast)
    add(session, cast, found, GROUPS[0], question="Känner sig trygg", is_said=False)
    assert refuses(session, cast, found, ALL, question="Känner sig  trygg?")
    assert not refuses(session, cast, found, ALL, question="Känner sig trygg, våren 2027")
    assert not refuses(session, cast, found, ALL, question="Känner sig trygg på rasten och i matsalen 2028")


@pytest.mark.parametrize(
    "question",
    ["Känner sig trygg", "Känner du dig trygg", "Trygga", "Känner sig trygg 2026", "Upplever sig trygga", "Trygg i klass 10",
     "Känner sig trygg (9–12 år)", "Trygg på rasten, läsåret 2026/27", "Trygga, ht-26",
     "Trygg, year 10", "Trygg läsåret 2026"],
)  # fmt: skip
def test_whoever_subtracts_across_works_of_a_school_or_its_area_learns_no_count_under_five(
    session: Session, cast: Cast, question: str
) -> None:
    """With all in one work and years 1–3 in another, the three of years 4–6 who said no would follow."""
    first, second = begin(session, cast), begin(session, cast)
    area = cases.open_case(
        session, by=cast.manager.actor(), kind=DevelopmentKind.AREA, unit_ids=[cast.school.id, cast.other_school.id],
        themes=THEMES, words=WORDS,
    )  # fmt: skip
    elsewhere = cases.open_case(
        session, by=cast.manager.actor(), kind=DevelopmentKind.SCHOOL, unit_ids=[cast.other_school.id], themes=THEMES,
        words=WORDS,
    )  # fmt: skip
    add(session, cast, first, ALL, question="Känner sig trygg", is_said=True)
    assert (28, 3) in learnt([ShownGroup("Alla", 52, 71), ShownGroup("En", 24, 40)], [{0, 1}, {0}])
    by_manager = cast.manager.actor()
    assert refuses(session, cast, second, GROUPS[0], question=question)
    with pytest.raises(DevelopmentRefused):
        analysis.add_result(session, area, by=by_manager, evidence=DevelopmentEvidence.SURVEY, question=question, groups=GROUPS[:1])  # fmt: skip
    analysis.add_result(session, elsewhere, by=by_manager, evidence=DevelopmentEvidence.SURVEY, question=question, groups=GROUPS[:1])  # fmt: skip


def test_parts_that_come_to_nearly_all_are_refused_and_what_leaves_enough_is_not(session: Session, cast: Cast) -> None:
    found, other = begin(session, cast), begin(session, cast)
    add(session, cast, found, Counted("Flickor", 20, 35), Counted("Pojkar", 32, 36), question="Trivs", is_said=True)
    # of the boys nothing is shown, so that there is no whole to subtract from
    assert not refuses(session, cast, other, Counted("Årskurs 1–3", 8, 16), question="Trivs i skolan")
    add(
        session,
        cast,
        found,
        Counted("Flickor", 20, 35),
        Counted("Pojkar", 26, 36),
        question="Läser gärna",
        is_said=True,
    )
    parts = [Counted("Årskurs 1–3", 20, 30), Counted("Årskurs 4–6", 20, 32)]
    assert refuses(session, cast, other, *parts, question="Läser gärna hemma")
    assert not refuses(session, cast, other, Counted("Årskurs 1–3", 8, 13), question="Läser gärna själv")


def test_what_was_read_and_taken_away_counts_on_and_only_the_same_groups_are_counted_anew(
    session: Session, cast: Cast
) -> None:
    found, by = begin(session, cast), cast.coordinator.actor()
    add(session, cast, found, ALL, question="Känner sig trygg", is_said=True)
    analysis.drop_result(session, found, found.results[0].id, by=by)
    assert found.results == []
    assert refuses(session, cast, found, GROUPS[0], question="Känner sig trygg")
    assert refuses(session, cast, begin(session, cast), GROUPS[0], question="Känner du dig trygg")
    assert not refuses(session, cast, found, Counted("Alla", 51, 71), question="Känner sig trygg")


@pytest.mark.parametrize("is_elsewhere", [False, True])
def test_taken_away_and_counted_anew_without_one_child_tells_what_that_child_said(
    session: Session, cast: Cast, *, is_elsewhere: bool
) -> None:
    found = begin(session, cast)
    add(session, cast, found, ALL, question="Känner sig trygg", is_said=True)
    analysis.drop_result(session, found, found.results[0].id, by=cast.coordinator.actor())
    where = begin(session, cast) if is_elsewhere else found
    assert refuses(session, cast, where, Counted("Alla", 51, 70), question="Känner sig trygg")


@pytest.mark.parametrize(
    ("question", "turned"),
    [("Känner sig trygg", "Känner sig inte trygg"), ("Känner sig trygg", "Otrygga i skolan"), ("Känner sig otrygg", "Trygg"),
     ("Nöjd med maten", "Missnöjda med maten"), ("Er tilfreds", "Er utilfredse"), ("Trives i klassen", "Mistrives"),
     ("Känner sig inte otrygg", "Känner sig inte trygg")],
)  # fmt: skip
def test_a_question_turned_round_is_held_against_the_other_answer(
    session: Session, cast: Cast, question: str, turned: str
) -> None:
    first, second = begin(session, cast), begin(session, cast)
    years, hidden = Counted("Årskurs 1–3", 24, 40), Counted("Årskurs 4–6", 2, 30)
    add(session, cast, first, years, hidden, question=question, is_said=True)
    assert refuses(session, cast, second, Counted("Alla", 19, 71), question=turned)


@pytest.mark.parametrize("question", ["Känner sig inte otrygg", "Trygg eller otrygg"])
def test_a_question_turned_round_twice_is_held_against_the_same_answer(
    session: Session, cast: Cast, question: str
) -> None:
    add(session, cast, begin(session, cast), GROUPS[0], question="Känner sig trygg", is_said=True)
    assert refuses(session, cast, begin(session, cast), ALL, question=question)


def test_counted_in_november_and_written_in_once_before_and_once_after_new_year_is_the_same(
    session: Session, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(session, cast, begin(session, cast), ALL, question="Känner sig trygg", is_said=True)
    monkeypatch.setattr(clock, "now", lambda: datetime(2027, 1, 12, 9, 0, tzinfo=UTC))
    assert refuses(session, cast, begin(session, cast), GROUPS[0], question="Upplever sig trygg")
    assert not refuses(session, cast, begin(session, cast), GROUPS[0], question="Upplever sig trygg, våren 2027")
