"""Random journeys, each with a fault on its way, end like the same journeys without.

`TRIVSEL_SEEDS=200` makes two hundred of them, `TRIVSEL_SEEDS=37-37` the one with that seed again.
"""

import os
import random
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
import time_machine

from flows import mail as mail_flow
from flows import referral as referral_flow
from referrals import config, db
from tests.conftest import A_WEDNESDAY
from tests.flows.random_journeys import Journey, Moments, hurt

#: how many journeys belong to every run of the tests
FEW = 20


def seeds() -> range:
    """The seeds asked for: a number of them, or from one to another."""
    first, dash, last = os.environ.get("TRIVSEL_SEEDS", str(FEW)).partition("-")
    return range(int(first), int(last) + 1) if dash else range(int(first))


Go = Callable[[int, Moments], list[str]]


@pytest.fixture
def go(sqlite_template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, wednesday: time_machine.Traveller) -> Go:
    """Makes one journey in an empty database of its own; what became of it."""
    monkeypatch.setenv("TRIVSEL_HOLD_MINUTES", "0")
    # Prefect's part in a task is to try it again; a step that fails is tried again by itself too, only later.
    for module, name in ((referral_flow, "issue_paper"), (referral_flow, "settle"), (mail_flow, "hand_over"), (mail_flow, "note_sent")):  # fmt: skip
        monkeypatch.setattr(module, name, getattr(module, name).fn)

    def go(seed: int, moments: Moments) -> list[str]:
        wednesday.move_to(A_WEDNESDAY)
        path = tmp_path / "journey.sqlite"
        shutil.copy(sqlite_template, path)
        address = f"sqlite:///{path}"
        monkeypatch.setenv("TRIVSEL_DATABASE_URL", address)
        config.current.cache_clear()
        try:
            with hurt(address, moments):
                journey = Journey(address, seed, moments, wednesday)
                monkeypatch.setattr("referrals.printing.print_pdf", journey.print_pdf)
                monkeypatch.setattr("referrals.mailer.send", journey.hand_over)
                return journey.go()
        finally:
            db.engine_for(address).dispose()
            for left in tmp_path.glob("journey.sqlite*"):
                left.unlink()

    yield go
    config.current.cache_clear()


@pytest.mark.parametrize("seed", seeds())
def test_a_journey_with_a_fault_ends_like_the_same_journey_without(seed: int, go: Go) -> None:
    calm = Moments()
    expected = go(seed, calm)
    moments = calm.with_a_fault(random.Random(seed))
    became = go(seed, moments)
    said = f"TRIVSEL_SEEDS={seed}-{seed}: {moments.fault and moments.fault.value}, number {moments.at}"
    assert moments.has_struck, said
    assert became == expected, said
