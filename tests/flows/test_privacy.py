"""Nothing personal reaches Prefect: not on the straight way, and not when things fail."""

import logging
import sqlite3
import time
import uuid
from collections.abc import Iterator
from contextlib import closing
from dataclasses import astuple
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from flows.engine import Engine
from flows.tasks import papers
from referrals import db, mailer, settling, steps
from referrals.errors import Incomplete
from referrals.models import Document, History, Referral
from referrals.operations import logs
from referrals.stages import Stage
from referrals.vocabulary import DocumentKind
from tests import development, straight_way
from tests.flows.ground import HOME, Instance, PrefectServer, until
from tests.flows.watching import failures, is_quiet, submit


def everything_stored(database: Path) -> Iterator[str]:
    """Every text and every blob in every table of Prefect's database."""
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection:
        tables = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        for table in tables:
            for row in connection.execute(f'SELECT * FROM "{table}"'):
                for value in row:
                    if isinstance(value, bytes):
                        yield value.decode(errors="replace")
                    elif isinstance(value, str):
                        # JSON columns may spell letters as escapes
                        yield value
                        if "\\u" in value:
                            yield value.encode().decode("unicode_escape", errors="replace")


def written_files() -> Iterator[str]:
    """Every file in Prefect's home: kept results, logs of the server."""
    for path in HOME.rglob("*"):
        if path.is_file():
            yield path.read_bytes().decode(errors="replace")


def secrets(instance: Instance) -> list[str]:
    """What must not be found: everything that was typed, and the names of people and places."""
    cast = instance.cast
    people = (cast.coordinator, cast.second_coordinator, cast.head_teacher, cast.special_educator)
    names = [each for person in people for each in (person.name, person.email)]
    return [
        *straight_way.TYPED,
        *astuple(development.WORDS),
        *names,
        cast.school.name,
        cast.forum.name,
        cast.municipality.name,
    ]


def walk(instance: Instance, referral_id: uuid.UUID) -> None:
    """Make every decision of the straight way, each in a transaction of its own."""
    for decide in straight_way.DECISIONS:
        with db.writing(instance.database) as session:
            referral = session.get_one(Referral, referral_id)
            decide(session, instance.cast, referral)


def begin_work(instance: Instance) -> None:
    """Development work about the school: a piece without persons, which the same engine carries."""
    with db.writing(instance.database) as session:
        development.begin(session, instance.cast)


def fail_with_everything(instance: Instance, monkeypatch: pytest.MonkeyPatch) -> None:
    """Fail in the paper, the database, the core and the mail, each time with what was typed in the exception's text."""
    everything = " ".join(secrets(instance))

    def in_paper(_html: str) -> bytes:
        raise ValueError(everything)

    def in_database(*_: object) -> None:
        raise OperationalError(f"UPDATE {everything}", {"name": everything}, Exception(everything))

    def in_core(*_: object) -> None:
        raise Incomplete(everything)

    def in_mail(_letter: mailer.Letter) -> None:
        raise OSError(everything)

    for place, name, failing, begin in (
        (papers.printing, "print_pdf", in_paper, submit),
        (papers.printing, "print_pdf", in_paper, begin_work),
        (settling.targets, "set_target", in_database, submit),
        (settling.notifications, "write", in_core, submit),
        (mailer, "send", in_mail, submit),
    ):
        with monkeypatch.context() as patch:
            patch.setattr(place, name, failing)
            given_up = len(failures(instance))
            begin(instance)
            until(lambda before=given_up: len(failures(instance)) > before)
            until(lambda: is_quiet(instance))


def test_neither_prefect_nor_the_log_knows_anything_of_what_was_typed(
    prefect: PrefectServer,
    one_engine: Engine,
    one_instance: Instance,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO)  # as the worker does
    referral_id = submit(one_instance)
    until(lambda: is_quiet(one_instance))  # the workflow carries it to triage
    walk(one_instance, referral_id)
    begin_work(one_instance)
    until(lambda: is_quiet(one_instance))
    assert failures(one_instance) == []
    with db.reading(one_instance.database) as session:
        issued = session.scalars(select(Document.kind).where(Document.referral_id == referral_id)).all()
        passed = session.scalars(select(History.to_stage).where(History.referral_id == referral_id)).all()
    assert set(passed) == set(Stage)
    assert set(issued) == set(DocumentKind) - {
        DocumentKind.ABSENCE_WARNING,
        DocumentKind.ABSENCE_REPORT,
        DocumentKind.PROTECTION_REPORT,
        DocumentKind.PAGE_CODE,
        DocumentKind.PLAN_FOR_SERVICE,
        DocumentKind.HAND_OVER,
        DocumentKind.SERVICE_REFERRAL,
        DocumentKind.SUPPORT_REPORT,
        DocumentKind.SUPPORT_INVESTIGATION,
        DocumentKind.SUPPORT_PROGRAMME,
        DocumentKind.NO_SUPPORT_PROGRAMME,
        DocumentKind.SUPPORT_REVIEW,
        DocumentKind.SUPPORT_PROGRAMME_ENDED,
        DocumentKind.ABSENCE_NOTICE,
        DocumentKind.ABSENCE_INVESTIGATION,
        DocumentKind.DEGRADING_REPORT,
        DocumentKind.DEGRADING_INVESTIGATION,
        DocumentKind.EDUCATIONAL_REQUEST,
        DocumentKind.EDUCATIONAL_ASSESSMENT,
        DocumentKind.EDUCATIONAL_DECISION,
    }  # no step makes the first four, and nobody shares the plan here
    monkeypatch.setattr(steps, "PAUSES", ())
    fail_with_everything(one_instance, monkeypatch)
    assert sorted(set(failures(one_instance))) == ["database", "mail", "paper", "refused"]
    time.sleep(5)  # Prefect's logs and events arrive a little later

    stored = "\n".join(everything_stored(prefect.database)) + "\n".join(written_files())
    assert stored.count("advance-referral") > len(straight_way.DECISIONS)
    assert stored.count("advance-development") > 1
    assert "StepFailed: paper" in stored
    assert "Traceback" in stored
    assert [secret for secret in secrets(one_instance) if secret in stored] == []
    line = logs.lines("worker")
    lines = "\n".join(line.format(record) for record in caplog.records)
    assert "paper failed: ValueError at" in caplog.text
    assert [secret for secret in secrets(one_instance) if secret in caplog.text] == []
    assert [secret for secret in secrets(one_instance) if secret in lines] == []
    assert '"error": "StepFailed at ' in lines
