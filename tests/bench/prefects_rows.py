"""What an instance takes where Prefect too has its rows of ten thousand referrals: those that one left, put into its tables as often.

Prefect keeps runs for 30 days and events for 7: so many referrals are what a very large city brings in that time.
"""

import sqlite3
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Final

from referrals import db
from tests.bench.cost import fill, go_all_the_way, memory_at_rest, said_ready
from tests.bench.figures import Figure, Wanted, as_many_as, figure, told
from tests.bench.running import step_latencies
from tests.bench.waiting import count_waiting, wait_for
from tests.journeys.instance import Instance, running

#: where a run leaves rows at Prefect
TABLES: Final = ("flow_run", "flow_run_state", "task_run", "task_run_state", "events", "event_resources")
#: referrals whose rows are put in by one transaction
AT_ONCE: Final = 100


def measure() -> Iterator[Figure]:
    """The same instance before and after Prefect got its rows of the referrals that are there."""
    others = as_many_as(10_000, 200)
    with tempfile.TemporaryDirectory(prefix="trivsel-bench-") as place:
        folder = Path(place) / "data"
        with running("se", folder):
            pass
        with told(f"filling up to {others:,} referrals"):
            fill(folder, others)
        theirs = folder / "prefect" / "prefect.db"
        with running("se", folder) as instance:
            before = last_rows(theirs)
            with told("one concern goes through all stages"):
                go_all_the_way(instance, Path(place))
            time.sleep(10)  # Prefect writes events a while after what they tell of
            after = last_rows(theirs)
            yield from _at(instance, f"{others:,} in ours alone")
        with told(f"Prefect gets its rows of {others:,} referrals"):
            rows = multiply(theirs, before, after, times=others)
        yield figure(f"rows in Prefect's, of {others:,}", "rows", [rows])
        yield figure(f"size of Prefect's, of {others:,}", "MB", [theirs.stat().st_size / 1_000_000])
        with running("se", folder) as instance:
            yield from _at(instance, f"{others:,} in both")


def _at(instance: Instance, beside: str) -> Iterator[Figure]:
    yield figure(f"ready, {beside}", "s", [said_ready(instance.folder)], wanted=Wanted("median", 15))
    yield from memory_at_rest(instance, beside)
    latencies, _numbers = step_latencies(instance.url, instance.database, times=as_many_as(20, 5))
    yield figure(f"step, {beside}", "ms", latencies)
    # The next start begins at the same moment of the demonstration: what is left now would lie in its future.
    wait_for(lambda: count_waiting(instance.database) == 0)
    db.engine_for(instance.database).dispose()


def last_rows(file: Path) -> dict[str, int]:
    """The number of the newest row of each table."""
    with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as line:
        return {table: line.execute(f"SELECT coalesce(max(rowid), 0) FROM {table}").fetchone()[0] for table in TABLES}


def multiply(file: Path, after: dict[str, int], until: dict[str, int], *, times: int) -> int:
    """Put the rows between two marks in again, so many `times`, each time under other ids that fit together; how many rows came."""
    with closing(sqlite3.connect(file)) as line:
        for pragma in ("synchronous = OFF", "journal_mode = MEMORY", "foreign_keys = OFF", "cache_size = -500000"):
            line.execute(f"PRAGMA {pragma}")
        line.execute("CREATE TEMP TABLE known (id TEXT PRIMARY KEY)")
        for table in TABLES:
            between = f"rowid > {after[table]} AND rowid <= {until[table]}"
            line.execute(f"CREATE TEMP TABLE of_{table} AS SELECT * FROM main.{table} WHERE {between}")
            # Prefect calls the event that tells of a new state by the id of that state.
            line.execute(f"INSERT OR IGNORE INTO known SELECT id FROM of_{table}")
        rows, copies = 0, [_copy(line, table) for table in TABLES]
        for first in range(1, times + 1, AT_ONCE):
            numbers = {"first": first, "last": min(first + AT_ONCE - 1, times)}
            rows += sum(line.execute(copy, numbers).rowcount for copy in copies)
            line.commit()
        line.execute("PRAGMA journal_mode = WAL")
    return rows


def _copy(line: sqlite3.Connection, table: str) -> str:
    """Puts the rows of a table in again for each number n from :first to :last. Where a column is, or ends with, an id of these
    rows, n takes the place of that id's last letters."""
    into, columns = [f'"{row[1]}"' for row in line.execute(f"PRAGMA main.table_info({table})")], []
    for name in into:
        is_known = f"substr({name}, -36) IN (SELECT id FROM known)"
        if name == '"idempotency_key"':  # a random word of ours, which may stand there once
            columns.append(f"{name} || '-' || n")
        elif line.execute(f"SELECT 1 FROM of_{table} WHERE {is_known} LIMIT 1").fetchone():
            another = f"substr({name}, 1, length({name}) - 12) || printf('%012x', n)"
            columns.append(f"CASE WHEN {is_known} THEN {another} ELSE {name} END")
        else:
            columns.append(name)
    numbers = "WITH RECURSIVE number(n) AS (SELECT :first UNION ALL SELECT n + 1 FROM number WHERE n < :last)"
    return f"INSERT INTO main.{table} ({', '.join(into)}) {numbers} SELECT {', '.join(columns)} FROM of_{table}, number"
