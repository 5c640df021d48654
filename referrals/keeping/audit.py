"""The one door into the audit log: each event is a link of a keyed chain, so that nothing in it changes or goes unnoticed."""

import hashlib
import hmac
import json
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final, cast

from sqlalchemy import ColumnElement, Table, bindparam, func, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from referrals import clock
from referrals.access import Actor
from referrals.models.audit import GENERAL, AuditEvent, AuditHead, What
from referrals.sealing import KeyRing, key_ring
from referrals.stages import Party

#: in place of a head's seal, once a link was added to a chain that did not end as its head says; `verify` never overlooks it
BROKEN: Final = "broken"
#: subject of the event that carries a chain over to a newer key: itself the first under that key, which its ground names
LINK: Final = "audit.link"
#: subject of the event that says that all of it was put back from a copy: what the log told of the time between is gone with it
RESTORED: Final = "audit.restored"
#: the columns of an event that its mac covers, in this order
COLUMNS: Final = ("chain_id", "number", "at", "by_id", "by_party", "what", "subject", "object_id", "ground")
#: in `Session.info`: the chains this session has added a link to
_TOUCHED: Final = "audit_chains"

_EVENTS, _HEADS = cast("Table", AuditEvent.__table__), cast("Table", AuditHead.__table__)
#: written down once, since every page that is read needs all four
_HOLD: Final = (
    select(_HEADS.c.length, _HEADS.c.mac, _HEADS.c.seal)
    .where(_HEADS.c.chain_id == bindparam("chain"))
    .with_for_update()
)
_LAST: Final = select(func.max(_EVENTS.c.number)).where(_EVENTS.c.chain_id == bindparam("chain"))
_ADD: Final = insert(_EVENTS)
_MOVE: Final = update(_HEADS).where(_HEADS.c.chain_id == bindparam("chain"))


def append(
    session: Session,
    what: What,
    *,
    by: Actor,
    chain: uuid.UUID = GENERAL,
    party: Party | None = None,
    subject: str | None = None,
    object_id: uuid.UUID | None = None,
    ground: str | None = None,
) -> None:
    """Leave an event in the transaction of `session`; it stays if that is committed.

    Whoever else wants to add to the same chain waits for the end of the transaction: add to GENERAL as the last thing.
    """
    row = {
        "at": clock.machine_now(), "by_id": by.account_id or by.guardian_id, "by_party": party,
        "what": what, "subject": subject, "object_id": object_id, "ground": ground,
    }  # fmt: skip
    with session.no_autoflush:
        end = _take_end(session, chain, None)
        if not end.is_linked:
            _add_link(session, end)
        _add(session, end, row)
    session.info.setdefault(_TOUCHED, set()).add(chain)


def link(session: Session, chain: uuid.UUID, *, trusted: Sequence[str] | None = None) -> bool:
    """Carry a chain over to the newest key, where it is not yet; whether that had to be done.

    `trusted` are the keys whose seal its end may bear, those of a rotation that goes on where it is not given.
    """
    end = _take_end(session, chain, trusted)
    if not end.is_linked:
        _add_link(session, end)
    return not end.is_linked


def unlinked(session: Session) -> list[uuid.UUID]:
    """The chains that do not end under the newest key, in the order of their ids; those somebody touched among them."""
    key = key_ring().audit[0]
    heads = session.execute(select(AuditHead.chain_id, AuditHead.length, AuditHead.mac, AuditHead.seal))
    return sorted(
        chain for chain, length, mac, seal in heads if seal != seal_of(chain, length=length, mac=mac, key=key)
    )


def has_left_event(session: Session, chain: uuid.UUID) -> bool:
    """Whether something was added to this chain in `session`."""
    return chain in session.info.get(_TOUCHED, ())


def events_about(
    session: Session, referral_id: uuid.UUID, *, most: int, skip: int = 0, by_id: uuid.UUID | None = None
) -> Sequence[AuditEvent]:
    """The newest events about one referral, newest first, at most `most` after the first `skip`; those `by_id` left, if given."""
    newest = select(AuditEvent).where(*_about(referral_id, by_id)).order_by(AuditEvent.number.desc())
    return session.scalars(newest.offset(skip).limit(most)).all()


def count_about(session: Session, referral_id: uuid.UUID, *, by_id: uuid.UUID | None = None) -> int:
    """How many events there are about one referral; those `by_id` left, if given."""
    return session.scalar(select(func.count()).select_from(AuditEvent).where(*_about(referral_id, by_id))) or 0


def mac_of(event: Mapping[str, Any], *, after: str, key: str) -> str:
    """What binds `event`, by its columns, to the link before it, whose mac is `after` (empty for the first of a chain)."""
    row = [_plain(event[name]) for name in COLUMNS]
    return _keyed(key, "event", after, json.dumps(row, ensure_ascii=False, separators=(",", ":")))


def seal_of(chain: uuid.UUID, *, length: int, mac: str, key: str) -> str:
    """What only we can write beside the length and the end of a chain."""
    return _keyed(key, "head", str(chain), str(length), mac)


def name_of(key: str) -> str:
    """What tells one key from another and says nothing of it."""
    return _keyed(key, "name")[:16]


def _about(referral_id: uuid.UUID, by_id: uuid.UUID | None) -> list[ColumnElement[bool]]:
    own = [] if by_id is None else [AuditEvent.by_id == by_id]
    return [AuditEvent.chain_id == referral_id, *own]


@dataclass
class _End:
    """The end of a chain, held against everybody else, and the key under which it goes on."""

    chain: uuid.UUID
    length: int
    mac: str
    key: str
    #: whether it ends as its head says
    is_sound: bool
    #: whether the key has come in with an event of its own, or has been there from the first
    is_linked: bool


def _take_end(session: Session, chain: uuid.UUID, trusted: Sequence[str] | None) -> _End:
    found = session.execute(_HOLD, {"chain": chain}).one_or_none()
    if found is None:
        _begin(session, chain)
        found = session.execute(_HOLD, {"chain": chain}).one()
    length, mac, seal = found
    # Only now, while nobody else can move the end: who waited may find it under a key that came in meanwhile.
    ring = key_ring()
    newest = ring.audit[0]
    sealed_by = [key for key in trusted or ring.head_keys if seal == seal_of(chain, length=length, mac=mac, key=key)]
    # A second question and not a part of the first: after waiting for somebody else, PostgreSQL would answer it from before.
    last = session.scalar(_LAST, {"chain": chain}) or 0
    is_sound = last == length and bool(sealed_by)
    # An empty chain needs no carrying over. One that was touched has no seal to tell by: its events say so.
    is_linked = (newest in sealed_by or length == 0) if is_sound else _has_link(session, chain, ring)
    return _End(chain, max(last, length), mac, newest, is_sound, is_linked)


def _has_link(session: Session, chain: uuid.UUID, ring: KeyRing) -> bool:
    into_newest = (AuditEvent.subject == LINK) & (AuditEvent.ground == name_of(ring.audit[0]))
    found = select(AuditEvent.number).where(AuditEvent.chain_id == chain, into_newest).limit(1)
    return len(ring.audit) == 1 or session.scalar(found) is not None


def _add(session: Session, end: _End, row: Mapping[str, Any]) -> None:
    event = {"chain_id": end.chain, "number": end.length + 1, **row}
    end.length, end.mac = end.length + 1, mac_of(event, after=end.mac, key=end.key)
    seal = seal_of(end.chain, length=end.length, mac=end.mac, key=end.key) if end.is_sound else BROKEN
    session.execute(_ADD, event | {"mac": end.mac})
    session.execute(_MOVE, {"chain": end.chain, "length": end.length, "mac": end.mac, "seal": seal})


def _add_link(session: Session, end: _End) -> None:
    row = {
        "at": clock.machine_now(), "by_id": None, "by_party": Party.SYSTEM,
        "what": What.CHANGED_KEYS, "subject": LINK, "object_id": None, "ground": name_of(end.key),
    }  # fmt: skip
    _add(session, end, row)


def _begin(session: Session, chain: uuid.UUID) -> None:
    # Two may begin the same chain at once; the second waits for the first and then finds its head.
    seal = seal_of(chain, length=0, mac="", key=key_ring().audit[0])
    beginning = {"chain_id": chain, "length": 0, "mac": "", "seal": seal}
    is_sqlite = session.get_bind().dialect.name == "sqlite"
    make = sqlite.insert(AuditHead) if is_sqlite else postgresql.insert(AuditHead)
    session.execute(make.values(**beginning).on_conflict_do_nothing())


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    return str(value) if isinstance(value, uuid.UUID) else value


def _keyed(key: str, *words: str) -> str:
    return hmac.new(key.encode(), "\0".join(words).encode(), hashlib.sha256).hexdigest()
