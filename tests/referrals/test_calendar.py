"""The school-day calendar: weekends, closed stretches and counting between days."""

from datetime import date

import pytest
from sqlalchemy.orm import Session

from referrals import calendar
from referrals.calendar import Closed
from referrals.models import ClosedDay

AUTUMN_BREAK = Closed(((date(2026, 10, 26), date(2026, 10, 30)),))
FRIDAY = date(2026, 10, 23)
MONDAY_AFTER_BREAK = date(2026, 11, 2)


@pytest.mark.parametrize(
    ("day", "is_open"),
    [
        (FRIDAY, True),
        (date(2026, 10, 24), False),
        (date(2026, 10, 26), False),
        (date(2026, 10, 30), False),
        (MONDAY_AFTER_BREAK, True),
    ],
)
def test_schools_are_closed_at_weekends_and_in_listed_stretches(day: date, is_open: bool) -> None:
    assert calendar.is_open_day(day, AUTUMN_BREAK) is is_open


def test_an_open_day_is_its_own_next_open_day() -> None:
    assert calendar.next_open_day(FRIDAY, closed=AUTUMN_BREAK) == FRIDAY


def test_the_next_open_day_lies_after_weekend_and_break() -> None:
    assert calendar.next_open_day(date(2026, 10, 24), closed=AUTUMN_BREAK) == MONDAY_AFTER_BREAK


def test_school_days_skip_weekend_and_break() -> None:
    assert calendar.add_school_days(FRIDAY, 2, closed=AUTUMN_BREAK) == date(2026, 11, 3)


def test_the_day_itself_does_not_count() -> None:
    assert calendar.add_school_days(date(2026, 9, 16), 2, closed=Closed()) == date(2026, 9, 18)


def test_no_days_from_a_closed_day_is_the_next_open_one() -> None:
    assert calendar.add_school_days(date(2026, 10, 24), 0, closed=AUTUMN_BREAK) == MONDAY_AFTER_BREAK


def test_calendar_days_move_only_where_they_end_on_a_closed_day() -> None:
    assert calendar.add_calendar_days(date(2026, 9, 16), 42, closed=AUTUMN_BREAK) == MONDAY_AFTER_BREAK
    assert calendar.add_calendar_days(date(2026, 9, 9), 42, closed=AUTUMN_BREAK) == date(2026, 10, 21)


def test_days_between_count_both_ends_and_no_closed_day() -> None:
    assert calendar.school_days_between(FRIDAY, MONDAY_AFTER_BREAK, closed=AUTUMN_BREAK) == 2


def test_there_are_no_days_between_backwards() -> None:
    assert calendar.school_days_between(MONDAY_AFTER_BREAK, FRIDAY, closed=AUTUMN_BREAK) == 0


def test_closed_days_come_from_the_municipality(session: Session) -> None:
    session.add(ClosedDay(first_on=date(2026, 10, 26), last_on=date(2026, 10, 30), label="Höstlov"))
    session.flush()
    assert calendar.closed_days(session) == AUTUMN_BREAK
