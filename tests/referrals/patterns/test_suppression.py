"""What may be shown: an attacker who subtracts, and knows that what is left out is under five, learns none of it."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from referrals.patterns.suppression import FEWEST, Shown, suppress


def could_be(shown: Shown, *, most: int) -> list[tuple[int, ...]]:
    """Every way in which the counts left out could be, each at most `most`, that agrees with what is shown."""
    left_out = shown.cells.count(None)
    ways = product(range(most + 1), repeat=left_out)
    if shown.total is None:
        return list(ways)
    left_over = shown.total - sum(count for count in shown.cells if count is not None)
    return [way for way in ways if sum(way) == left_over]


def pinned(ways: list[tuple[int, ...]]) -> bool:
    """Whether one of the counts left out is the same in each way it could be."""
    return any(len(set(values)) == 1 for values in zip(*ways, strict=True))


@given(st.lists(st.integers(0, 6), min_size=1, max_size=4))
def test_an_attacker_who_subtracts_and_knows_that_what_is_left_out_is_small_learns_none_of_it(
    counts: list[int],
) -> None:
    shown = suppress(counts)
    if None in shown.cells:
        assert not pinned(could_be(shown, most=FEWEST - 1))  # who takes all of them to be under five
        assert not pinned(could_be(shown, most=13))  # and who knows that some may be more


@given(st.lists(st.integers(0, 60), min_size=1, max_size=12))
def test_nothing_under_five_is_shown_and_what_is_shown_is_true(counts: list[int]) -> None:
    shown = suppress(counts)
    for count, cell in zip(counts, shown.cells, strict=True):
        assert cell is None or cell == count >= FEWEST
    assert shown.total is None or shown.total == sum(counts) >= FEWEST


@pytest.mark.parametrize(
    ("counts", "cells", "total"),
    [
        ([12, 9, 20], (12, 9, 20), 41),
        ([3, 9, 20], (None, None, 20), 32),  # 32 - 29 would be 3
        ([0, 0, 9, 20], (None, None, None, 20), 29),  # none left over would be none each
        ([4, 4, 10], (None, None, None), 18),  # eight left over would be four each
        ([1, 3, 20], (None, None, 20), 24),
        ([4, 4], (None, None), None),
        ([1, 0], (None, None), None),
        ([5], (5,), 5),
        ([4], (None,), None),
        ([], (), None),
    ],
)
def test_as_much_is_left_out_as_it_takes(counts: list[int], cells: tuple[int | None, ...], total: int | None) -> None:
    assert suppress(counts) == Shown(cells, total)
