"""Tables taken out for a spreadsheet, as text with semicolons or as a workbook. No cell of either is taken for a formula."""

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import date

import xlsxwriter
from flask import Response, make_response

#: what a cell holds
Cell = str | date


def as_text(name: str, headings: Sequence[str], rows: Iterable[Sequence[Cell]]) -> Response:
    """The table as CSV named `name`.csv, as spreadsheets of these countries read it: semicolons, UTF-8 with its mark."""
    written = io.StringIO()
    table = csv.writer(written, delimiter=";", lineterminator="\r\n")
    table.writerow(headings)
    table.writerows([_plain(cell) for cell in row] for row in rows)
    return _sent(f"{name}.csv", "\ufeff" + written.getvalue(), mimetype="text/csv")


def as_workbook(name: str, headings: Sequence[str], rows: Iterable[Sequence[Cell]], *, title: str) -> Response:
    """The table as the one sheet, called `title`, of `name`.xlsx; written in memory, so that nothing of it is left on a disk."""
    written = io.BytesIO()
    with xlsxwriter.Workbook(written, {"in_memory": True, "default_date_format": "yyyy-mm-dd"}) as book:
        sheet = book.add_worksheet(title)
        sheet.write_row(0, 0, headings, book.add_format({"bold": True}))
        for number, row in enumerate(rows, start=1):
            for column, cell in enumerate(row):
                if isinstance(cell, date):
                    sheet.write_datetime(number, column, cell)
                else:
                    sheet.write_string(number, column, cell)
        sheet.freeze_panes(1, 0)
        sheet.autofit()
    workbook = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    return _sent(f"{name}.xlsx", written.getvalue(), mimetype=workbook)


def _sent(name: str, content: str | bytes, *, mimetype: str) -> Response:
    response = make_response(content)
    response.mimetype = mimetype
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _plain(cell: Cell) -> str:
    """A cell that no spreadsheet takes for a formula."""
    text = cell.isoformat() if isinstance(cell, date) else cell
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t") else text
