"""Reading unlawful absence from a table (CSV): one pupil a line with name, birth date, class and days in the quarter."""

import csv
import unicodedata
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from marshmallow import ValidationError

from referrals.vocabulary import N_
from schemas import table_file
from schemas.absence import PupilAbsenceForm
from schemas.closed_days_file import EMPTY, FileUnreadable

#: more pupils with unlawful absence than this no school has, and no page shows
MOST: Final = 500
LARGEST: Final = 1_000_000
COLUMNS: Final = ("name", "birth_date", "class_name", "days")

NOT_READ: Final = N_("This is no table (CSV) with name, birth date, class and days in each line. Nothing was changed.")
TOO_MUCH: Final = N_("There is too much in this file: at most 500 lines or 1 MB. Nothing was changed.")
TOO_FEW: Final = N_("It needs four columns: name, birth date, class and days.")
TWICE: Final = N_("The same pupil stands in an earlier line.")
TOO_MANY_DAYS: Final = N_("The quarter has fewer school days than that.")


@dataclass(frozen=True)
class Read:
    """One line that can be taken; `number` is its place in the file."""

    number: int
    name: str
    birth_date: date
    class_name: str
    days: float


@dataclass(frozen=True)
class Broken:
    """One line that cannot: what stands in it, and each thing that is wrong with it (a sentence)."""

    number: int
    stands: str
    why: tuple[str, ...]


@dataclass
class Found:
    """What a file holds, in its own order."""

    read: list[Read] = field(default_factory=list)
    broken: list[Broken] = field(default_factory=list)


def read(content: bytes, *, most_days: int) -> Found:
    """What the file holds; a quarter has `most_days`. Raises FileUnreadable where it is no such table."""
    if not content:
        raise FileUnreadable(EMPTY)
    if len(content) > LARGEST:
        raise FileUnreadable(TOO_MUCH)
    try:
        lines = list(table_file.lines_of(table_file.text_of(content)))
    except csv.Error:
        raise FileUnreadable(NOT_READ) from None
    if not lines:
        raise FileUnreadable(NOT_READ)
    if len(lines) > MOST:
        raise FileUnreadable(TOO_MUCH)
    found = Found()
    for line in lines:
        _take(found, line, most_days=most_days)
    return found


def _take(found: Found, line: table_file.Line, *, most_days: int) -> None:
    values, why = _checked(line)
    if not why:
        if values["days"] > most_days:
            why = (TOO_MANY_DAYS,)
        elif _key(values["name"], values["birth_date"]) in {_key(one.name, one.birth_date) for one in found.read}:
            why = (TWICE,)
    if why:
        found.broken.append(Broken(line.number, " · ".join(filter(None, line.cells)), why))
    else:
        found.read.append(Read(line.number, **values))


def _key(name: str, birth_date: date) -> tuple[str, date]:
    """What tells pupils apart: neither capitals nor blanks do, as where they are recorded."""
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split()), birth_date


def _checked(line: table_file.Line) -> tuple[dict[str, Any], tuple[str, ...]]:
    if line.is_open:
        return {}, (table_file.OPEN_QUOTE,)
    if len(line.cells) < len(COLUMNS):
        return {}, (TOO_FEW,)
    given = {name: cell for name, cell in zip(COLUMNS, line.cells, strict=False) if cell}
    try:
        return PupilAbsenceForm().load(given), ()
    except ValidationError as refused:
        messages = refused.messages_dict
        return {}, tuple(messages[name][0] for name in COLUMNS if name in messages)
