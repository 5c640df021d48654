"""A file that only the holder of one private key opens, and that is whole or not opened at all; written and read as a stream."""

import io
import os
import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any, Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite

from referrals.errors import BackupRefused
from referrals.sealing import write_privately

#: what a file of the first make begins with, which says nothing of itself
FIRST_MAKE: Final = b"trivsel backup 1\n"
#: what one begins with since: a line in clear, which is sealed along, so that another one in its place opens nothing
_MAKE: Final = b"trivsel backup 2 "
_LINE: Final = re.compile(re.escape(_MAKE) + rb"([ -~]{1,180})\n")
_LONGEST_LINE: Final = 200
#: bytes sealed at a time, and what sealing adds to them
CHUNK: Final = 65_536
TAG: Final = 16
_SUITE: Final = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.CHACHA20_POLY1305)
#: a fresh key of 32 bytes, boxed for the holder of the private key
_BOX: Final = len(_SUITE.encrypt(bytes(32), X25519PrivateKey.generate().public_key(), FIRST_MAKE))


def make_keys(private: Path) -> Path:
    """Write a pair of keys: the private one to `private`, readable by its owner only, the public one beside it, whose path comes back.

    Raises BackupRefused where either is there already.
    """
    public = private.with_name(f"{private.name}.pub")
    for path in (private, public):
        if path.exists():
            raise BackupRefused(
                f"{path} is there already and was left as it is: with another key, older backups stay shut."
            )
    private.parent.mkdir(parents=True, exist_ok=True)
    key = X25519PrivateKey.generate()
    write_privately(private, key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode(), replace=False)  # fmt: skip
    pem = key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    public.write_bytes(pem)
    return public


@contextmanager
def create(path: Path, *, public: Path, label: str) -> Iterator["SealedWriter"]:
    """What is written into is sealed into `path`, which is there as a whole at the end or not at all, and only its owner reads it.

    The `label` stands in front for everybody to read.
    """
    reader = _public_key(public)
    if path.exists():
        raise BackupRefused(f"{path} is there already and was left as it is.")
    beside = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            writer = SealedWriter(file, reader, label=label)
            yield writer
            writer.finish()
            file.flush()
            os.fsync(file.fileno())
        os.link(beside, path)
    finally:
        beside.unlink(missing_ok=True)


@contextmanager
def opened(path: Path, *, private: Path) -> Iterator["SealedReader"]:
    """What `path` holds, as a stream. Raises BackupRefused for a file that is none, or is not for this key, and while reading for a changed one."""
    key = _private_key(private)
    with path.open("rb") as file:
        if _label(line := file.readline(_LONGEST_LINE)) is None:
            raise BackupRefused(f"{path} is no backup of Trivsel, or one of another make.")
        try:
            file_key = _SUITE.decrypt(file.read(_BOX), key, line)
        except (InvalidTag, ValueError):
            raise BackupRefused(f"The key in {private} does not open {path}: it was made for another one.") from None
        yield SealedReader(file, file_key, name=path)


def label_of(path: Path) -> str | None:
    """What stands in front of the sealed file `path`; "" for one of the first make, None for any other file."""
    with path.open("rb") as file:
        return _label(file.readline(_LONGEST_LINE))


def _label(line: bytes) -> str | None:
    if line == FIRST_MAKE:
        return ""
    found = _LINE.fullmatch(line)
    return found[1].decode("ascii") if found else None


def _public_key(path: Path) -> X25519PublicKey:
    with suppress(ValueError):
        key = serialization.load_pem_public_key(path.read_bytes())
        if isinstance(key, X25519PublicKey):
            return key
    raise BackupRefused(f"{path} holds no public key for backups: `trivsel keys backup FILE` makes one.")


def _private_key(path: Path) -> X25519PrivateKey:
    with suppress(ValueError, TypeError):
        key = serialization.load_pem_private_key(path.read_bytes(), password=None)
        if isinstance(key, X25519PrivateKey):
            return key
    raise BackupRefused(f"{path} holds no private key for backups.")


def _nonce(number: int, *, is_last: bool) -> bytes:
    """Different for each chunk of a file, so that none can be moved, and for the last, so that none can be cut off."""
    return number.to_bytes(11, "big") + bytes([is_last])


class SealedWriter(io.RawIOBase):
    """Takes bytes and writes them sealed, chunk by chunk."""

    def __init__(self, file: IO[bytes], public: X25519PublicKey, *, label: str) -> None:
        super().__init__()
        #: the key of this one file
        self.key = ChaCha20Poly1305.generate_key()
        self._file, self._seal = file, ChaCha20Poly1305(self.key)
        self._held, self._number = bytearray(), 0
        line = _MAKE + label.encode("ascii") + b"\n"
        file.write(line + _SUITE.encrypt(self.key, public, line))

    def write(self, content: Any) -> int:
        """Take `content`; the last chunk is kept back, since only `finish` knows that it is the last."""
        self._held += content
        while len(self._held) > CHUNK:
            self._put(bytes(self._held[:CHUNK]), is_last=False)
            del self._held[:CHUNK]
        return len(content)

    def finish(self) -> None:
        """Write what is held back, marked as the end."""
        self._put(bytes(self._held), is_last=True)

    def _put(self, content: bytes, *, is_last: bool) -> None:
        self._file.write(self._seal.encrypt(_nonce(self._number, is_last=is_last), content, None))
        self._number += 1


class SealedReader(io.RawIOBase):
    """Gives the bytes of a sealed file, each chunk only once it proved to be as it was written."""

    def __init__(self, file: IO[bytes], key: bytes, *, name: Path) -> None:
        super().__init__()
        self.key = key
        self._file, self._open, self._name = file, ChaCha20Poly1305(key), name
        self._ahead, self._held, self._number = file.read(CHUNK + TAG), b"", 0
        self._is_over = False

    def readable(self) -> bool:
        """It is."""
        return True

    def readinto(self, into: Any) -> int:
        """Fill `into` as far as one chunk goes. Raises BackupRefused where the file was changed or cut off."""
        while not self._held and not self._is_over:
            self._next()
        given = self._held[: len(into)]
        into[: len(given)] = given
        self._held = self._held[len(given) :]
        return len(given)

    def _next(self) -> None:
        chunk, self._ahead = self._ahead, self._file.read(CHUNK + TAG)
        self._is_over = not self._ahead
        try:
            self._held = self._open.decrypt(_nonce(self._number, is_last=self._is_over), chunk, None)
        except (InvalidTag, ValueError):
            raise BackupRefused(
                f"{self._name} was changed or cut off: nothing of it was taken. Try another copy."
            ) from None
        self._number += 1
