"""The dates of teams for calendar programs (RFC 5545): name and place of the team, and nothing of what it will talk about.

What is over stays there for the rest of the school year: a program that follows the dates would take it out of its calendar as soon
as a meeting begins. Beside them stand the days on which the schools are closed. Times stand in UTC, as in
`invitations_calendar`, so that every program reads them alike.
"""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from icalendar import Calendar, Event
from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session, joinedload

from referrals import clock, here
from referrals.forums import clashes, year
from referrals.models import ClosedDay, Forum, TeamDate


def of_teams(session: Session, teams: Sequence[Forum]) -> bytes:
    """The same as `of_dates` with all the dates of `teams`."""
    return of_dates(session, TeamDate.forum_id.in_([one.id for one in teams]))


def of_dates(session: Session, which: ColumnElement[bool]) -> bytes:
    """Those dates of teams from the beginning of this school year on, and the closed days since then."""
    calendar, zone = Calendar(), ZoneInfo(here.time_zone(session))
    calendar.add("prodid", "-//Trivsel//team dates//EN")
    calendar.add("version", "2.0")
    since = year.first_day(year.this_one(session))
    rows = select(TeamDate).where(which, TeamDate.starts_at >= datetime.combine(since, time(), zone))
    for one in session.scalars(rows.order_by(TeamDate.starts_at, TeamDate.id).options(joinedload(TeamDate.forum))):
        calendar.add_component(_meeting(one))
    for closed in session.scalars(select(ClosedDay).where(ClosedDay.last_on >= since).order_by(ClosedDay.first_on)):
        calendar.add_component(_closed(closed))
    return bytes(calendar.to_ical())


def _meeting(one: TeamDate) -> Event:
    begins, ends = one.starts_at.astimezone(UTC), clashes.ends_at(one).astimezone(UTC)
    event = _event(one, one.forum.name, begins=begins, ends=ends)
    event.add("location", one.place)
    return event


def _closed(closed: ClosedDay) -> Event:
    """Whole days that leave whoever has the calendar free."""
    event = _event(closed, closed.label, begins=closed.first_on, ends=closed.last_on + timedelta(days=1))
    event.add("transp", "TRANSPARENT")
    return event


def _event(row: TeamDate | ClosedDay, words: str, *, begins: date, ends: date) -> Event:
    event = Event()
    event.add("uid", f"{row.id}@trivsel.invalid")
    event.add("dtstamp", clock.now())
    event.add("dtstart", begins)
    event.add("dtend", ends)
    event.add("summary", words)
    return event
