"""What may leave: whatever the rows are, nobody of a group stands apart from fewer than four others."""

import uuid
from collections import Counter
from itertools import product

from hypothesis import given
from hypothesis import strategies as st

from referrals.research.protecting import protect
from referrals.research.rows import Line

#: whatever a row can say, drawn as one: each word by itself takes five times as long
_SAID = list(
    product(
        ("North", "South", ""),
        ("6-9", "10-12", ""),
        ("yes", "no"),
        ("moved", "goals_reached", "goes_on_elsewhere", ""),
    )
)
LINES = st.lists(st.sampled_from(_SAID), max_size=40).map(
    lambda said: [
        Line(uuid.uuid4(), area, age, {"taken_up": taken, "closed_because": why}) for area, age, taken, why in said
    ]
)


@given(LINES)
def test_at_least_five_share_what_a_child_could_be_known_by(lines: list[Line]) -> None:
    protected = protect(lines)
    assert len(protected) == (len(lines) if len(lines) >= 5 else 0)
    assert all(count >= 5 for count in Counter((line.area, line.age) for line in protected).values())
    as_it_was = {line.referral_id: line for line in lines}
    for line in protected:
        before = as_it_was[line.referral_id]
        assert (line.area, line.age) in {(before.area, before.age), ("", before.age), ("", "")}


@given(LINES)
def test_no_value_is_shared_by_fewer_than_five_nor_by_all_nor_told_by_being_left_out(lines: list[Line]) -> None:
    as_it_was = {line.referral_id: line for line in lines}
    groups: dict[tuple[str, str], list[Line]] = {}
    for line in protect(lines):
        groups.setdefault((line.area, line.age), []).append(line)
    for group in groups.values():
        for column in ("taken_up", "closed_because"):
            counts = Counter(line.values[column] for line in group)
            empty = {as_it_was[line.referral_id].values[column] for line in group if not line.values[column]}
            assert all(count >= 5 for count in counts.values())
            assert all(not value or count < len(group) for value, count in counts.items())
            # Who reads an empty cell beside others cannot tell which value was left out.
            assert len(counts) == 1 or not empty or len(empty) > 1 or empty == {""}
