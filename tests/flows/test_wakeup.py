"""How soon the next step is noticed: PostgreSQL calls, also after the line was lost; a SQLite file is looked at often."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from sqlalchemy import text

from flows.wakeup import ListeningWaiter, PausingWaiter, waiter_for
from referrals import db
from tests.factories import a_referral
from tests.people import settle


def waited(waiter: ListeningWaiter | PausingWaiter, stopping: threading.Event) -> float:
    began = time.monotonic()
    waiter.wait(stopping)
    return time.monotonic() - began


@contextmanager
def soon(seconds: float, act: Callable[[], object]) -> Iterator[None]:
    """Let `act` happen in a moment, in another thread; it has ended when the block has."""
    timer = threading.Timer(seconds, act)
    timer.start()
    yield
    timer.join(10)


def a_decision(address: str) -> None:
    with db.writing(address) as session:
        a_referral(session, settle(session))


def test_postgresql_calls_at_the_commit_that_leaves_a_step(fresh_postgres: str) -> None:
    waiter, running = waiter_for(fresh_postgres), threading.Event()
    assert isinstance(waiter, ListeningWaiter)
    waiter.wait(running)  # the first time it only begins to listen, and one looks
    with soon(0.3, lambda: a_decision(fresh_postgres)):
        assert 0.2 < waited(waiter, running) < 1.9
    waiter.close()


def test_a_lost_line_is_made_again(fresh_postgres: str) -> None:
    waiter, running = ListeningWaiter(fresh_postgres), threading.Event()
    waiter.wait(running)
    with db.engine_for(fresh_postgres).connect() as connection:
        mine = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'LISTEN%'"
        connection.execute(text(mine))
        connection.commit()
    waiter.wait(running)  # notices
    waiter.wait(running)  # listens again
    with soon(0.1, lambda: a_decision(fresh_postgres)):
        assert waited(waiter, running) < 1.9
    waiter.close()
    waiter.close()


def test_nobody_who_is_told_to_end_waits_on() -> None:
    stopping = threading.Event()
    stopping.set()
    waiter = waiter_for("sqlite:///somewhere.sqlite")
    assert isinstance(waiter, PausingWaiter)
    assert waited(waiter, stopping) < 0.05
    waiter.close()


def test_waiting_for_postgresql_ends_with_the_process(fresh_postgres: str) -> None:
    waiter, stopping = ListeningWaiter(fresh_postgres), threading.Event()
    waiter.wait(stopping)
    with soon(0.2, stopping.set):
        assert waited(waiter, stopping) < 1.5
    waiter.close()
