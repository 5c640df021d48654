"""What only a whole running instance shows: steps, intake by many at once, memory, start, and what a referral leaves behind."""

import io
import json
import re
import sqlite3
import statistics
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, redirect_stdout
from datetime import timedelta
from functools import partial
from pathlib import Path

from sqlalchemy import func, select

from referrals import db, printing
from referrals.models import History, Referral, Step
from referrals.models.step import StepKind
from referrals.stages import Stage
from referrals.vocabulary import DocumentKind
from tests.bench.concerns import Reporter
from tests.bench.figures import Figure, Wanted, figure, milliseconds, told
from tests.journeys.instance import Instance, _children, running
from tests.postgres import a_database, running_postgres
from webapp import demo

STEPS = 20
PEOPLE, EACH = 20, 8  # below the limit of 600 concerns in ten minutes
CLEARED_WITHIN = 120.0
MILLISECOND = timedelta(milliseconds=1)


def measure_start() -> Iterator[Figure]:
    """Seconds to ready and memory at rest; then one concern through all stages, and what it leaves in both databases."""
    with tempfile.TemporaryDirectory(prefix="trivsel-bench-") as place:
        folder = Path(place) / "data"
        with running("se", folder):
            yield figure("ready, first start", "s", [_said_ready(folder)])
        with running("se", folder) as instance:
            yield figure("ready, second start", "s", [_said_ready(folder)], wanted=Wanted("median", 15))
            time.sleep(10)
            sizes = {part: _memory(instance.process_of(part)) for part in ("prefect", "worker", "web")}
            for part, megabytes in sizes.items():
                yield figure(f"memory at rest, {part}", "MB", [megabytes])
            yield figure("memory at rest, all three", "MB", [sum(sizes.values())], wanted=Wanted("median", 700))
            before = _left_behind(folder)
            with told("one concern through all stages"), redirect_stdout(io.StringIO()):
                demo.drive(instance.url, Path(tempfile.mkdtemp(dir=place)))
            for (name, unit, was), (_name, _unit, now) in zip(before, _left_behind(folder), strict=True):
                yield figure(f"one closed referral, {name}", unit, [now - was])


def measure_steps() -> Iterator[Figure]:
    """Steps on SQLite."""
    with _embedded() as (instance, address):
        yield from _steps(instance.url, address, where="SQLite")


def measure_intake() -> Iterator[Figure]:
    """Intake by many at once on SQLite."""
    with _embedded() as (instance, address):
        yield from _intake(instance.url, address)


@contextmanager
def _embedded() -> Iterator[tuple[Instance, str]]:
    with tempfile.TemporaryDirectory(prefix="trivsel-bench-") as place:
        folder = Path(place) / "data"
        with running("se", folder) as instance:
            address = f"sqlite:///{folder}/trivsel.sqlite"
            yield instance, address
            db.engine_for(address).dispose()


def measure_steps_on_postgres() -> Iterator[Figure]:
    """Steps where our database is PostgreSQL, with commits that reach the disk.

    Prefect's stays SQLite here: it wants `pg_trgm`, which the PostgreSQL of the tests does not bring.
    """
    with (
        tempfile.TemporaryDirectory(prefix="trivsel-bench-") as place,
        running_postgres(fsync="on") as server,
        a_database(server, "trivsel") as address,
        running("se", Path(place) / "data", TRIVSEL_DATABASE_URL=address) as instance,
    ):
        yield from _steps(instance.url, address, where="PostgreSQL")
        db.engine_for(address).dispose()


# ---------------------------------------------------------------------------------------------------- steps
def _steps(url: str, address: str, *, where: str) -> Iterator[Figure]:
    """From the answer to the last button of the public form until triage is open and the receipt is issued."""
    latencies, numbers = [], []
    for turn in range(STEPS + 2):
        reporter = Reporter(url)
        reporter.fill_in()
        _wait_for(lambda: _waiting(address) == 0)  # what the concern before set going: this is about one alone
        number = reporter.send()
        _wait_for(partial(_is_in_triage, address, number))
        if turn >= 2:  # the first ones still warm the worker up
            latencies.append((time.monotonic() - reporter.watch.answered) * 1000)
            numbers.append(number)
        reporter.close()
    yield figure(f"step, {where}", "ms", latencies, wanted=Wanted("median", 400))
    yield figure(f"step, {where}, the slow ones", "ms", latencies, wanted=Wanted("p95", 900))
    waited, worked = _parts_of_steps(address, numbers)
    yield figure(f"step, {where}, from its commit until a run has begun", "ms", waited)
    yield figure(f"step, {where}, from there until it is done", "ms", worked)
    sample = json.loads(
        (printing.TEMPLATE_FOLDER / "documents" / "receipt" / "sample.json").read_text(encoding="utf-8")
    )
    html = printing.document_html(DocumentKind.RECEIPT.value, sample, language="sv")
    alone = statistics.median(milliseconds(lambda: printing.print_pdf(html), times=10))
    yield figure(
        f"step, {where}, without its paper", "ms", [each - alone for each in latencies], wanted=Wanted("median", 300)
    )


def _parts_of_steps(address: str, numbers: list[str]) -> tuple[list[float], list[float]]:
    """Of each step, milliseconds from its commit until it was begun, and from there until it was done."""
    with db.reading(address) as session:
        steps = session.scalars(
            select(Step)
            .join(Referral, Step.referral_id == Referral.id)
            .join(History, Step.history_id == History.id)
            .where(Referral.number.in_(numbers), History.number == 1, Step.kind == StepKind.ADVANCE_REFERRAL)
        ).all()
    at = [(step.created_at, step.started_at, step.finished_at) for step in steps]
    known = [(a, b, c) for a, b, c in at if b is not None and c is not None]
    return [(b - a) / MILLISECOND for a, b, _ in known], [(c - b) / MILLISECOND for _, b, c in known]


def _is_in_triage(address: str, number: str) -> bool:
    """Whether the step that the concern started has ended: its papers are kept and triage is open in the same commit."""
    with db.reading(address) as session:
        finished = session.execute(
            select(Referral.stage, Step.finished_at)
            .join(Step, Step.referral_id == Referral.id)
            .join(History, Step.history_id == History.id)
            .where(Referral.number == number, History.number == 1, Step.kind == StepKind.ADVANCE_REFERRAL)
        ).first()
    return finished is not None and finished[0] is not Stage.INTAKE and finished[1] is not None


def _wait_for(is_so: Callable[[], bool], *, within: float = 60.0) -> None:
    deadline = time.monotonic() + within
    while not is_so():
        if time.monotonic() > deadline:
            raise RuntimeError(f"waited {within:.0f} seconds in vain")
        time.sleep(0.02)


# ---------------------------------------------------------------------------------------------------- intake
def _intake(url: str, address: str) -> Iterator[Figure]:
    """Twenty people press the last button again and again while the worker works; afterwards the database is counted."""
    before = _count(address)
    people = [[Reporter(url) for _ in range(EACH)] for _ in range(PEOPLE)]
    with told(f"{PEOPLE * EACH} concerns are filled in"), ThreadPoolExecutor(4) as pool:
        list(pool.map(Reporter.fill_in, [one for person in people for one in person]))
    gate, given, taken = threading.Barrier(PEOPLE + 1), list[str](), list[float]()

    def press(browsers: list[Reporter]) -> None:
        gate.wait()
        for browser in browsers:
            given.append(browser.send())
            taken.append(browser.watch.milliseconds)

    threads = [threading.Thread(target=press, args=(person,)) for person in people]
    for thread in threads:
        thread.start()
    finished = _finished(address)
    gate.wait()
    began = time.monotonic()
    for thread in threads:
        thread.join()
    seconds = time.monotonic() - began
    yield figure("intake, 20 at once", "/s", [len(given) / seconds], wanted=Wanted("median", 60, at_least=True))
    yield figure("intake, answer to the last button", "ms", taken, wanted=Wanted("p95", 600))
    nothing = Wanted("median", 0)
    yield figure("intake, lost", "of all", [PEOPLE * EACH - len(set(given) & _numbers(address))], wanted=nothing)
    yield figure("intake, doubled", "of all", [max(0, _count(address) - before - PEOPLE * EACH)], wanted=nothing)
    with told("what was sent in is worked off, or two minutes pass"):
        while _waiting(address) and time.monotonic() - began < CLEARED_WITHIN:
            time.sleep(0.1)
    steps = _finished(address) - finished
    yield figure("steps worked off after it, SQLite, one worker", "/s", [steps / (time.monotonic() - began)])


def _count(address: str) -> int:
    with db.reading(address) as session:
        return session.scalar(select(func.count()).select_from(Referral)) or 0


def _numbers(address: str) -> set[str]:
    with db.reading(address) as session:
        return set(session.scalars(select(Referral.number)))


def _finished(address: str) -> int:
    with db.reading(address) as session:
        return session.scalar(select(func.count()).select_from(Step).where(Step.finished_at.is_not(None))) or 0


def _waiting(address: str) -> int:
    with db.reading(address) as session:
        open_steps = select(func.count()).select_from(Step).where(Step.finished_at.is_(None), Step.failed_at.is_(None))
        return session.scalar(open_steps) or 0


# ---------------------------------------------------------------------------------------------------- what it takes
def _said_ready(folder: Path) -> float:
    said = folder.with_suffix(".log").read_text(encoding="utf-8")
    found = re.search(r"ready in ([\d.]+) s", said)
    if found is None:
        raise RuntimeError("the launcher did not say how long it took")
    return float(found[1])


def _memory(process: int) -> float:
    """Megabytes of a process and all below it; what several share is counted once between them."""
    rollup = Path(f"/proc/{process}/smaps_rollup").read_text(encoding="ascii")
    found = re.search(r"^Pss:\s+(\d+) kB", rollup, re.MULTILINE)
    return (int(found[1]) / 1024 if found else 0.0) + sum(_memory(child) for child in _children(process))


def _left_behind(folder: Path) -> list[tuple[str, str, float]]:
    """Rows and kilobytes in both databases now."""
    found = []
    for name, file in (("ours", folder / "trivsel.sqlite"), ("Prefect's", folder / "prefect" / "prefect.db")):
        with sqlite3.connect(f"file:{file}?mode=ro", uri=True) as connection:
            tables = [row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
            rows = sum(connection.execute(f'SELECT count(*) FROM "{table}"').fetchone()[0] for table in tables)
            pages, size = (connection.execute(f"PRAGMA {word}").fetchone()[0] for word in ("page_count", "page_size"))
        found += [(f"rows in {name}", "rows", float(rows)), (f"size of {name}", "kB", pages * size / 1000)]
    return found
