"""The one door into the audit log: each event is a link of a keyed chain, so that nothing in it changes or goes unnoticed."""

import hashlib
import hmac
import json
import uuid
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final, cast

from sqlalchemy import ColumnElement, Table, bindparam, func, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from referrals import clock
from referrals.access import Actor
from referrals.models.audit import GENERAL, AuditEvent, AuditHead, What
from referrals.sealing import key_ring
from referrals.stages import Party

#: in place of a head's seal, once a link was added to a chain that did not end as its head says; `verify` never overlooks it
BROKEN: Final = "broken"
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
    with session.no_autoflush:
        length, mac, is_sound = _take_head(session, chain)
        event = {
            "chain_id": chain, "number": length + 1, "at": clock.machine_now(), "by_id": by.account_id or by.guardian_id, "by_party": party,
            "what": what, "subject": subject, "object_id": object_id, "ground": ground,
        }  # fmt: skip
        mac = mac_of(event, after=mac)
        seal = seal_of(chain, length=length + 1, mac=mac) if is_sound else BROKEN
        session.execute(_ADD, event | {"mac": mac})
        session.execute(_MOVE, {"chain": chain, "length": length + 1, "mac": mac, "seal": seal})
    session.info.setdefault(_TOUCHED, set()).add(chain)


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


def mac_of(event: Mapping[str, Any], *, after: str) -> str:
    """What binds `event`, by its columns, to the link before it, whose mac is `after` (empty for the first of a chain)."""
    row = [_plain(event[name]) for name in COLUMNS]
    return _keyed("event", after, json.dumps(row, ensure_ascii=False, separators=(",", ":")))


def seal_of(chain: uuid.UUID, *, length: int, mac: str) -> str:
    """What only we can write beside the length and the end of a chain."""
    return _keyed("head", str(chain), str(length), mac)


def _about(referral_id: uuid.UUID, by_id: uuid.UUID | None) -> list[ColumnElement[bool]]:
    own = [] if by_id is None else [AuditEvent.by_id == by_id]
    return [AuditEvent.chain_id == referral_id, *own]


def _take_head(session: Session, chain: uuid.UUID) -> tuple[int, str, bool]:
    """Hold the end of a chain against everybody else: its length, its last mac, and whether it ends as it should."""
    found = session.execute(_HOLD, {"chain": chain}).one_or_none()
    if found is None:
        _begin(session, chain)
        found = session.execute(_HOLD, {"chain": chain}).one()
    length, mac, seal = found
    # A second question and not a part of the first: after waiting for somebody else, PostgreSQL would answer it from before.
    last = session.scalar(_LAST, {"chain": chain}) or 0
    is_sound = last == length and seal == seal_of(chain, length=length, mac=mac)
    return max(last, length), mac, is_sound


def _begin(session: Session, chain: uuid.UUID) -> None:
    # Two may begin the same chain at once; the second waits for the first and then finds its head.
    beginning = {"chain_id": chain, "length": 0, "mac": "", "seal": seal_of(chain, length=0, mac="")}
    is_sqlite = session.get_bind().dialect.name == "sqlite"
    make = sqlite.insert(AuditHead) if is_sqlite else postgresql.insert(AuditHead)
    session.execute(make.values(**beginning).on_conflict_do_nothing())


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    return str(value) if isinstance(value, uuid.UUID) else value


def _keyed(*words: str) -> str:
    return hmac.new(key_ring().audit.encode(), "\0".join(words).encode(), hashlib.sha256).hexdigest()
