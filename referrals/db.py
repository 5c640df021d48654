"""The database: one engine a process, and two kinds of session, one that only reads and one that writes."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Final, cast

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.orm import Session
from sqlalchemy.pool import ConnectionPoolEntry

from referrals.config import current

#: PostgreSQL gives up on a transaction of ours that says nothing for so many milliseconds: a host that was cut off in the
#: middle of one would keep its locks for hours, and with those of register and log everybody else's work. As long as a lease.
LONGEST_SILENCE: Final = 30_000


@cache
def engine_for(url: str) -> Engine:
    """The engine for the database at `url`; one for each address and process.

    Bound values are kept out of exception texts (`hide_parameters`): they are what this product must not let out.
    """
    is_sqlite = url.startswith("sqlite")
    engine = create_engine(
        url, hide_parameters=True, pool_size=16, max_overflow=32, pool_pre_ping=not is_sqlite,
        connect_args={} if is_sqlite else {"options": f"-c idle_in_transaction_session_timeout={LONGEST_SILENCE}"},
    )  # fmt: skip
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_immediate)
    return engine


def _prepare_sqlite(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
    cast("sqlite3.Connection", connection).isolation_level = None  # we begin transactions ourselves
    for pragma in ("foreign_keys=ON", "journal_mode=WAL", "busy_timeout=15000", "synchronous=FULL"):
        cast("sqlite3.Connection", connection).execute(f"PRAGMA {pragma}")


def _begin_immediate(connection: Connection) -> None:
    # A transaction that begins by reading and then writes loses to any other writer in between, at once and without
    # waiting. One that says at the start that it will write waits its turn. The event comes for reading sessions too.
    if connection.get_execution_options().get("isolation_level") != "AUTOCOMMIT":
        connection.exec_driver_sql("BEGIN IMMEDIATE")


def reading(url: str | None = None) -> Session:
    """A session that only reads: each query sees the newest committed state and locks nobody out."""
    return Session(_reading_engine(url or current().database), autoflush=False)


@cache
def _reading_engine(url: str) -> Engine:
    """The same engine and its connections, for sessions that only read; each page has one or two of them."""
    return engine_for(url).execution_options(isolation_level="AUTOCOMMIT")


@contextmanager
def writing(url: str | None = None) -> Iterator[Session]:
    """A session that writes: committed as a whole when the block ends well, otherwise nothing of it stays."""
    with Session(engine_for(url or current().database)) as session, session.begin():
        yield session


def may_be_silent(connection: Connection) -> None:
    """Let this transaction take as long between two statements as its work does: writing a copy, or reading one back."""
    if connection.dialect.name != "sqlite":
        connection.exec_driver_sql("SET LOCAL idle_in_transaction_session_timeout = 0")


@contextmanager
def snapshot(url: str | None = None) -> Iterator[Connection]:
    """A connection that sees one moment of the whole database, however long it reads; writers go on meanwhile."""
    engine = engine_for(url or current().database)
    if engine.dialect.name != "sqlite":
        held = engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        with held.connect() as connection:
            may_be_silent(connection)
            yield connection
        return
    with engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
        connection.exec_driver_sql("BEGIN")  # in the write-ahead log a reader keeps what it saw first
        try:
            yield connection
        finally:
            connection.exec_driver_sql("ROLLBACK")
