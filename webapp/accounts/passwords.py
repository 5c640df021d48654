"""Passwords of staff: made into a hash and checked against one with argon2."""

import re
import secrets
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError

from referrals.vocabulary import N_

#: the password of everybody in a demonstration's cast; production has no accounts that were set up with it
DEMO_PASSWORD = "trivsel-demo"

#: characters a password has at least, and at most (a longer one only makes the machine work)
SHORTEST, LONGEST = 12, 200
#: fields in which a password is typed: named so that what was typed there is never kept or shown again
CURRENT, NEW, AGAIN = "_current", "_new", "_again"
#: what is guessed first of what is long enough, in small letters, without signs and without digits at the end
_GUESSED_FIRST = frozenset({
    "password", "passwordpassword", "losenord", "losenordlosenord", "lösenord", "lösenordlösenord", "adgangskode",
    "kodeord", "kodeordkodeord", "qwertyuiop", "qwertyuiopasdf", "qwertyuiopå", "qwertyuiopåasdf", "asdfghjkl",
    "asdfghjklöä", "asdfghjklæø", "administrator", "administratör", "trivseldemo", "trivseltrivsel", "iloveyou",
    "letmein", "letmeinplease", "welcome", "welcomewelcome", "valkommen", "välkommen", "velkommen", "sommar",
    "sommaren", "vinter", "vinteren", "skolan", "skolen", "kommun", "kommune", "abcdefghijkl", "abcdefghijklmnop",
    "changeme", "changemechangeme", "hejsan", "hejhejhejhej", "hemligt", "hemmelig", "fotboll", "fodbold",
    "correcthorsebatterystaple", "123456789012", "1234567890123", "1q2w3e4r5t6y", "1qaz2wsx3edc", "qazwsxedcrfv",
    "zaq12wsxcde3",
})  # fmt: skip
#: letters and digits that nobody mistakes for each other when a password is read aloud or copied by hand
_CLEAR = "abcdefghjkmnpqrstuvwxyz23456789"

_hasher = PasswordHasher()


def hash_password(password: str) -> str:
    """The hash to keep for `password`; takes about 0.1 s on purpose."""
    return _hasher.hash(password)


def password_matches(kept_hash: str | None, password: str) -> bool:
    """Whether `password` is the one behind `kept_hash`. Without a hash it takes just as long and says no,
    so that the time taken does not tell which accounts exist.
    """
    try:
        _hasher.verify(kept_hash or _nobodys_hash(), password)
    except (Argon2Error, InvalidHashError):
        return False
    return kept_hash is not None


def fault_of(password: str, again: str, *, known: tuple[str, ...]) -> tuple[str, str] | None:
    """Which field is wrong with a password somebody chose, and why; None if it will do. `known`: what others know of them."""
    if not SHORTEST <= len(password) <= LONGEST:
        return NEW, N_("A password has 12 to 200 characters. Several words make a good one.")
    plain = re.sub(r"[\W_]", "", password.casefold())
    is_easy = len(set(plain)) < 5 or plain in _GUESSED_FIRST or plain.rstrip("0123456789") in _GUESSED_FIRST
    words = {part for text in known for part in re.split(r"[\W_]+", text.casefold()) if len(part) > 2}
    rest = plain
    for word in sorted(words, key=len, reverse=True):
        rest = rest.replace(word, "")
    if is_easy or len(rest) < 5:
        return NEW, N_("This one is among the first that are guessed. Choose one that nobody connects with you.")
    if password != again:
        return AGAIN, N_("The two are not the same. Type the new password again.")
    return None


def make_password() -> str:
    """A new password of four groups of four, easy to copy by hand; about 79 bits."""
    return "-".join("".join(secrets.choice(_CLEAR) for _ in range(4)) for _ in range(4))


@cache
def _nobodys_hash() -> str:
    return _hasher.hash(secrets.token_hex(16))
