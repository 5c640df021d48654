"""Passwords of staff: made into a hash and checked against one with argon2."""

import secrets
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError

#: the password of everybody in a demonstration's cast; production has no accounts that were set up with it
DEMO_PASSWORD = "trivsel-demo"

#: characters a password has at least, and at most (a longer one only makes the machine work)
SHORTEST, LONGEST = 12, 200
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


def make_password() -> str:
    """A new password of four groups of four, easy to copy by hand; about 79 bits."""
    return "-".join("".join(secrets.choice(_CLEAR) for _ in range(4)) for _ in range(4))


@cache
def _nobodys_hash() -> str:
    return _hasher.hash(secrets.token_hex(16))
