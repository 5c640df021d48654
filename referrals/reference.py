"""Reference numbers and codes: short, speakable, random, with a check character, in letters that nobody mistakes for others."""

import re
import secrets
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from referrals.models import Referral
from referrals.sealing import key_ring
from referrals.vocabulary import Country

#: no 0 O, 1 I L, 8 B, 5 S, 2 Z or 6 G together, and no vowels, so that no word arises; 23 signs, a prime, for the check
ALPHABET: Final = "23456789CDFHJKMNPQRTVWX"
#: letters and digits that are read or heard for one of ours
_MEANT: Final = str.maketrans("BSZG", "8526")
#: what the numbers of a country begin with
PREFIXES: Final[dict[Country, str]] = {Country.SE: "HTL", Country.DK: "TF"}

_SIGN: Final = f"[{ALPHABET}BSZG]"
#: a number inside a text, however its parts are held together
_WRITTEN: Final = re.compile(
    rf"\b(?:{'|'.join(PREFIXES.values())})[\W_]{{0,3}}({_SIGN}{{4}})[\W_]{{0,3}}({_SIGN}{{4}})(?![^\W_])", re.IGNORECASE
)
#: one without what its country begins with: eight signs, held together however, that stand alone
_BARE: Final = re.compile(rf"(?<![\w-])(?=((?:{_SIGN}[ \-_.\u2010-\u2015]?){{7}}{_SIGN})(?![\w-]))", re.IGNORECASE)

#: what a code is for; the same code for another purpose has another digest
RETURN = "return code"
RESUME = "resume code"
PAGE = "code on a page"
TOKEN = "draft token"


def new_number(session: Session, country: Country) -> str:
    """A number such as HTL-7K4M-2Q9X that no referral has yet."""
    while True:
        signs = _with_check(_random(7))
        number = f"{PREFIXES[country]}-{signs[:4]}-{signs[4:]}"
        if session.scalar(select(Referral.id).where(Referral.number == number)) is None:
            return number


def as_number(typed: str) -> str:
    """A reference number as it is kept, however it was typed. What cannot be one comes back as it is, in capitals."""
    signs = re.sub(r"[^A-Z0-9]", "", typed.upper())
    prefix = next((prefix for prefix in PREFIXES.values() if signs.startswith(prefix)), None)
    if prefix is None:
        return typed.strip().upper()
    body = signs.removeprefix(prefix).translate(_MEANT)
    return f"{prefix}-{body[:4]}-{body[4:]}"


def written_in(text: str) -> list[tuple[int, int]]:
    """Where in a text numbers of referrals stand, whether there are such referrals or not.

    Eight digits must check, since telephones have them; so must eight signs without the letters of a country in front, which
    are no telephone at all.
    """
    found = [(hit.span(), _signs(hit[1] + hit[2])) for hit in _WRITTEN.finditer(text)]
    spans = [span for span, signs in found if not signs.isdecimal() or _checks(signs)]
    bare = ((hit.span(1), _signs(hit[1])) for hit in _BARE.finditer(text))
    return spans + [span for span, signs in bare if not signs.isdecimal() and _checks(signs)]


def new_code() -> str:
    """A code of twelve signs such as 7K4M-2Q9X-HT3W, about 50 bits of chance and a check character."""
    signs = _with_check(_random(11))
    return "-".join((signs[:4], signs[4:8], signs[8:]))


def is_code(typed: str) -> bool:
    """Whether this can be a code at all: a slip of the finger is found without asking the database."""
    signs = _signs(typed)
    return len(signs) == 12 and _checks(signs)


def code_digest(purpose: str, typed: str) -> str:
    """The keyed digest under which a code, however it was typed, is found for `purpose`."""
    return key_ring().blind_index(purpose, _signs(typed))


def token_digest(token: str) -> str:
    """The keyed digest under which the draft of a browser's token is found."""
    return key_ring().blind_index(TOKEN, token.encode().hex())  # in hex, since folding capitals would halve the chance


def _signs(typed: str) -> str:
    return re.sub(r"[^A-Z0-9]", "", typed.upper()).translate(_MEANT)


def _random(length: int) -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(length))


def _weight(signs: str) -> int:
    """A sum modulo 23 that changes with any one wrong sign and with any two neighbours that changed places."""
    return sum(place * ALPHABET.index(sign) for place, sign in enumerate(reversed(signs), start=2)) % len(ALPHABET)


def _with_check(signs: str) -> str:
    return signs + ALPHABET[-_weight(signs) % len(ALPHABET)]


def _checks(signs: str) -> bool:
    if not signs or any(sign not in ALPHABET for sign in signs):
        return False
    return _with_check(signs[:-1]) == signs
