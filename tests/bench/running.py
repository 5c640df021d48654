"""What only a whole running instance shows: steps, and intake by many at once."""

import json
import statistics
import tempfile
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.engine import make_url

from referrals import db, printing
from referrals.models import History, Referral, Step
from referrals.models.step import StepKind
from referrals.stages import Stage
from referrals.vocabulary import DocumentKind
from tests.bench.concerns import Reporter
from tests.bench.figures import Figure, Wanted, as_many_as, figure, milliseconds, told
from tests.bench.waiting import MILLISECOND, count_finished, count_waiting, processor_seconds, wait_for
from tests.journeys.instance import Instance, running
from tests.postgres import a_database, running_postgres

PEOPLE = 20
CLEARED_WITHIN = 600.0
PARTS = ("web", "worker", "prefect")
#: how the figures of the shape with many hosts are called
GROWN = "both on PostgreSQL"


def measure_steps() -> Iterator[Figure]:
    """Steps on SQLite."""
    with embedded() as (instance, address):
        yield from _steps(instance.url, address, where="SQLite")


def measure_intake() -> Iterator[Figure]:
    """Intake by many at once on SQLite."""
    with embedded() as (instance, address):
        yield from _intake(instance, address, where="SQLite")


@contextmanager
def embedded() -> Iterator[tuple[Instance, str]]:
    """A running demonstration on SQLite in a folder of its own, and the address of its database."""
    with tempfile.TemporaryDirectory(prefix="trivsel-bench-") as place:
        folder = Path(place) / "data"
        with running("se", folder) as instance:
            address = f"sqlite:///{folder}/trivsel.sqlite"
            yield instance, address
            db.engine_for(address).dispose()


def measure_steps_on_postgres() -> Iterator[Figure]:
    """Steps where our database is PostgreSQL; Prefect's stays SQLite, so that the figures tell of ours."""
    with on_postgres() as (instance, address):
        yield from _steps(instance.url, address, where="PostgreSQL")


def measure_steps_grown() -> Iterator[Figure]:
    """Steps where both databases are PostgreSQL."""
    with on_postgres(prefect_too=True) as (instance, address):
        yield from _steps(instance.url, address, where=GROWN)


def measure_intake_grown() -> Iterator[Figure]:
    """Intake by many at once where both databases are PostgreSQL."""
    with on_postgres(prefect_too=True) as (instance, address):
        yield from _intake(instance, address, where=GROWN)


@contextmanager
def on_postgres(*, prefect_too: bool = False) -> Iterator[tuple[Instance, str]]:
    """A running demonstration with our database, or Prefect's too, on a PostgreSQL whose commits reach the disk; and our address."""
    with (
        tempfile.TemporaryDirectory(prefix="trivsel-bench-") as place,
        running_postgres(fsync="on") as server,
        a_database(server, "trivsel") as ours,
        a_database(server, "prefect") as prefects,
    ):
        spoken = make_url(prefects).set(drivername="postgresql+asyncpg").render_as_string(hide_password=False)
        settings = {"PREFECT_API_DATABASE_CONNECTION_URL": spoken} if prefect_too else {}
        with running("se", Path(place) / "data", TRIVSEL_DATABASE_URL=ours, **settings) as instance:
            yield instance, ours
            db.engine_for(ours).dispose()


# ---------------------------------------------------------------------------------------------------- steps
def _steps(url: str, address: str, *, where: str) -> Iterator[Figure]:
    latencies, numbers = step_latencies(url, address, times=as_many_as(20, 12))
    yield figure(f"step, {where}", "ms", latencies, wanted=Wanted("median", 400))
    yield figure(f"step, {where}, the slow ones", "ms", latencies, wanted=Wanted("p95", 900))
    waited, worked = _parts_of_steps(address, numbers)
    yield figure(f"step, {where}, from its commit until a run has begun", "ms", waited)
    yield figure(f"step, {where}, from there until it is done", "ms", worked)
    alone = sum(_printing(kind) for kind in (DocumentKind.RECEIPT, DocumentKind.REFERRAL))
    without = [each - alone for each in latencies]
    yield figure(f"step, {where}, without printing its two papers", "ms", without, wanted=Wanted("median", 300))


def step_latencies(url: str, address: str, *, times: int) -> tuple[list[float], list[str]]:
    """Milliseconds from the answer to the last button of the public form until triage is open and both papers, receipt and
    referral, are issued; and the reference numbers."""
    latencies, numbers = [], []
    for turn in range(times + 2):
        reporter = Reporter(url)
        reporter.fill_in()
        wait_for(lambda: count_waiting(address) == 0)  # what the concern before set going: this is about one alone
        number = reporter.send()
        wait_for(partial(_is_in_triage, address, number))
        if turn >= 2:  # the first ones still warm the worker up
            latencies.append((time.monotonic() - reporter.watch.answered) * 1000)
            numbers.append(number)
        reporter.close()
    return latencies, numbers


def _printing(kind: DocumentKind) -> float:
    sample = json.loads(
        (printing.TEMPLATE_FOLDER / "documents" / kind.value / "sample.json").read_text(encoding="utf-8")
    )
    html = printing.document_html(kind.value, sample, language="sv")
    return statistics.median(milliseconds(lambda: printing.print_pdf(html), times=10))


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


# ---------------------------------------------------------------------------------------------------- intake
def _intake(instance: Instance, address: str, *, where: str) -> Iterator[Figure]:
    """Twenty people press the last button again and again while the worker works; afterwards the database is counted.

    Each reads the page that follows before pressing again, and all together stay below 600 concerns in ten minutes.
    """
    before, processes = _count(address), {part: instance.process_of(part) for part in PARTS}
    people = [[Reporter(instance.url) for _ in range(as_many_as(8, 4))] for _ in range(PEOPLE)]
    concerns = sum(map(len, people))
    with told(f"{concerns} concerns are filled in"), ThreadPoolExecutor(4) as pool:
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
    finished = count_finished(address)
    spent = {part: processor_seconds(process) for part, process in processes.items()}
    gate.wait()
    began = time.monotonic()
    for thread in threads:
        thread.join()
    seconds = time.monotonic() - began
    yield figure(
        f"intake, {where}, 20 at once", "/s", [len(given) / seconds], wanted=Wanted("median", 60, at_least=True)
    )
    yield figure(f"intake, {where}, answer to the last button", "ms", taken, wanted=Wanted("p95", 600))
    nothing = Wanted("median", 0)
    yield figure(f"intake, {where}, lost", "of all", [concerns - len(set(given) & _numbers(address))], wanted=nothing)
    yield figure(f"intake, {where}, doubled", "of all", [max(0, _count(address) - before - concerns)], wanted=nothing)
    with told("what was sent in is worked off"):
        wait_for(lambda: count_waiting(address) == 0, within=CLEARED_WITHIN)
    cleared = time.monotonic() - began
    yield figure(f"all {concerns} worked off, {where}, after", "s", [cleared])
    yield figure(
        f"steps a second meanwhile, {where}, one worker", "/s", [(count_finished(address) - finished) / cleared]
    )
    for part, process in processes.items():
        each = (processor_seconds(process) - spent[part]) / concerns * 1000
        yield figure(f"processor time of a concern, {where}, {part}", "ms", [each])


def _count(address: str) -> int:
    with db.reading(address) as session:
        return session.scalar(select(func.count()).select_from(Referral)) or 0


def _numbers(address: str) -> set[str]:
    with db.reading(address) as session:
        return set(session.scalars(select(Referral.number)))
