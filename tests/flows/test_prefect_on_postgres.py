"""The grown shape has Prefect's own database on PostgreSQL too: what a concern needs of it goes there as on SQLite."""

import socket
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

from tests.flows.ground import Instance, PrefectServer, until
from tests.flows.test_worker import running_worker
from tests.flows.watching import everything_is_there_once, is_quiet, submit
from tests.postgres import a_database

FINISHED = text("SELECT state_type, count(*) AS runs FROM flow_run GROUP BY state_type")


@pytest.fixture
def its_database(postgres_server: str) -> Iterator[str]:
    """An empty database that Prefect's server may fill."""
    with a_database(postgres_server, f"prefect_{uuid.uuid4().hex}") as address:
        yield address


@pytest.fixture
def grown(its_database: str, tmp_path: Path) -> Iterator[PrefectServer]:
    """A server of its own for this test, on PostgreSQL."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        server = PrefectServer(tmp_path, free.getsockname()[1])
    spoken = make_url(its_database).set(drivername="postgresql+asyncpg").render_as_string(hide_password=False)
    server.start(PREFECT_HOME=str(tmp_path), PREFECT_API_DATABASE_CONNECTION_URL=spoken)
    yield server
    server.stop()


def test_a_concern_goes_its_way_with_both_databases_on_postgresql(
    grown: PrefectServer, its_database: str, postgres_instance: Instance
) -> None:
    with running_worker(postgres_instance, TRIVSEL_PREFECT_API_URL=grown.api, PREFECT_API_URL=grown.api):
        sent = [submit(postgres_instance) for _ in range(2)]
        until(lambda: is_quiet(postgres_instance), seconds=60)
    everything_is_there_once(postgres_instance, sent)
    engine = create_engine(its_database)
    with engine.connect() as connection:
        runs: dict[str, int] = {row.state_type: row.runs for row in connection.execute(FINISHED)}
    engine.dispose()
    assert set(runs) == {"COMPLETED"}
    assert runs["COMPLETED"] >= 2
