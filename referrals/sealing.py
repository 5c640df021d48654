"""Sealed values: personal data at rest, readable only with the keys and only in the row it was written to."""

import base64
import hashlib
import hmac
import json
import os
import secrets
import unicodedata
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Generic, Protocol, Self, TypeAlias, TypeVar, overload

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from sqlalchemy import LargeBinary
from sqlalchemy.orm import mapped_column

from referrals.errors import SealBroken

T = TypeVar("T")
#: what seals and opens values: one data key, or one that seals with others beside it that open
DataKey: TypeAlias = Fernet | MultiFernet
#: `info` of a column that holds something wrapped with the key ring itself; columns called `wrapped_key` need no such mark
WRAPPED = "wrapped"


@dataclass(frozen=True, repr=False)
class KeyRing:
    """The keys of one instance, newest first: those that wrap data keys; for blind indexes, for cookies, for the audit log."""

    wrapping: tuple[str, ...]
    index: str
    web: str
    audit: tuple[str, ...]
    #: whether every chain of the audit log has been carried over to its newest key
    audit_is_linked: bool = True
    #: when the newest wrapping key came in, as an ISO instant; empty while there has been one only
    since: str = ""
    #: made with `trivsel keys new` for real people; rings that a demonstration made for itself are not
    is_for_production: bool = False
    #: the file it was read from, and what told that file from any other then
    path: Path | None = field(default=None, compare=False)
    mark: tuple[int, int] | None = field(default=None, compare=False)

    @classmethod
    def read_or_make(cls, path: Path) -> Self:
        """The key ring in `path`; made with fresh keys, readable by its owner only, where there is none yet."""
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            cls.make(path)
        return cls.read(path)

    @classmethod
    def make(cls, path: Path, *, is_for_production: bool = False) -> None:
        """Write fresh keys into `path`, readable by its owner only; a file that is there stays as it is."""
        wrapping = (Fernet.generate_key().decode(),)
        fresh = cls(wrapping, random_key(), random_key(), (random_key(),), is_for_production=is_for_production)
        write_privately(path, fresh.as_json(), replace=False)

    @classmethod
    def read(cls, path: Path) -> Self:
        """The key ring in `path`."""
        with path.open(encoding="ascii") as file:
            found, keys = os.fstat(file.fileno()), json.load(file)
        # A ring from before there was an audit log has no key of its own for it.
        audit = keys.get("audit") or _derived_key(keys["index"], "audit")
        return cls(
            wrapping=tuple(keys["wrapping"]),
            index=keys["index"],
            web=keys["web"],
            audit=(audit,) if isinstance(audit, str) else tuple(audit),
            audit_is_linked=keys.get("audit_is_linked", True),
            since=keys.get("since", ""),
            is_for_production=bool(keys.get("is_for_production")),
            path=path,
            mark=(found.st_mtime_ns, found.st_ino),
        )

    def as_json(self) -> str:
        """The keys as they stand in the file."""
        keys = {"wrapping": self.wrapping, "index": self.index, "web": self.web, "audit": self.audit}
        about = {"audit_is_linked": self.audit_is_linked, "since": self.since}
        return json.dumps(keys | about | {"is_for_production": self.is_for_production}, indent=1)

    def current(self) -> "KeyRing":
        """This ring, or what its file holds where that has been written anew since."""
        if self.path is None:
            return self
        try:
            found = self.path.stat()
        except OSError:
            return self  # what we have in hand still opens everything
        return self if (found.st_mtime_ns, found.st_ino) == self.mark else KeyRing.read(self.path)

    @property
    def wrapper(self) -> MultiFernet:
        """What wraps and unwraps data keys."""
        return MultiFernet([Fernet(key) for key in self.wrapping])

    @property
    def head_keys(self) -> tuple[str, ...]:
        """The keys that may have sealed the end of a chain: the newest; while a rotation goes on, also the one before it."""
        return self.audit[:1] if self.audit_is_linked else self.audit[:2]

    def blind_index(self, purpose: str, text: str) -> str:
        """A keyed digest by which equal texts can be found without being readable; `purpose` keeps kinds apart."""
        folded = " ".join(unicodedata.normalize("NFKC", text).casefold().split())
        return hmac.new(self.index.encode(), f"{purpose}\0{folded}".encode(), hashlib.sha256).hexdigest()


def random_key() -> str:
    """A fresh key for digests."""
    return base64.urlsafe_b64encode(os.urandom(32)).decode()


def _derived_key(key: str, purpose: str) -> str:
    return base64.urlsafe_b64encode(hmac.digest(key.encode(), purpose.encode(), "sha256")).decode()


def write_privately(path: Path, text: str, *, replace: bool = True) -> None:
    """Write a file as a whole or not at all, readable by its owner only; with `replace` off one that is there stays."""
    path = path.resolve()  # a link stays a link
    beside = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    try:
        with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as file:
            with suppress(FileNotFoundError, PermissionError):  # what another account owns stays that account's
                os.fchown(file.fileno(), path.stat().st_uid, path.stat().st_gid)
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        if replace:
            beside.replace(path)
        else:
            with suppress(FileExistsError):
                os.link(beside, path)
    finally:
        beside.unlink(missing_ok=True)


_ring: KeyRing | None = None


def use_key_ring(ring: KeyRing) -> None:
    """Let this process seal and open with `ring`."""
    global _ring  # noqa: PLW0603 - one a process, set once at its start
    _ring = ring


def key_ring() -> KeyRing:
    """The key ring of this process, read again once its file has new keys. Raises SealBroken where none was opened."""
    if _ring is None:
        raise SealBroken("no key ring is open in this process")
    newest = _ring.current()
    if newest is not _ring:
        use_key_ring(newest)
    return newest


def new_data_key() -> bytes:
    """A fresh data key, wrapped for storing."""
    return key_ring().wrapper.encrypt(Fernet.generate_key())


class KeyDestroyed(SealBroken):
    """The data key was destroyed on purpose: what was sealed with it cannot be read any more, by anybody."""


def open_data_key(wrapped: bytes) -> Fernet:
    """What seals and opens with the data key that `wrapped` holds. Raises KeyDestroyed where it holds none any more."""
    if not wrapped:
        raise KeyDestroyed("the data key was destroyed")
    try:
        return Fernet(key_ring().wrapper.decrypt(wrapped))
    except InvalidToken:
        raise SealBroken("a data key cannot be opened with the keys at hand") from None


class SealedRow(Protocol):
    """A row that can hold sealed values: it says which key it uses and which place each value belongs to."""

    def data_key(self) -> DataKey:
        """What seals and opens this row's values."""

    def seal_place(self, name: str) -> str:
        """The identity that binds a value to this row and column."""


def seal(value: Any, *, key: DataKey, place: str) -> bytes:
    """`value` (anything JSON holds) sealed with `key` and bound to `place`."""
    return key.encrypt(json.dumps([place, value], ensure_ascii=False, separators=(",", ":")).encode())


def unseal(token: bytes, *, key: DataKey, place: str) -> Any:
    """The value in `token`. Raises SealBroken when it was sealed with another key or for another place."""
    try:
        written_for, value = json.loads(key.decrypt(token))
    except InvalidToken:
        raise SealBroken("a sealed value cannot be opened") from None
    if written_for != place:
        raise SealBroken("a sealed value stands in a row it was not written for")
    return value


def seal_bytes(content: bytes, *, key: DataKey, place: str) -> bytes:
    """`content` sealed as it is, without the detour over JSON; for papers."""
    return key.encrypt(place.encode() + b"\0" + content)


def unseal_bytes(token: bytes, *, key: DataKey, place: str) -> bytes:
    """The bytes in `token`. Raises SealBroken as `unseal` does."""
    try:
        written_for, _, content = key.decrypt(token).partition(b"\0")
    except InvalidToken:
        raise SealBroken("a sealed paper cannot be opened") from None
    if written_for != place.encode():
        raise SealBroken("a sealed paper stands in a row it was not written for")
    return content


class Sealed(Generic[T]):
    """A column whose value is sealed at rest: `observations = Sealed[str]()` in a model.

    The table holds bytes in a column of the same name; the attribute gives and takes anything JSON holds, or None.
    """

    def __set_name__(self, owner: type, name: str) -> None:
        """Give the model a column for the sealed bytes; the declarative base finds it like any other."""
        self._name = name
        self._column = f"_{name}"
        setattr(owner, self._column, mapped_column(name, LargeBinary, nullable=True))

    @overload
    def __get__(self, row: None, owner: type) -> Self: ...
    @overload
    def __get__(self, row: SealedRow, owner: type) -> T | None: ...
    def __get__(self, row: SealedRow | None, owner: type) -> T | Self | None:
        """The value in clear, or None where nothing was written."""
        if row is None:
            return self
        token: bytes | None = getattr(row, self._column)
        if token is None:
            return None
        try:
            key = row.data_key()
        except KeyDestroyed:
            return None  # nothing is there to be read, as where nothing was written
        value: T = unseal(token, key=key, place=row.seal_place(self._name))
        return value

    def __set__(self, row: SealedRow, value: T | None) -> None:
        """Seal `value` for this row."""
        sealed = None if value is None else seal(value, key=row.data_key(), place=row.seal_place(self._name))
        setattr(row, self._column, sealed)
