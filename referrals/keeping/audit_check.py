"""Checking the audit log: walks every chain, link by link, and says where something was changed, taken out, added or moved."""

import json
import uuid
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

from sqlalchemy import ColumnElement, Row, String, func, select, type_coerce
from sqlalchemy.orm import Session

from referrals.errors import AuditBroken
from referrals.keeping.audit import COLUMNS, LINK, mac_of, name_of, seal_of
from referrals.models import AuditEvent, AuditHead, History
from referrals.models.audit import What
from referrals.sealing import key_ring, write_privately

#: links read at a time, so that a long chain is never in memory as a whole
BATCH: Final = 1000
#: places named in one chain; where so many are wrong, more of them say nothing new
MOST_NAMED: Final = 20


class Fault(StrEnum):
    """What can be wrong with a chain."""

    #: the row, or the one before it, is not as it was written; or rows changed places
    CHANGED = "changed"
    #: one or more rows are gone from the middle
    MISSING = "missing"
    #: rows are gone from the end
    CUT_OFF = "cut_off"
    #: a row stands behind the end of the chain
    ADDED = "added"
    #: the row that says how long the chain is was changed or taken out
    HEAD = "head"
    #: a row holds what no event can hold
    UNREADABLE = "unreadable"
    #: the history says that something happened, and the log does not
    NOT_LOGGED = "not_logged"
    #: the chain is not the one an earlier check saw
    NOT_AS_WITNESSED = "not_as_witnessed"


@dataclass(frozen=True)
class Finding:
    """One place that is not in order."""

    chain_id: uuid.UUID
    #: the number of the link; of the history row for NOT_LOGGED
    number: int
    fault: Fault


@dataclass
class Report:
    """What a check found."""

    chains: int = 0
    events: int = 0
    findings: list[Finding] = field(default_factory=list)
    #: how each chain ends: its length and last mac
    ends: dict[uuid.UUID, tuple[int, str]] = field(default_factory=dict)

    @property
    def is_sound(self) -> bool:
        """Whether everything is as it was written."""
        return not self.findings


def verify(
    session: Session,
    *,
    witnessed: dict[uuid.UUID, tuple[int, str]] | None = None,
    tell: Callable[[int, int], None] = lambda _done, _of: None,
) -> Report:
    """Walk every chain. `tell` hears how many of how many links are done; `witnessed` is what an earlier check saw.

    Events that come in meanwhile do no harm: a chain's last links and its head are read in one statement.
    """
    report = Report()
    total = session.scalar(select(func.count()).select_from(AuditEvent)) or 0
    chains = set(session.scalars(select(AuditHead.chain_id))) | set(
        session.scalars(select(AuditEvent.chain_id).distinct())
    )
    for chain in sorted(chains | set(witnessed or ())):
        report.chains += 1
        walk = _Walk(session, chain, (witnessed or {}).get(chain))
        for done in walk.steps():
            report.events += done
            tell(report.events, total)
        report.findings += walk.findings[:MOST_NAMED]
        report.ends[chain] = (walk.number, walk.mac)
    report.findings += _not_logged(session)
    return report


@dataclass
class _Walk:
    """The way along one chain."""

    session: Session
    chain: uuid.UUID
    witnessed: tuple[int, str] | None
    number: int = 0
    mac: str = ""
    #: what the links are bound with here; not known before the first. A newer one comes in by its own event, and none goes back
    key: str | None = None
    findings: list[Finding] = field(default_factory=list)

    def steps(self) -> Iterator[int]:
        """Go along the chain; gives how many links each batch had."""
        while True:
            heads_before = key_ring().head_keys
            try:
                rows, head = self._read()
            except (ValueError, LookupError, TypeError):
                self._find(Fault.UNREADABLE, self.number + 1)
                return
            # Read again after the rows: their keys are in it, also those of a rotation that began meanwhile.
            ring = key_ring()
            for row in rows:
                self._check(row, ring.audit)
            yield len(rows)
            if len(rows) < BATCH:
                self._check_end(head, {*heads_before, *ring.head_keys})
                return

    def _read(self) -> tuple[list[Row[Any]], tuple[int, str, str] | None]:
        """The next links, and the head as it stood in the very same moment."""
        ahead = (AuditEvent.chain_id == self.chain) & (AuditEvent.number > self.number)
        head = self.session.execute(
            select(AuditHead.length.label("length"), AuditHead.mac.label("end"), AuditHead.seal, *_columns())
            .join(AuditEvent, ahead, isouter=True)
            .where(AuditHead.chain_id == self.chain)
            .order_by(AuditEvent.number)
            .limit(BATCH)
        ).all()
        if not head:
            return list(
                self.session.execute(select(*_columns()).where(ahead).order_by(AuditEvent.number).limit(BATCH))
            ), None
        first = head[0]
        return [row for row in head if row.number is not None], (first.length, first.end, first.seal)

    def _check(self, row: Row[Any], keys: Sequence[str]) -> None:
        self._take_newer_key(row, keys)
        if row.number != self.number + 1:
            self._find(Fault.MISSING, self.number + 1)
        elif not self._is_bound(row, keys):
            self._find(Fault.CHANGED, row.number)
        self.number, self.mac = row.number, row.mac
        if self.witnessed and row.number == self.witnessed[0] and row.mac != self.witnessed[1]:
            self._find(Fault.NOT_AS_WITNESSED, row.number)

    def _take_newer_key(self, row: Row[Any], keys: Sequence[str]) -> None:
        # What a row claims is taken before it is checked: it must then be bound with that very key.
        newer = keys[: keys.index(self.key)] if self.key else keys
        if (row.what, row.subject) == (What.CHANGED_KEYS.value, LINK):
            self.key = next((key for key in newer if name_of(key) == row.ground), self.key)

    def _is_bound(self, row: Row[Any], keys: Sequence[str]) -> bool:
        event = row._asdict()
        for key in [self.key] if self.key else keys:
            if mac_of(event, after=self.mac, key=key) == row.mac:
                self.key = key
                return True
        return False

    def _check_end(self, head: tuple[int, str, str] | None, keys: Collection[str]) -> None:
        if self.witnessed and self.number < self.witnessed[0]:
            self._find(Fault.NOT_AS_WITNESSED, self.number + 1)
        if head is None:
            self._find(Fault.HEAD, self.number)
            return
        length, mac, seal = head
        if seal not in {seal_of(self.chain, length=length, mac=mac, key=key) for key in keys}:
            self._find(Fault.HEAD, length)
        elif self.number < length:
            self._find(Fault.CUT_OFF, self.number + 1)
        elif self.number > length:
            self._find(Fault.ADDED, length + 1)
        elif mac != self.mac:
            self._find(Fault.CHANGED, length)

    def _find(self, fault: Fault, number: int) -> None:
        self.findings.append(Finding(self.chain, number, fault))


def _columns() -> list[ColumnElement[Any]]:
    # Words are taken as they stand: one that is in no list of ours must be found, not stumbled over.
    words = ("by_party", "what")
    return [
        type_coerce(column, String).label(name) if name in words else column
        for name, column in ((name, getattr(AuditEvent, name)) for name in (*COLUMNS, "mac"))
    ]


def _not_logged(session: Session) -> list[Finding]:
    """What the history tells and the log does not, since the log began: whole chains that are gone show here."""
    began = session.scalar(select(func.min(AuditEvent.at)))
    if began is None:
        return []
    about_it = (
        (AuditEvent.chain_id == History.referral_id)
        & (AuditEvent.object_id == History.id)
        & (type_coerce(AuditEvent.what, String) == What.DID.value)
    )
    rows = session.execute(
        select(History.referral_id, History.number)
        .where(History.written_at > began, ~select(AuditEvent.number).where(about_it).exists())
        .order_by(History.referral_id, History.number)
        .limit(MOST_NAMED)
    )
    return [Finding(referral_id, number, Fault.NOT_LOGGED) for referral_id, number in rows]


def read_witness(path: Path) -> dict[uuid.UUID, tuple[int, str]]:
    """How each chain ended when it was checked before; empty where there is no such file yet. Raises AuditBroken."""
    if not path.exists():
        return {}
    try:
        ends = json.loads(path.read_text(encoding="ascii"))
        return {uuid.UUID(chain): (int(length), str(mac)) for chain, (length, mac) in ends.items()}
    except (ValueError, TypeError, AttributeError):
        raise AuditBroken(f"{path} is not what an earlier check wrote") from None


def write_witness(path: Path, report: Report) -> None:
    """Keep how each chain ends, for the next check. It belongs on another machine than the database."""
    ends = {str(chain): list(end) for chain, end in report.ends.items()}
    write_privately(path, json.dumps(ends, indent=1))
