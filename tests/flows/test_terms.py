"""The sweep counts terms and issues the quality report once, however often it runs and whatever fails in between."""

from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from flows import papers_by_clock, terms
from flows.apart import Apart
from flows.sweep import sweep_database
from referrals import clock, db, printing
from referrals.models import ClockPaper, PrintAttempt, QualityReport, TermFigures
from referrals.papers import print_attempts
from referrals.patterns import kept
from tests.people import settle
from tests.referrals.patterns.lived import a_course


def is_there(address: str) -> tuple[list[str], list[tuple[int, str]]]:
    with db.reading(address) as session:
        reports = session.execute(select(QualityReport.begins, QualityReport.checksum))
        return list(session.scalars(select(TermFigures.term))), [(begins, checksum) for begins, checksum in reports]


@pytest.fixture
def lived(fresh_address: str, wednesday: time_machine.Traveller) -> str:
    """Five concerns last spring."""
    with db.writing(fresh_address) as session:
        cast = settle(session)
        for _ in range(5):
            a_course(session, cast, cast.school)
    return fresh_address


def test_a_term_is_counted_and_its_report_issued_once_however_often_the_sweep_runs(lived: str) -> None:
    sweep_database(lived)
    there = is_there(lived)
    sweep_database(lived)
    assert there == is_there(lived)
    assert (there[0], [begins for begins, _checksum in there[1]]) == (["2026-spring"], [2025])


def test_what_fails_is_tried_again_at_the_next_sweep(lived: str, monkeypatch: pytest.MonkeyPatch) -> None:
    apart = Apart("sweep")
    with monkeypatch.context() as broken:
        broken.setattr(kept, "keep", lambda *_: _refuse(OperationalError("", {}, OSError())))
        assert terms.count_terms(lived, apart) == 0
    with monkeypatch.context() as broken:
        broken.setattr(printing, "print_pdf", lambda _: _refuse(OSError()))
        assert terms.count_terms(lived, apart) == 1
    assert apart.failed == 2
    assert is_there(lived) == (["2026-spring"], [])
    assert terms.count_terms(lived, apart) == 0
    assert [begins for begins, _checksum in is_there(lived)[1]] == [2025]


def test_a_report_that_another_worker_has_in_its_printer_is_left_over(lived: str) -> None:
    sweep_database(lived)
    with db.writing(lived) as session:
        session.delete(session.scalars(select(QualityReport)).one())
        print_attempts.begin(session, ClockPaper.QUALITY_REPORT, "2025")
    assert not sweep_database(lived)
    assert is_there(lived) == (["2026-spring"], [])


def test_a_report_that_was_given_up_is_told_once_until_it_is_tried_again_and_leaves_nothing_over(
    lived: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def given_up() -> PrintAttempt:
        tried_at = clock.machine_now() - timedelta(days=1)
        return PrintAttempt(paper=ClockPaper.QUALITY_REPORT, key="2025", tries=3, tried_at=tried_at)

    monkeypatch.setattr(papers_by_clock, "_TOLD", set())
    sweep_database(lived)
    with db.writing(lived) as session:
        session.delete(session.scalars(select(QualityReport)).one())
        session.add(given_up())
    assert [sweep_database(lived) for _ in range(2)] == [True, True]
    assert is_there(lived) == (["2026-spring"], [])
    assert caplog.text.count("a paper (quality_report) was given up") == 1
    with db.writing(lived) as session:
        session.delete(session.scalars(select(PrintAttempt)).one())
    with monkeypatch.context() as broken:
        broken.setattr(printing, "print_pdf", lambda _: _refuse(OSError()))
        assert not sweep_database(lived)
    with db.writing(lived) as session:
        session.add(given_up())
    assert [sweep_database(lived) for _ in range(2)] == [True, True]
    assert caplog.text.count("a paper (quality_report) was given up") == 2, "it was tried again in between"


def _refuse(error: Exception) -> bool:
    raise error
