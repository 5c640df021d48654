"""Whatever happens to mail, printer, Prefect or a worker: nothing is lost, nothing twice, and a person sees what was given up."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import select, text

from flows.attempts import STUCK
from flows.engine import Engine
from flows.tasks import papers
from referrals import db, migrations, steps
from referrals.models import Referral, Step, StepKind
from referrals.operations import backup, sealed_file
from tests.databases import empty
from tests.flows.ground import Instance, PrefectServer, until
from tests.flows.watching import everything_is_there_once, failures, is_held, is_quiet, numbers, state, submit


@pytest.mark.usefixtures("impatient")
def test_a_paper_that_cannot_be_printed_is_given_up_in_one_word(
    one_engine: Engine, one_instance: Instance, monkeypatch: pytest.MonkeyPatch
) -> None:
    def jammed(_html: str) -> bytes:
        raise RuntimeError("Zebulina is stuck in the printer")

    monkeypatch.setattr(papers.printing, "print_pdf", jammed)
    referral_id = submit(one_instance)
    until(lambda: failures(one_instance) == ["paper"])
    assert numbers(one_instance) == (0, 0, 1)
    monkeypatch.undo()
    with db.writing(one_instance.database) as session:
        coordinator = session.merge(one_instance.cast.coordinator, load=False).actor()
        (step,) = steps.failed(session, session.get_one(Referral, referral_id))
        steps.retry(session, step, by=coordinator)
    assert failures(one_instance) == []


def test_everything_catches_up_when_a_killed_prefect_is_back_and_when_it_has_forgotten_us(
    one_engine: Engine, one_instance: Instance, prefect: PrefectServer
) -> None:
    until(one_engine.registered.is_set)
    submit(one_instance)
    until(lambda: is_held(one_instance))
    prefect.kill()
    submit(one_instance)  # the form goes on working
    assert not is_quiet(one_instance)
    prefect.start()
    until(lambda: is_quiet(one_instance))
    assert numbers(one_instance) == (4, 4, 4)
    prefect.stop()
    prefect.forget_everything()
    submit(one_instance)
    prefect.start()
    until(lambda: is_quiet(one_instance))
    assert numbers(one_instance) == (6, 6, 6)
    assert failures(one_instance) == []


#: a worker that is killed at the moment that is named
DOOMED = """
import os, signal, sys, threading
from datetime import timedelta
from flows import worker
from referrals import documents, printing, steps

def die(*_, **__):
    os.kill(os.getpid(), signal.SIGKILL)

def issue_and_die(session, *more, _real=documents.issue, **named):
    _real(session, *more, **named)
    session.flush()
    die()

match sys.argv[1]:
    case "with a paper in the printer":
        printing.print_pdf = die
    case "between document and commit":
        documents.issue = issue_and_die
    case "between commit and the end of the run":
        steps.KeptLease.__exit__ = die
    case "with a paper that never comes out of the printer":
        steps.LONGEST, steps.PAUSES = timedelta(seconds=2), (timedelta(seconds=0.2),) * 3
        printing.print_pdf = lambda _html: threading.Event().wait()
sys.exit(worker.main())
"""


@pytest.mark.parametrize(
    ("moment", "status", "papers_mails_and_rows"),
    [
        ("with a paper in the printer", -signal.SIGKILL, (0, 0, 1)),
        ("between document and commit", -signal.SIGKILL, (0, 0, 1)),
        ("between commit and the end of the run", -signal.SIGKILL, (2, 2, 2)),
        ("with a paper that never comes out of the printer", STUCK, (0, 0, 1)),
    ],
)
def test_what_a_worker_held_that_died_or_ended_itself_is_carried_on_by_another(
    moment: str,
    status: int,
    papers_mails_and_rows: tuple[int, int, int],
    prefect: PrefectServer,
    one_instance: Instance,
) -> None:
    """The second begins where the lease of the first ran out, or after the pause that follows a failure."""
    referral_id = submit(one_instance)
    command = [sys.executable, "-c", DOOMED, moment]
    with subprocess.Popen(command, env=os.environ | one_instance.environment) as first:
        try:
            assert first.wait(timeout=90) == status
        finally:
            first.kill()  # it would be waited for without end
    assert numbers(one_instance) == papers_mails_and_rows
    with db.reading(one_instance.database) as session:
        told = session.scalars(select(Step.failed_with).where(Step.failed_with.is_not(None))).all()
        assert list(told) == (["time"] if status == STUCK else [])
    second = Engine(one_instance.settings, holder="second")
    second.start()
    until(lambda: is_quiet(one_instance))
    assert second.stop(10)
    everything_is_there_once(one_instance, [referral_id])
    with db.reading(one_instance.database) as session:
        assert max(session.scalars(select(Step.attempt))) >= 2


def test_a_step_that_was_under_way_goes_on_on_an_empty_machine(
    prefect: PrefectServer, one_instance: Instance, tmp_path: Path
) -> None:
    referral_id = submit(one_instance)
    address = one_instance.database
    with db.writing(address) as session:
        step = session.scalars(select(Step).where(Step.kind == StepKind.ADVANCE_REFERRAL)).one()
        step_id = step.id
        assert steps.claim(session, step_id, holder="gone") is not None
        session.execute(text("CREATE TABLE alembic_version (version_num VARCHAR(32))"))
        session.execute(text("INSERT INTO alembic_version VALUES (:newest)"), {"newest": migrations.newest()})
    private, files = tmp_path / "backup.pem", {"data": tmp_path / "data", "keys": tmp_path / "keys"}
    backup.back_up(address, tmp_path, **files, public=sealed_file.make_keys(private))
    empty(address)
    backup.restore(address, tmp_path, **files, private=private)
    engine = Engine(one_instance.settings, holder="test")
    engine.start()
    try:
        until(lambda: is_quiet(one_instance))
    finally:
        engine.stop(10)
    assert state(one_instance, referral_id) == ("triage", "waiting")
    assert failures(one_instance) == []
    with db.reading(address) as session:
        assert session.get_one(Step, step_id).attempt > 1
