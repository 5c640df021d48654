"""What of rows may leave: of each group that could be known at least five, and no value by which fewer than five of a group stand apart."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import replace

from referrals.patterns.suppression import FEWEST
from referrals.research.rows import Line

_Group = tuple[str, str]


def protect(lines: Sequence[Line]) -> list[Line]:
    """The rows of one term as they may be given out, and always the same ones, whatever else is asked for beside them.

    Where fewer than five share area and age, the area goes, then the age. A term with fewer than five has no rows.
    """
    if len(lines) < FEWEST:
        return []
    groups: dict[_Group, list[Line]] = defaultdict(list)
    for line in _without_area_and_age(_without_area(lines)):
        groups[_group(line)].append(line)
    return [line for group in groups.values() for line in _blank(group)]


def _without_area(lines: Sequence[Line]) -> list[Line]:
    """Let those of whom fewer than five share area and age be told apart by age alone."""
    sizes = Counter(map(_group, lines))
    return [line if sizes[_group(line)] >= FEWEST else replace(line, area="") for line in lines]


def _without_area_and_age(lines: Sequence[Line]) -> list[Line]:
    """Let those of whom there are still fewer than five be told apart by neither, with the next larger groups where it takes them."""
    sizes = Counter(map(_group, lines))
    together = {group for group, size in sizes.items() if size < FEWEST}
    for group in sorted(sizes, key=lambda group: (sizes[group], group)):
        if not together or sum(sizes[one] for one in together | {("", "")}) >= FEWEST:
            break
        together.add(group)
    return [replace(line, area="", age="") if _group(line) in together else line for line in lines]


def _group(line: Line) -> _Group:
    return line.area, line.age


def _blank(group: Sequence[Line]) -> list[Line]:
    """Leave out of each column what would let fewer than five of the group stand apart."""
    kept = {name: _kept(Counter(line.values[name] for line in group)) for name in group[0].values}
    return [
        replace(line, values={name: value if value in kept[name] else "" for name, value in line.values.items()})
        for line in group
    ]


def _kept(counts: Counter[str]) -> set[str]:
    """The values of a column that stay: each of five rows at least, and what is empty beside them is nothing, or five rows at least of
    which nobody knows which of several values they had. None where all rows have the same: that nobody has another tells of each.
    """
    kept = {value for value, count in counts.items() if value and count >= FEWEST}
    while kept:
        empty = {value: count for value, count in counts.items() if value not in kept}
        if len(counts) > 1 and (not empty or (sum(empty.values()) >= FEWEST and (len(empty) > 1 or "" in empty))):
            break
        kept.remove(min(kept, key=lambda value: (counts[value], value)))
    return kept
