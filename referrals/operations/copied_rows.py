"""How any row stands in a copy: as a line that is the same from both kinds of database, counted into a checksum."""

import base64
import hashlib
import json
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

import sqlalchemy as sa

from referrals.models import Base
from referrals.models.base import Instant
from referrals.operations.key_rotation import wrapped_columns

#: how columns are read and written, by what the file calls them; a column that fits several is the first of them
KINDS: Final[dict[str, Any]] = {
    "bytes": sa.LargeBinary(),
    "uuid": sa.Uuid(),
    "instant": Instant(),
    "date": sa.Date(),
    "json": sa.JSON(none_as_null=True),
    "boolean": sa.Boolean(), "integer": sa.Integer(), "text": sa.String(),
}  # fmt: skip
_ENCODE: Final[dict[str, Callable[[Any], Any]]] = {
    "bytes": lambda value: base64.b64encode(value).decode(),
    "uuid": lambda value: value.hex,
    "instant": lambda value: value.isoformat(),
    "date": lambda value: value.isoformat(),
}
_DECODE: Final[dict[str, Callable[[Any], Any]]] = {
    "bytes": base64.b64decode,
    "uuid": uuid.UUID,
    "instant": datetime.fromisoformat,
    "date": date.fromisoformat,
}


@dataclass
class Count:
    """How many rows of a table there are, and a checksum over all of them that does not depend on their order."""

    rows: int = 0
    total: int = 0
    keys: int = 0

    def add(self, line: str) -> None:
        """Count one row in."""
        self.rows += 1
        self.total = (self.total + int.from_bytes(hashlib.sha256(line.encode()).digest())) % 2**256

    @property
    def checksum(self) -> str:
        """The checksum, shortened to what a person compares."""
        return f"{self.total:064x}"[:16]


@dataclass(frozen=True)
class Shape:
    """A table as a file describes it, whatever the models say by now."""

    name: str
    columns: tuple[tuple[str, str], ...]
    #: the columns whose content is wrapped with the key ring, and stands with the keys
    wrapped: tuple[str, ...]

    @property
    def table(self) -> sa.TableClause:
        """The table itself, as far as it is copied."""
        return sa.table(self.name, *(sa.column(name, KINDS[kind]) for name, kind in self.columns))

    def plain(self, row: Any) -> str:
        """The row as a line, without what is wrapped: a rotation of the keys changes nothing of it."""
        values = [
            None if value is None or name in self.wrapped else _ENCODE.get(kind, _same)(value)
            for (name, kind), value in zip(self.columns, row, strict=True)
        ]
        return json.dumps(values, ensure_ascii=False, separators=(",", ":"), sort_keys=True)

    def values(self, line: list[Any]) -> dict[str, Any]:
        """The line of a row as it is inserted."""
        return {
            name: None if value is None else _DECODE.get(kind, _same)(value)
            for (name, kind), value in zip(self.columns, line, strict=True)
        }


def shapes() -> Iterator[Shape]:
    """Every table, those that others point at first."""
    wrapped = [(table.name, column.name) for table, column in wrapped_columns()]
    for table in Base.metadata.sorted_tables:
        columns = tuple((column.name, kind_of(column)) for column in table.columns)
        yield Shape(table.name, columns, tuple(column for name, column in wrapped if name == table.name))


def kind_of(column: sa.Column[Any]) -> str:
    """What the file calls the kind of a column: the first that fits it."""
    return next(name for name, kind in KINDS.items() if isinstance(column.type, type(kind)))


def _same(value: Any) -> Any:
    return value
