"""What every test stands on: a data folder of its own, a key ring, and both databases, real ones."""

import os
import shutil
import socket
import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import time_machine
from sqlalchemy import create_engine
from sqlalchemy.orm import Session
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

from referrals import clock, config, db, sealing
from referrals.models import Base
from tests.databases import give_back
from tests.people import Cast, settle
from tests.postgres import a_database, running_postgres

#: the database of every test that does not say on which it runs: `TRIVSEL_TEST_DATABASE=postgresql ./dev test`
CHOSEN = os.environ.get("TRIVSEL_TEST_DATABASE", "sqlite")
IS_TOLD = "TRIVSEL_TEST_DATABASE" in os.environ
BOTH = ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)]
#: a Wednesday in term, ten in the morning in Borlänge and Aalborg
A_WEDNESDAY = datetime(2026, 9, 16, 8, 0, tzinfo=UTC)


class Companions(LoadScopeScheduling):  # type: ignore[misc]  # xdist ships no types
    """Where tests run beside each other, those of one file stay together, and so do all journeys.

    Two browsers with an instance each would want more than a small machine has.
    """

    def _split_scope(self, nodeid: str) -> str:
        return "journeys" if nodeid.startswith("tests/journeys/") else nodeid.partition("::")[0]


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> Companions:
    """Say who runs beside whom, in place of `--dist`."""
    return Companions(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the journeys, which take longest."""
    items.sort(key=lambda item: not item.nodeid.startswith("tests/journeys/"))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say how the hosts were made that a test cut off (`tests/flows/hosts.py`): one way shows less than the other."""
    reports = [report for several in terminalreporter.stats.values() for report in several]
    said = {tuple(pair) for report in reports for pair in getattr(report, "user_properties", ())}
    for way in sorted(value for name, value in said if name == "hosts"):
        terminalreporter.write_line(f"hosts of their own: {way}")


@pytest.fixture(scope="session", autouse=True)
def data_folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A data folder for the whole run, so that nothing of this machine's own instance is touched."""
    folder = tmp_path_factory.mktemp("data")
    patch = pytest.MonkeyPatch()
    patch.setenv("TRIVSEL_DATA", str(folder))
    for name in ("TRIVSEL_DATABASE_URL", "TRIVSEL_NOW", "TRIVSEL_MODE", "TRIVSEL_SMTP_HOST"):
        patch.delenv(name, raising=False)
    config.current.cache_clear()
    sealing.use_key_ring(sealing.KeyRing.read_or_make(folder / "keys.json"))
    yield folder
    patch.undo()
    config.current.cache_clear()


@pytest.fixture(scope="session", autouse=True)
def only_this_machine() -> Iterator[None]:
    """No test talks to another machine: a connection that leaves loopback fails the test that tried."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: Any) -> None:
        if isinstance(address, tuple) and not address[0].startswith(("127.", "::1", "localhost")):
            pytest.fail(f"a test tried to reach {address[0]}")
        connect(self, address)

    patch = pytest.MonkeyPatch()
    patch.setattr(socket.socket, "connect", guarded)
    yield
    patch.undo()


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """The address of a real PostgreSQL server, started for this run."""
    with running_postgres() as address:
        yield address


@pytest.fixture(scope="session")
def sqlite_template(data_folder: Path) -> Path:
    """A SQLite file with every table, empty."""
    path = data_folder / "template.sqlite"
    engine = create_engine(f"sqlite:///{path}")
    Base.metadata.create_all(engine)
    engine.dispose()
    return path


@pytest.fixture(scope="session")
def sqlite_address(sqlite_template: Path) -> str:
    """A SQLite database shared by tests that leave nothing behind."""
    path = sqlite_template.with_name("shared.sqlite")
    shutil.copy(sqlite_template, path)
    return f"sqlite:///{path}"


@pytest.fixture(scope="session")
def postgres_address(postgres_server: str, postgres_template: str) -> Iterator[str]:
    """A PostgreSQL database shared by tests that leave nothing behind."""
    yield from _postgres_database(postgres_server, "shared", postgres_template)


@pytest.fixture(params=BOTH)
def shared_address(request: pytest.FixtureRequest) -> str:
    """The address of a database with every table; each test that asks for it runs on both databases."""
    kind = "sqlite" if request.param == "sqlite" else "postgres"
    address: str = request.getfixturevalue(f"{kind}_address")
    return address


@pytest.fixture
def session(shared_address: str) -> Iterator[Session]:
    """A writing session whose work is taken back after the test; it may commit as it likes."""
    with db.engine_for(shared_address).connect() as connection:
        outer = connection.begin()
        with Session(connection, join_transaction_mode="create_savepoint") as inner:
            yield inner
        outer.rollback()


@pytest.fixture
def cast(session: Session) -> Cast:
    """The named people of the demo municipality, one role each, and one who must see nothing."""
    return settle(session)


@pytest.fixture
def fresh_sqlite(sqlite_template: Path, tmp_path: Path) -> Iterator[str]:
    """The address of an empty SQLite database of this test's own, which it may treat as it likes, its engine too."""
    path = tmp_path / "trivsel.sqlite"
    shutil.copy(sqlite_template, path)
    address = f"sqlite:///{path}"
    yield address
    db.engine_for(address).dispose()


@pytest.fixture
def emptied_sqlite(sqlite_template: Path) -> Iterator[str]:
    """The address of an empty SQLite database, the same for each test: what its engine has learnt to say in SQL it need not
    learn again. So nothing may be hung up at that engine."""
    path = sqlite_template.with_name("emptied.sqlite")
    address = f"sqlite:///{path}"
    give_back(address)
    for file in path.parent.glob(f"{path.name}*"):
        file.unlink()
    shutil.copy(sqlite_template, path)
    yield address
    give_back(address)


@pytest.fixture(scope="session")
def postgres_template(postgres_server: str) -> Iterator[str]:
    """The name of a PostgreSQL database with every table, empty, to which nobody is connected."""
    with a_database(postgres_server, "with_tables") as address:
        Base.metadata.create_all(db.engine_for(address))
        db.engine_for(address).dispose()
        yield "with_tables"


@pytest.fixture
def fresh_postgres(postgres_server: str, postgres_template: str) -> Iterator[str]:
    """The address of an empty PostgreSQL database of this test's own, which it may treat as it likes, its engine too."""
    yield from _postgres_database(postgres_server, f"fresh_{uuid.uuid4().hex}", postgres_template)


@pytest.fixture
def emptied_postgres(postgres_server: str, postgres_template: str) -> Iterator[str]:
    """The address of an empty PostgreSQL database, the same for each test; see `emptied_sqlite`."""
    yield from _postgres_database(postgres_server, "emptied", postgres_template)


@pytest.fixture(params=BOTH)
def fresh_address(request: pytest.FixtureRequest) -> str:
    """The address of an empty database, for tests in which several sessions commit; each runs on both databases."""
    address: str = request.getfixturevalue(f"emptied_{'sqlite' if request.param == 'sqlite' else 'postgres'}")
    return address


@pytest.fixture
def fresh_database(request: pytest.FixtureRequest) -> str:
    """The address of an empty database of the kind this run was told (`CHOSEN`), or of the one it is asked for."""
    kind = getattr(request, "param", CHOSEN)
    address: str = request.getfixturevalue({"sqlite": "emptied_sqlite", "postgresql": "emptied_postgres"}[kind])
    return address


@pytest.fixture
def new_database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[[], str]]:
    """Makes databases with nothing in them, no tables either, of the kind this run was told; their addresses."""
    with ExitStack() as made:

        def make() -> str:
            address = f"sqlite:///{tmp_path}/new-{uuid.uuid4().hex}.sqlite"
            if CHOSEN == "postgresql":
                server: str = request.getfixturevalue("postgres_server")
                address = made.enter_context(a_database(server, f"new_{uuid.uuid4().hex}"))
            made.callback(db.engine_for(address).dispose)
            return address

        yield make


@pytest.fixture
def own_database(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Gives an instance with a data folder of its own a new database, of the kind this run was told: SQLite it finds in that
    folder by itself. Done once; call it again where another folder takes the place of the first."""

    def give() -> None:
        if CHOSEN == "postgresql":
            monkeypatch.setenv("TRIVSEL_DATABASE_URL", request.getfixturevalue("new_database")())
        config.current.cache_clear()

    give()
    return give


@pytest.fixture
def ring_file(tmp_path: Path) -> Iterator[Path]:
    """The file of a key ring of this test's own, in use."""
    before = sealing.key_ring()
    file = tmp_path / "keys.json"
    sealing.use_key_ring(sealing.KeyRing.read_or_make(file))
    yield file
    sealing.use_key_ring(before)


@pytest.fixture
def wednesday() -> Iterator[time_machine.Traveller]:
    """Time stands still at ten on a Wednesday morning in term; the traveller moves it."""
    clock.use_shift_file(None)
    with time_machine.travel(A_WEDNESDAY, tick=False) as traveller:
        yield traveller


def _postgres_database(server: str, name: str, template: str) -> Iterator[str]:
    with a_database(server, name, like=template) as address:
        yield address
        give_back(address)
