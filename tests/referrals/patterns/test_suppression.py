"""What may be shown: an attacker who subtracts, and knows that what is left out is under five, learns none of it."""

from collections.abc import Callable
from itertools import accumulate, chain, pairwise, product

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from referrals.patterns.suppression import FEWEST, Grouped, Shown, suppress, suppress_grouped


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


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(0, 6), min_size=1, max_size=4))
def test_an_attacker_who_knows_besides_where_it_is_nothing_learns_no_small_count(counts: list[int]) -> None:
    shown = suppress(counts)
    nowhere = [place for place, count in enumerate(counts) if count == 0]
    elsewhere = [place for place, cell in enumerate(shown.cells) if cell is None and counts[place]]
    left_out = [place for place, cell in enumerate(shown.cells) if cell is None]
    for least, most in (
        (0, FEWEST - 1),
        (0, 13),
        (1, FEWEST - 1),
        (1, 13),
    ):  # "least": who knows each place where it is nothing
        ways = [dict(zip(left_out, way, strict=True)) for way in could_be(shown, most=most)]
        ways = [way for way in ways if all(way.get(place) == 0 for place in nowhere)]
        ways = [way for way in ways if all(way[place] >= least for place in elsewhere)]
        assert not [place for place in elsewhere if counts[place] < FEWEST and len({way[place] for way in ways}) == 1]


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
        ([3, 20, 0], (None, None, None), 23),  # 23 - 20 would be 3 for who knows that the last one took no part
        ([4, 4, 0, 20], (None, None, None, None), 28),  # and eight four each
        ([5, 5, 4, 30], (None, None, None, 30), 44),  # which of two that are as small went would tell of the third
        ([4, 4, 10], (None, None, None), 18),  # eight left over would be four each
        ([1, 3, 20], (None, None, None), 24),  # four together are as few as four at one
        ([2, 3, 20], (None, None, 20), 25),
        ([1, 1, 1, 1, 1, 30], (None,) * 6, 35),  # five at five schools, each of which took part, would be one each
        ([4, 4], (None, None), None),
        ([1, 0], (None, None), None),
        ([5], (5,), 5),
        ([4], (None,), None),
        ([], (), None),
    ],
)
def test_as_much_is_left_out_as_it_takes(counts: list[int], cells: tuple[int | None, ...], total: int | None) -> None:
    assert suppress(counts) == Shown(cells, total)


# ------------------------------------------------------------------------------------------------ schools in areas
Leaves = list[list[int]]
SMALL = range(FEWEST)


def leaves_that_agree(groups: Leaves, shown: Grouped, *, most: int) -> list[tuple[int, ...]]:
    """Every way in which all the schools' counts could be, those left out at most `most`, that agrees with all that is shown."""
    cells = [cell for within in shown.within for cell in within.cells]
    ways = product(*(range(most + 1) if cell is None else (cell,) for cell in cells))
    ends = list(accumulate((len(group) for group in groups), initial=0))

    def agrees(way: tuple[int, ...]) -> bool:
        sums = [sum(way[begin:end]) for begin, end in pairwise(ends)]
        told = [*zip(shown.areas.cells, sums, strict=True), (shown.areas.total, sum(sums))]
        told += [(within.total, each) for within, each in zip(shown.within, sums, strict=True)]
        return all(cell is None or cell == each for cell, each in told)

    return [way for way in ways if agrees(way)]


def told_of_areas(groups: Leaves, shown: Grouped, ways: list[tuple[int, ...]]) -> bool:
    """Whether the sum of an area that is left out is the same in each way it could be."""
    ends = list(accumulate((len(group) for group in groups), initial=0))
    sums = [{sum(way[begin:end]) for way in ways} for begin, end in pairwise(ends)]
    return any(cell is None and len(each) == 1 for cell, each in zip(shown.areas.cells, sums, strict=True))


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(st.integers(0, 7), min_size=1, max_size=2), min_size=1, max_size=3))
@example([[4, 4], [4, 0], [20]])  # twelve at the three schools that are not nothing would be four each
def test_whoever_subtracts_schools_from_areas_and_areas_from_the_whole_learns_nothing_left_out(groups: Leaves) -> None:
    shown, counts = suppress_grouped(groups), [count for group in groups for count in group]
    cells = [cell for within in shown.within for cell in within.cells]
    for most in (FEWEST - 1, 7):
        ways = leaves_that_agree(groups, shown, most=most)
        informed = [
            way for way in ways if all(value == 0 for value, count in zip(way, counts, strict=True) if not count)
        ]
        for place, cell in enumerate(cells):
            assert cell is not None or len({way[place] for way in ways}) != 1
            if cell is None and 0 < counts[place] < FEWEST:  # who knows besides where it is nothing
                assert len({way[place] for way in informed}) != 1
        assert not told_of_areas(groups, shown, ways)


@given(st.lists(st.lists(st.integers(0, 30), min_size=1, max_size=5), min_size=1, max_size=5))
def test_of_schools_in_areas_too_what_is_shown_is_true_and_never_under_five(groups: Leaves) -> None:
    shown = suppress_grouped(groups)
    assert shown.areas.total in (None, sum(map(sum, groups)))
    for group, area, within in zip(groups, shown.areas.cells, shown.within, strict=True):
        assert area == within.total
        assert area is None or area == sum(group) >= FEWEST
        for count, cell in zip(group, within.cells, strict=True):
            assert cell is None or cell == count >= FEWEST
        assert area is not None or set(within.cells) == {None}


def test_an_area_that_is_left_out_takes_its_schools_along() -> None:
    # The south may not be shown, so the smaller of the others goes too, and its schools, which would add up to it.
    shown = suppress_grouped([[12, 9], [3], [6, 7]])
    assert shown == Grouped(
        Shown((21, None, None), 37), (Shown((12, 9), 21), Shown((None,), None), Shown((None, None), None))
    )


def test_an_area_of_which_the_schools_would_be_told_is_left_out_itself() -> None:
    # Four and four: whoever knows that both are under five knows them from the eight.
    assert suppress_grouped([[4, 4], [20], [30]]).areas == Shown((None, None, 30), 58)


# -------------------------------------------------------------------------------------------------- some of so many
def shares_that_agree(of: list[int], shown: Shown, *, may_be: Callable[[int, int], bool]) -> list[tuple[int, ...]]:
    """Every way in which shares of wholes that are shown could be, what is left out being as `may_be` takes it."""
    each = [
        [value for value in range(whole + 1) if may_be(value, whole)] if cell is None else [cell]
        for cell, whole in zip(shown.cells, of, strict=True)
    ]
    return [way for way in product(*each) if shown.total is None or sum(way) == shown.total]


def shares_in_areas_that_agree(
    of: Leaves, shown: Grouped, *, may_be: Callable[[int, int], bool]
) -> list[tuple[int, ...]]:
    """The same of all schools in all areas, going by what is shown of both."""
    each = [shares_that_agree(wholes, within, may_be=may_be) for wholes, within in zip(of, shown.within, strict=True)]
    together = [ways for ways in product(*each) if shown.areas.total in (None, sum(map(sum, ways)))]
    return [tuple(value for way in ways for value in way) for ways in together]


@settings(max_examples=150, deadline=None)
@given(st.lists(st.integers(5, 12).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))), min_size=1, max_size=4))
@pytest.mark.parametrize(
    "may_be",
    [
        lambda value, whole: True,
        lambda value, whole: value in SMALL,
        lambda value, whole: whole - value in SMALL,
        lambda value, whole: value in SMALL or whole - value in SMALL,
    ],
    ids=["anything", "small", "rest small", "either small"],
)
def test_of_shares_neither_the_count_nor_what_is_left_of_its_whole_can_be_told(
    may_be: Callable[[int, int], bool], pairs: list[tuple[int, int]]
) -> None:
    counts, of = [count for count, _whole in pairs], [whole for _count, whole in pairs]
    wholes = suppress_grouped([of])
    assert None not in wholes.within[0].cells
    shown = suppress_grouped([counts], of=[of], whole=wholes).within[0]
    ways = shares_that_agree(of, shown, may_be=may_be)
    ends = [{0} if count == 0 else {whole} if count == whole else set() for count, whole in pairs]
    informed = [way for way in ways if all(value in end or not end for value, end in zip(way, ends, strict=True))]
    for place, (cell, whole) in enumerate(zip(shown.cells, of, strict=True)):
        if cell is None:
            assert len({way[place] for way in ways}) != 1
            if not ends[place] and min(counts[place], whole - counts[place]) < FEWEST:
                assert len({way[place] for way in informed}) != 1
        else:
            assert cell == counts[place] >= FEWEST
            assert whole - cell >= FEWEST


Areas = list[list[tuple[int, int]]]
SHARE = st.integers(9, 13).flatmap(lambda whole: st.tuples(st.integers(0, whole), st.just(whole)))
AREAS = st.one_of(
    st.tuples(*(st.lists(SHARE, min_size=schools, max_size=schools) for schools in sizes))
    for sizes in [(1, 2), (2, 2), (1, 1, 2)]
).map(list)


@settings(max_examples=60, deadline=None)
@given(AREAS)
@example([[(30, 30)], [(4, 20), (20, 20)]])  # no other way to 54 has each, or its rest, under five
def test_of_shares_in_areas_too_no_school_that_is_left_out_can_be_told(areas: Areas) -> None:
    groups, of = [[[pair[side] for pair in area] for area in areas] for side in (0, 1)]
    wholes = suppress_grouped(of)
    assert None not in wholes.areas.cells
    shown = suppress_grouped(groups, of=of, whole=wholes)
    pairs, cells = list(chain(*areas)), [cell for within in shown.within for cell in within.cells]
    at_an_end = [count in (0, whole) for count, whole in pairs]
    for may_be in (lambda value, whole: True, lambda value, whole: value in SMALL or whole - value in SMALL):
        ways = shares_in_areas_that_agree(of, shown, may_be=may_be)
        informed = [
            way
            for way in ways
            if all(value == count or not known for value, (count, _), known in zip(way, pairs, at_an_end, strict=True))
        ]
        for place, (count, whole) in enumerate(pairs):
            if cells[place] is None:
                assert len({way[place] for way in ways}) != 1
                if not at_an_end[place] and min(count, whole - count) < FEWEST:
                    assert len({way[place] for way in informed}) != 1


def test_of_a_whole_that_is_not_shown_no_share_is() -> None:
    of = [[20, 3, 6, 9]]
    wholes = suppress_grouped(of)
    assert wholes.within[0].cells == (20, None, None, 9)
    shown = suppress_grouped([[10, 2, 6, 1]], of=of, whole=wholes)
    assert shown.within[0] == Shown((10, None, None, None), 19)
    assert suppress_grouped([[15, 0, 0, 0]], of=of, whole=wholes).within[0] == Shown((None,) * 4, 15)
    few = suppress_grouped([[1, 2]])
    assert suppress_grouped([[1, 1]], of=[[1, 2]], whole=few) == Grouped(
        Shown((None,), None), (Shown((None, None), None),)
    )


def test_all_of_one_and_few_of_another_are_not_told_by_their_sum() -> None:
    # Thirty of thirty and four of a hundred: no other way to 34 has either, or its rest, under five.
    of = [[30, 100]]
    wholes = suppress_grouped(of)
    nothing = Grouped(Shown((None,), None), (Shown((None, None), None),))
    assert suppress_grouped([[30, 4]], of=of, whole=wholes) == nothing
    # 33 could be 29 and four, but not for who knows that the first were all.
    assert suppress_grouped([[30, 3]], of=of, whole=wholes) == nothing


def test_who_knows_that_one_school_took_up_none_is_not_told_how_few_the_other_left() -> None:
    wholes = suppress_grouped([[10, 9]])
    assert suppress_grouped([[0, 7]], of=[[10, 9]], whole=wholes).within[0] == Shown((None, None), None)
