"""Which counts of a table may be shown, so that none under five can be worked out from the others."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import reduce
from operator import or_
from typing import Final

#: a count below this is not shown; zero is such a count: that a school had none tells of each of its children too
FEWEST: Final = 5
_MOST_HIDDEN: Final = FEWEST - 1


@dataclass(frozen=True)
class Shown:
    """Counts and their sum as they may be shown; None where one may not."""

    cells: tuple[int | None, ...]
    total: int | None


@dataclass(frozen=True)
class Grouped:
    """Counts by area, each with the counts of its schools, as they may be shown together."""

    areas: Shown
    #: for each area its own sum and what it is made of; with an area everything in it is left out
    within: tuple[Shown, ...]


@dataclass(frozen=True)
class Counts:
    """Counts whose sum is known, and what a reader knows of them beforehand."""

    counts: Sequence[int]
    #: of how many each is a share, as `whole` shows it: then the rest of it is a count as well
    of: Sequence[int] | None = None
    whole: Shown | None = None
    #: where each is an area: the counts of its schools
    within: Sequence["Counts"] = ()
    withheld: frozenset[int] = field(default_factory=frozenset)

    @property
    def rest(self) -> list[int]:
        """What is left of each whole."""
        return [whole - count for whole, count in zip(self.of or (), self.counts, strict=True)]

    def may_be_shown(self, place: int) -> bool:
        """Whether one is large enough by itself, and what is left of its whole too."""
        if self.counts[place] < FEWEST or place in self.withheld:
            return False
        return self.whole is None or (self.whole.cells[place] is not None and self.rest[place] >= FEWEST)

    @property
    def total_may_be_shown(self) -> bool:
        """The same of their sum."""
        if sum(self.counts) < FEWEST:
            return False
        return self.whole is None or (self.whole.total is not None and sum(self.rest) >= FEWEST)

    def schools_of(self, places: Iterable[int]) -> "Counts":
        """Counts of all schools of some areas, which are known by their sum only."""
        areas = [self.within[place] for place in places]
        wholes = [cell for area in areas if area.whole is not None for cell in area.whole.cells]
        return Counts(
            [count for area in areas for count in area.counts],
            [whole for area in areas for whole in area.of or ()] if self.of is not None else None,
            Shown(tuple(wholes), None) if self.whole is not None else None,
        )


def suppress(counts: Sequence[int]) -> Shown:
    """Leave out what is under five, and as much more as it takes that nothing left out can be told from the rest.

    Whoever reads knows the sum, subtracts what is shown, may take what is left out to be under five each, and may know which
    of it is nothing, such as a school that took no part. If that pins any of it down, or what is left out is under five
    together, the smallest counts shown go too; if none is left, the sum goes.
    """
    return _suppress(Counts(counts))


def suppress_grouped(
    groups: Sequence[Sequence[int]], *, of: Sequence[Sequence[int]] | None = None, whole: Grouped | None = None
) -> Grouped:
    """The same for schools in areas: what is shown of either tells nothing that is left out of the other.

    An area that is left out takes its schools along, so that each area shown, and the areas together, are a sum by themselves.
    Where each count is one of `of`, shown as `whole`, what is left of those is held back like a count.
    """
    schools = [
        Counts(group, of[place] if of else None, whole.within[place] if whole else None)
        for place, group in enumerate(groups)
    ]
    sums, withheld = [sum(group) for group in groups], frozenset[int]()
    wholes = [sum(group) for group in of] if of else None
    while True:
        areas = _suppress(Counts(sums, wholes, whole.areas if whole else None, schools, withheld))
        within = [
            _suppress(known) if cell is not None else Shown((None,) * len(known.counts), None)
            for cell, known in zip(areas.cells, schools, strict=True)
        ]
        untold = {place for place, cell in enumerate(areas.cells) if cell is not None and within[place].total is None}
        if not untold:
            return Grouped(areas, tuple(within))
        withheld |= untold


def _suppress(known: Counts) -> Shown:
    """What may be shown of counts with their sum."""
    cells = [count if known.may_be_shown(place) else None for place, count in enumerate(known.counts)]
    total = sum(known.counts) if known.total_may_be_shown else None
    while total is not None and _is_pinned(cells, known):
        smallest = min((count for count in cells if count is not None), default=None)
        if smallest is None:
            total = None
        else:  # each that is as small: else who knows how they are chosen could tell from the one that went
            cells = [None if count == smallest else count for count in cells]
    return Shown(tuple(cells), total)


def _is_pinned(cells: Sequence[int | None], known: Counts) -> bool:
    """Whether a reader can tell one of the counts left out, or what is left of its whole; of areas, or of a school in one."""
    hidden = [place for place, cell in enumerate(cells) if cell is None]
    if _is_told(known, hidden):
        return True
    schools = known.schools_of(hidden) if known.within else Counts(())
    return _is_told(schools, range(len(schools.counts)))


def _is_told(known: Counts, hidden: Sequence[int]) -> bool:
    """Whether the sum of what is `hidden` tells one of them."""
    sides = [[known.counts[place] for place in hidden]]
    if known.whole is not None:
        sides.append([known.rest[place] for place in hidden])
    return any(map(_tells, sides)) or _tells_of_either(hidden, known)


def _tells(left_out: Sequence[int]) -> bool:
    """Whether the sum of what is left out tells it: it is under five, there is only one, or each must be the most or least it may be."""
    if not left_out:
        return False
    together, some = sum(left_out), sum(count > 0 for count in left_out)
    at_most = {_MOST_HIDDEN * some, _MOST_HIDDEN * len(left_out)}
    at_least = {some, len(left_out)}  # one each, for who knows that none of them is nothing
    return len(left_out) == 1 or together < FEWEST or together in at_most | at_least


def _tells_of_either(hidden: Sequence[int], known: Counts) -> bool:
    """Whether it is told to a reader who takes each to be left out because it, or what is left of its whole, is under five.

    They may know besides where it is nothing, or all there is.
    """
    if known.of is None or known.whole is None or any(known.whole.cells[place] is None for place in hidden):
        return False  # a whole that is not shown can be anything
    pairs = [(known.counts[place], known.of[place]) for place in hidden]
    not_nothing = [(count, whole) for count, whole in pairs if count > 0]
    not_all = [(count, whole) for count, whole in pairs if count < whole]
    neither = [(count, whole) for count, whole in not_nothing if count < whole]
    return any(_leaves_one_way(unknown) for unknown in (pairs, not_nothing, not_all, neither))


def _leaves_one_way(pairs: Sequence[tuple[int, int]]) -> bool:
    """Whether counts, each of its whole, can be in one way only for who knows their sum and that of each it, or its rest, is under five."""
    left = sum(count for count, _whole in pairs)
    may_be = [[value for value in range(whole + 1) if value < FEWEST or whole - value < FEWEST] for _, whole in pairs]
    for place, values in enumerate(may_be):
        others = _sums(may_be[:place] + may_be[place + 1 :])
        if sum(others >> (left - value) & 1 for value in values if value <= left) == 1:
            return True
    return False


def _sums(may_be: Sequence[Sequence[int]]) -> int:
    """Each sum that the values can come to, as a bit of its own."""
    sums = 1
    for values in may_be:
        sums = reduce(or_, (sums << value for value in values))
    return sums
