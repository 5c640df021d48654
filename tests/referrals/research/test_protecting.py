"""What may leave: whatever the rows are, nobody of a group stands apart from fewer than four others, nor by subtracting the rows from all there is."""

import uuid
from collections import Counter
from itertools import product
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from referrals.research.protecting import protect
from referrals.research.rows import Line

COLUMNS = ("taken_up", "closed_because")
#: whatever a row can say, drawn as one: each word by itself takes five times as long. Every ninth must be in no row
_SAID = list(
    product(
        ("North", "South", ""),
        ("6-9", "10-12", ""),
        ("yes", "no"),
        ("moved", "goals_reached", "goes_on_elsewhere", ""),
        (True, *[False] * 8),
    )
)
#: every other one stands for two concerns: a longer list takes long to draw
LINES = st.lists(st.sampled_from(_SAID), max_size=40).map(
    lambda said: [
        Line(uuid.uuid4(), area, age, {"taken_up": taken, "closed_because": why}, is_withheld)
        for place, (area, age, taken, why, is_withheld) in enumerate(said)
        for _number in range(1 + place % 2)
    ]
)
CHANCE = st.integers(0, 9).map(Random)


@given(LINES, CHANCE)
def test_at_least_five_share_what_a_child_could_be_known_by(lines: list[Line], chance: Random) -> None:
    protected = protect(lines, chance)
    left = len(lines) - max(5, sum(line.is_withheld for line in lines))
    assert len(protected) == (left if left >= 5 else 0)
    assert all(count >= 5 for count in Counter((line.area, line.age) for line in protected).values())
    as_it_was = {line.referral_id: line for line in lines}
    for line in protected:
        before = as_it_was[line.referral_id]
        assert not before.is_withheld
        assert (line.area, line.age) in {(before.area, before.age), ("", before.age), ("", "")}


@given(LINES, CHANCE)
def test_no_value_is_shared_by_fewer_than_five_nor_by_all_nor_told_by_being_left_out(
    lines: list[Line], chance: Random
) -> None:
    as_it_was = {line.referral_id: line for line in lines}
    groups: dict[tuple[str, str], list[Line]] = {}
    for line in protect(lines, chance):
        groups.setdefault((line.area, line.age), []).append(line)
    for group in groups.values():
        for column in COLUMNS:
            counts = Counter(line.values[column] for line in group)
            empty = {as_it_was[line.referral_id].values[column] for line in group if not line.values[column]}
            assert all(count >= 5 for count in counts.values())
            assert all(not value or count < len(group) for value, count in counts.items())
            # Who reads an empty cell beside others cannot tell which value was left out.
            assert len(counts) == 1 or not empty or len(empty) > 1 or empty == {""}


@given(LINES, CHANCE)
def test_whoever_subtracts_the_rows_from_all_there_is_finds_no_group_under_five(
    lines: list[Line], chance: Random
) -> None:
    nothing_stands_out(lines, protect(lines, chance))


@given(LINES, CHANCE)
def test_whoever_has_rows_from_before_any_were_drawn_finds_no_group_under_five_beside_those_who_must_be_in_none(
    lines: list[Line], chance: Random
) -> None:
    others = [line for line in lines if not line.is_withheld]
    nothing_stands_out(others, protect(lines, chance, was_given_out=True))


def test_how_many_are_missing_does_not_tell_whoever_has_rows_from_before_that_one_more_must_be() -> None:
    lines = [
        Line(uuid.uuid4(), "North", "6-9", {"taken_up": "yes" if number % 2 else "no"}, is_withheld=number < 6)
        for number in range(60)
    ]
    left = {len(lines) - len(protect(lines, Random(seed), was_given_out=True)) for seed in range(60)}
    assert left == set(range(6 + 5, 6 + 10))


def nothing_stands_out(lines: list[Line], given_out: list[Line]) -> None:
    """What the rows do not tell of `lines` is nothing, or five at least: of all, of each area, and of each value of one."""
    for area in {line.area for line in given_out} - {""} | {None}:
        there, told = ([one for one in some if area in (None, one.area)] for some in (lines, given_out))
        assert len(there) - len(told) >= 5 or not told
        for column in COLUMNS:
            counts = Counter(line.values[column] for line in there)
            for value, said in Counter(line.values[column] for line in told).items():
                assert not value or counts[value] - said >= 5


def test_of_a_large_area_values_are_still_told() -> None:
    lines = [
        Line(uuid.uuid4(), "North", "6-9", {"taken_up": "yes" if number % 2 else "no"}, is_withheld=number < 3)
        for number in range(40)
    ]
    for seed in range(20):
        told = Counter(line.values["taken_up"] for line in protect(lines, Random(seed)) if line.area)
        assert min(told["yes"], told["no"]) >= 10
