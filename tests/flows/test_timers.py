"""What a worker does by the clock: each duty apart, whatever happens to the one before it."""

import threading
from datetime import date
from types import SimpleNamespace
from typing import Any

import pytest

from flows import timers
from referrals import db
from tests.flows.ground import until
from tests.people import settle


def test_what_a_sweep_stumbles_over_keeps_no_reminder_waiting_and_is_swept_again(
    fresh_database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with db.writing(fresh_database) as session:
        settle(session)
    done = list[str]()

    def sweep(_database: str) -> bool:
        done.append("swept")
        if done.count("swept") == 1:
            raise KeyError("of a kind nobody knows")
        return done.count("swept") == 3

    def remind(_database: str) -> bool:
        done.append("reminded")
        return True

    monkeypatch.setattr(timers, "sweep_database", sweep)
    monkeypatch.setattr(timers, "send_reminders", remind)
    monkeypatch.setattr(timers, "SWEEP_AGAIN", 0.0)
    monkeypatch.setattr(timers, "SOON", 0.01)
    thread = timers.Timers(fresh_database, is_ready=threading.Event())
    thread.start()
    try:
        until(lambda: done.count("swept") == 3)
    finally:
        thread.stop()
        thread.join(10)
    assert done == ["swept", "reminded", "swept", "swept"]


@pytest.mark.parametrize(("takes", "rests"), [(0.1, 15.0), (4.0, 80.0), (60.0, 300.0)])
def test_looks_at_teams_dates_leave_the_processor_to_other_work(
    monkeypatch: pytest.MonkeyPatch, takes: float, rests: float
) -> None:
    now, looked = [1000.0], list[float]()

    def tell(*_: Any, **__: Any) -> None:
        looked.append(now[0])
        now[0] += takes

    monkeypatch.setattr(timers, "time", SimpleNamespace(monotonic=lambda: now[0]))
    monkeypatch.setattr(timers, "tell_of_dates", tell)
    thread = timers.Timers("", is_ready=threading.Event())
    thread._tell_of_dates_now_and_then()
    assert looked == [], "nothing is swept yet"
    thread._swept_on = date(2026, 9, 16)
    for since in (0.0, takes + rests - 0.1, takes + rests):
        now[0] = 1000.0 + since
        thread._tell_of_dates_now_and_then()
    assert looked == [1000.0, 1000.0 + takes + rests]
