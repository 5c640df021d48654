"""A copy of the whole database while it is at work, in one form for both kinds of database, and its way back.

Two sealed files of one moment: the data, in which no data key stands, and the data keys. What was destroyed since cannot be
read from an old copy of the data once the copies of the keys from then are gone, and newer keys open older data.
"""

import base64
import gzip
import hashlib
import hmac
import io
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import sqlalchemy as sa
from cryptography.fernet import InvalidToken

from referrals import clock, db, migrations
from referrals.access import Actor
from referrals.errors import BackupRefused
from referrals.keeping import audit, content_keys
from referrals.models import Base, What
from referrals.operations import sealed_file
from referrals.operations.copied_rows import Count, Shape, shapes
from referrals.operations.key_copies import DATA, KEYS, label
from referrals.operations.key_rotation import link_chains
from referrals.operations.sealed_file import SealedReader, SealedWriter
from referrals.sealing import key_ring

#: rows written in one go
BATCH: Final = 500
#: files in the data folder that belong to what is backed up: the languages of guardians a municipality added
FILES: Final = "languages/*.po"
#: hears how far it is: the table, how many of its rows are done, and of how many
Tell = Callable[[str, int, int], None]


@dataclass
class Report:
    """What was copied: each table, the data keys, and those that nothing opens any more."""

    tables: dict[str, Count] = field(default_factory=dict)
    keys: int = 0
    #: values whose key was destroyed since, or is in no copy of the keys
    without_key: int = 0
    files: int = 0


def back_up(
    address: str, folder: Path, *, data: Path, keys: Path, public: Path, tell: Tell = lambda *_: None
) -> Report:
    """Write the database at `address`, as it is at this moment, and the files of the data `folder` into `data` and `keys`.

    Nobody has to wait meanwhile. Raises BackupRefused where a file is there already, or the database is not at this version.
    """
    if (standing := migrations.standing(address)) != migrations.newest():
        raise BackupRefused(
            f"The database is at version {standing}, not at {migrations.newest()}: `trivsel migrate` first."
        )
    report, made_at = Report(), clock.machine_now()
    with (
        _written(data, public, said=label(DATA, made_at)) as (data_file, tell_data),
        _written(keys, public, said=label(KEYS, made_at)) as (keys_file, tell_keys),
        db.snapshot(address) as connection,
    ):
        rows = {shape: _rows_of(connection, shape) for shape in shapes()}
        for kind, sealed, put in ((DATA, data_file, tell_data), (KEYS, keys_file, tell_keys)):
            put({
                "holds": kind, "made_at": made_at.isoformat(), "migration": standing, "ring": _proof(sealed.key),
                "key": _newest(kind), "keys": sum(of * len(shape.wrapped) for shape, of in rows.items()),
            })  # fmt: skip
        for shape, of in rows.items():
            report.tables[shape.name] = _write_table(connection, shape, of, put=tell_data, put_key=tell_keys, tell=tell)
        report.keys = sum(count.keys for count in report.tables.values())
        for path in sorted(folder.glob(FILES)):
            tell_data({"file": path.name, "content": base64.b64encode(path.read_bytes()).decode()})
            report.files += 1
        tell_data({"end": {name: [count.rows, count.checksum] for name, count in report.tables.items()}})
    return report


def restore(
    address: str, folder: Path, *, data: Path, keys: Path, private: Path, tell: Tell = lambda *_: None
) -> Report:
    """Fill the empty database at `address`, and the data `folder`, from a copy; counted and read back before any of it stays.

    Of what was destroyed since, kind by kind, nothing is left there: the rest can be worked with as before. The log says that it was put back.

    Raises BackupRefused for files that do not fit or were changed, and for a database in which there is something.
    """
    with _read(data, private, holds=DATA) as (about, lines), _read(keys, private, holds=KEYS) as (about_keys, tokens):
        if about_keys["made_at"] < about["made_at"]:
            raise BackupRefused(
                f"{keys} is older than {data}: what came in between would have no key. Take the keys of then or later."
            )
        wrapped = _all_keys(tokens, of=about_keys.get("keys", 0), tell=tell)
        _refuse_unless_empty(address, about["migration"])
        migrations.upgrade(address, to=about["migration"], tell=tell)
        with db.writing(address) as session:
            db.may_be_silent(session.connection())
            report = _Loader(session.connection(), wrapped, folder=folder, tell=tell).load(lines)
    migrations.upgrade(address, tell=tell)
    with db.writing(address) as session:
        content_keys.replace_lost(session)
    # The log in it may end under a key from before the newest: the copy itself has just proved that it is ours.
    link_chains(address, trusted=key_ring().audit, tell=tell)
    with db.writing(address) as session:
        audit.append(session, What.DID, by=Actor(), subject=audit.RESTORED)
    return report


def _rows_of(connection: sa.Connection, shape: Shape) -> int:
    return connection.scalar(sa.select(sa.func.count()).select_from(shape.table)) or 0


def _write_table(
    connection: sa.Connection,
    shape: Shape,
    of: int,
    *,
    put: Callable[[Any], None],
    put_key: Callable[[Any], None],
    tell: Tell,
) -> Count:
    count = Count()
    put({"table": shape.name, "columns": shape.columns, "wrapped": shape.wrapped, "rows": of})
    rows = _stream(connection, shape)
    for row in rows:
        line = shape.plain(row)
        count.add(line)
        marks, values = [], row._asdict()
        for column in shape.wrapped:
            token = bytes(values[column] or b"")
            marks.append(mark := _fingerprint(token))
            count.keys += bool(token)
            put_key([shape.name, column, values["id"].hex, token.decode("latin-1"), mark])
        put([json.loads(line), marks])
        if count.rows % BATCH == 0 or count.rows == of:
            tell(shape.name, count.rows, of)
    return count


def _stream(connection: sa.Connection, shape: Shape) -> sa.CursorResult[Any]:
    return connection.execute(sa.select(*shape.table.columns), execution_options={"yield_per": BATCH})


def _fingerprint(token: bytes) -> str:
    """What tells one data key from another without being one, however often it was wrapped anew; "" for one that was destroyed."""
    if not token:
        return ""
    try:
        content = key_ring().wrapper.decrypt(token)
    except InvalidToken:
        content = token
    return hmac.new(key_ring().index.encode(), b"backup\0" + content, hashlib.sha256).hexdigest()


def _newest(holds: str) -> str:
    """The name of the newest key that what a file holds needs: the data end in the audit log's, the data keys are wrapped."""
    ring = key_ring()
    return audit.name_of((ring.audit if holds == DATA else ring.wrapping)[0])


def _is_known(key: str, holds: str) -> bool:
    ring = key_ring()
    return key in map(audit.name_of, ring.audit if holds == DATA else ring.wrapping)


def _proof(file_key: bytes) -> str:
    """Only who has the key ring can say this of a file: anybody could seal one for the public key."""
    return hmac.new(key_ring().index.encode(), b"backup file\0" + file_key, hashlib.sha256).hexdigest()


@contextmanager
def _written(path: Path, public: Path, *, said: str) -> Iterator[tuple[SealedWriter, Callable[[Any], None]]]:
    with (
        sealed_file.create(path, public=public, label=said) as sealed,
        gzip.GzipFile(fileobj=sealed, mode="wb", compresslevel=1, mtime=0) as packed,
    ):

        def put(line: Any) -> None:
            packed.write(json.dumps(line, ensure_ascii=False, separators=(",", ":")).encode() + b"\n")

        yield sealed, put


@contextmanager
def _read(path: Path, private: Path, *, holds: str) -> Iterator[tuple[dict[str, Any], Iterator[Any]]]:
    """What a file says of itself, once that is believed, and its other lines."""
    with sealed_file.opened(path, private=private) as sealed:
        lines = _lines(sealed)
        about = next(lines)
        if not hmac.compare_digest(about["ring"], _proof(sealed.key)):
            raise BackupRefused(
                f"{path} was written with another key ring than the one at hand (TRIVSEL_KEYS): put that one there first."
            )
        if about["holds"] != holds:
            raise BackupRefused(
                f"{path} holds the {about['holds']}, not the {holds}: the two files were given the wrong way round."
            )
        # A copy from before its keys were named in it is taken as it is.
        if not _is_known(about.get("key", _newest(holds)), holds):
            raise BackupRefused(
                f"{path} needs a key that the key ring at hand (TRIVSEL_KEYS) does not have: the ring is older than the copy, "
                "or that key was taken out of it since. Nothing was put in. Put the ring of the copy's day there, or a later one "
                "that still has the key, and restore again."
            )
        if about["migration"] not in migrations.known():
            raise BackupRefused(
                f"{path} was written by a newer version of Trivsel ({about['migration']}): install that one first."
            )
        yield about, lines


def _all_keys(tokens: Iterator[Any], *, of: int, tell: Tell) -> dict[tuple[str, str, str], tuple[str, str]]:
    """The data keys by where they belong, each with its fingerprint; copies of before do not say how many there are."""
    found = {}
    for table, column, row_id, token, mark in tokens:
        found[table, column, row_id] = token, mark
        if len(found) % BATCH == 0 or len(found) == of:
            tell("data keys", len(found), max(len(found), of))
    return found


def _lines(sealed: SealedReader) -> Iterator[Any]:
    with gzip.GzipFile(fileobj=io.BufferedReader(sealed)) as packed:
        yield from map(json.loads, packed)


def _refuse_unless_empty(address: str, migration: str) -> None:
    standing = migrations.standing(address)
    there = set(sa.inspect(db.engine_for(address)).get_table_names())
    with db.reading(address) as session:
        is_used = any(
            session.execute(sa.select(sa.literal(1)).select_from(table).limit(1)).first()
            for table in Base.metadata.sorted_tables
            if table.name in there
        )
    if is_used:
        raise BackupRefused(
            "There is something in this database already, and nothing of it was touched: restore into an empty one."
        )
    if standing not in {None, migration}:
        raise BackupRefused(
            f"This database has the tables of version {standing}, the copy those of {migration}: restore into a new one."
        )


class _Loader:
    """Puts the lines of a file into the tables, and reads back what came of them."""

    def __init__(
        self,
        connection: sa.Connection,
        wrapped: dict[tuple[str, str, str], tuple[str, str]],
        *,
        folder: Path,
        tell: Tell,
    ) -> None:
        self._connection, self._wrapped, self._folder, self._tell = connection, wrapped, folder, tell
        self._report = Report()
        self._shapes: list[Shape] = []
        self._rows: list[dict[str, Any]] = []
        #: how many rows of the newest table are in, and how many it will have (older copies do not say)
        self._done, self._of = 0, 0
        self._left_out: dict[str, Count] = {}

    def load(self, lines: Iterator[Any]) -> Report:
        """Put in whatever `lines` say. Raises BackupRefused where it does not read back as it was."""
        files: dict[str, bytes] = {}
        expected: dict[str, list[Any]] = {}
        for line in lines:
            if isinstance(line, list):
                self._take(*line)
                continue
            self._flush()
            if "table" in line:
                columns = tuple((name, kind) for name, kind in line["columns"])
                self._shapes.append(Shape(line["table"], columns, tuple(line["wrapped"])))
                self._done, self._of = 0, line.get("rows", 0)
            elif "file" in line:
                files[Path(line["file"]).name] = base64.b64decode(line["content"])
            else:
                expected = line["end"]
        self._read_back(expected)
        for name, content in files.items():
            (self._folder / "languages").mkdir(parents=True, exist_ok=True)
            (self._folder / "languages" / name).write_bytes(content)
        self._report.files = len(files)
        return self._report

    def _take(self, line: list[Any], marks: list[str]) -> None:
        shape = self._shapes[-1]
        row = shape.values(line)
        for column, mark in zip(shape.wrapped, marks, strict=True):
            token, its_mark = self._wrapped.get((shape.name, column, row["id"].hex), ("", ""))
            if not mark:
                row[column] = b""
                continue
            is_same = bool(token) and its_mark == mark
            row[column] = token.encode("latin-1") if is_same else b""
            self._report.keys += is_same
            self._report.without_key += not is_same
            if not is_same and column != "wrapped_key":
                # What is wrapped itself and nobody can open is no row any more: a form half written then and sent since.
                self._left_out.setdefault(shape.name, Count()).add(
                    shape.plain([row[name] for name, _ in shape.columns])
                )
                return
        self._rows.append(row)
        if len(self._rows) >= BATCH:
            self._flush()

    def _flush(self) -> None:
        if self._rows:
            self._connection.execute(sa.insert(self._shapes[-1].table), self._rows)
            self._done += len(self._rows)
            self._tell(self._shapes[-1].name, self._done, max(self._done, self._of))
            self._rows = []

    def _read_back(self, expected: dict[str, list[Any]]) -> None:
        for shape in self._shapes:
            count = Count()
            for row in _stream(self._connection, shape):
                count.add(shape.plain(row))
                if count.rows % BATCH == 0:
                    self._tell(f"{shape.name}, read back", count.rows, expected[shape.name][0])
            self._report.tables[shape.name] = count
            gone = self._left_out.get(shape.name, Count())
            whole = Count(count.rows + gone.rows, (count.total + gone.total) % 2**256)
            if [whole.rows, whole.checksum] != expected.get(shape.name):
                raise BackupRefused(f"The table {shape.name} did not come back as it was written; nothing was kept.")
