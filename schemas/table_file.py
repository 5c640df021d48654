"""Reading a table (CSV) as a school office saves it: its letters, what stands between its columns, and its lines by number."""

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from referrals.vocabulary import N_

OPEN_QUOTE: Final = N_("A quotation mark is opened in this line and not closed.")

#: a school year or a year, which stands over a table too
_YEAR: Final = re.compile(r"\b20\d\d(/\d\d|[/–-]20\d\d)?(?![\d./–-])")
#: what a day or a number of days is written with, as far as one can tell before it is read
_DAY: Final = re.compile(
    r"^\d|\d\d|\d\D+\d|\d\.?\s+(jan|feb|mar|apr|ma[jy]|jun|jul|aug|sep|o[kc]t|nov|dec)", re.IGNORECASE
)


@dataclass(frozen=True)
class Line:
    """One line of the file: its number from 1, its cells, and whether a quotation mark is left open in it."""

    number: int
    cells: list[str]
    is_open: bool


def text_of(content: bytes) -> str:
    """A spreadsheet on a Nordic Windows writes its own letters, everything else UTF-8."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", "replace")


def lines_of(text: str) -> Iterator[Line]:
    """The lines that hold anything, without those over the table in which no day stands; none where it is no table. Raises csv.Error."""
    separator = max(";,\t", key=text.count)
    if separator not in text or "\0" in text:
        return
    is_over_table = True
    for number, line in enumerate(io.StringIO(text, newline=None), 1):
        # each line by itself: a quotation mark left open must not swallow the next one
        reader = csv.reader(iter((line, "")), delimiter=separator)
        cells = [cell.strip() for cell in next(reader)]
        is_over_table = is_over_table and not any(_DAY.search(_YEAR.sub("", cell).strip()) for cell in cells)
        if any(cells) and not is_over_table:
            yield Line(number, cells, is_open=reader.line_num > 1)
