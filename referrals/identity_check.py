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

from referrals import here, identity_patterns, queries, reference
from referrals.access import Actor, View, may_view
from referrals.errors import NamesSomebody
from referrals.models import Account, Forum, RoleAssignment, Unit
from referrals.people import organisation
from referrals.queries import Filters, Openness
from referrals.vocabulary import Trace

_NAMES = Path(__file__).parent / "wordlists" / "names"
#: of the referrals somebody sees, so many are gone through, the most pressing ones first
_MOST_CHILDREN: Final = 2000

_WORD: Final = re.compile(r"[^\W\d_]+")
#: small words between the parts of a name
_BETWEEN_NAMES: Final = frozenset({"af", "al", "av", "bin", "da", "de", "del", "den", "der", "di", "el", "van", "von"})
#: a name of two letters is known from a word by its capital only
_SHORT: Final = 2
#: what a sentence ends with, and what can stand between that and its first word
_ENDS, _BETWEEN, _QUOTES, _BRACKETS = ".!?:…\n\r", " \t\u00a0*•\"'”“»«)]-\u2013\u2014", "\"'”“„»«", "(["
#: a word with nothing behind it
_ALONE: Final = re.compile(r"[^\W\d_]+\s*(?:[\n\r.,;]|$)")


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
    plain = identity_patterns.Plain.of(text)
    spans = {
        Trace.IDENTITY_NUMBER: identity_patterns.spans(
            plain.text, identity_patterns.NUMBER, identity_patterns.BIRTH_DATE
        ),
        #: of a referral, in whichever country: whoever may open it reads there who it is about
        Trace.REFERENCE_NUMBER: reference.written_in(plain.text),
        Trace.SCHOOL_CLASS: identity_patterns.spans(plain.text, identity_patterns.CLASS),
        Trace.NAME: _names(plain.text, known=known, ours=ours),
    }
    found: list[Found] = []
    for trace, places in spans.items():
        for start, end in (plain.span(*place) for place in places):
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


def checker(session: Session, unit: Unit, *, by: Actor, team: Forum | None = None) -> Checker:
    """What `by` writes in `unit` is checked against: the staff of its team's units, and the children whom `by` knows of from referrals anyway.

    Where another team reads and answers it, `team`, the staff of that one's units too. Other children's names are not asked
    about: that a name stops would tell that there is a referral.
    """
    reads, called = (team.all_units, _called(team)) if team else ([], [])
    return _checker(session, [*unit.forum.units, *reads], [unit.name, unit.forum.name, *called], by=by)


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
    everything = Filters(here.today(session), openness=Openness.ALL)
    return [
        referral.child_name or ""
        for referral in queries.listing(session, by, everything, size=_MOST_CHILDREN).rows
        if may_view(View.GUARDIANS if referral.has_protected_identity else View.CHILD, by, referral.facts())
    ]


def _parts(names: Iterable[str]) -> frozenset[str]:
    """The names in `names` one by one, without the small words between them; some are typed in nothing but small letters."""
    parts = (word for name in names for word in _WORD.findall(name) if word[0].isupper() or name.islower())
    return frozenset(each.casefold() for each in parts if len(each) > 1) - _lists()["no_names"] - _BETWEEN_NAMES


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
        return has_capital or len(plain) > _SHORT
    if not forms.isdisjoint(lists["no_names"]) or not forms.isdisjoint(ours):
        return False
    unaccented = {identity_patterns.without_accents(form) for form in forms}
    return has_capital and (not unaccented.isdisjoint(_without_accents()) or (not is_first and len(word) > 1))


def _stands_first(text: str, start: int) -> bool:
    """Whether a word that begins here has its capital because a sentence begins: not inside brackets, nor alone after a colon."""
    before = text[max(0, start - 20) : start].rstrip(_BRACKETS)
    if before and before[-1] in _QUOTES:
        return True
    before = before.rstrip(_BETWEEN)
    if before.endswith(":") and _ALONE.match(text, start):
        return False
    return not before or before[-1] in _ENDS


@cache
def _without_accents() -> frozenset[str]:
    """Every listed name as it is typed without its accents, or with others."""
    lists = _lists()
    return frozenset(identity_patterns.without_accents(name) for name in lists["names"] | lists["words_too"])


@cache
def _lists() -> dict[str, frozenset[str]]:
    """The lists of all languages together, by what is known of the words in them."""
    words: dict[str, set[str]] = defaultdict(set)
    for path in sorted(_NAMES.glob("*.toml")):
        for kind, listed in tomllib.loads(path.read_text(encoding="utf-8")).items():
            words["names" if kind == "surnames" else kind] |= set(listed.split())
    return {kind: frozenset(listed) for kind, listed in words.items()}
