"""Random journeys, each with a fault on its way, end like the same journeys without.

`TRIVSEL_SEEDS=200` makes two hundred of them, `TRIVSEL_SEEDS=37-37` the one with that seed again, on both databases.
"""

import shutil
import uuid
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest
import time_machine

from referrals import config
from tests.conftest import A_WEDNESDAY
from tests.flows.random_journeys import Fault, Moments, asked_for, differences, go_without_prefect
from tests.postgres import a_database

#: how many journeys on each database belong to every run of the tests: one with each kind of fault
FEW = len(Fault)

Go = Callable[[int, Moments], list[str]]
#: an empty database with every table, for one journey; its address
Place = Callable[[], AbstractContextManager[str]]


def journeys() -> Iterator[object]:
    """Each seed asked for, on each of the databases: a number of them, or from one to another."""
    for kind, marks in (("sqlite", ()), ("postgresql", pytest.mark.postgres)):
        for seed in asked_for(FEW):
            yield pytest.param(f"on_{kind}", seed, marks=marks, id=f"{kind}-{seed}")


@pytest.fixture
def on_sqlite(sqlite_template: Path, tmp_path: Path) -> Place:
    @contextmanager
    def place() -> Iterator[str]:
        path = tmp_path / "journey.sqlite"
        shutil.copy(sqlite_template, path)
        yield f"sqlite:///{path}"
        for left in tmp_path.glob("journey.sqlite*"):
            left.unlink()

    return place


@pytest.fixture
def on_postgresql(postgres_server: str, postgres_template: str) -> Place:
    return lambda: a_database(postgres_server, f"journey_{uuid.uuid4().hex}", like=postgres_template)


@pytest.fixture
def go(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, wednesday: time_machine.Traveller
) -> Iterator[Go]:
    """Makes one journey in an empty database of its own; what became of it."""
    place: Place = request.getfixturevalue(request.getfixturevalue("where"))

    def go(seed: int, moments: Moments) -> list[str]:
        wednesday.move_to(A_WEDNESDAY)
        with place() as address, monkeypatch.context() as patch:
            return go_without_prefect(patch, wednesday, address, seed, moments)

    yield go
    config.current.cache_clear()


@pytest.mark.parametrize(("where", "seed"), list(journeys()))
def test_a_journey_with_a_fault_ends_like_the_same_journey_without(where: str, seed: int, go: Go) -> None:
    calm = Moments()
    expected = go(seed, calm)
    moments = calm.with_a_fault(seed)
    became = go(seed, moments)
    said = f"TRIVSEL_SEEDS={seed}-{seed}, {where}: {moments.fault and moments.fault.value}, number {moments.at}"
    assert moments.has_struck, said
    otherwise = differences(expected, became)
    assert not otherwise, f"{said}\n{otherwise}"
