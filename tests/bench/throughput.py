"""Many steps waiting at once, worked off by one worker and by two; counted afterwards: none lost, none twice."""

import os
import signal
import subprocess
import sys
import uuid
from collections import Counter
from collections.abc import Collection, Generator, Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from referrals import db, sealing
from referrals.models import Document, Heartbeat, Step, Unit
from referrals.vocabulary import DocumentKind
from tests import straight_way
from tests.bench.figures import Figure, Wanted, as_many_as, figure, told
from tests.bench.running import GROWN, embedded, on_postgres
from tests.bench.waiting import MILLISECOND, count_finished, count_waiting, settings_of, wait_for
from tests.journeys.instance import Instance

#: the papers of a concern, each once; besides them it is a step that opens triage, and its mails
PAPERS_OF_A_CONCERN = (DocumentKind.RECEIPT, DocumentKind.REFERRAL)
#: what a second worker may at most cost where there is no processor for it
BESIDE_ANOTHER = Wanted("median", 0.6, at_least=True)


def measure() -> Iterator[Figure]:
    """On SQLite, one worker."""
    with embedded() as (instance, address):
        yield from _work_off(instance, address, where="SQLite", workers=1)


def measure_on_postgres() -> Iterator[Figure]:
    """Our database on PostgreSQL (Prefect's stays SQLite), one worker and then two."""
    with on_postgres() as (instance, address):
        yield from _one_and_two(instance, address, where="PostgreSQL")


def measure_grown() -> Iterator[Figure]:
    """Both databases on PostgreSQL, one worker and then two."""
    with on_postgres(prefect_too=True) as (instance, address):
        yield from _one_and_two(instance, address, where=GROWN)


def _one_and_two(instance: Instance, address: str, *, where: str) -> Iterator[Figure]:
    one = yield from _work_off(instance, address, where=where, workers=1)
    with _second_worker(instance, address):
        two = yield from _work_off(instance, address, where=where, workers=2)
    yield figure(f"steps a second, two workers against one, {where}", "times", [two / one], wanted=BESIDE_ANOTHER)


def _work_off(instance: Instance, address: str, *, where: str, workers: int) -> Generator[Figure, None, float]:
    """Concerns come in while every worker is held; then they are let go, and the rows say when each step began and ended.

    The steps a second are what is returned.
    """
    concerns = as_many_as(200, 25)
    before, papers, came_in = count_finished(address), _papers(address), list[uuid.UUID]()
    with _held(instance), told(f"{concerns} concerns come in"):
        sealing.use_key_ring(sealing.KeyRing.read(instance.folder / "keys.json"))
        for _ in range(concerns):
            with db.writing(address) as session:
                came_in.append(straight_way.submit(session, session.scalars(select(Unit).limit(1)).one()).id)
    with told("they are worked off"):
        wait_for(lambda: count_waiting(address) == 0, within=900)
    steps, issued = count_finished(address) - before, _papers(address) - papers
    seconds = _seconds_of_the_last(address, steps)
    name = f"{where}, {workers} worker{'s' * (workers > 1)}"
    wanted = Wanted("median", 2.5 if where == "SQLite" else 4.0, at_least=True) if workers == 1 else None
    yield figure(f"steps a second, {concerns} concerns waiting, {name}", "/s", [steps / seconds], wanted=wanted)
    yield figure(f"papers a second among them, {name}", "/s", [issued / seconds])
    with db.reading(address) as session:
        astray, given_up = papers_astray(session, came_in), steps_given_up(session, came_in)
    yield figure(f"papers lost or doubled, {name}", "of all", [astray], wanted=Wanted("median", 0))
    yield figure(f"steps given up, {name}", "of all", [given_up], wanted=Wanted("median", 0))
    return steps / seconds


def papers_astray(session: Session, referral_ids: Collection[uuid.UUID]) -> int:
    """How many papers are not there and how many are there too often, each at its own referral: one never makes up for another."""
    rows = session.execute(select(Document.referral_id, Document.kind).where(Document.referral_id.in_(referral_ids)))
    issued = Counter((referral_id, kind) for referral_id, kind in rows)
    due = Counter((referral_id, kind) for referral_id in referral_ids for kind in PAPERS_OF_A_CONCERN)
    return (due - issued).total() + (issued - due).total()


def steps_given_up(session: Session, referral_ids: Collection[uuid.UUID]) -> int:
    """How many steps nobody goes on with: they no longer wait, and are not done either."""
    mine = Step.referral_id.in_(referral_ids), Step.failed_at.is_not(None), Step.finished_at.is_(None)
    return session.scalar(select(func.count()).select_from(Step).where(*mine)) or 0


def _workers(instance: Instance) -> list[int]:
    first = instance.process_of("worker")
    mine = Path(f"/proc/{os.getpid()}/task/{os.getpid()}/children").read_text(encoding="ascii").split()
    return [first, *(int(one) for one in mine if b"flows.worker" in Path(f"/proc/{one}/cmdline").read_bytes())]


@contextmanager
def _held(instance: Instance) -> Iterator[None]:
    """Every worker stands still as long as this lasts."""
    workers = _workers(instance)
    for worker in workers:
        os.kill(worker, signal.SIGSTOP)
    try:
        yield
    finally:
        for worker in workers:
            os.kill(worker, signal.SIGCONT)


@contextmanager
def _second_worker(instance: Instance, address: str) -> Iterator[None]:
    """Another worker with the settings of the first, ready when the block begins."""
    with (instance.folder / "logs" / "second worker.log").open("wb") as log:
        worker = subprocess.Popen(
            [sys.executable, "-m", "flows.worker"],
            env=settings_of(instance.process_of("worker")), stdin=subprocess.DEVNULL, stdout=log, stderr=log,
        )  # fmt: skip
    try:
        wait_for(lambda: _alive(address) == 2, within=120)
        yield
    finally:
        worker.terminate()
        worker.wait(30)


def _alive(address: str) -> int:
    with db.reading(address) as session:
        return session.scalar(select(func.count()).select_from(Heartbeat).where(Heartbeat.part == "worker")) or 0


def _papers(address: str) -> int:
    with db.reading(address) as session:
        return session.scalar(select(func.count()).select_from(Document)) or 0


def _seconds_of_the_last(address: str, steps: int) -> float:
    """From the beginning of the first to the end of the last of the newest `steps` steps."""
    with db.reading(address) as session:
        newest = select(Step).where(Step.finished_at.is_not(None)).order_by(Step.created_at.desc()).limit(steps)
        rows = [(row.started_at, row.finished_at) for row in session.scalars(newest)]
    known = [(began, ended) for began, ended in rows if began is not None and ended is not None]
    taken = max(ended for _, ended in known) - min(began for began, _ in known)
    return taken / MILLISECOND / 1000
