"""`trivsel doctor`: one thing out of order at a time, and each says what to do."""

import os
import socket
import uuid
from datetime import timedelta

import pytest
from sqlalchemy import delete, select, text, update

from referrals import clock, config, db, printing, sealing
from referrals.models import ClockPaper, Heartbeat, PrintAttempt, Step, Unit
from tests import straight_way
from webapp import cli, doctor, health


@pytest.fixture
def examine(tmp_path, monkeypatch, capsys, own_database):
    """An instance whose other parts answer; its examination gives the exit status and what is not in order."""
    ring = sealing.key_ring()
    monkeypatch.setenv("TRIVSEL_DATA", str(tmp_path / "instance"))
    config.current.cache_clear()
    assert cli.main(["setup", str(cli.DEMONSTRATIONS / "se.toml")]) == 0
    monkeypatch.setattr(health, "prefect_answers", lambda _settings: True)
    monkeypatch.setattr(doctor.instance.Instance, "answers", lambda _self, _path: True)
    with db.writing() as session:
        for part in ("worker", "sweep"):
            session.add(Heartbeat(part=part, holder=uuid.uuid4().hex, seen_at=clock.machine_now()))
    capsys.readouterr()

    def run():
        status = cli.main(["doctor"])
        lines = capsys.readouterr().out.splitlines()
        return status, [line.removeprefix("NOT in order").strip() for line in lines if line.startswith("NOT in order")]

    yield run
    db.engine_for(config.current().database).dispose()
    config.current.cache_clear()
    clock.use_shift_file(None)
    sealing.use_key_ring(ring)


def submit():
    with db.writing() as session:
        straight_way.submit(session, session.scalars(select(Unit).where(Unit.slug == "lindskolan")).one())


def test_everything_is_in_order(examine):
    assert examine() == (0, [])


def test_each_thing_says_what_is_wrong_and_what_to_do(examine, monkeypatch):
    settings = config.current()
    settings.key_file.chmod(0o644)
    monkeypatch.setattr(health, "LEAST_FREE", 10**18)
    monkeypatch.setattr(health, "prefect_answers", lambda _settings: False)
    monkeypatch.setattr(doctor.instance.Instance, "answers", lambda _self, _path: False)

    def print_pdf(_html):
        raise OSError("cannot load library")

    monkeypatch.setattr(printing, "print_pdf", print_pdf)
    with db.writing() as session:
        is_worker = Heartbeat.part == "worker"
        session.execute(update(Heartbeat).where(is_worker).values(seen_at=clock.machine_now() - timedelta(minutes=5)))
        session.execute(text("UPDATE alembic_version SET version_num = '0001'"))
    status, faults = examine()
    assert status == 1
    names = [fault.partition(":")[0] for fault in faults]
    assert names == ["data folder", "database", "key ring", "paper", "Prefect", "worker", "web"]
    for fault, hint in zip(
        faults, ["make room", "trivsel migrate", "chmod 600", "apt-get install", "start", "start", "start"], strict=True
    ):
        assert hint in fault


def test_a_folder_of_somebody_else_is_named(examine, monkeypatch):
    folder, access = config.current().data, os.access
    monkeypatch.setattr(os, "access", lambda path, mode: path != folder and access(path, mode))
    assert "cannot be written by this user" in examine()[1][0]


def test_keys_of_another_database_are_found_out(examine):
    submit()
    assert examine() == (0, [])
    ring = config.current().key_file
    ring.unlink()
    sealing.KeyRing.make(ring)
    assert "belongs to another one" in examine()[1][0]


def test_a_database_without_tables_is_told_from_one_in_order(examine):
    address = config.current().database
    with db.engine_for(address).begin() as connection:
        connection.execute(text("DROP TABLE alembic_version"))
        connection.execute(text("ALTER TABLE municipality RENAME TO something_else"))
    _status, faults = examine()
    assert (
        faults[0] == f"database: it is at version None, this program at {health.newest_migration()}: `trivsel migrate`"
    )
    assert "municipality: the database does not answer" in faults[1]


def test_a_post_office_that_does_not_answer_is_told(examine, monkeypatch):
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        monkeypatch.setenv("TRIVSEL_SMTP_HOST", "127.0.0.1")
        monkeypatch.setenv("TRIVSEL_SMTP_PORT", str(nobody.getsockname()[1]))
        config.current.cache_clear()
        assert "mail waits" in examine()[1][0]
        nobody.listen()
        assert examine() == (0, [])


def test_work_that_waits_too_long_and_work_given_up_are_told(examine):
    submit()
    with db.writing() as session:
        session.execute(update(Step).values(created_at=clock.machine_now() - timedelta(minutes=10)))
    assert "has waited 10 minutes" in examine()[1][0]
    with db.writing() as session:
        session.execute(update(Step).values(failed_at=clock.machine_now()))
    assert "1 steps were given up" in examine()[1][0]


def test_a_paper_of_the_calendar_that_was_given_up_is_told(examine):
    hours_ago = clock.machine_now() - timedelta(hours=2)
    with db.writing() as session:
        session.add(PrintAttempt(paper=ClockPaper.QUALITY_REPORT, key="2025", tries=3, tried_at=hours_ago))
    assert "1 papers of the calendar never came out of the printer" in examine()[1][0]


def test_a_sweep_that_leaves_something_over_each_time_is_told(examine):
    with db.writing() as session:
        is_sweep = Heartbeat.part == "sweep"
        session.execute(update(Heartbeat).where(is_sweep).values(seen_at=clock.machine_now() - timedelta(hours=30)))
    assert "no sweep has done all that was due for 30 hours" in examine()[1][0]
    with db.writing() as session:
        session.execute(delete(Heartbeat).where(is_sweep))
    assert "no sweep has done all that was due yet" in examine()[1][0]
