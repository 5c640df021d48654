"""Reading closed days from a file: a calendar (`.ics`, RFC 5545) or a table (CSV), as school offices export them."""

import csv
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Final, cast
from zoneinfo import ZoneInfo

from icalendar import Calendar, Component, Event
from marshmallow import ValidationError

from referrals.vocabulary import N_
from schemas import table_file
from schemas.administration import ClosedDaysForm

#: more lines than this are no calendar of closed days, and no page to look through either
MOST: Final = 200
#: a table of a school year takes a few thousand bytes; a whole calendar of ten years some hundred thousand
LARGEST: Final = 1_000_000

EMPTY: Final = N_("Choose a file with something in it.")
NOT_READ: Final = N_(
    "This is neither a calendar file (.ics) nor a table (CSV) with first day, last day and name. Nothing was changed."
)
NO_DAYS: Final = N_("There are no days in this calendar, or only cancelled ones. Nothing was changed.")
TOO_MUCH: Final = N_("There is too much in this file: at most 200 lines or 1 MB. Nothing was changed.")
REPEATS: Final = N_("It repeats. Enter each time by itself among the closed days.")
UNREADABLE: Final = N_("Its days cannot be read.")
BACKWARDS: Final = N_("The last day comes before the first.")
NO_NAME: Final = N_("It has no name.")

#: why some days are taken only where somebody says so
PART_OF_DAY: Final = N_("Only part of the day in the file. Tick it if the schools are closed all day.")
AT_WEEKEND: Final = N_("At a weekend: closed anyway")
LONG: Final = N_("More than a hundred days. Tick it if that is right.")
#: no school holiday is longer, days in between included
_LONGEST: Final = timedelta(days=100)
#: some calendars end a whole day at 23:59; that on which the clocks go forward has no more hours
_WHOLE_DAY: Final = timedelta(hours=23)
_SATURDAY: Final = 5


class FileUnreadable(Exception):
    """Nothing can be taken from a file; `args[0]` is the sentence that says why, not translated."""


@dataclass(frozen=True)
class Stretch:
    """Days to be closed, first and last included."""

    first_on: date
    last_on: date
    label: str
    #: what somebody should look at before they take it (a sentence), or nothing
    doubt: str = field(default="", compare=False)


@dataclass
class Found:
    """What a file holds: stretches of days in order, and what could not be taken: its name or line, and why (a sentence)."""

    stretches: list[Stretch] = field(default_factory=list)
    left_out: list[tuple[str | int, str]] = field(default_factory=list)


def read(content: bytes, *, zone: ZoneInfo) -> Found:
    """What the file holds; instants become days of `zone`. Raises FileUnreadable where it is neither a calendar nor a table."""
    if not content:
        raise FileUnreadable(EMPTY)
    if len(content) > LARGEST:
        raise FileUnreadable(TOO_MUCH)
    text = table_file.text_of(content)
    found = _from_calendar(text, zone) if "BEGIN:VCALENDAR" in text[:1000].upper() else _from_table(text)
    if len(found.stretches) + len(found.left_out) > MOST:
        raise FileUnreadable(TOO_MUCH)
    if not found.stretches and not found.left_out:
        raise FileUnreadable(NOT_READ)
    certain_first = sorted(found.stretches, key=lambda one: one.doubt)  # of two that are alike the first stays
    found.stretches = sorted(set(certain_first), key=lambda one: (one.first_on, one.last_on, one.label))
    return found


def _from_calendar(text: str, zone: ZoneInfo) -> Found:
    try:
        calendars = Calendar.from_ical(text, multiple=True)
    except ValueError:
        raise FileUnreadable(NOT_READ) from None
    found = Found()
    for calendar in calendars:
        for event in calendar.walk("VEVENT", lambda one: _first(one, "STATUS").upper() != "CANCELLED"):
            _take(found, cast(Event, event), zone)
    if calendars and not found.stretches and not found.left_out:
        raise FileUnreadable(NO_DAYS)
    return found


def _first(event: Component, name: str) -> str:
    """What a property says; the first where it comes again, as names in several languages do."""
    told = event.get(name, "")
    return str(told[0] if isinstance(told, list) else told).strip()


def _take(found: Found, event: Event, zone: ZoneInfo) -> None:
    name = _first(event, "SUMMARY")
    if "RRULE" in event or "RDATE" in event:
        found.left_out.append((name, REPEATS))
        return
    try:
        first_on, last_on = _days(event, zone)
    except (ValueError, TypeError):
        found.left_out.append((name, UNREADABLE))
        return
    if last_on < first_on:
        found.left_out.append((name, BACKWARDS))
        return
    is_part = isinstance(event.start, datetime) and event.end - event.start < _WHOLE_DAY
    _add(found, name, {"first_on": str(first_on), "last_on": str(last_on), "label": name}, is_part_of_day=is_part)


def _days(event: Event, zone: ZoneInfo) -> tuple[date, date]:
    """The first and last day; the end of an event is the moment after it. Raises ValueError or TypeError.

    One that ends as it begins has that day; one that ends before has its days the wrong way round.
    """
    start, end = event.start, event.end
    if isinstance(start, datetime) and isinstance(end, datetime):
        # a time without a zone is the clock on the wall
        start, end = ((one.astimezone(zone) if one.tzinfo else one) for one in (start, end))
        return start.date(), (end if end <= start else end - timedelta(microseconds=1)).date()
    return start, end if end <= start else end - timedelta(days=1)


def _from_table(text: str) -> Found:
    found = Found()
    try:
        for line in table_file.lines_of(text):
            if line.is_open:
                found.left_out.append((line.number, table_file.OPEN_QUOTE))
                continue
            first, last, *names = [*line.cells, "", ""][: max(3, len(line.cells))]
            label = " ".join(filter(None, names))
            _add(found, line.number, {"first_on": first, "last_on": last or first, "label": label})
    except csv.Error:
        raise FileUnreadable(NOT_READ) from None
    return found


def _add(found: Found, which: str | int, days: dict[str, str], *, is_part_of_day: bool = False) -> None:
    try:
        stretch = Stretch(**ClosedDaysForm().load({name: told for name, told in days.items() if told}))
        found.stretches.append(replace(stretch, doubt=PART_OF_DAY if is_part_of_day else _doubt(stretch)))
    except ValidationError as refused:
        messages = refused.messages_dict
        why = NO_NAME if "label" in messages and not days["label"] else messages[min(messages)][0]
        found.left_out.append((which, why))


def _doubt(stretch: Stretch) -> str:
    if stretch.last_on - stretch.first_on > _LONGEST:
        return LONG
    is_weekend = stretch.first_on.weekday() >= _SATURDAY and stretch.last_on - stretch.first_on < timedelta(days=2)
    return AT_WEEKEND if is_weekend and stretch.last_on.weekday() >= _SATURDAY else ""
