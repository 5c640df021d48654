"""A small chart of numbers by school week: one line of our own SVG, black on the page's colour, each number beside its mark.

It stands in page and paper alike, takes the colour of the text around it, and needs no colour to be read. Weeks in which the
school is closed are no weeks of it; a week without a number interrupts the line.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from typing import Any, Final

from markupsafe import Markup

from referrals import languages
from referrals.calendar import Closed, school_days_between

_WIDTH, _HEIGHT = 620, 190
_LEFT, _RIGHT, _TOP, _BOTTOM = 36, 16, 24, 30
#: more marks than these share their labels
_LABELS: Final = 16
_FRIDAY: Final = timedelta(days=4)
_WEEK: Final = timedelta(days=7)

_FRAME: Final = Markup(
    '<svg xmlns="http://www.w3.org/2000/svg" class="chart" viewBox="0 0 {} {}" width="{}" height="{}" role="img" '
    'font-family="Inter" font-size="12" fill="currentColor"><title>{}</title>{}</svg>'
)
_LINE: Final = Markup('<line x1="{}" y1="{}" x2="{}" y2="{}" stroke="currentColor" stroke-width="{}"></line>')
_MARK: Final = Markup('<circle cx="{}" cy="{}" r="4"></circle>')
_TEXT: Final = Markup('<text x="{}" y="{}" text-anchor="{}">{}</text>')


@dataclass(frozen=True)
class Point:
    """One school week, by its Monday, and its number; None where nobody gave one."""

    week_on: date
    value: float | None

    @property
    def week(self) -> int:
        """The week's number, as calendars here count."""
        return self.week_on.isocalendar().week


def monday(day: date) -> date:
    """The Monday of the week of `day`."""
    return day - timedelta(days=day.weekday())


def open_days(week_on: date, *, closed: Closed) -> int:
    """On how many days of the week the school is open."""
    return school_days_between(week_on, week_on + _FRIDAY, closed=closed)


def school_weeks(first_on: date, last_on: date, *, closed: Closed) -> list[date]:
    """The Mondays of all weeks from one to the other in which the school is open on any day."""
    count = (last_on - first_on).days // 7 + 1
    weeks = (first_on + step * _WEEK for step in range(count))
    return [week for week in weeks if open_days(week, closed=closed)]


def points_of(written: Iterable[Mapping[str, Any]]) -> list[Point]:
    """The points as a paper's plain values hold them: days in ISO form."""
    return [Point(date.fromisoformat(each["week_on"]), each["value"]) for each in written]


def draw(points: Sequence[Point], *, title: str, language: str) -> Markup:
    """The chart as SVG; `title` says in words what it shows, for whoever does not see it."""
    most = max((point.value for point in points if point.value is not None), default=0.0) or 1.0
    places = [_place(number, point, of=len(points), most=most) for number, point in enumerate(points)]
    drawn = [_LINE.format(_LEFT, _base(), _WIDTH - _RIGHT, _base(), 1), _LINE.format(_LEFT, _TOP, _LEFT, _base(), 1)]
    drawn += [
        _TEXT.format(_LEFT - 6, y + 4, "end", languages.format_number(value, language))
        for y, value in ((_base(), 0), (_TOP, most))
    ]
    every = -(-len(points) // _LABELS)
    for number, (point, (x, _y)) in enumerate(zip(points, places, strict=True)):
        if number % every == 0:
            drawn.append(_TEXT.format(x, _HEIGHT - 10, "middle", point.week))
    for (x1, y1), (x2, y2) in pairwise(places):
        if y1 is not None and y2 is not None:
            drawn.append(_LINE.format(x1, y1, x2, y2, 2))
    for point, (x, y) in zip(points, places, strict=True):
        if y is not None and point.value is not None:
            drawn.append(_MARK.format(x, y))
            if len(points) <= _LABELS:
                drawn.append(_TEXT.format(x, y - 9, "middle", languages.format_number(point.value, language)))
    return _FRAME.format(_WIDTH, _HEIGHT, _WIDTH, _HEIGHT, title, Markup("").join(drawn))


def _base() -> int:
    return _HEIGHT - _BOTTOM


def _place(number: int, point: Point, *, of: int, most: float) -> tuple[float, float | None]:
    """Where a point lies: one alone in the middle, several from side to side."""
    room = _WIDTH - _LEFT - _RIGHT - 40
    x = _LEFT + 20 + (room / 2 if of == 1 else room * number / (of - 1))
    y = None if point.value is None else _base() - (_base() - _TOP) * point.value / most
    return round(x, 1), None if y is None else round(y, 1)
