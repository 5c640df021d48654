"""Whatever happens to mail, printer, Prefect or a worker: nothing is lost, nothing twice, and a person sees what was given up."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import select, text

from flows.engine import Engine
from flows.tasks import papers
from referrals import backup, db, migrations, sealed_file, steps
from referrals.models import Referral, Step, StepKind
from tests.databases import empty
from tests.flows.ground import Instance, PrefectServer, until
from tests.flows.watching import failures, is_quiet, numbers, state, submit


@pytest.mark.usefixtures("impatient")
def test_a_paper_that_cannot_be_printed_is_given_up_in_one_word(
    one_engine: Engine, one_instance: Instance, monkeypatch: pytest.MonkeyPatch
) -> None:
    def jammed(_html: str) -> bytes:
        raise RuntimeError("Zebulina is stuck in the printer")

    monkeypatch.setattr(papers.printing, "print_pdf", jammed)
    referral_id = submit(one_instance)
    until(lambda: failures(one_instance) == ["paper"], seconds=60)
    assert numbers(one_instance) == (0, 0, 1)
    monkeypatch.undo()
    with db.writing(one_instance.database) as session:
        coordinator = session.merge(one_instance.cast.coordinator, load=False).actor()
        (step,) = steps.failed(session, session.get_one(Referral, referral_id))
        steps.retry(session, step, by=coordinator)
    assert failures(one_instance) == []


def test_everything_catches_up_when_prefect_is_back_and_when_it_has_forgotten_us(
    one_engine: Engine, one_instance: Instance, prefect: PrefectServer
) -> None:
    submit(one_instance)
    until(lambda: is_quiet(one_instance), seconds=60)
    prefect.stop()
    submit(one_instance)  # the form goes on working
    assert not is_quiet(one_instance)
    prefect.start()
    until(lambda: is_quiet(one_instance), seconds=60)
    assert numbers(one_instance) == (4, 4, 4)
    prefect.stop()
    prefect.forget_everything()
    submit(one_instance)
    prefect.start()
    until(lambda: is_quiet(one_instance), seconds=60)
    assert numbers(one_instance) == (6, 6, 6)
    assert failures(one_instance) == []


def test_what_a_killed_worker_held_is_carried_on_by_another(prefect: PrefectServer, one_instance: Instance) -> None:
    """The first worker dies with a paper in the printer; the second begins where its lease ran out."""
    stuck = (
        "import sys, time\nfrom flows import worker\nfrom referrals import printing\n"
        "printing.print_pdf = lambda html: time.sleep(60)\nsys.exit(worker.main())\n"
    )
    first = subprocess.Popen([sys.executable, "-c", stuck], env=os.environ | one_instance.environment)
    try:
        submit(one_instance)
        until(lambda: _started(one_instance), seconds=60)
    finally:
        first.send_signal(signal.SIGKILL)
        first.wait(timeout=10)
    assert numbers(one_instance) == (0, 0, 1)
    second = Engine(one_instance.settings, holder="second")
    second.start()
    until(lambda: is_quiet(one_instance), seconds=60)
    assert second.stop(10)
    assert numbers(one_instance) == (2, 2, 2)
    with db.reading(one_instance.database) as session:
        assert max(session.scalars(select(Step.attempt))) >= 2


def _started(instance: Instance) -> bool:
    with db.reading(instance.database) as session:
        return any(session.scalars(select(Step.started_at)))


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
