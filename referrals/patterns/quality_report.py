"""The annual quality report: the two terms of a school year side by side, drawn and as tables, with nothing that the pages leave out.

It is issued once, when both terms are counted, and kept as bytes with its checksum.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from referrals import clock
from referrals.access import SYSTEM, Actor
from referrals.errors import NotAllowed
from referrals.keeping import audit
from referrals.models import Municipality, QualityReport, What
from referrals.patterns import kept
from referrals.patterns.figures import LABELS, Heading, Row, Wait
from referrals.patterns.kept import READERS, Cell, Patterns
from referrals.patterns.school_terms import SchoolTerm
from referrals.people import organisation
from referrals.stages import Party

#: the name of its template
TEMPLATE: Final = "quality_report"


@dataclass(frozen=True)
class Draft:
    """A report that is to be issued: of the school year that began in that year, and what it says as plain data."""

    begins: int
    language: str
    issued_at: datetime
    context: dict[str, Any]


def school_years(session: Session) -> list[int]:
    """The years in which the school years began that are counted, the newest first."""
    waits = kept.due(session)
    return [
        term.year - 1
        for term in kept.counted(session)
        if not term.is_autumn and SchoolTerm(term.year - 1, is_autumn=True) not in waits
    ]


def issued(session: Session, *, by: Actor) -> dict[int, QualityReport | None]:
    """By the year in which its school year began, the newest first, each report; None where so few came in that there is nothing to report.

    One that is still to be printed is not among them. Raises NotAllowed.
    """
    if not any(role in READERS for role, _unit in by.roles):
        raise NotAllowed("quality report")
    there = {one.begins: one for one in session.scalars(select(QualityReport))}
    years = school_years(session)
    return {begins: there.get(begins) for begins in years if begins in there or is_empty(session, begins)}


def to_issue(session: Session) -> list[Draft]:
    """The reports of school years that are counted and have none yet."""
    there = set(session.scalars(select(QualityReport.begins)))
    return [
        _draft(session, begins)
        for begins in school_years(session)
        if begins not in there and not is_empty(session, begins)
    ]


def keep(session: Session, draft: Draft, content: bytes) -> bool:
    """Keep the report that was printed; False, and nothing is changed, where another one was kept meanwhile."""
    session.scalars(select(Municipality).with_for_update()).one()
    if session.scalars(select(QualityReport.id).where(QualityReport.begins == draft.begins)).one_or_none() is not None:
        return False
    report = QualityReport(begins=draft.begins, language=draft.language, issued_at=draft.issued_at, content=content)
    session.add(report)
    session.flush()
    audit.append(
        session, What.ISSUED_PAPER, by=SYSTEM, party=Party.SYSTEM, subject=f"patterns.{TEMPLATE}", object_id=report.id
    )
    return True


def is_empty(session: Session, begins: int) -> bool:
    """Whether nothing of either term of a school year is told."""
    return all(one.concerns is None for one in _found(session, begins))


def _found(session: Session, begins: int) -> list[Patterns]:
    terms = (SchoolTerm(begins, is_autumn=True), SchoolTerm(begins + 1, is_autumn=False))
    return [kept.told_of(session, term) for term in terms]


def _draft(session: Session, begins: int) -> Draft:
    """The year's sums are no number of it: with one term they would tell the other."""
    here, now, found = organisation.municipality(session), clock.now(), _found(session, begins)
    context = {
        "municipality": here.name, "unit": None, "forum": None, "reference": f"{begins}/{begins + 1}", "version": None,
        "recipient": None, "issued_at": now.isoformat(), "zone": here.timezone, "begins": begins,
        "parts": _side_by_side(found), "tables": _by_place(found),
    }  # fmt: skip
    return Draft(begins, here.language, now, context)


def _side_by_side(found: list[Patterns]) -> list[dict[str, Any]]:
    """The whole municipality under each heading, autumn beside spring; without rows of which nothing is shown."""
    return [
        {
            "heading": heading.label,
            "rows": [
                {"label": label, "cells": cells}
                for what, label in LABELS[heading].items()
                if (cells := [_cell(_whole(one, heading, what)) for one in found]) != [None, None]
            ],
        }
        for heading in Heading
    ]


def _whole(found: Patterns, heading: Heading, what: str) -> Cell:
    """A figure of the whole municipality; nothing is shown of a term before the first concern."""
    return found.tables[0].cells(heading, what)[0] if found.tables else None


def _by_place(found: list[Patterns]) -> list[dict[str, Any]]:
    """Each term with its areas and schools; tables of which nothing is shown are left out."""
    return [
        {
            "is_autumn": one.term.is_autumn, "year": one.term.year, "name": table.name, "columns": list(table.columns),
            "parts": [
                {"heading": heading.label, "rows": rows} for heading in Heading if (rows := _rows(table.under(heading)))
            ],
        }
        for one in found
        for table in one.tables
        if any(row.is_shown for row in table.rows)
    ]  # fmt: skip


def _rows(rows: list[Row]) -> list[dict[str, Any]]:
    return [{"label": row.label, "cells": [_cell(cell) for cell in row.cells]} for row in rows if row.is_shown]


def _cell(cell: Cell) -> int | dict[str, int | None] | None:
    return {"half": cell.half, "most": cell.most} if isinstance(cell, Wait) else cell
