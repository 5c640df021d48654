"""Changing keys: of those that wrap data keys a new one comes in, everything is wrapped anew, the old ones go; of those of
the audit log a new one comes in and every chain goes on under it.
"""

import fcntl
import os
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

from cryptography.fernet import Fernet, InvalidToken
from sqlalchemy import Column, Table, func, select, text, update

from referrals import clock, db
from referrals.access import Actor
from referrals.errors import KeysStillUsed
from referrals.keeping import audit
from referrals.models import Base, What
from referrals.sealing import WRAPPED, KeyRing, key_ring, random_key, use_key_ring, write_privately

#: rows wrapped anew in one transaction
BATCH: Final = 200
#: so long somebody who began before the newest key came in may still be writing with an older one
SETTLES: Final = timedelta(minutes=15)


@dataclass
class Outcome:
    """What a rotation did."""

    #: whether a new key came in; not where an earlier rotation was gone on with
    has_new_key: bool = False
    rewrapped: int = 0
    #: chains of the audit log that were carried over to its newest key
    linked: int = 0
    #: keys that are no longer in the ring
    dropped: int = 0
    #: per table, rows that no key in the ring opens
    unreadable: dict[str, int] = field(default_factory=dict)


#: hears of each batch: the table, how many of its rows are done, and of how many
Tell = Callable[[str, int, int], None]


def rotate(address: str, path: Path, *, tell: Tell = lambda *_: None) -> Outcome:
    """Bring a new key into the ring in `path` and wrap everything with it; goes on where an earlier rotation was interrupted.

    Whoever runs meanwhile reads the ring again by itself. Every key stays in the ring until `drop_old`.
    """
    with _alone(path):
        ring, outcome = key_ring(), Outcome()
        if len(ring.wrapping) == 1 or not _is_unfinished(address, ring):
            since = clock.machine_now().isoformat(timespec="seconds")
            wrapping = (Fernet.generate_key().decode(), *ring.wrapping)
            _write(path, replace(ring, wrapping=wrapping, since=since))
            outcome.has_new_key = True
        _rewrap(address, outcome, tell)
        _log(address, "keys.rotate")
    return outcome


def rotate_audit(address: str, path: Path, *, tell: Tell = lambda *_: None) -> Outcome:
    """Bring a new key for the audit log into the ring in `path` and carry every chain over; goes on where it was interrupted.

    Once the ring says that this is done, an older key seals no end of a chain any more. All of them stay, to check what
    they bound. Raises OSError where the ring cannot be written.
    """
    with _alone(path):
        ring, outcome = key_ring(), Outcome()
        if ring.audit_is_linked:
            _write(path, replace(ring, audit=(random_key(), *ring.audit), audit_is_linked=False))
            outcome.has_new_key = True
        _wait_for_writers(address)
        outcome.linked = link_chains(address, tell=tell)
        _write(path, replace(key_ring(), audit_is_linked=True))
        _log(address, "keys.rotate_audit")
    return outcome


def link_chains(address: str, *, trusted: Sequence[str] | None = None, tell: Tell = lambda *_: None) -> int:
    """Carry each chain of the audit log over to its newest key, where it is not yet; how many were. See `audit.link`."""
    with db.reading(address) as session:
        chains = audit.unlinked(session)
    linked = 0
    for done, chain in enumerate(chains, start=1):
        # One at a time: whoever holds two may wait for somebody who waits for the other.
        with db.writing(address) as session:
            linked += audit.link(session, chain, trusted=trusted)
        tell("audit_head", done, len(chains))
    return linked


def drop_old(address: str, path: Path, *, tell: Tell = lambda *_: None) -> Outcome:
    """Wrap what is left with the newest key, and take the older ones out of the ring.

    Raises KeysStillUsed while somebody who began before the newest key came in might still be writing with an older one.
    """
    with _alone(path):
        ring, outcome = key_ring(), Outcome()
        if len(ring.wrapping) > 1:
            usable = datetime.fromisoformat(ring.since) + SETTLES
            if clock.machine_now() < usable:
                raise KeysStillUsed(
                    f"the older keys can go {SETTLES.seconds // 60} minutes after the newest came in, "
                    f"from {usable.isoformat(timespec='seconds')}; nothing was changed"
                )
            _rewrap(address, outcome, tell)
            _write(path, replace(ring, wrapping=ring.wrapping[:1]))
            outcome.dropped = len(ring.wrapping) - 1
            _log(address, "keys.drop_old")
    return outcome


def wrapped_columns() -> list[tuple[Table, Column[Any]]]:
    """Every column that holds something wrapped with the key ring, in tables with an `id`."""
    return [
        (table, column)
        for table in Base.metadata.sorted_tables
        for column in table.columns
        if column.name == "wrapped_key" or column.info.get(WRAPPED)
    ]


def _is_unfinished(address: str, ring: KeyRing) -> bool:
    newest = Fernet(ring.wrapping[0])
    return any(
        not _opens(newest, token) and _opens_any(ring, token)
        for table, column in wrapped_columns()
        for batch in _batches(address, table, column)
        for _id, token in batch
    )


def _rewrap(address: str, outcome: Outcome, tell: Tell) -> None:
    ring = key_ring()
    newest = Fernet(ring.wrapping[0])
    for table, column in wrapped_columns():
        with db.reading(address) as session:
            of = session.scalar(select(func.count()).select_from(table)) or 0
        done = 0
        for batch in _batches(address, table, column):
            older = [(row_id, token) for row_id, token in batch if not _opens(newest, token)]
            readable = [(row_id, token) for row_id, token in older if _opens_any(ring, token)]
            if len(older) > len(readable):
                outcome.unreadable[table.name] = outcome.unreadable.get(table.name, 0) + len(older) - len(readable)
            if readable:
                outcome.rewrapped += _change(address, table, column=column, rows=readable)
            done += len(batch)
            tell(table.name, done, of)


def _change(address: str, table: Table, *, column: Column[Any], rows: list[tuple[uuid.UUID, bytes]]) -> int:
    wrapper, changed = key_ring().wrapper, 0
    with db.writing(address) as session:
        for row_id, token in rows:
            # Only where it is still what was read: a key that was destroyed meanwhile does not come back.
            row = (table.c.id == row_id) & (column == token)
            done = session.scalars(
                update(table).where(row).values({column: wrapper.rotate(token)}).returning(table.c.id)
            )
            changed += len(done.all())
    return changed


def _batches(address: str, table: Table, column: Column[Any]) -> Iterator[list[tuple[uuid.UUID, bytes]]]:
    """The rows in which there is something, in the order of their ids, each batch read when it is asked for."""
    rows = select(table.c.id, column).where(column.is_not(None), column != b"").order_by(table.c.id).limit(BATCH)
    last: uuid.UUID | None = None
    while True:
        with db.reading(address) as session:
            ahead = rows if last is None else rows.where(table.c.id > last)
            batch = [(row_id, bytes(token)) for row_id, token in session.execute(ahead)]
        if not batch:
            return
        yield batch
        last = batch[-1][0]


def _opens(key: Fernet, token: bytes) -> bool:
    try:
        key.decrypt(token)
    except InvalidToken:
        return False
    return True


def _opens_any(ring: KeyRing, token: bytes) -> bool:
    return any(_opens(Fernet(key), token) for key in ring.wrapping)


def _wait_for_writers(address: str) -> None:
    """Until nobody is left who holds the end of a chain and read the ring before: who comes later reads the new one."""
    with db.writing(address) as session:
        # On SQLite a transaction that writes waits for every other as it begins.
        if session.connection().dialect.name == "postgresql":
            session.execute(text("LOCK TABLE audit_head IN EXCLUSIVE MODE"))


def _write(path: Path, ring: KeyRing) -> None:
    write_privately(path, ring.as_json())
    use_key_ring(KeyRing.read(path))


def _log(address: str, subject: str) -> None:
    with db.writing(address) as session:
        audit.append(session, What.CHANGED_KEYS, by=Actor(), subject=subject)


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """One rotation of a ring at a time: a second waits, and then finds what the first has done."""
    beside = path.with_name(f"{path.name}.lock")
    handle = os.open(beside, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        use_key_ring(KeyRing.read(path))
        yield
    finally:
        os.close(handle)
