"""The machine is lost while web and worker work: its newest copy, put back on an empty one, has all that had come in, and goes on."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import func, select, text

from referrals import db, migrations
from referrals.models import Referral, Step
from tests.bench.concerns import send_at_last
from tests.flows.ground import PATIENCE, Instance, PrefectServer, until
from tests.flows.watching import all_are_in_triage_once, is_quiet, submit
from tests.programs import web, worker
from tests.referrals.post_office import free_port

#: so many steps wait at least while the copy is made, so that some of them are under way in it
WAIT = 6


def trivsel(instance: Instance, *words: str) -> "subprocess.Popen[str]":
    """Type `trivsel …` on the machine of this instance."""
    return subprocess.Popen(
        [sys.executable, "-m", "webapp.cli", *words],
        env=os.environ | instance.environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip


def said_by(program: "subprocess.Popen[str]") -> str:
    said, _ = program.communicate(timeout=PATIENCE)
    assert program.returncode == 0, said
    return said


def tables_in(said: str) -> list[str]:
    """The lines with the rows and the checksum of each table."""
    return [line for line in said.splitlines() if line.startswith("  ")]


def count_waiting(instance: Instance) -> int:
    with db.reading(instance.database) as session:
        return session.scalar(select(func.count()).select_from(Step).where(Step.finished_at.is_(None))) or 0


def numbers_in(instance: Instance) -> set[str]:
    with db.reading(instance.database) as session:
        return set(session.scalars(select(Referral.number)))


def under_way(instance: Instance) -> dict[object, int]:
    """The steps that somebody holds, and their attempts."""
    held = select(Step).where(Step.lease_until.is_not(None), Step.finished_at.is_(None))
    with db.reading(instance.database) as session:
        return {step.id: step.attempt for step in session.scalars(held)}


def moved(instance: Instance, folder: Path, address: str) -> Instance:
    """The same instance on another machine with an empty folder, to which somebody brought the key ring."""
    keys = str(instance.settings.key_file)
    there = {"TRIVSEL_DATA": str(folder), "TRIVSEL_DATABASE_URL": address, "TRIVSEL_KEYS": keys}
    settings = instance.settings.model_copy(update={"data": folder, "database_url": address, "keys": Path(keys)})
    return Instance(settings, instance.cast, instance.environment | there)


@contextmanager
def at_work(instance: Instance, port: int) -> Iterator[None]:
    """Worker and web work, and are then gone at once."""
    parts = [
        worker(environment=instance.environment),
        web(port, instance.settings.data, environment=instance.environment | {"TRIVSEL_PORT": str(port)}),
    ]
    try:
        for part in parts:
            part.start()
        yield
    finally:
        for part in parts:
            if part.process is not None:
                part.kill()


def test_a_copy_made_while_web_and_worker_work_goes_on_on_an_empty_machine(
    prefect: PrefectServer, one_instance: Instance, tmp_path: Path, new_database: Callable[[], str]
) -> None:
    here, port = one_instance, free_port()
    with db.writing(here.database) as session:
        session.execute(text("CREATE TABLE alembic_version (version_num VARCHAR(32))"))
        session.execute(text("INSERT INTO alembic_version VALUES (:newest)"), {"newest": migrations.newest()})
    private, data, keys = (str(tmp_path / name) for name in ("backup.pem", "data", "keys"))
    said_by(trivsel(here, "keys", "backup", private))
    with at_work(here, port):
        before = {send_at_last(f"http://127.0.0.1:{port}")}
        until(lambda: is_quiet(here))  # the worker works
        with ThreadPoolExecutor(1) as people:
            copying = trivsel(here, "backup", data, "--keys", keys, "--for", f"{private}.pub")
            sending = people.submit(send_at_last, f"http://127.0.0.1:{port}")
            while copying.poll() is None:
                if count_waiting(here) < WAIT:
                    submit(here)
            copied, later = said_by(copying), sending.result(PATIENCE)
        until(lambda: is_quiet(here))  # nobody had to stop for it
    assert later in numbers_in(here)

    (tmp_path / "empty").mkdir()
    there = moved(here, tmp_path / "empty", new_database())
    said = said_by(trivsel(there, "restore", data, "--keys", keys, "--with", private))
    assert tables_in(said) == tables_in(copied) != []
    held = under_way(there)
    assert held
    came_in = numbers_in(there)
    assert before <= came_in <= numbers_in(here)
    with at_work(there, port):
        came_in.add(send_at_last(f"http://127.0.0.1:{port}"))
        until(lambda: is_quiet(there))
    assert numbers_in(there) == came_in
    all_are_in_triage_once(there, len(came_in))
    with db.reading(there.database) as session:
        attempts = {step.id: step.attempt for step in session.scalars(select(Step).where(Step.id.in_(held)))}
    assert all(attempts[step] > attempt for step, attempt in held.items())
