"""A worker counts as alive while its dispatcher looks for work: whatever else of it waits, and not when that stumbles each time."""

import threading
import uuid
from datetime import datetime
from unittest.mock import Mock

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from flows import signs_of_life, timers, transport
from flows.dispatcher import Dispatcher
from referrals import db, steps
from referrals.models import Heartbeat
from referrals.steps import Freed
from tests.flows.ground import Instance, until


@pytest.fixture(autouse=True)
def often(monkeypatch: pytest.MonkeyPatch) -> None:
    """A sign of life in each moment."""
    monkeypatch.setattr(signs_of_life, "EVERY", 0.05)


def seen(instance: Instance) -> list[datetime]:
    """When each worker that shows life did so last."""
    with db.reading(instance.database) as session:
        return list(session.scalars(select(Heartbeat.seen_at).where(Heartbeat.part == "worker")))


def test_what_follows_the_clock_and_does_not_come_to_an_end_keeps_no_worker_from_showing_life(
    one_instance: Instance, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    is_held, may_end = threading.Event(), threading.Event()

    def hold(_database: str) -> None:
        is_held.set()
        may_end.wait()

    monkeypatch.setattr(timers, "sweep_database", hold)
    try:
        request.getfixturevalue("one_engine")
        assert is_held.wait(30)
        until(lambda: seen(one_instance))
        first = seen(one_instance)
        until(lambda: seen(one_instance) > first)
    finally:
        may_end.set()


def test_a_dispatcher_that_stumbles_at_each_look_shows_no_life(
    one_instance: Instance, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    stumbled = list[int]()

    def stumble(_session: Session, *, limit: int, mail: int | None = None) -> list[uuid.UUID]:
        stumbled.append(limit)
        raise KeyError("of a kind nobody knows")

    with monkeypatch.context() as strange:
        strange.setattr(steps, "waiting", stumble)
        strange.setattr(transport, "answers", lambda _api: True)  # however busy the machine is
        request.getfixturevalue("one_engine")
        until(lambda: len(stumbled) == 2)
        assert seen(one_instance) == []
    until(lambda: seen(one_instance))


def test_a_dispatcher_shows_life_after_each_run_it_closes_at_a_prefect_that_is_slow(fresh_database: str) -> None:
    dispatcher, seen = Dispatcher(Mock(), Mock(), database=fresh_database, api="", holder="one"), Mock()
    dispatcher.life = seen.life
    dispatcher._given_back = [Freed(uuid.uuid4(), 1, uuid.uuid4()) for _ in range(2)]
    dispatcher._free_expired(seen.client)
    assert [call[0] for call in seen.mock_calls] == ["client.set_flow_run_state", "life.show"] * 2
