"""Whether a text that is to be about nobody tells who it is about: identity numbers, names and classes, before it is kept anywhere.

What is found goes back to whoever wrote it and nowhere else: into no row, no log and no error. It finds what is written as
such things are written; a person can still be told from what happened to them, and only a reader sees that.
"""

import re
import tomllib
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from referrals import queries, reference
from referrals.access import Actor, View, may_view
from referrals.errors import NamesSomebody
from referrals.models import Account, Forum, RoleAssignment, Unit
from referrals.people import organisation, roster
from referrals.queries import Filters, Openness
from referrals.vocabulary import Trace

_NAMES = Path(__file__).parent / "wordlists" / "names"
#: of the referrals somebody sees, so many are gone through, the most pressing ones first
_MOST_CHILDREN: Final = 2000

# ------------------------------------------------------------------------------------------------------ patterns
_DASH = "-\u2010-\u2015\u2212"
#: between the parts of a date, and before the last four
_GAP, _LAST_GAP = rf"[{_DASH}./\s]?", rf"\s?[{_DASH}+./]?\s?"
_MONTH = r"(?:0[1-9]|1[0-2])"
#: both countries have numbers in which 60 is added to the day
_DAY = r"(?:0[1-9]|[12]\d|3[01]|6[1-9]|[78]\d|9[01])"
#: four digits, or the letters that stand in a number given for a time
_LAST = rf"(?:{_LAST_GAP}\d{{4}}(?!\d)|[{_DASH}+]?(?=[^\W_]{{4}}\b)\d?[A-Z]{{1,3}}\d{{1,3}})"
#: whatever the check digit says: one wrong digit still tells who it is
_NUMBER: Final = re.compile(
    rf"(?<!\d)(?:(?:(?:18|19|20)\d\d|\d\d){_GAP}{_MONTH}{_GAP}{_DAY}|{_DAY}{_GAP}{_MONTH}{_GAP}(?:(?:18|19|20)\d\d|\d\d)){_LAST}"
)
_CLASS: Final = re.compile(
    # "klass 7 c", "åk. 4 b", "klasse 3.a"
    r"\b(?i:klass(?:en|e)?|åk|årskurs|årgang|class|year|grade)\.?\s+\d{1,2}\s?\.?\s?[A-Ha-hX-Zx-z]\b"
    # "4B", "4b", "3.a", "1.x"; what a date, a time or a number of ours has on both sides is none
    r"|(?<![\w.,:/-])(?:10|\d)(?:\.?[A-Ha-h]|[X-Z]|\.[X-Zx-z])(?![\w)])"
    # "4 B", "3. A"; a small letter alone is more often a word
    r"|(?<![\w.,:/-])(?:10|\d)\.?\s[A-HX-Z](?![\w-])"
    # a class of an upper secondary school: "NA21B", "TE22"
    r"|\b[A-ZÅÄÖ]{2}\d{2}[A-Fa-f]?\b"
)
_WORD: Final = re.compile(r"[^\W\d_]+")
#: what a sentence ends with, and what can stand between that and its first word
_ENDS, _BETWEEN, _OPENING = ".!?:…\n\r", " \t\u00a0*•\"'”“»«)]-\u2013\u2014", "\"'”“„»«(["


@dataclass(frozen=True)
class Found:
    """What was found in a text, and where. `words` are for the eyes of its writer only, and in no representation of this."""

    trace: Trace
    start: int
    end: int
    words: str = field(repr=False)

    @property
    def key(self) -> str:
        """What the writer's answer calls it: the words, however they are capitalised."""
        return self.words.casefold()


def look(text: str, *, known: Collection[str] = (), ours: Collection[str] = ()) -> list[Found]:
    """What in `text` tells who it is about, in the order in which it stands.

    `known` are parts of names of people here, `ours` words that name nobody, such as those of the school's own name; both
    in small letters.
    """
    plain = "".join(str(int(each)) if each.isdecimal() else each for each in text)
    spans = {
        Trace.IDENTITY_NUMBER: _spans(_NUMBER, plain),
        #: of a referral, in whichever country: whoever may open it reads there who it is about
        Trace.REFERENCE_NUMBER: reference.written_in(plain),
        Trace.SCHOOL_CLASS: _spans(_CLASS, plain),
        Trace.NAME: _names(plain, known=known, ours=ours),
    }
    found: list[Found] = []
    for trace, places in spans.items():
        for start, end in places:
            if all(end <= each.start or each.end <= start for each in found):
                found.append(Found(trace, start, end, text[start:end]))
    return sorted(found, key=lambda one: one.start)


def unanswered(found: Iterable[Found], answered: Collection[str]) -> list[Found]:
    """What of `found` must still go: all but the words its writer said are no person's. An identity number always must."""
    keys = {each.casefold() for each in answered}
    return [one for one in found if not (one.trace.can_be_answered and one.key in keys)]


@dataclass(frozen=True)
class Checker:
    """The check for whoever writes in one unit: with the names known there, and those the writer knows from their referrals."""

    known: frozenset[str] = field(repr=False)
    ours: frozenset[str] = frozenset()

    def look(self, text: str) -> list[Found]:
        """As `look`, with what is known here."""
        return look(text, known=self.known, ours=self.ours)

    def require_nobody(self, texts: Iterable[str | None], *, answered: Collection[str]) -> bool:
        """Let texts pass that tell nobody's identity; whether an answer of the writer was needed for that.

        Raises NamesSomebody with the kinds of what was found and not answered.
        """
        found = [one for text in texts if text for one in self.look(text)]
        if left := unanswered(found, answered):
            raise NamesSomebody(*sorted({one.trace.value for one in left}))
        return bool(found)


def checker(session: Session, unit: Unit, *, by: Actor) -> Checker:
    """What `by` writes in `unit` is checked against: the staff of its team's units, and the children whom `by` knows of from referrals anyway.

    Other children's names are not asked about: that a name stops would tell that there is a referral.
    """
    return _checker(session, unit.forum.units, [unit.name, unit.forum.name], by=by)


def team_checker(session: Session, forum: Forum, *, by: Actor) -> Checker:
    """As `checker`, for what is written about the work of a whole team."""
    return _checker(session, forum.all_units, _called(forum), by=by)


def municipal_checker(session: Session, *, by: Actor) -> Checker:
    """As `checker`, for what is written for all teams: against the staff of every unit."""
    units, teams = session.scalars(select(Unit)).all(), session.scalars(select(Forum))
    return _checker(session, units, [name for forum in teams for name in _called(forum)], by=by)


def upward_checker(
    session: Session, forum: Forum, *, by: Actor, names_team: bool, parties: Iterable[str] = ()
) -> Checker:
    """As `municipal_checker`, for what `forum` sends to a team above: against the names of `parties` too.

    Unless the team is named, what it and its schools alone are called tells who it is about as well.
    """
    everywhere = municipal_checker(session, by=by)
    known = everywhere.known | _parts(parties)
    if names_team:
        return Checker(known, everywhere.ours)
    others = session.scalars(select(Forum).where(Forum.id != forum.id))
    elsewhere = {word for other in others for name in _called(other) for word in _WORD.findall(name.casefold())}
    own = {
        word.casefold()
        for name in _called(forum)
        for word in _WORD.findall(name)
        if word[0].isupper() and not word.isupper() and word.casefold() not in elsewhere
    }
    return Checker(known | own, everywhere.ours - own)


# ------------------------------------------------------------------------------------------------------- inside
def _called(forum: Forum) -> list[str]:
    return [forum.name, *(unit.name for unit in forum.all_units)]


def _checker(session: Session, units: Iterable[Unit], names_of_ours: Iterable[str], *, by: Actor) -> Checker:
    works_here = Account.roles.any(RoleAssignment.unit_id.in_([unit.id for unit in units]))
    names = list(session.scalars(select(Account.name).where(works_here)))
    names += _children(session, by)
    ours = " ".join([*names_of_ours, organisation.municipality(session).name])
    return Checker(_parts(names), frozenset(word.casefold() for word in _WORD.findall(ours)))


def _children(session: Session, by: Actor) -> list[str]:
    everything = Filters(roster.today(session), openness=Openness.ALL)
    return [
        referral.child_name or ""
        for referral in queries.listing(session, by, everything, size=_MOST_CHILDREN).rows
        if may_view(View.GUARDIANS if referral.has_protected_identity else View.CHILD, by, referral.facts())
    ]


def _parts(names: Iterable[str]) -> frozenset[str]:
    """The names in `names` one by one, without the small words between them; two letters are too short to tell a name from a word."""
    parts = (word for name in names for word in _WORD.findall(name))
    return frozenset(each.casefold() for each in parts if each[0].isupper() and len(each) > 2) - _lists()["no_names"]


def _spans(pattern: re.Pattern[str], text: str) -> Iterator[tuple[int, int]]:
    return (hit.span() for hit in pattern.finditer(text))


def _names(text: str, *, known: Collection[str], ours: Collection[str]) -> Iterator[tuple[int, int]]:
    """Where a name stands; one that goes on in the next word is one."""
    begun: tuple[int, int] | None = None
    for word in _WORD.finditer(text):
        if not _is_name(word.group(), is_first=_stands_first(text, word.start()), known=known, ours=ours):
            continue
        start, end = word.span()
        if begun and text[begun[1] : start] in {" ", "-"}:
            begun = begun[0], end
            continue
        if begun:
            yield begun
        begun = start, end
    if begun:
        yield begun


def _is_name(word: str, *, is_first: bool, known: Collection[str], ours: Collection[str]) -> bool:
    lists, plain = _lists(), word.casefold()
    forms = {plain, plain.removesuffix("s")}  # "Olles"
    has_capital = word[0].isupper() and not (word.isupper() and len(word) > 1)
    if forms & lists["names"]:
        return True
    if forms & lists["words_too"]:
        return has_capital
    if forms & lists["often_begin"]:
        return has_capital and not is_first
    if not forms.isdisjoint(known):
        return True
    if not forms.isdisjoint(lists["no_names"]) or not forms.isdisjoint(ours):
        return False
    return has_capital and not is_first and len(word) > 1


def _stands_first(text: str, start: int) -> bool:
    before = text[max(0, start - 20) : start]
    if before and before[-1] in _OPENING:
        return True
    before = before.rstrip(_BETWEEN)
    return not before or before[-1] in _ENDS


@cache
def _lists() -> dict[str, frozenset[str]]:
    """The lists of all languages together, by what is known of the words in them."""
    words: dict[str, set[str]] = defaultdict(set)
    for path in sorted(_NAMES.glob("*.toml")):
        for kind, listed in tomllib.loads(path.read_text(encoding="utf-8")).items():
            words["names" if kind == "surnames" else kind] |= set(listed.split())
    return {kind: frozenset(listed) for kind, listed in words.items()}
