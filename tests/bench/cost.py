"""What an instance takes: seconds to ready, memory at rest, and what a closed referral leaves, by how many referrals there are."""

import io
import re
import sqlite3
import tempfile
import time
from collections.abc import Iterator
from contextlib import redirect_stdout
from pathlib import Path
from typing import Final

from sqlalchemy import select

from referrals import db, sealing
from referrals.models import Forum, Unit
from tests.bench import crowd
from tests.bench.figures import Figure, Wanted, as_many_as, figure, told
from tests.bench.waiting import proportional_memory
from tests.journeys.instance import Instance, running, said_by
from webapp import demo

#: referrals of others that are there already
SIZES: Final = (0, 1_000, 10_000)
PARTS: Final = ("prefect", "worker", "web")


def measure() -> Iterator[Figure]:
    """An empty folder, then the same instance with more and more referrals, each time started anew.

    In each of them some concerns go through all eight stages, as people would take them, and both databases are counted.
    """
    with tempfile.TemporaryDirectory(prefix="trivsel-bench-") as place:
        folder = Path(place) / "data"
        with running("se", folder):
            yield figure("ready, first start", "s", [said_ready(folder)])
        for size in SIZES:
            with told(f"filling up to {size:,} referrals"):
                fill(folder, size)
            with running("se", folder) as instance:
                yield from _at(size, instance, Path(place))


def fill(folder: Path, size: int) -> None:
    """Let there be `size` referrals of others, none of which Prefect has ever heard."""
    address = f"sqlite:///{folder}/trivsel.sqlite"
    sealing.use_key_ring(sealing.KeyRing.read(folder / "keys.json"))
    if size:
        with db.writing(address) as session:
            if session.scalars(select(Unit.id).where(Unit.slug == "skola-0")).first() is None:
                crowd.add_schools(session, session.scalars(select(Forum).order_by(Forum.slug).limit(1)).one())
        crowd.fill(address, size)
    db.engine_for(address).dispose()


def _at(size: int, instance: Instance, place: Path) -> Iterator[Figure]:
    beside, folder = f"beside {size:,} others", instance.folder
    yield figure(f"ready, {beside}", "s", [said_ready(folder)], wanted=Wanted("median", 15))
    yield from memory_at_rest(instance, beside)
    left: dict[tuple[str, str], list[float]] = {}
    for turn in range(as_many_as(5, 2)):
        before = _left_behind(folder)
        with told(f"concern {turn + 1} through all stages, {beside}"):
            go_all_the_way(instance, place)
        for what, now in _left_behind(folder).items():
            left.setdefault(what, []).append(now - before[what])
    for (name, unit), values in left.items():
        yield figure(f"one closed referral, {name}, {beside}", unit, values)


def go_all_the_way(instance: Instance, place: Path) -> None:
    """One concern goes through all eight stages, as people would take it; its papers lie in `place`."""
    with redirect_stdout(io.StringIO()):
        demo.drive(instance.url, Path(tempfile.mkdtemp(dir=place)))


def memory_at_rest(instance: Instance, beside: str) -> Iterator[Figure]:
    """What the three parts take ten seconds later, each and together."""
    time.sleep(10)
    sizes = {part: proportional_memory(instance.process_of(part)) for part in PARTS}
    for part, megabytes in sizes.items():
        yield figure(f"memory at rest, {part}, {beside}", "MB", [megabytes])
    yield figure(f"memory at rest, all three, {beside}", "MB", [sum(sizes.values())], wanted=Wanted("median", 700))


def said_ready(folder: Path) -> float:
    """Seconds until the launcher said that all was ready."""
    said = said_by(folder).read_text(encoding="utf-8")
    found = re.search(r"ready in ([\d.]+) s", said)
    if found is None:
        raise RuntimeError("the launcher did not say how long it took")
    return float(found[1])


def _left_behind(folder: Path) -> dict[tuple[str, str], float]:
    """Rows and kilobytes in both databases now, by what is counted and its unit."""
    found = {}
    for name, file in (("ours", folder / "trivsel.sqlite"), ("Prefect's", folder / "prefect" / "prefect.db")):
        with sqlite3.connect(f"file:{file}?mode=ro", uri=True) as connection:
            tables = [row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
            rows = sum(connection.execute(f'SELECT count(*) FROM "{table}"').fetchone()[0] for table in tables)
            pages, size = (connection.execute(f"PRAGMA {word}").fetchone()[0] for word in ("page_count", "page_size"))
        found[f"rows in {name}", "rows"] = float(rows)
        found[f"size of {name}", "kB"] = pages * size / 1000
    return found
