"""Which counts of a table may be shown, so that none under five can be worked out from the others."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

#: a count below this is not shown; zero is such a count: that a school had none tells of each of its children too
FEWEST: Final = 5


@dataclass(frozen=True)
class Shown:
    """Counts and their sum as they may be shown; None where one may not."""

    cells: tuple[int | None, ...]
    total: int | None


def suppress(counts: Sequence[int]) -> Shown:
    """Leave out what is under five, and as much more as it takes that nothing left out can be told from the rest.

    Whoever reads knows the sum, subtracts what is shown, and may take what is left out to be under five each. If that pins
    any of it down, the smallest count shown goes too; if none is left, the sum goes.
    """
    cells: list[int | None] = [count if count >= FEWEST else None for count in counts]
    total: int | None = sum(counts) if sum(counts) >= FEWEST else None
    while total is not None and _is_pinned(cells, total):
        shown = [(count, place) for place, count in enumerate(cells) if count is not None]
        if shown:
            cells[min(shown)[1]] = None
        else:
            total = None
    return Shown(tuple(cells), total)


def _is_pinned(cells: Sequence[int | None], total: int) -> bool:
    """Whether a reader can tell one of the counts left out: there is only one, or each must be the least or the most it may be."""
    left_out = cells.count(None)
    left_over = total - sum(count for count in cells if count is not None)
    return left_out == 1 or (left_out > 0 and left_over in (0, left_out * (FEWEST - 1)))
