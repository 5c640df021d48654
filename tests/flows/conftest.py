"""What tests of the workflow stand on: a real Prefect server for the whole run, and an instance of ours for each test."""

import gc
import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from sqlalchemy import select

# First, so that Prefect's library is imported with the settings of the tests.
from tests.flows.ground import API, HOME, PORT, PREFECT_ENVIRONMENT, Instance, PrefectServer  # isort: skip
from prefect.events.worker import EventsWorker  # isort: skip

from flows.engine import Engine
from flows.tasks import papers
from referrals import clock, config, db, steps
from referrals.models import Account
from tests.people import settle
from tests.referrals.post_office import PostOffice, free_port

#: each flow run's observer leaves its websocket to the garbage collector
LEFT_BY_PREFECT = (
    "ignore:unclosed <socket:ResourceWarning",
    "ignore:Exception ignored in. <socket:pytest.PytestUnraisableExceptionWarning",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything here needs the server, and lives with what Prefect's library leaves behind."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker("engine")
            for ignored in LEFT_BY_PREFECT:
                item.add_marker(pytest.mark.filterwarnings(ignored))


@pytest.fixture(scope="session")
def running_server() -> Iterator[PrefectServer]:
    server = PrefectServer(HOME, PORT)
    try:
        server.start()
        yield server
    finally:
        server.stop()
        shutil.rmtree(HOME, ignore_errors=True)


@pytest.fixture(scope="module", autouse=True)
def nothing_of_prefect_goes_on() -> Iterator[None]:
    """Close Prefect's line for events after each file.

    Its websocket pings from a thread of its own, and draws from `random` each time: Hypothesis, in whatever file comes
    next on this process, takes that for a strategy that does.
    """
    yield
    EventsWorker.drain_all(timeout=10, at_exit=False)


@pytest.fixture
def prefect(running_server: PrefectServer) -> PrefectServer:
    """The server, running whatever the test before did to it."""
    running_server.start()
    return running_server


@pytest.fixture
def instance(fresh_address: str, data_folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Instance]:
    """An instance with a database of its own, on both kinds; mail goes at once, and leases are short."""
    yield from _an_instance(fresh_address, data_folder, monkeypatch)


@pytest.fixture
def one_instance(fresh_database: str, data_folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Instance]:
    """The same, on the one database of this run: for tests about something else than databases."""
    yield from _an_instance(fresh_database, data_folder, monkeypatch)


@pytest.fixture
def sqlite_instance(fresh_sqlite: str, data_folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Instance]:
    """The same, on SQLite only."""
    yield from _an_instance(fresh_sqlite, data_folder, monkeypatch)


@pytest.fixture
def postgres_instance(fresh_postgres: str, data_folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Instance]:
    """The same, on PostgreSQL only."""
    yield from _an_instance(fresh_postgres, data_folder, monkeypatch)


def _an_instance(address: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Instance]:
    values = {
        "TRIVSEL_DATA": str(folder),
        "TRIVSEL_DATABASE_URL": address,
        "TRIVSEL_PREFECT_API_URL": API,
        "TRIVSEL_HOLD_MINUTES": "0",
        "TRIVSEL_LEASE_SECONDS": "3",
    }
    for name, value in values.items():
        monkeypatch.setenv(name, value)
    config.current.cache_clear()
    shutil.rmtree(folder / "mail", ignore_errors=True)
    with db.writing(address) as session:
        cast = settle(session)
        session.flush()
        for account in session.scalars(select(Account)):
            account.actor()  # it is asked for again when this session has long ended
        session.expunge_all()
    yield Instance(config.current(), cast, values | PREFECT_ENVIRONMENT)
    clock.use_shift_file(None)
    (folder / "shift").unlink(missing_ok=True)
    config.current.cache_clear()


@pytest.fixture
def engine(prefect: PrefectServer, instance: Instance) -> Iterator[Engine]:
    """A worker's parts, in this process, without the polling."""
    yield from _an_engine(instance)


@pytest.fixture
def one_engine(prefect: PrefectServer, one_instance: Instance) -> Iterator[Engine]:
    yield from _an_engine(one_instance)


def _an_engine(instance: Instance) -> Iterator[Engine]:
    engine = Engine(instance.settings, holder="test")
    engine.start()
    yield engine
    assert engine.stop(10)
    gc.collect()  # what Prefect's library leaves behind is found here, not in somebody else's test


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Short pauses, so that giving up does not take minutes."""
    monkeypatch.setattr(steps, "PAUSES", (timedelta(seconds=0.2),) * 2)
    monkeypatch.setattr(steps, "LATER", ())
    monkeypatch.setattr(papers.issue_papers, "retry_delay_seconds", [0.05, 0.05])


@pytest.fixture
def office(monkeypatch: pytest.MonkeyPatch) -> Iterator[PostOffice]:
    """A post office that mail goes through."""
    office, port = PostOffice(), free_port()
    monkeypatch.setenv("TRIVSEL_SMTP_HOST", "127.0.0.1")
    monkeypatch.setenv("TRIVSEL_SMTP_PORT", str(port))
    config.current.cache_clear()
    controller = Controller(office, hostname="127.0.0.1", port=port)
    controller.start()
    yield office
    controller.stop()
    config.current.cache_clear()
