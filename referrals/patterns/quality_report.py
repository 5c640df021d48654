"""The annual quality report: the two terms of a school year side by side, drawn and as tables, with nothing that the pages leave out."""

from typing import Any

from sqlalchemy.orm import Session

from referrals import clock, printing
from referrals.access import Actor
from referrals.patterns import equity, lead_times
from referrals.patterns.equity import Part, Patterns
from referrals.patterns.lead_times import Wait
from referrals.patterns.school_terms import SchoolTerm
from referrals.people import organisation


def school_years(session: Session) -> list[int]:
    """The years in which the school years began that are over, the newest first."""
    over = [term for term in lead_times.terms(session) if lead_times.is_over(session, term)]
    return [term.year - 1 for term in over if not term.is_autumn]


def paper(session: Session, begins: int, *, by: Actor, language: str) -> bytes | None:
    """The report as a PDF; None where so few came in that there is nothing to show. Raises NotAllowed.

    The year's sums are no number of it: with one term they would tell the other.
    """
    terms = (SchoolTerm(begins, is_autumn=True), SchoolTerm(begins + 1, is_autumn=False))
    found = [equity.of_term(session, term, by=by) for term in terms]
    if all(one.concerns is None for one in found):
        return None
    here = organisation.municipality(session)
    context = {
        "municipality": here.name, "unit": None, "forum": None, "reference": f"{begins}/{begins + 1}", "version": None,
        "recipient": None, "issued_at": clock.now().isoformat(), "zone": here.timezone, "begins": begins,
        "parts": _side_by_side(found), "tables": _by_place(found),
    }  # fmt: skip
    return printing.print_pdf(printing.extract_html(context, language=language, name="quality_report"))


def _side_by_side(found: list[Patterns]) -> list[dict[str, Any]]:
    """The whole municipality under each heading, autumn beside spring; without rows of which nothing is shown."""
    autumn, spring = (one.tables[0].parts for one in found)
    return [
        {
            "heading": before.heading.label,
            "rows": [
                {"label": row.label, "cells": [_cell(row.cells[0]), _cell(after_row.cells[0])]}
                for row, after_row in zip(before.rows, after.rows, strict=True)
                if (row.cells[0], after_row.cells[0]) != (None, None)
            ],
        }
        for before, after in zip(autumn, spring, strict=True)
    ]


def _by_place(found: list[Patterns]) -> list[dict[str, Any]]:
    """Each term with its areas and schools; tables of which nothing is shown are left out."""
    return [
        {
            "is_autumn": one.term.is_autumn, "year": one.term.year, "name": table.name, "columns": list(table.columns),
            "parts": [{"heading": part.heading.label, "rows": rows} for part in table.parts if (rows := _rows(part))],
        }
        for one in found
        for table in one.tables
        if any(_rows(part) for part in table.parts)
    ]  # fmt: skip


def _rows(part: Part) -> list[dict[str, Any]]:
    return [{"label": row.label, "cells": [_cell(cell) for cell in row.cells]} for row in part.rows if row.is_shown]


def _cell(cell: int | Wait | None) -> int | dict[str, int | None] | None:
    return {"half": cell.half, "most": cell.most} if isinstance(cell, Wait) else cell
