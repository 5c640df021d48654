"""The register: each thing that came in or went out gets one line with the next number, in the very same transaction."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, TypedDict, Unpack

from sqlalchemy import ColumnElement, and_, false, func, or_, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session, joinedload

from referrals import clock
from referrals.access import Actor, Role
from referrals.models import Document, Membership, Referral, RegisterEntry, RegisterYear, Unit
from referrals.people import coordinating, organisation
from referrals.safeguarding import access_list
from referrals.vocabulary import Counterpart, Direction, DocumentKind, Profession, Registered, ReporterKind, Standing

#: the source in the rule pack that makes what the team writes secret
SECRECY: Final = "secrecy"
#: who reads the register: those who answer for a unit's referrals, and the registrar, who sees nothing else of them
READERS: Final = (Role.COORDINATOR, Role.HEAD_TEACHER, Role.REGISTRAR)
_ANSWERS: Final = frozenset({Role.COORDINATOR, Role.HEAD_TEACHER})


class Details(TypedDict, total=False):
    """What else a line may say; a function is a profession or a kind of reporter, a name is sealed."""

    direction: Direction
    function: Profession | ReporterKind | None
    paper: DocumentKind | None
    dated_on: date | None
    name: str | None
    unit_id: uuid.UUID | None


@dataclass(frozen=True)
class Wanted:
    """What the register is narrowed to; `unit` is a unit's short name."""

    unit: str | None = None
    direction: Direction | None = None
    kind: Registered | None = None
    year: int | None = None

    @property
    def are_set(self) -> bool:
        """Whether anything is narrowed at all."""
        return self != Wanted()


@dataclass(frozen=True)
class Page:
    """One page of the register; `number` counts from 1."""

    rows: Sequence[RegisterEntry]
    total: int
    number: int
    pages: int


def enter(
    session: Session,
    kind: Registered,
    of: uuid.UUID,
    *,
    referral: Referral | None,
    counterpart: Counterpart,
    **details: Unpack[Details],
) -> RegisterEntry:
    """Enter the row `of`; received unless `details` say otherwise. What was entered already comes back as it is.

    The number is held until the transaction ends, so that none is left out: enter as one of the last things, after the
    history and the audit log, which everybody takes in that order.
    """
    there = entry_of(session, of)
    if there is not None:
        return there
    here = organisation.municipality(session)
    today = clock.today(here.timezone)
    entry = RegisterEntry(
        id=uuid.uuid4(),
        year=today.year,
        number=_next_number(session, today.year),
        entered_at=clock.now(),
        dated_on=details.get("dated_on") or today,
        direction=details.get("direction", Direction.RECEIVED),
        kind=kind,
        paper=details.get("paper"),
        counterpart=counterpart,
        function=details.get("function"),
        referral_id=referral.id if referral else None,
        unit_id=referral.unit_id if referral else details.get("unit_id"),
        object_id=of,
        secrecy=SECRECY,
    )
    entry.referral = referral
    if name := details.get("name"):
        entry.counterpart_name = name
    session.add(entry)
    session.flush()
    return entry


def entry_of(session: Session, of: uuid.UUID) -> RegisterEntry | None:
    """The line about the row `of`, unless it was struck."""
    found = select(RegisterEntry).where(RegisterEntry.object_id == of, RegisterEntry.struck_at.is_(None))
    return session.scalars(found).one_or_none()


def strike(session: Session, of: uuid.UUID) -> None:
    """Strike the line about the row `of`: its number stays, so that nothing looks left out. Again changes nothing."""
    entry = entry_of(session, of)
    if entry is not None:
        entry.struck_at = clock.now()
        session.flush()


def numbers_beside(session: Session, referral: Referral) -> dict[uuid.UUID, str]:
    """The register number of each row of this referral that has one, by the row's id."""
    rows = select(RegisterEntry).where(RegisterEntry.referral_id == referral.id, RegisterEntry.struck_at.is_(None))
    return {entry.object_id: entry.label for entry in session.scalars(rows)}


def entries_beside(session: Session, referral: Referral) -> list[RegisterEntry]:
    """The lines about one referral, in the order of their numbers."""
    rows = select(RegisterEntry).where(RegisterEntry.referral_id == referral.id, RegisterEntry.struck_at.is_(None))
    return list(session.scalars(rows.order_by(RegisterEntry.year, RegisterEntry.number)))


def listing(session: Session, actor: Actor, wanted: Wanted, *, number: int = 1, size: int = 50) -> Page:
    """Page `number` of what `actor` may read, newest first; past the end it is the last page."""
    narrowed = _narrowed(actor, wanted)
    counted = select(func.count()).select_from(RegisterEntry).outerjoin(RegisterEntry.referral).where(narrowed)
    total = session.scalar(counted) or 0
    pages = max(1, -(-total // size))
    current = min(max(1, number), pages)
    return Page(_rows(session, narrowed, most=size, after=(current - 1) * size), total, current, pages)


def everything(session: Session, actor: Actor, wanted: Wanted) -> Sequence[RegisterEntry]:
    """All lines under the filters, for taking them out."""
    return _rows(session, _narrowed(actor, wanted))


def stopped_among(session: Session, entries: Sequence[RegisterEntry]) -> set[uuid.UUID]:
    """The papers among `entries` that somebody kept from going out."""
    ids = [entry.object_id for entry in entries if entry.kind is Registered.PAPER]
    return set(session.scalars(select(Document.id).where(Document.id.in_(ids), Document.stopped_at.is_not(None))))


def units_of(session: Session, actor: Actor) -> list[Unit]:
    """The units `actor` may filter by, by name."""
    return list(session.scalars(select(Unit).where(Unit.id.in_(_units(actor, *READERS))).order_by(Unit.name)))


def years(session: Session) -> list[int]:
    """The years the register goes back to, the newest first."""
    return list(session.scalars(select(RegisterYear.year).order_by(RegisterYear.year.desc())))


def shown_unit(entry: RegisterEntry) -> str:
    """The unit by name; nothing where which school a child attends can be the secret itself."""
    hides = entry.referral is not None and entry.referral.protected_since is not None
    return "" if hides or entry.unit is None else entry.unit.name


def _next_number(session: Session, year: int) -> int:
    """The next number of `year`. One statement on either database: who comes second waits, and gets the one after."""
    is_sqlite = session.get_bind().dialect.name == "sqlite"
    make = sqlite.insert(RegisterYear) if is_sqlite else postgresql.insert(RegisterYear)
    first = make.values(year=year, last=1)
    moved = first.on_conflict_do_update(index_elements=["year"], set_={"last": RegisterYear.last + 1})
    return session.scalars(moved.returning(RegisterYear.last), execution_options={"populate_existing": True}).one()


def _rows(
    session: Session, condition: ColumnElement[bool], *, most: int | None = None, after: int = 0
) -> Sequence[RegisterEntry]:
    rows = (
        select(RegisterEntry)
        .outerjoin(RegisterEntry.referral)
        .where(condition)
        .options(joinedload(RegisterEntry.referral), joinedload(RegisterEntry.unit))
        .order_by(RegisterEntry.year.desc(), RegisterEntry.number.desc())
    )
    return session.scalars(rows.offset(after).limit(most)).all()


def _narrowed(actor: Actor, wanted: Wanted) -> ColumnElement[bool]:
    conditions = [_visible(actor)]
    if wanted.unit:
        # Narrowed to one school, the register would say which school a protected child attends.
        here = RegisterEntry.unit_id.in_(select(Unit.id).where(Unit.slug == wanted.unit))
        conditions.append(and_(here, Referral.protected_since.is_(None)))
    if wanted.direction:
        conditions.append(RegisterEntry.direction == wanted.direction)
    if wanted.kind:
        conditions += [RegisterEntry.kind == wanted.kind, RegisterEntry.struck_at.is_(None)]
    if wanted.year:
        conditions.append(RegisterEntry.year == wanted.year)
    return and_(*conditions)


def _visible(actor: Actor) -> ColumnElement[bool]:
    """Each reader the lines of their units, coordinators of their teams; what was entered of a protection report, only the registrar."""
    if actor.account_id is None:
        return false()
    kept_out = select(Membership.referral_id).where(
        Membership.account_id == actor.account_id, Membership.standing == Standing.SHUT_OUT
    )
    registers: ColumnElement[bool] = RegisterEntry.unit_id.in_(_units(actor, Role.REGISTRAR))
    if any(role is Role.REGISTRAR for role, _unit in actor.roles):
        registers = or_(registers, RegisterEntry.unit_id.is_(None))
    answers = and_(
        or_(
            and_(RegisterEntry.referral_id.is_(None), RegisterEntry.unit_id.in_(_units(actor, *_ANSWERS))),
            coordinating.looked_after_by(actor, _ANSWERS),
        ),
        RegisterEntry.kind != Registered.PROTECTION_REPORT,
        or_(RegisterEntry.referral_id.is_(None), Referral.handed_over_at.is_(None)),
    )
    is_open = or_(
        RegisterEntry.referral_id.is_(None),
        and_(RegisterEntry.referral_id.not_in(kept_out), access_list.lets_in(actor)),
    )
    return and_(or_(registers, answers), is_open)


def _units(actor: Actor, *roles: Role) -> set[Any]:
    return {unit_id for role, unit_id in actor.roles if role in roles and unit_id}
