"""Reading a table (CSV) as a school office saves it: its letters, what stands between its columns, and its lines by number."""

import csv
import io
from collections.abc import Iterator


def text_of(content: bytes) -> str:
    """A spreadsheet on a Nordic Windows writes its own letters, everything else UTF-8."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", "replace")


def lines_of(text: str) -> Iterator[tuple[int, list[str]]]:
    """The lines that hold anything, each with its number from 1; none where it is no table. Raises csv.Error."""
    separator = max(";,\t", key=text.count)
    if separator not in text or "\0" in text:
        return
    for number, row in enumerate(csv.reader(io.StringIO(text), delimiter=separator), 1):
        cells = [cell.strip() for cell in row]
        if any(cells):
            yield number, cells
