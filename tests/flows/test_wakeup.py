"""How soon the next step is noticed: PostgreSQL calls, also after the line was lost; a SQLite file is asked whether it was written to."""

import math
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from sqlalchemy import text

from flows import wakeup
from flows.wakeup import ListeningWaiter, WatchingWaiter, waiter_for
from referrals import db
from tests.factories import a_referral
from tests.people import settle


@pytest.fixture
def patient(monkeypatch: pytest.MonkeyPatch) -> threading.Event:
    """Nobody looks without a reason any more: who comes back was called, or told to end by this event."""
    monkeypatch.setattr(wakeup, "SQLITE_AT_LEAST", math.inf)
    monkeypatch.setattr(wakeup, "POSTGRES_PAUSE", math.inf)
    return threading.Event()


@contextmanager
def soon(act: Callable[[], object]) -> Iterator[None]:
    """Let `act` happen in a moment, in another thread; it has ended when the block has."""
    timer = threading.Timer(0.2, act)
    timer.start()
    yield
    timer.join()


def a_decision(address: str) -> None:
    with db.writing(address) as session:
        a_referral(session, settle(session))


def test_postgresql_calls_at_the_commit_that_leaves_a_step(fresh_postgres: str, patient: threading.Event) -> None:
    waiter = waiter_for(fresh_postgres)
    assert isinstance(waiter, ListeningWaiter)
    waiter.wait(patient)  # the first time it only begins to listen, and one looks
    with soon(lambda: a_decision(fresh_postgres)):
        waiter.wait(patient)
    waiter.close()


def test_a_lost_line_is_made_again(fresh_postgres: str, patient: threading.Event) -> None:
    waiter = ListeningWaiter(fresh_postgres)
    waiter.wait(patient)
    with db.engine_for(fresh_postgres).connect() as connection:
        mine = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'LISTEN%'"
        connection.execute(text(mine))
        connection.commit()
    waiter.wait(patient)  # notices
    waiter.wait(patient)  # listens again
    with soon(lambda: a_decision(fresh_postgres)):
        waiter.wait(patient)
    waiter.close()
    waiter.close()


def test_sqlite_is_looked_at_when_somebody_has_written(fresh_sqlite: str, patient: threading.Event) -> None:
    waiter = waiter_for(fresh_sqlite)
    assert isinstance(waiter, WatchingWaiter)
    waiter.wait(patient)  # the first time one looks at once
    with soon(lambda: a_decision(fresh_sqlite)):
        waiter.wait(patient)
    waiter.close()
    waiter.close()


def test_what_falls_due_with_time_is_looked_for_without_a_call(
    fresh_sqlite: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    waiter = waiter_for(fresh_sqlite)
    waiter.wait(threading.Event())
    monkeypatch.setattr(wakeup, "SQLITE_AT_LEAST", 0.05)
    waiter.wait(threading.Event())  # comes back, though nobody has written
    waiter.close()


def test_sqlite_that_cannot_be_watched_is_tried_again(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, patient: threading.Event
) -> None:
    waiter = waiter_for(f"sqlite:///{tmp_path}/not there yet.sqlite")
    waiter.wait(patient)
    assert "cannot watch the database" in caplog.text
    with closing(sqlite3.connect(tmp_path / "not there yet.sqlite")) as made:
        made.execute("CREATE TABLE something (id)")
    waiter.wait(patient)
    waiter.close()


@pytest.mark.parametrize("kind", ["fresh_sqlite", pytest.param("fresh_postgres", marks=pytest.mark.postgres)])
def test_waiting_ends_with_the_process(request: pytest.FixtureRequest, kind: str, patient: threading.Event) -> None:
    waiter = waiter_for(request.getfixturevalue(kind))
    waiter.wait(patient)
    with soon(patient.set):
        waiter.wait(patient)
    waiter.wait(patient)  # nobody who is told to end waits on
    waiter.close()
