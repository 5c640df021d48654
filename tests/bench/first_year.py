"""A new demonstration with its year of work: how long until the folder is set up, until the year is made, and until all is ready."""

import re
import sqlite3
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path

from tests.bench.cost import memory_at_rest, said_ready
from tests.bench.figures import Figure, Wanted, as_many_as, figure, told
from tests.journeys.instance import running_with_year, said_by
from webapp.demo_year.founding import WHOLE

#: a line in which the launcher passes on how far the year is
_WORD = re.compile(rf"^{WHOLE}(, .+)?: \d+ %$", re.MULTILINE)
#: seconds between two looks: looking twenty times a second took the year a second of a processor itself
_EACH = 0.25


@dataclass
class Moments:
    """When, in seconds from the start, the first and the last word of the year's progress was said, and when it lay in the database."""

    first_word: float | None = None
    last_word: float | None = None
    made: float | None = None

    def hear(self, said: str, now: float) -> None:
        """Note at `now` what the launcher has said by then."""
        words = [found[0] for found in _WORD.finditer(said)]
        if words and self.first_word is None:
            self.first_word = now
        if f"{WHOLE}: 100 %" in words and self.last_word is None:
            self.last_word = now


def measure() -> Iterator[Figure]:
    """Each country's demonstration in an empty folder, as `./dev run` begins it, and the same started again."""
    for country in ("se", "dk")[: as_many_as(2, 1)]:
        yield from _first_start(country)


def _first_start(country: str) -> Iterator[Figure]:
    where = f"a year of work, {country}"
    with tempfile.TemporaryDirectory(prefix="trivsel-bench-") as place:
        folder, moments = Path(place) / "data", Moments()
        watcher = threading.Thread(target=_watch, args=(folder, time.monotonic(), moments), daemon=True)
        watcher.start()
        with told(where), running_with_year(country, folder) as instance:
            watcher.join(60)
            yield from _figures(where, moments)
            yield figure(f"{where}, ready after", "s", [said_ready(folder)])
            yield from memory_at_rest(instance, where)
        size = sum(file.stat().st_size for file in folder.glob("trivsel.sqlite*"))
        yield figure(f"{where}, our database", "MB", [size / 1_000_000])
        with running_with_year(country, folder):
            yield figure(f"{where}, ready again after", "s", [said_ready(folder)])


def _figures(where: str, moments: Moments) -> Iterator[Figure]:
    """What is wanted is wanted of the whole that somebody waits for, the empty folder's set-up with it."""
    if moments.first_word is None or moments.last_word is None or moments.made is None:
        raise RuntimeError("the launcher did not say how far the year was, or it was not made")
    yield figure(f"{where}, folder set up after", "s", [moments.first_word])
    yield figure(f"{where}, from its first word to its last", "s", [moments.last_word - moments.first_word])
    yield figure(f"{where}, made after", "s", [moments.made], wanted=Wanted("median", 60))


def _watch(folder: Path, began: float, moments: Moments) -> None:
    """It is made in one transaction: until then there is no referral."""
    log = said_by(folder)
    while moments.made is None or moments.last_word is None:
        time.sleep(_EACH)
        now = time.monotonic() - began
        with suppress(FileNotFoundError):
            moments.hear(log.read_text(encoding="utf-8"), now)
        with (
            suppress(sqlite3.OperationalError),  # no database yet, or no table
            closing(sqlite3.connect(f"file:{folder}/trivsel.sqlite?mode=ro", uri=True)) as line,
        ):
            if moments.made is None and line.execute("SELECT 1 FROM referral LIMIT 1").fetchone():
                moments.made = now
