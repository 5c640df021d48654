"""How often a paper of the calendar is sent to a printer that does not give it back, and who has it tried again."""

from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select
from sqlalchemy.orm import Session

from referrals import clock, printing
from referrals.errors import NotAllowed
from referrals.models import ClockPaper, PrintAttempt
from referrals.papers import print_attempts
from tests.people import Cast

REPORT = ClockPaper.QUALITY_REPORT
MINUTE = timedelta(minutes=1)


def test_it_is_tried_three_times_with_pauses_and_then_waits_for_an_administrator(
    session: Session, cast: Cast, wednesday: time_machine.Traveller
) -> None:
    for pause in (*print_attempts.PAUSES, timedelta(days=30)):
        assert print_attempts.begin(session, REPORT, "2025")
        assert not print_attempts.begin(session, REPORT, "2025"), "another worker has it"
        wednesday.shift(printing.LONGEST - MINUTE)
        assert print_attempts.given_up(session) == []
        wednesday.shift(pause - printing.LONGEST)
        assert not print_attempts.begin(session, REPORT, "2025")
        wednesday.shift(MINUTE)
    assert not print_attempts.begin(session, REPORT, "2025")
    assert [one.key for one in print_attempts.given_up(session)] == ["2025"]
    assert print_attempts.count_given_up(session) == 1
    assert print_attempts.begin(session, REPORT, "2026"), "another one is not kept waiting"
    with pytest.raises(NotAllowed):
        print_attempts.retry(session, by=cast.coordinator.actor())
    for _ in range(2):
        print_attempts.retry(session, by=cast.administrator.actor())
    assert print_attempts.begin(session, REPORT, "2025")


def test_a_clock_that_was_wrong_puts_no_try_off_for_as_long(
    session: Session, cast: Cast, wednesday: time_machine.Traveller
) -> None:
    assert print_attempts.begin(session, REPORT, "2025")
    wednesday.shift(-timedelta(days=300))
    assert print_attempts.begin(session, REPORT, "2025")


def test_what_was_tried_for_the_last_time_by_a_clock_that_was_ahead_is_given_up(
    session: Session, cast: Cast, wednesday: time_machine.Traveller
) -> None:
    ahead = clock.machine_now() + timedelta(days=90)
    session.add(PrintAttempt(paper=REPORT, key="2025", tries=3, tried_at=ahead))
    assert not print_attempts.begin(session, REPORT, "2025")
    assert [one.key for one in print_attempts.given_up(session)] == ["2025"]


def test_what_came_back_and_what_is_not_due_any_more_is_forgotten(
    session: Session, cast: Cast, wednesday: time_machine.Traveller
) -> None:
    for key in ("2023", "2024", "2025"):
        print_attempts.begin(session, REPORT, key)
    print_attempts.begin(session, ClockPaper.ROUND_AGENDA, "2025")
    print_attempts.came_back(session, REPORT, "2023")
    assert not print_attempts.has_others(session, REPORT, ["2024"]), "another worker may have it in the printer"
    wednesday.shift(print_attempts.PAUSES[0])
    assert print_attempts.has_others(session, REPORT, ["2024"])
    print_attempts.forget_others(session, REPORT, ["2024"])
    there = session.execute(select(PrintAttempt.paper, PrintAttempt.key).order_by(PrintAttempt.paper)).all()
    assert [tuple(row) for row in there] == [(REPORT, "2024"), (ClockPaper.ROUND_AGENDA, "2025")]
