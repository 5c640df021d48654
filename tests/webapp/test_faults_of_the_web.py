"""The web is killed in the middle of a submit, or its database is locked or its disk full: nothing half-written stays, and pressing
the button again makes one referral."""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import Connection, event, func, select, text

from referrals import config, db
from referrals.keeping import audit_check
from referrals.models import Concern, History, Referral, Step, WorkingNote
from tests.bench.concerns import Reporter
from tests.people import settle
from tests.programs import web
from tests.referrals.post_office import free_port
from tests.webapp.test_intake import fill_staff, send_staff, shown_code
from webapp.demo_window import Stopped

#: the process dies just before or just after the commit that makes a referral, whichever the file says
DIES = """
import os, signal
from pathlib import Path
from sqlalchemy import event
from sqlalchemy.orm import Session
from referrals.models import Referral

def note(session, _context):
    session.info["is_it"] = session.info.get("is_it") or any(isinstance(row, Referral) for row in session.new)

def die(session, moment):
    word = Path(os.environ["TRIVSEL_DATA"], "dies")
    if session.info.get("is_it") and word.exists() and word.read_text() == moment:
        word.unlink()
        os.killpg(0, signal.SIGKILL)

event.listen(Session, "before_flush", lambda session, _context, _rows: note(session, None))
event.listen(Session, "before_commit", lambda session: die(session, "before"))
event.listen(Session, "after_commit", lambda session: die(session, "after"))
"""


def counted(address: str) -> list[int | None]:
    """How many referrals there are, with all that must be there with each."""
    with db.reading(address) as session:
        assert not audit_check.verify(session).findings
        return [session.scalar(select(func.count()).select_from(table)) for table in (Referral, Concern, History, Step)]


def test_a_concern_whose_web_dies_just_before_or_after_its_commit_is_there_once_when_sent_again(
    fresh_database: str, data_folder: Path
) -> None:
    with db.writing(fresh_database) as session:
        settle(session)
    port, dies = free_port(), data_folder / "dies"
    environment = {"TRIVSEL_DATABASE_URL": fresh_database, "TRIVSEL_PORT": str(port)}
    program = web(port, data_folder, environment=environment, before=DIES)
    numbers = []
    try:
        for moment, there in (("before", 0), ("after", 2)):
            program.start()
            reporter = Reporter(f"http://127.0.0.1:{port}")
            reporter.fill_in()
            dies.write_text(moment)
            with pytest.raises(Stopped, match="does not answer"):
                reporter.send()
            assert not dies.exists()
            assert counted(fresh_database) == [there] * 4
            program.start()
            numbers.append(reporter.send())
            reporter.close()
            program.kill()
    finally:
        program.kill()
    assert counted(fresh_database) == [2] * 4
    with db.reading(fresh_database) as session:
        assert sorted(session.scalars(select(Referral.number))) == sorted(numbers)


@pytest.fixture
def settings(fresh_sqlite: str, data_folder: Path) -> config.Settings:
    """SQLite, which knows one lock for everybody."""
    return config.Settings(database_url=fresh_sqlite, data=data_folder)


@pytest.fixture
def somebody(settings: config.Settings) -> Iterator[sqlite3.Connection]:
    """Somebody else with a line to the database, who may lock everybody out."""
    path = settings.database.removeprefix("sqlite:///")
    with closing(sqlite3.connect(path, check_same_thread=False)) as line:
        yield line


def test_a_database_that_is_locked_for_a_while_is_waited_for(browser, settings, somebody):
    with db.reading(settings.database) as session:
        assert session.scalar(text("PRAGMA busy_timeout")) >= 10_000  # for ten seconds as well as for the one here
    fill_staff(browser)
    somebody.execute("BEGIN IMMEDIATE")
    free = threading.Timer(1.0, somebody.rollback)
    free.start()
    assert browser.submit().path == "/concern/sent"
    free.join(10)
    assert counted(settings.database) == [1] * 4


def test_a_database_that_is_locked_for_longer_is_said_and_what_was_sent_goes_in_once_when_it_is_free(
    browser, signed_in, settings, somebody
):
    engine = db.engine_for(settings.database)
    engine.dispose()
    event.listen(engine, "connect", lambda one, _entry: one.execute("PRAGMA busy_timeout=100"))
    coordinator = signed_in("karin")
    send_staff(browser)
    number = shown_code(browser.page, "reference-number")
    fill_staff(browser)
    somebody.execute("BEGIN IMMEDIATE")
    page = browser.submit(status=503)
    assert "Just now it does not work" in page.text
    assert "Borta nio dagar." in page.text
    assert (
        coordinator.get(f"/referrals/{number}", status=503).heading == "Just now it does not work"
    )  # nobody reads unseen
    somebody.rollback()
    assert number in coordinator.get(f"/referrals/{number}").text
    assert browser.submit().path == "/concern/sent"
    assert counted(settings.database) == [2] * 4


@pytest.fixture
def room(settings: config.Settings) -> list[str]:
    """How many pages the database may have, the newest last: "1" means no more than it has, as on a disk that is full."""
    pages = ["1073741823"]

    def may_grow(connection: Connection) -> None:
        connection.exec_driver_sql(f"PRAGMA max_page_count = {pages[-1]}")

    event.listen(db.engine_for(settings.database), "begin", may_grow)
    return pages


def test_a_disk_that_is_full_is_said_with_what_was_typed_and_nothing_half_is_written(
    browser, signed_in, settings, room
):
    send_staff(browser)
    number = shown_code(browser.page, "reference-number")
    coordinator = signed_in("karin")
    coordinator.get(f"/referrals/{number}/working-notes")
    fill_staff(browser)
    note = "Ring skolsköterskan i morgon. " * 300
    room.append("1")
    for somebody, typed, said in ((browser, {}, "Borta nio dagar."), (coordinator, {"text": note}, note.strip())):
        page = somebody.submit(typed, status=503)
        assert "Just now it does not work" in page.text
        assert said in page.text
    assert counted(settings.database) == [1] * 4
    room.append("1073741823")
    assert browser.submit().path == "/concern/sent"
    coordinator.get(f"/referrals/{number}/working-notes")
    assert "Your notes are saved" in coordinator.submit({"text": note}).text
    assert counted(settings.database) == [2] * 4
    with db.reading(settings.database) as session:
        assert session.scalars(select(WorkingNote)).one().text == note.strip()
