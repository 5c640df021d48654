"""What of rows may leave: of each group that could be known at least five, and no value by which fewer than five of a group stand apart.

Whoever reads the rows reads the figures of *Patterns* too and can subtract: what a term came to, less what its rows say, is what they do not
say. So that is never fewer than five either, of no area and of no value: some concerns are left out, some lose their area and some a value, by
chance. Children that must be in no row are among those left out, and nobody can tell whether there are any.
"""

import uuid
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from random import Random
from typing import Final, TypeVar

from referrals.patterns.suppression import FEWEST
from referrals.research.rows import Line

_Group = tuple[str, str]
_Key = TypeVar("_Key")
#: by the concern and the column, the values that nobody is told
_Gaps = set[tuple[uuid.UUID, str]]
#: of each value between five and nine are hidden: were it always five, the gaps would tell how many of it are among those left out
_MORE: Final = 5
#: so many gaps each value has at least: two values then leave five empty cells of which nobody knows which of them it was
_LEAST: Final = 3


def protect(lines: Sequence[Line], chance: Random, *, was_given_out: bool = False) -> list[Line]:
    """The rows of one term as they may be given out, drawn once: a second draw, less the first, would tell of those it leaves out.

    Where fewer than five share area and age, the area goes, then the age. A term of which fewer than five are left has no rows.

    `was_given_out` says that somebody holds rows of it that were never drawn, and can subtract these from them: a child that must be in no
    row since then would be what lies between. So the same is left out of the others alone as of all otherwise, and how much is left to chance.
    """
    if was_given_out:
        lines = [line for line in lines if not line.is_withheld]
    few = partial(_few, chance, varies=was_given_out)
    withheld, given = _leave_some_out(lines, chance, few)
    if len(given) < FEWEST:
        return []
    given = _without_area_and_age(_without_area(_out_of_their_area(given, withheld, chance, few=few)))
    gaps = _gaps(given, lines, chance)
    return [line for group in _by(_group, given).values() for line in _blank(group, gaps)]


# -------------------------------------------------------------------------------------------- against subtraction
def _few(chance: Random, *, varies: bool) -> int:
    """How many are left out at least. Where it varies, nobody can tell whether there is one more among them who must be."""
    return FEWEST + (chance.randrange(_MORE) if varies else 0)


def _leave_some_out(lines: Sequence[Line], chance: Random, few: Callable[[], int]) -> tuple[list[Line], list[Line]]:
    """Those left out, at least five: whoever must be in no row, and others by chance as far as those are fewer. Then the others."""
    withheld = [line for line in lines if line.is_withheld]
    others = [line for line in lines if not line.is_withheld]
    chance.shuffle(others)
    more = max(0, few() - len(withheld))
    return withheld + others[:more], others[more:]


def _out_of_their_area(
    given: Sequence[Line], withheld: Sequence[Line], chance: Random, *, few: Callable[[], int]
) -> list[Line]:
    """Let some of each area be told without it, so that with those left out they are at least five."""
    left_out = Counter(line.area for line in withheld)
    lost = {
        line.referral_id
        for area, those in _by(_area, given).items()
        for line in _some(those, few() - left_out[area], chance)
    }
    return [replace(line, area="") if line.referral_id in lost else line for line in given]


def _gaps(given: Sequence[Line], lines: Sequence[Line], chance: Random) -> _Gaps:
    """Let each value of an area lack some who have it, so that with those of the area that are not told there they are at least five.

    The gaps of a column lie in the largest group of the area; where those are not enough, the value is told of nobody there.
    """
    told_in = {line.referral_id: line.area for line in given}
    gaps: _Gaps = set()
    for area, those in _by(_area, given).items():
        left_out = [line for line in lines if line.area == area != told_in.get(line.referral_id)]
        largest = max(_by(_group, those).values(), key=lambda group: (len(group), _group(group[0])))
        for name in those[0].values:
            hidden = Counter(line.values[name] for line in left_out)
            for value in sorted({line.values[name] for line in those} - {""}):
                holders = [line for line in largest if line.values[name] == value]
                lack = max(_LEAST, FEWEST + chance.randrange(_MORE) - hidden[value])
                if len(holders) < lack:
                    holders = [line for line in those if line.values[name] == value]
                    lack = len(holders)
                gaps |= {(line.referral_id, name) for line in _some(holders, lack, chance)}
    return gaps


def _some(lines: Sequence[Line], count: int, chance: Random) -> list[Line]:
    """So many of them by chance, or all."""
    return chance.sample(lines, min(max(0, count), len(lines)))


def _by(key: Callable[[Line], _Key], lines: Sequence[Line]) -> dict[_Key, list[Line]]:
    found: dict[_Key, list[Line]] = defaultdict(list)
    for line in lines:
        found[key(line)].append(line)
    return dict(found)


# --------------------------------------------------------------------------------------------------- in the rows
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


def _area(line: Line) -> str:
    return line.area


def _group(line: Line) -> _Group:
    return line.area, line.age


def _blank(group: Sequence[Line], gaps: _Gaps) -> list[Line]:
    """Leave out of each column the gaps, and what would let fewer than five of the group stand apart."""
    return [
        replace(
            line,
            values={name: value if (line.referral_id, name) in told else "" for name, value in line.values.items()},
        )
        for told in [{one for name in group[0].values for one in _told(group, name, gaps)}]
        for line in group
    ]


def _told(group: Sequence[Line], name: str, gaps: _Gaps) -> _Gaps:
    """Of whom the value of a column is told."""
    told = [line for line in group if (line.referral_id, name) not in gaps]
    counts = Counter(line.values[name] for line in told)
    kept = _kept(counts, Counter(line.values[name] for line in group) - counts)
    return {(line.referral_id, name) for line in told if line.values[name] in kept}


def _kept(counts: Counter[str], gaps: Counter[str]) -> set[str]:
    """The values of a column that stay: each of five rows at least, and what is empty beside them is nothing, or five rows at least of
    which nobody knows which of several values they had. None where all rows have the same: that nobody has another tells of each.
    """
    kept = {value for value, count in counts.items() if value and count >= FEWEST}
    while kept:
        empty = gaps + Counter({value: count for value, count in counts.items() if value not in kept})
        if len(counts | gaps) > 1 and (not empty or (empty.total() >= FEWEST and (len(empty) > 1 or "" in empty))):
            break
        kept.remove(min(kept, key=lambda value: (counts[value], value)))
    return kept
