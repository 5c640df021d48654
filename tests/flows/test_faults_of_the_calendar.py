"""A paper that follows the clock and never comes out of the printer: it ends its worker, and neither the others nor every worker after it."""

import os
import subprocess
import sys
import threading
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select

from flows.rounds import issue_agendas
from referrals import clock, db, printing
from referrals.models import ClockPaper, PrintAttempt, RoundEnrolment, RoundPaper
from referrals.papers import print_attempts
from tests import rounds
from tests.flows.ground import Instance
from tests.webapp.desk import cast_of

#: the agendas of both rounds are due
AT = datetime(2026, 11, 6, 6, 0, tzinfo=UTC)
#: a worker's look for agendas, whose printer never gives back the one about a word
LOOK = """
import sys, threading
from datetime import datetime, timedelta
from flows.opening import open_instance
from flows.rounds import issue_agendas
from referrals import clock, printing

def print_pdf(html, _real=printing.print_pdf):
    return threading.Event().wait() if sys.argv[1] in html else _real(html)

printing.LONGEST, printing.print_pdf = timedelta(seconds=float(sys.argv[3])), print_pdf
database = open_instance().database
clock.now = lambda: datetime.fromisoformat(sys.argv[2])
print(issue_agendas(database))
"""


def look(instance: Instance, *, hangs_at: str, longest: float) -> tuple[int, str]:
    command = [sys.executable, "-c", LOOK, hangs_at, AT.isoformat(), str(longest)]
    around = os.environ | instance.environment
    done = subprocess.run(command, env=around, capture_output=True, text=True, timeout=300, check=False)
    return done.returncode, done.stdout.strip()


def issued(database: str) -> list[str]:
    with db.reading(database) as session:
        papers = select(RoundEnrolment).join(RoundPaper, RoundPaper.enrolment_id == RoundEnrolment.id)
        return [enrolment.round.name for enrolment in session.scalars(papers.order_by(RoundPaper.issued_at))]


class Printer:
    """The printer's lock, which says that somebody comes to it."""

    def __init__(self) -> None:
        self.came, self.lock = threading.Event(), threading.RLock()

    def __enter__(self) -> None:
        self.came.set()
        self.lock.acquire()

    def __exit__(self, *_error: object) -> None:
        self.lock.release()


def test_a_paper_that_waits_for_the_printer_is_charged_no_try(
    one_instance: Instance, monkeypatch: pytest.MonkeyPatch
) -> None:
    database, printer, counted = one_instance.database, Printer(), list[int]()

    def tries() -> int:
        with db.reading(database) as session:
            return len(session.scalars(select(PrintAttempt)).all())

    monkeypatch.setattr(clock, "now", lambda: rounds.MORNING)
    with db.writing(database) as session:
        cast = cast_of(session)
        rounds.give_slot(session, cast, rounds.enrol(session, cast, rounds.lay_round(session, cast)))
    monkeypatch.setattr(clock, "now", lambda: AT)
    monkeypatch.setattr(printing, "_lock", printer)
    monkeypatch.setattr(printing, "print_pdf", lambda _html: counted.append(tries()) or b"%PDF")
    looks = threading.Thread(target=issue_agendas, args=(database,))
    with printer.lock:  # another paper hangs in it
        looks.start()
        assert printer.came.wait(60)
        assert tries() == 0
    looks.join(60)
    assert (counted, tries()) == ([1], 0)
    assert len(issued(database)) == 1


def test_an_agenda_that_hangs_ends_one_worker_and_is_given_up_in_the_end(
    one_instance: Instance, monkeypatch: pytest.MonkeyPatch
) -> None:
    database, administrator = one_instance.database, one_instance.cast.administrator.actor()
    monkeypatch.setattr(clock, "now", lambda: rounds.MORNING)
    with db.writing(database) as session:
        cast = cast_of(session)
        for name, day in (("Höstens vecka", date(2026, 11, 11)), ("Vinterns vecka", date(2026, 11, 12))):
            rounds.give_slot(session, cast, rounds.enrol(session, cast, rounds.lay_round(session, cast, name)), day)
    assert look(one_instance, hangs_at="Höstens vecka", longest=5) == (printing.STUCK, "")
    assert issued(database) == []
    # The next worker leaves it alone.
    assert look(one_instance, hangs_at="Höstens vecka", longest=100) == (0, "1")
    assert issued(database) == ["Vinterns vecka"]
    monkeypatch.setattr(clock, "now", lambda: AT)
    with db.writing(database) as session:
        (tried,) = session.scalars(select(PrintAttempt))
        assert (tried.paper, tried.tries) == (ClockPaper.ROUND_AGENDA, 1)
        tried.tries, tried.tried_at = 3, clock.machine_now() - timedelta(days=1)
    assert issue_agendas(database) == 0  # it would come out by now, and nobody has said that it is to be tried
    with db.writing(database) as session:
        print_attempts.retry(session, by=administrator)
    assert issue_agendas(database) == 1
    assert sorted(issued(database)) == ["Höstens vecka", "Vinterns vecka"]
    with db.reading(database) as session:
        assert session.scalars(select(PrintAttempt)).all() == []
