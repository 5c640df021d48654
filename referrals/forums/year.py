"""A school year of one team or of all that somebody sits in: month by month when they meet, and when the schools are closed.

Nothing stands there that is talked about, and nobody's name: the year may hang on a wall.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from referrals import clock, here, printing
from referrals.forums import clashes
from referrals.languages import local_date
from referrals.models import ClosedDay, Forum, TeamDate
from referrals.people import organisation

#: the month with which a school year begins, in Sweden as in Denmark
_AUGUST: Final = 8
#: the years a calendar is made for: beyond them nobody plans
_FIRST_YEAR, _LAST_YEAR = 2000, 2200


@dataclass(frozen=True)
class Line:
    """A meeting, or days in a row on which the schools are closed: then `starts_at` is None."""

    first_on: date
    last_on: date
    #: the team that meets, or what the closed days are called
    name: str
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    place: str = ""
    #: the other teams of the same calendar that meet meanwhile
    at_once: tuple[str, ...] = ()


@dataclass(frozen=True)
class Month:
    """One month and what happens in it, in its order."""

    first_on: date
    lines: tuple[Line, ...]


def is_planned_for(begins: int) -> bool:
    """Whether there can be a calendar of the school year that begins in this year."""
    return _FIRST_YEAR <= begins <= _LAST_YEAR


def this_one(session: Session) -> int:
    """The year in which the present school year began."""
    today = here.today(session)
    return today.year if today.month >= _AUGUST else today.year - 1


def first_day(begins: int) -> date:
    """The first day of the school year that begins in the year `begins`."""
    return _month(begins, 0)


def months(session: Session, teams: Iterable[Forum], begins: int) -> list[Month]:
    """The twelve months of the school year that begins in the August of the year `begins`."""
    first_days = [_month(begins, step) for step in range(13)]
    lines = [*_closed(session), *_meetings(session, teams, first_on=first_days[0], before=first_days[-1])]
    return [
        Month(first_on, tuple(_within(lines, first_on, after - timedelta(days=1))))
        for first_on, after in pairwise(first_days)
    ]


def paper(session: Session, teams: Sequence[Forum], begins: int, *, language: str) -> bytes:
    """The same as a PDF in one of our languages."""
    municipality = organisation.municipality(session)
    names = [one.name for one in teams]
    context: dict[str, Any] = {
        "municipality": municipality.name, "unit": None, "forum": names[0] if len(names) == 1 else None,
        "reference": " · ".join(names), "version": None, "recipient": None,
        "issued_at": None, "zone": municipality.timezone, "as_of": clock.now(), "begins": begins,
        "teams": names, "months": months(session, teams, begins),
    }  # fmt: skip
    return printing.print_in_time(printing.extract_html(context, language=language, name="year"))


def _month(begins: int, step: int) -> date:
    """The first day of the month `step` months after the August of the year `begins`."""
    years, months_on = divmod(_AUGUST - 1 + step, 12)
    return date(begins + years, months_on + 1, 1)


def _within(lines: Iterable[Line], first_on: date, last_on: date) -> list[Line]:
    """What of `lines` lies in the days from `first_on` to `last_on`, cut off at either end."""
    shown = [one for one in lines if one.first_on <= last_on and one.last_on >= first_on]
    cut = [replace(one, first_on=max(one.first_on, first_on), last_on=min(one.last_on, last_on)) for one in shown]
    return sorted(cut, key=lambda one: (one.first_on, one.starts_at.isoformat() if one.starts_at else "", one.name))


def _closed(session: Session) -> list[Line]:
    return [Line(one.first_on, one.last_on, one.label) for one in session.scalars(select(ClosedDay))]


def _meetings(session: Session, teams: Iterable[Forum], *, first_on: date, before: date) -> list[Line]:
    zone = here.time_zone(session)
    since, until = (datetime.combine(day, time(), ZoneInfo(zone)) for day in (first_on, before))
    in_year = TeamDate.starts_at >= since, TeamDate.starts_at < until
    rows = select(TeamDate).where(TeamDate.forum_id.in_([one.id for one in teams]), *in_year)
    meetings = list(session.scalars(rows.options(joinedload(TeamDate.forum))))
    found = []
    for one in meetings:
        day = local_date(one.starts_at, zone=zone)
        meanwhile = {other.forum.name for other in meetings if clashes.meet_at_once(one, other)}
        found.append(
            Line(day, day, one.forum.name, one.starts_at, clashes.ends_at(one), one.place, tuple(sorted(meanwhile)))
        )
    return found
