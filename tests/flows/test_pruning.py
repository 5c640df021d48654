"""Prefect's server, told what ours is told, lets its own old runs go by itself; ours to keep is nothing of it, and what waits stays."""

import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from uuid import UUID

from prefect import flow
from prefect.exceptions import ObjectNotFound
from prefect.states import Completed, Scheduled

from flows import transport
from tests.flows.ground import PrefectServer, until
from webapp.instance import PRUNING


@flow
def of_the_test() -> None:
    """Work of no deployment, which no worker takes."""


def is_there(run_id: UUID) -> bool:
    with transport.connected(patience=10) as client:
        try:
            client.read_flow_run(run_id)
        except ObjectNotFound:
            return False
        return True


def test_old_finished_runs_go_and_newer_ones_and_those_that_wait_stay(prefect: PrefectServer) -> None:
    now = datetime.now(UTC)
    finished, newer, waiting = now - timedelta(days=31), now - timedelta(days=29), now - timedelta(days=400)
    with transport.connected(patience=10) as client:
        old, young, late = (
            client.create_flow_run(of_the_test, state=state).id
            for state in (Completed(), Completed(), Scheduled(scheduled_time=waiting))
        )
    prefect.stop()
    with closing(sqlite3.connect(prefect.database)) as there:
        for run_id, ended in ((old, finished), (young, newer)):
            changed = there.execute(
                "UPDATE flow_run SET end_time = ? WHERE id = ?", (f"{ended:%Y-%m-%d %H:%M:%S.%f}", str(run_id))
            )
            assert changed.rowcount == 1
        there.execute("UPDATE flow_run SET created = ? WHERE id = ?", (f"{waiting:%Y-%m-%d %H:%M:%S.%f}", str(late)))
        there.commit()
    prefect.start(**PRUNING)
    until(lambda: not is_there(old))
    assert is_there(young)
    assert is_there(late)
    prefect.stop()  # the next test gets it as it was
