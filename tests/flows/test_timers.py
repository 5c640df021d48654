"""What a worker does by the clock: each duty apart, whatever happens to the one before it."""

import threading

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
