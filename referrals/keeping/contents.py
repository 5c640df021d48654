"""Which tables hold which kind of content, and how a kind is taken out of a referral while the record of its process stays."""

import hashlib
from collections.abc import Collection, Iterable
from typing import Any, Final

from sqlalchemy import ColumnElement, Table, delete, func, or_, select, update
from sqlalchemy.orm import Session

from referrals.models import Base, Document, Referral, UpwardOrigin
from referrals.models.content_key import TABLES
from referrals.sealing import Sealed
from referrals.vocabulary import ContentKind

#: reasons of decisions, and who stands in which list: the record of the process, readable as long as the referral has its key
OF_THE_PROCESS: Final = frozenset(
    {"history", "legal_hold", "access_list", "log_sample_visit", "register_entry", "reading_request", "reading_answer"}
)
#: tables of which the whole row goes, since nothing of it is worth keeping without its content
_WHOLE: Final = frozenset({"document_content", "attachment_content"})


def sealed_names(table: str) -> list[str]:
    """The sealed columns of a table, in the order of the alphabet."""
    mapped = _model(table)
    return sorted(name for name in dir(mapped) if isinstance(getattr(mapped, name), Sealed))


def take_out(session: Session, referral: Referral, kinds: Iterable[ContentKind]) -> dict[str, Any]:
    """Take the content of `kinds` out of `referral`; gives the receipt: rows for each table, the checksum of each paper."""
    kinds = set(kinds)
    receipt: dict[str, Any] = {
        "rows": {},
        "papers": checksums(session, referral) if ContentKind.PAPERS in kinds else {},
    }
    for kind in TABLES:
        for name in TABLES[kind] if kind in kinds else ():
            receipt["rows"][name] = _empty(session, Base.metadata.tables[name], referral)
    if ContentKind.MEETINGS in kinds:  # what was asked upward is about nobody as soon as nothing leads here
        session.execute(delete(UpwardOrigin).where(UpwardOrigin.referral_id == referral.id))
    if ContentKind.CHILD in kinds:
        referral.child_name_index = referral.hidden_name_index = None
    session.flush()
    session.expire_all()
    return receipt


def count(session: Session, referral: Referral, kinds: Iterable[ContentKind]) -> int:
    """How many rows hold content of `kinds`, or held it before."""
    tables = [Base.metadata.tables[name] for kind in kinds for name in TABLES[kind]]
    return sum(_count(session, table, referral) for table in tables)


def there(session: Session, referral: Referral, kinds: Collection[ContentKind]) -> set[ContentKind]:
    """Those of `kinds` of which anything is left: a sealed value, or a paper or file."""
    if not kinds:
        return set()
    asked = [
        or_(*(_holds_some(Base.metadata.tables[name], referral) for name in TABLES[kind])).label(kind.value)
        for kind in kinds
    ]
    answers = session.execute(select(*asked)).mappings().one()
    return {kind for kind in kinds if answers[kind.value]}


def checksums(session: Session, referral: Referral) -> dict[str, str]:
    """The checksum of each paper that was issued, by its id."""
    rows = select(Document.id, Document.checksum).where(Document.referral_id == referral.id).order_by(Document.id)
    return {str(row.id): row.checksum for row in session.execute(rows)}


def texts(session: Session, referral: Referral, kinds: Iterable[ContentKind]) -> dict[str, list[dict[str, Any]]]:
    """Every sealed value of `kinds` in clear, by table and row: for the archive's copy."""
    found: dict[str, list[dict[str, Any]]] = {}
    for kind in kinds:
        for table in TABLES[kind]:
            if table in _WHOLE:
                continue
            mapped = _model(table)
            key = mapped.id if table == "referral" else mapped.referral_id
            rows = session.scalars(select(mapped).where(key == referral.id).order_by(mapped.id))
            found[table] = [
                {"id": str(row.id)} | {name: getattr(row, name) for name in sealed_names(table)} for row in rows
            ]
    return found


def rows_of(table: Table, referral: Referral) -> ColumnElement[bool]:
    """Which rows of a table hold content of `referral`."""
    mine: ColumnElement[bool] = (table.c.id if table.name == "referral" else table.c.referral_id) == referral.id
    return mine


def digest(content: bytes) -> str:
    """SHA-256 in hexadecimal, as papers carry it."""
    return hashlib.sha256(content).hexdigest()


def _model(table: str) -> Any:
    (mapped,) = [mapper.class_ for mapper in Base.registry.mappers if mapper.class_.__tablename__ == table]
    return mapped


def _empty(session: Session, table: Table, referral: Referral) -> int:
    mine, count = rows_of(table, referral), _count(session, table, referral)
    if table.name in _WHOLE:
        session.execute(delete(table).where(mine))
    else:
        session.execute(update(table).where(mine).values(dict.fromkeys(sealed_names(table.name))))
    return count


def _holds_some(table: Table, referral: Referral) -> ColumnElement[bool]:
    mine = rows_of(table, referral)
    if table.name not in _WHOLE:
        mine &= or_(*(table.c[name].is_not(None) for name in sealed_names(table.name)))
    return select(table.c.id).where(mine).exists()


def _count(session: Session, table: Table, referral: Referral) -> int:
    return session.scalar(select(func.count()).select_from(table).where(rows_of(table, referral))) or 0
