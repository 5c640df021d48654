"""Words that look like an identity number or like medical content: found by short lists and a few patterns, which find little.

Nothing here reads a text as a person would. A text without a finding can still be medical, and a finding is only a question.
"""

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from enum import Enum
from functools import cache
from pathlib import Path
from typing import Final

from sqlalchemy.orm import Session

from referrals.access import Actor
from referrals.errors import LooksMedical
from referrals.keeping import audit
from referrals.models import Referral, What
from referrals.vocabulary import Looks, WordingGround

_FOLDER = Path(__file__).parent / "wordlists"
#: how the log calls it that such words stay on a named ground; it never says which words
NAMED: Final = "name_wording_ground"

_MONTH = r"(?:0[1-9]|1[0-2])"
#: a Swedish coordination number has 60 added to its day
_DAY = r"(?:0[1-9]|[12]\d|3[01]|6[1-9]|[78]\d|9[01])"
_PATTERNS: Final[dict[Looks, tuple[str, ...]]] = {
    Looks.IDENTITY_NUMBER: (
        # Swedish: with or without its century. Without a dash ten digits that begin with 0 are a telephone number.
        rf"(?<![\d-])(?:19|20)\d\d{_MONTH}{_DAY}[-+ ]?\d{{4}}(?!\d)",
        rf"(?<![\d-])\d\d{_MONTH}{_DAY}[-+]\d{{4}}(?!\d)",
        rf"(?<![\d-])[1-9]\d{_MONTH}{_DAY}\d{{4}}(?!\d)",
        # Danish: the day first
        rf"(?<![\d-])(?:0[1-9]|[12]\d|3[01]){_MONTH}\d\d-\d{{4}}(?!\d)",
        rf"(?<![\d-])(?:[12]\d|3[01]){_MONTH}\d{{6}}(?!\d)",
    ),
    # ICD-10 with its point, and the Danish form with a D before it; always in capitals, so that rooms and roads are none
    Looks.DIAGNOSIS: (r"\b[A-TV-Z]\d\d\.\d{1,2}[A-Z]?\b", r"\bD[A-Z]\d{2,4}[A-Z]?\b"),
    Looks.MEDICINE: (r"\b\d+(?:[.,]\d+)?\s?(?:mg|µg|milligram|mikrogram)\b",),
}


@dataclass(frozen=True)
class Found:
    """What was found in a text. `words` are for the eyes of its writer only: they go in no log and no error."""

    looks: Looks
    words: str


def look(text: str) -> list[Found]:
    """What in `text` looks like more than belongs there, in the order in which it stands."""
    hits = {(hit.start(), looks): hit.group() for looks, pattern in _searches() for hit in pattern.finditer(text)}
    return [Found(looks, words) for (_, looks), words in sorted(hits.items())]


def check(session: Session, referral: Referral, *, by: Actor, said: object, ground: WordingGround | None) -> None:
    """Ask about what is `said` in a form, however deep in it: pass where nothing is found, or on the ground that is named.

    The ground is left in the log, and never the words. Raises LooksMedical with the kinds found where none is named.
    """
    found = _kinds(_texts(said))
    if not found:
        return
    if ground is None:
        raise LooksMedical(*found)
    audit.append(session, What.DID, by=by, chain=referral.id, subject=NAMED, ground=ground.value)


def refuse(said: object) -> None:
    """Refuse what looks medical where no ground lets it stay. Raises LooksMedical."""
    if found := _kinds(_texts(said)):
        raise LooksMedical(*found)


def _kinds(texts: Iterable[str]) -> list[str]:
    return sorted({found.looks.value for text in texts for found in look(text)})


def _texts(said: object) -> Iterator[str]:
    if isinstance(said, Enum):
        return
    if isinstance(said, str):
        yield said
    elif isinstance(said, Mapping):
        for value in said.values():
            yield from _texts(value)
    elif isinstance(said, list | tuple):
        for value in said:
            yield from _texts(value)
    elif is_dataclass(said):
        for each in fields(said):
            yield from _texts(getattr(said, each.name))


@cache
def _searches() -> tuple[tuple[Looks, re.Pattern[str]], ...]:
    words: dict[str, set[str]] = {Looks.DIAGNOSIS: set(), Looks.MEDICINE: set()}
    for path in sorted(_FOLDER.glob("*.toml")):
        for kind, listed in tomllib.loads(path.read_text(encoding="utf-8")).items():
            words[kind] |= set(listed)
    by_word = tuple((Looks(kind), re.compile(_one_of(listed), re.IGNORECASE)) for kind, listed in words.items())
    by_form = tuple((looks, re.compile(pattern)) for looks, patterns in _PATTERNS.items() for pattern in patterns)
    return by_word + by_form


def _one_of(listed: Iterable[str]) -> str:
    endings = [re.escape(word).replace(r"\*", r"\w*") for word in sorted(listed)]
    return rf"\b(?:{'|'.join(endings)})\b"
