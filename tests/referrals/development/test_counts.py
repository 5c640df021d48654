"""Counts by group that a reader who subtracts learns nothing from: none counted twice, no sum beside its parts, no child in two."""

import itertools
import random

import pytest
from sqlalchemy.orm import Session

from referrals.development import analysis
from referrals.development.analysis import Counted
from referrals.errors import DevelopmentRefused
from referrals.models import DevelopmentCase
from referrals.patterns.suppression import FEWEST
from referrals.vocabulary import DevelopmentEvidence, DevelopmentProblem
from tests.development import GROUPS, begin
from tests.people import Cast

ALL = Counted("Alla", 52, 71)


def add(
    session: Session, cast: Cast, found: DevelopmentCase, *groups: Counted, question: str = "Trivs", is_said: bool
) -> list[analysis.ShownGroup]:
    made = analysis.add_result(
        session, found, by=cast.coordinator.actor(), evidence=DevelopmentEvidence.SURVEY, question=question,
        groups=groups, are_apart=is_said,
    )  # fmt: skip
    return analysis.groups_of(made)


def learnt(shown: list[analysis.ShownGroup], parts: list[set[int]]) -> list[tuple[int, int]]:
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
            shown = add(session, cast, found, *groups, question=f"Fråga {number}", is_said=are_apart)
        except DevelopmentRefused:
            continue
        kept += len(groups) > 1
        assert [one for one in learnt(shown, parts) if min(one) < FEWEST] == []
    assert kept > 10


def test_without_the_rule_the_same_reader_learns_how_few_said_no() -> None:
    parts = [{0, 1}, {0}, {1}]
    told = [
        analysis.ShownGroup("Alla", 52, 71),
        analysis.ShownGroup("En", 24, 40),
        analysis.ShownGroup("En till", None, 31),
    ]
    assert (28, 3) in learnt(told, parts)


@pytest.mark.parametrize(
    ("groups", "is_said", "problem", "row"),
    [
        (GROUPS, False, DevelopmentProblem.OVERLAPPING, 0),
        ([ALL, Counted("Flickor", 24, 40)], False, DevelopmentProblem.OVERLAPPING, 0),
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


def test_the_same_is_counted_once_and_another_term_is_something_else(session: Session, cast: Cast) -> None:
    found = begin(session, cast)
    add(session, cast, found, GROUPS[1], question="Känner sig trygg", is_said=False)
    with pytest.raises(DevelopmentRefused) as refused:
        add(session, cast, found, ALL, question="Känner sig  trygg?", is_said=False)
    assert refused.value.problem is DevelopmentProblem.COUNTED_BEFORE
    add(session, cast, found, ALL, question="Känner sig trygg, våren 2027", is_said=False)
    assert len(found.results) == 2
