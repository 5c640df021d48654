"""Counts by group of a survey or a test: what of them may be kept, and what a reader who subtracts one from another must not learn.

Of a group in which fewer than five said yes or fewer than five said no, no count is kept: one under five tells of each child, and what
is left out could be worked out from the rest. What is left out of one group must not follow from others either: groups share no child,
which their writer says, none is the sum of others, and nothing is counted twice at one school, in whatever work it was. What was
counted once may have been read, so that it counts after it was taken away too.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from referrals import clock
from referrals.errors import DevelopmentRefused
from referrals.models import DevelopmentCase, DevelopmentResult, DevelopmentUnit, Unit
from referrals.patterns.school_terms import SchoolTerm
from referrals.patterns.suppression import FEWEST, suppress
from referrals.vocabulary import DevelopmentProblem

#: what a group that holds all others is called
_EVERYBODY: Final = frozenset({
    "alla", "allaelever", "allabarn", "samtliga", "totalt", "helaskolan", "alle", "alleelever", "allebørn", "samtlige",
    "ialt", "heleskolen", "all", "allpupils", "allchildren", "everybody", "everyone", "total", "wholeschool", "thewholeschool",
})  # fmt: skip
#: words that say in which term of a year something was counted: whether that is the autumn
_SEASONS: Final = {
    **dict.fromkeys(("vt", "vår", "våren", "vårens", "vårterminen", "forår", "foråret", "forårets", "spring"), False),
    **dict.fromkeys(("ht", "höst", "hösten", "höstens", "höstterminen", "efterår", "efteråret", "efterårets", "autumn"), True),
}  # fmt: skip
#: words beside which two figures are a year
_YEARS: Final = ("läsår", "skolår", "skoleår")
#: words of which a question has one whatever it asks, as far as they are not inflected
_SAY_NOTHING: Final = frozenset({
    "känn", "uppl", "tyck", "anse", "elev", "barn", "skol", "føle", "ople", "syne", "børn", "skal", "feel", "find", "pupi", "chil", "scho", "that",
})  # fmt: skip
#: words that turn a question round: who said yes to the one said no to the other
_NEGATIONS: Final = frozenset({"inte", "ikke", "ej", "not", "aldrig", "never"})
#: what makes of a word its opposite: otrygg, missnöjd, utilfreds, vantrivs, unsafe
_OPPOSITES: Final = ("o", "u", "miss", "mis", "van", "un", "in", "dis")
#: as much of a word as it keeps when it is inflected, and the shortest word that says what was asked
_STEM: Final = 4


@dataclass(frozen=True)
class Counted:
    """Of one group: for how many it holds, of how many."""

    group: str
    holds: int
    asked: int


@dataclass(frozen=True)
class ShownGroup:
    """The same as it may be shown; None where a count may not."""

    group: str
    holds: int | None
    asked: int | None


@dataclass(frozen=True)
class _Asked:
    """What a question asks, so far as another that is worded otherwise can be told to ask the same."""

    words: frozenset[str]
    terms: frozenset[SchoolTerm]
    is_negated: bool
    #: words that may be the opposite of another by how they begin, each with that other
    opposites: frozenset[tuple[str, str]]

    @classmethod
    def read(cls, question: str, added_at: datetime) -> "_Asked":
        """From its words; where they name no term it may be that in which it was added, or the one before it."""
        found = re.findall(r"[^\W\d]+|\d+|/", question.casefold())
        own = SchoolTerm.of(added_at.date())
        seasons = {_SEASONS[word] for word in found if word in _SEASONS}
        years = {2000 + int(word[-2:]) for row, word in enumerate(found) if _is_year(found, row)}
        named = {SchoolTerm(year, half) for year in years or {own.year} for half in seasons or {True, False}}
        before = SchoolTerm(own.year - (not own.is_autumn), not own.is_autumn)
        of_time = {word for word in found if word in _SEASONS or word.startswith(_YEARS)}
        words = {word for word in found if word.isalpha()} - of_time - _NEGATIONS
        long = {word[:_STEM] for word in words if len(word) >= _STEM}
        return cls(
            frozenset(long - _SAY_NOTHING or long or words),
            frozenset(named if years or seasons else {own, before}),
            not _NEGATIONS.isdisjoint(found),
            frozenset(
                (word[:_STEM], word.removeprefix(prefix)[:_STEM])
                for word in words
                for prefix in _OPPOSITES
                if word.startswith(prefix) and len(word) >= len(prefix) + _STEM
            ),
        )

    def in_words_of(self, other: "_Asked") -> "_Asked":
        """The same with each word that is the opposite of one of the other's as that one, the question turned round for each."""
        new, known = self.words - other.words, other.words - self.words
        turned = {word: rest for word, rest in self.opposites if word in new and rest in known}
        words = frozenset(turned.get(word, word) for word in self.words)
        return replace(self, words=words, is_negated=self.is_negated ^ (len(turned) % 2 == 1))

    def is_like(self, other: "_Asked") -> bool:
        """Whether both may ask the same of the same time: the words of one are all among those of the other."""
        return not self.terms.isdisjoint(other.terms) and (self.words <= other.words or other.words <= self.words)


def groups_of(result: DevelopmentResult) -> list[ShownGroup]:
    """The groups of a result, in the order they were given."""
    return [ShownGroup(**row) for row in result.groups or []]


def shown(one: Counted) -> ShownGroup:
    """What may be kept of a group: both counts, or neither, and their sum where that tells nothing of them."""
    left = suppress((one.holds, one.asked - one.holds))
    return ShownGroup(one.group, left.cells[0], left.total)


def require_apart(groups: Sequence[Counted], *, are_apart: bool) -> None:
    """Let groups pass of which nobody can subtract one from another. Raises DevelopmentRefused.

    Only who writes them knows which children are in which group: that none is in two is theirs to say. A sum that was taken along
    all the same shows itself, by its counts or by its name.
    """
    names = [_as_same(one.group) for one in groups]
    for row, one in enumerate(groups):
        if names[row] in names[:row]:
            raise DevelopmentRefused(DevelopmentProblem.SAME_GROUP, row=row)
        is_all = len(groups) > 1 and names[row] in _EVERYBODY
        if is_all or _is_sum(one, [*groups[:row], *groups[row + 1 :]]):
            raise DevelopmentRefused(DevelopmentProblem.IS_TOTAL, row=row)
    if len(groups) > 1 and not are_apart:
        raise DevelopmentRefused(DevelopmentProblem.OVERLAPPING)


def require_new(session: Session, found: DevelopmentCase, *, question: str, groups: Sequence[Counted]) -> None:
    """Let counts pass that nobody can subtract from others of the same schools, or those from them. Raises DevelopmentRefused.

    Whoever counts there at the same moment waits. What was taken away because it was wrong is counted anew with the same groups.
    """
    units = [unit.id for unit in found.units]
    session.execute(select(Unit.id).where(Unit.id.in_(units)).order_by(Unit.id).with_for_update(key_share=True))
    of_schools = select(DevelopmentUnit.case_id).where(DevelopmentUnit.unit_id.in_(units))
    rows = select(DevelopmentResult).where(DevelopmentResult.case_id.in_(of_schools))
    new, asked = [shown(one) for one in groups], _Asked.read(question, clock.now())
    for one in session.scalars(rows.order_by(DevelopmentResult.added_at, DevelopmentResult.id)):
        before, words = groups_of(one), _Asked.read(one.question or "", one.added_at)
        is_mended = one.dropped_at is not None and one.case_id == found.id and _names(before) == _names(new)
        if is_mended and _all_asked(before) == _all_asked(new):
            continue
        is_same = not is_mended and _as_same(one.question or "") == _as_same(question)
        mine, theirs = asked.in_words_of(words), words.in_words_of(asked)
        turned = before if mine.is_negated == theirs.is_negated else [_turned(each) for each in before]
        if is_same or (mine.is_like(theirs) and _leaves_few(new, turned)):
            raise DevelopmentRefused(DevelopmentProblem.COUNTED_BEFORE)


# -------------------------------------------------------------------------------------------------------- inside
def _is_year(words: Sequence[str], row: int) -> bool:
    word, beside = words[row], [*words[max(row - 1, 0) : row], *words[row + 1 : row + 2]]
    says_year = any(one in _SEASONS or one == "/" or one.startswith(_YEARS) for one in beside)
    return word.isdecimal() and ((len(word) == 4 and word.startswith("20")) or (len(word) == 2 and says_year))


def _names(groups: Iterable[ShownGroup]) -> set[str]:
    return {_as_same(one.group) for one in groups}


def _all_asked(groups: Iterable[ShownGroup]) -> dict[str, int | None]:
    return {_as_same(one.group): one.asked for one in groups}


def _turned(one: ShownGroup) -> ShownGroup:
    """The same of a question that asks the opposite."""
    if one.holds is None or one.asked is None:
        return one
    return ShownGroup(one.group, one.asked - one.holds, one.asked)


def _is_sum(one: Counted, others: Sequence[Counted]) -> bool:
    """Whether both counts of a group are those of two or more others together."""
    #: of every choice of them: of how many (two stands for more), and both its counts
    sums = {(0, 0, 0)}
    for each in others:
        sums |= {
            (min(number + 1, 2), holds + each.holds, asked + each.asked)
            for number, holds, asked in sums
            if holds + each.holds <= one.holds and asked + each.asked <= one.asked
        }
    return (2, one.holds, one.asked) in sums


def _leaves_few(some: Sequence[ShownGroup], others: Sequence[ShownGroup]) -> bool:
    """Whether groups of one may hold those of the other and so few more that these could be worked out."""
    here, there = _sides(some), _sides(others)
    pairs = [(a, b) for a in _sums(here) for b in _alone_and_all(there)]
    pairs += [(a, b) for a in _alone_and_all(here) for b in _sums(there)]
    return any(_is_few(a[0] - b[0], a[1] - b[1]) or _is_few(b[0] - a[0], b[1] - a[1]) for a, b in pairs)


def _is_few(holds: int, does_not: int) -> bool:
    """Whether these may be children of whom one of the two counts is under five; no child is no group."""
    return min(holds, does_not) >= 0 and holds + does_not > 0 and min(holds, does_not) < FEWEST


def _sides(groups: Iterable[ShownGroup]) -> list[tuple[int, int]]:
    """Of each group that is shown, for how many it holds and for how many it does not."""
    return [(one.holds, one.asked - one.holds) for one in groups if one.holds is not None and one.asked is not None]


def _sums(sides: Iterable[tuple[int, int]]) -> set[tuple[int, int]]:
    """What every choice of groups comes to."""
    sums = {(0, 0)}
    for holds, does_not in sides:
        sums |= {(holds + one, does_not + other) for one, other in sums}
    return sums - {(0, 0)}


def _alone_and_all(sides: Sequence[tuple[int, int]]) -> set[tuple[int, int]]:
    """Each group, and all of them together."""
    whole = (sum(holds for holds, _ in sides), sum(does_not for _, does_not in sides))
    return {*sides, whole} - {(0, 0)}


def _as_same(words: str) -> str:
    """Words as they count as the same: without capitals, blanks and points."""
    return "".join(letter for letter in words.casefold() if letter.isalnum())
