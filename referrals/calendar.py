"""The school-day calendar: which days are open, and how far one day is from another in days that count."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final, Protocol

from sqlalchemy import select
from sqlalchemy.orm import Session

from referrals.models import ClosedDay

#: a long target is not waited out a second time: so many school days after it are too late in any case
MOST_OVERDUE: Final = 10
_DAY = timedelta(days=1)
_SATURDAY = 5


class Days(Protocol):
    """Days on which something is closed, or does not end."""

    def __contains__(self, day: date, /) -> bool:
        """Whether `day` is one of them."""


@dataclass(frozen=True)
class Closed:
    """The stretches of days, first and last included, on which schools are closed. Weekends are closed anyway."""

    stretches: tuple[tuple[date, date], ...] = ()

    def __contains__(self, day: date) -> bool:
        """Whether `day` is a weekend day or lies in one of the stretches."""
        return day.weekday() >= _SATURDAY or any(first <= day <= last for first, last in self.stretches)


def closed_days(session: Session) -> Closed:
    """The municipality's closed days."""
    rows = session.execute(select(ClosedDay.first_on, ClosedDay.last_on).order_by(ClosedDay.first_on))
    return Closed(tuple((first, last) for first, last in rows))


def is_open_day(day: date, closed: Closed) -> bool:
    """Whether schools are open on `day`."""
    return day not in closed


def next_open_day(day: date, *, closed: Days) -> date:
    """`day` itself where schools are open on it, otherwise the first open day after it."""
    while day in closed:
        day += _DAY
    return day


def add_school_days(start: date, days: int, *, closed: Closed) -> date:
    """The day `days` (0 or more) open days after `start`, which does not count itself; always an open day."""
    day = start if days else next_open_day(start, closed=closed)
    for _ in range(days):
        day = next_open_day(day + _DAY, closed=closed)
    return day


def add_calendar_days(start: date, days: int, *, closed: Days) -> date:
    """The day `days` calendar days after `start`, moved to the next open day only where it falls on a closed one."""
    return next_open_day(start + timedelta(days=days), closed=closed)


def twice_overdue(began_on: date, due_on: date, *, closed: Closed) -> date:
    """The day on which something was late for as long as it was meant to take, or for MOST_OVERDUE school days."""
    meant = school_days_between(began_on + _DAY, due_on, closed=closed)
    return add_school_days(due_on, min(max(meant, 1), MOST_OVERDUE), closed=closed)


def school_days_between(first: date, last: date, *, closed: Closed) -> int:
    """How many open days there are from `first` to `last`, both included; 0 where `last` comes before `first`."""
    return sum(is_open_day(first + timedelta(days=step), closed) for step in range((last - first).days + 1))
