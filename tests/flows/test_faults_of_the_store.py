"""The database hurts: it is full, or locked. Work waits, is tried again, and in the end everything is there once."""

import sqlite3
from collections.abc import Callable
from contextlib import closing

import pytest
from sqlalchemy import Connection, event
from sqlalchemy.engine import ExceptionContext

from flows.engine import Engine
from flows.tasks import papers
from referrals import db
from tests.flows.ground import Instance, PrefectServer, until
from tests.flows.watching import everything_is_there_once, is_quiet, submit


@pytest.fixture
def errors(sqlite_instance: Instance) -> list[str]:
    """What the database answered instead of doing it, while the test runs."""
    said: list[str] = []

    def note(context: ExceptionContext) -> None:
        said.append(str(context.original_exception))

    event.listen(db.engine_for(sqlite_instance.database), "handle_error", note)
    return said


def _while_printing(monkeypatch: pytest.MonkeyPatch, act: Callable[[], object]) -> list[bool]:
    """Let `act` happen while the first paper is in the printer; the list is no longer empty once it has."""
    real, begun, done = papers.printing.print_pdf, list[bool](), list[bool]()

    def print_pdf(html: str) -> bytes:
        if not begun:
            begun.append(True)
            act()
            done.append(True)
        return real(html)

    monkeypatch.setattr(papers.printing, "print_pdf", print_pdf)
    return done


def test_a_disk_that_is_full_while_papers_are_kept_costs_time_and_nothing_else(
    prefect: PrefectServer, sqlite_instance: Instance, errors: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    room = ["1073741823"]  # pages; 1 means: as many as there are

    def may_grow(connection: Connection) -> None:
        connection.exec_driver_sql(f"PRAGMA max_page_count = {room[-1]}")

    event.listen(db.engine_for(sqlite_instance.database), "begin", may_grow)
    _while_printing(monkeypatch, lambda: room.append("1"))
    referral_ids = [submit(sqlite_instance) for _ in range(3)]
    engine = Engine(sqlite_instance.settings, holder="test")
    engine.start()
    try:
        until(lambda: errors.count("database or disk is full") >= 2)
        assert not is_quiet(sqlite_instance)
        room.append("1073741823")
        until(lambda: is_quiet(sqlite_instance))
    finally:
        assert engine.stop(10)
    everything_is_there_once(sqlite_instance, referral_ids)


def test_a_database_that_somebody_locks_for_longer_than_anybody_waits_costs_time_and_nothing_else(
    prefect: PrefectServer, sqlite_instance: Instance, errors: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Fifteen seconds are waited; here a fifth of one, so that the lock outlasts patience, retries and the lease."""
    address = sqlite_instance.database
    engine_of_database = db.engine_for(address)
    engine_of_database.dispose()
    event.listen(engine_of_database, "connect", lambda one, _entry: one.execute("PRAGMA busy_timeout=200"))
    with closing(sqlite3.connect(address.removeprefix("sqlite:///"), check_same_thread=False)) as somebody:
        _while_printing(monkeypatch, lambda: somebody.execute("BEGIN IMMEDIATE"))
        referral_ids = [submit(sqlite_instance) for _ in range(3)]
        engine = Engine(sqlite_instance.settings, holder="test")
        engine.start()
        try:
            until(lambda: errors.count("database is locked") >= 20)
            somebody.rollback()
            until(lambda: is_quiet(sqlite_instance))
        finally:
            assert engine.stop(10)
    everything_is_there_once(sqlite_instance, referral_ids)
