"""What a municipality is told about its data: every table there is, sealed where it is, kept as the plan keeps it."""

import re
from pathlib import Path

import sqlalchemy

from referrals.keeping.contents import TABLES
from referrals.models import Base
from referrals.sealing import Sealed

PAGE = Path(__file__).parents[2] / "docs" / "data-protection.md"
#: columns that hold ciphertext made elsewhere
_CIPHERTEXTS = {"sealed", "fields", "wrapped_key"}


def rows() -> list[tuple[list[str], str, str]]:
    """The tables, whether they are sealed, and how long they stay, for each line of the page's table."""
    lines = [line.strip("| \n").split(" | ") for line in PAGE.read_text(encoding="utf-8").splitlines()]
    return [(re.findall(r"`(\w+)`", line[0]), line[2], line[3]) for line in lines if line[0].startswith("`")]


def is_sealed(table: str) -> bool:
    kinds = [mapper.class_ for mapper in Base.registry.mappers if mapper.local_table.name == table]  # type: ignore[attr-defined]
    own = any(isinstance(getattr(kind, name, None), Sealed) for kind in kinds for name in dir(kind))
    return own or bool(_CIPHERTEXTS & set(Base.metadata.tables[table].columns.keys()))


def test_every_table_stands_there_once() -> None:
    written = [table for tables, _sealed, _stays in rows() for table in tables]
    assert sorted(written) == sorted(Base.metadata.tables)


def test_what_is_said_to_be_sealed_is_and_the_rest_is_not() -> None:
    said = {tuple(tables): sealed for tables, sealed, _stays in rows()}
    assert said == {tables: "for part" if any(map(is_sealed, tables)) else "no" for tables in said}


def test_what_goes_as_the_plan_says_is_what_the_plan_knows() -> None:
    for kind, known in TABLES.items():
        written = [table for tables, _sealed, stays in rows() if f"(`{kind.value}`)" in stays for table in tables]
        assert sorted(written) == sorted(known), kind


def columns_in_clear() -> set[str]:
    """Every column that may hold words, but those of a controlled list each, of keys and of ids."""
    words = (sqlalchemy.String, sqlalchemy.JSON)
    return {
        f"{table.name}.{column.name}"
        for table in Base.metadata.sorted_tables
        for column in table.columns
        if isinstance(column.type, words) and not isinstance(column.type, sqlalchemy.Enum) and not column.foreign_keys
    }


def test_every_column_that_holds_words_in_clear_is_told_of_once() -> None:
    section = PAGE.read_text(encoding="utf-8").partition("### What stands in clear")[2].partition("\n## ")[0]
    assert sorted(re.findall(r"`(\w+\.\w+)`", section)) == sorted(columns_in_clear())
