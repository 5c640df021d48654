"""A new demonstration with its year of work: how long until it is ready, and until the year is made."""

import sqlite3
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

from tests.bench.cost import memory_at_rest, said_ready
from tests.bench.figures import Figure, Wanted, as_many_as, figure, told
from tests.journeys.instance import running_with_year


def measure() -> Iterator[Figure]:
    """Each country's demonstration in an empty folder, as `./dev run` begins it, and the same started again."""
    for country in ("se", "dk")[: as_many_as(2, 1)]:
        yield from _first_start(country)


def _first_start(country: str) -> Iterator[Figure]:
    where = f"a year of work, {country}"
    with tempfile.TemporaryDirectory(prefix="trivsel-bench-") as place:
        folder, made = Path(place) / "data", list[float]()
        began = time.monotonic()
        watcher = threading.Thread(target=_wait_for_year, args=(folder, began, made), daemon=True)
        watcher.start()
        with told(where), running_with_year(country, folder) as instance:
            watcher.join(60)
            yield figure(f"{where}, made after", "s", made, wanted=Wanted("median", 60))
            yield figure(f"{where}, ready after", "s", [said_ready(folder)])
            yield from memory_at_rest(instance, where)
        size = sum(file.stat().st_size for file in folder.glob("trivsel.sqlite*"))
        yield figure(f"{where}, our database", "MB", [size / 1_000_000])
        with running_with_year(country, folder):
            yield figure(f"{where}, ready again after", "s", [said_ready(folder)])


def _wait_for_year(folder: Path, began: float, made: list[float]) -> None:
    """It is made in one transaction: until then there is no referral."""
    while not made:
        time.sleep(0.05)
        with (
            suppress(sqlite3.OperationalError),  # no database yet, or no table
            closing(sqlite3.connect(f"file:{folder}/trivsel.sqlite?mode=ro", uri=True)) as line,
        ):
            if line.execute("SELECT 1 FROM referral LIMIT 1").fetchone():
                made.append(time.monotonic() - began)
