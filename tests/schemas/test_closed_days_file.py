"""Closed days from a file: calendars and tables as offices export them, and what is no such file."""

from datetime import date
from zoneinfo import ZoneInfo

import pytest

from schemas import closed_days_file, table_file
from schemas.closed_days_file import FileUnreadable, Stretch

ZONE = ZoneInfo("Europe/Stockholm")
AUTUMN = Stretch(date(2026, 10, 26), date(2026, 10, 30), "Höstlov")
STUDY_DAY = Stretch(date(2026, 11, 23), date(2026, 11, 23), "Studiedag")


def calendar(*events: str) -> bytes:
    body = "".join(f"BEGIN:VEVENT\r\n{event}\r\nEND:VEVENT\r\n" for event in events)
    return f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Skolkalendern//SV\r\n{body}END:VCALENDAR\r\n".encode()


def table(*lines: str) -> bytes:
    return "\r\n".join(lines).encode()


def read(content: bytes) -> closed_days_file.Found:
    return closed_days_file.read(content, zone=ZONE)


@pytest.mark.parametrize("days", [
    "DTSTART;VALUE=DATE:20261026\r\nDTEND;VALUE=DATE:20261031", # the end is the day after
    "DTSTART;VALUE=DATE:20261026\r\nDURATION:P5D",
    "DTSTART:20261025T230000Z\r\nDTEND:20261030T230000Z", # midnight to midnight, told in UTC
    "DTSTART;TZID=Europe/Stockholm:20261026T080000\r\nDTEND;TZID=Europe/Stockholm:20261030T160000",
    "DTSTART:20261026T000000\r\nDTEND:20261031T000000", # the clock on the wall
])  # fmt: skip
def test_an_event_of_a_calendar_is_the_days_it_covers_here(days: str) -> None:
    assert read(calendar(f"SUMMARY:Höstlov\r\n{days}")).stretches == [AUTUMN]


def test_an_event_without_an_end_is_its_day_with_its_first_name_and_what_was_cancelled_is_none() -> None:
    found = read(
        calendar(
            "SUMMARY:Studiedag\r\nSUMMARY;LANGUAGE=en:Study day\r\nDTSTART;VALUE=DATE:20261123\r\nDTEND;VALUE=DATE:20261123",
            "SUMMARY:Friluftsdag\r\nSTATUS:CANCELLED\r\nDTSTART;VALUE=DATE:20261124",
            "SUMMARY:Höstlov\r\nDTSTART;VALUE=DATE:20261026\r\nDTEND;VALUE=DATE:20261031",
        )
    )
    assert (found.stretches, found.left_out) == ([AUTUMN, STUDY_DAY], [])


@pytest.mark.parametrize(
    ("days", "doubt"),
    [
        ("DTSTART:20261202T100000Z\r\nDTEND:20261202T110000Z", closed_days_file.PART_OF_DAY),
        ("DTSTART:20261202T100000Z", closed_days_file.PART_OF_DAY),
        ("DTSTART:20261201T230000Z\r\nDTEND:20261202T230000Z", ""),  # midnight to midnight here
        ("DTSTART:20261202T000000\r\nDTEND:20261202T235900", ""),  # what some calendars call a whole day
        ("DTSTART:20261202T000000\r\nDTEND:20261202T225900", closed_days_file.PART_OF_DAY),
        ("DTSTART;VALUE=DATE:20261205\r\nDTEND;VALUE=DATE:20261207", closed_days_file.AT_WEEKEND),
        ("DTSTART;VALUE=DATE:20261206", closed_days_file.AT_WEEKEND),
        ("DTSTART;VALUE=DATE:20261206\r\nDTEND;VALUE=DATE:20261208", ""),
        ("DTSTART;VALUE=DATE:20261205\r\nDTEND;VALUE=DATE:20261213", ""),
        ("DTSTART;VALUE=DATE:20260615\r\nDTEND;VALUE=DATE:20260925", closed_days_file.LONG),
    ],
)
def test_days_that_are_hardly_meant_are_pointed_out(days: str, doubt: str) -> None:
    [found] = read(calendar(f"SUMMARY:Fri\r\n{days}")).stretches
    assert found.doubt == doubt


def test_a_day_that_stands_there_twice_is_one_and_without_doubt_where_one_of_them_is() -> None:
    hours = "SUMMARY:Studiedag\r\nDTSTART:20261123T080000\r\nDTEND:20261123T160000"
    [found] = read(calendar(hours, "SUMMARY:Studiedag\r\nDTSTART;VALUE=DATE:20261123", hours)).stretches
    assert (found, found.doubt) == (STUDY_DAY, "")


@pytest.mark.parametrize(
    ("event", "name", "why"),
    [
        ("SUMMARY:Jullov\r\nDTSTART;VALUE=DATE:20261221\r\nRRULE:FREQ=YEARLY", "Jullov", closed_days_file.REPEATS),
        ("SUMMARY:Lov\r\nDTSTART:in the autumn", "Lov", closed_days_file.UNREADABLE),
        ("SUMMARY:Lov\r\nDESCRIPTION:when it suits", "Lov", closed_days_file.UNREADABLE),
        ("DTSTART;VALUE=DATE:20261123", "", closed_days_file.NO_NAME),
        ("SUMMARY:Lov\r\nDTSTART;VALUE=DATE:19261123", "Lov", "Check the year: this day is too far away."),
        (
            "SUMMARY:Lov\r\nSUMMARY:Ferie\r\nDTSTART;VALUE=DATE:20261123\r\nDTSTART;VALUE=DATE:20261124",
            "Lov",
            closed_days_file.UNREADABLE,
        ),
        ("SUMMARY:Lov\r\nDTSTART;VALUE=DATE:20261123\r\nDTEND;VALUE=DATE:20261122", "Lov", closed_days_file.BACKWARDS),
        ("SUMMARY:Lov\r\nDTSTART:20261123T080000Z\r\nDTEND:20261122T080000Z", "Lov", closed_days_file.BACKWARDS),
    ],
)
def test_what_cannot_be_taken_of_a_calendar_is_named_and_the_rest_is_taken(event: str, name: str, why: str) -> None:
    found = read(calendar("SUMMARY:Studiedag\r\nDTSTART;VALUE=DATE:20261123", event))
    assert (found.stretches, found.left_out) == ([STUDY_DAY], [(name, why)])


@pytest.mark.parametrize("lines", [
    ("Från;Till;Namn", "2026-10-26;2026-10-30;Höstlov", "2026-11-23;;Studiedag"),
    ("26.10.2026\t30.10.2026\tHöstlov", "", "23.11.2026\t23.11.2026\tStudiedag"),
    ("Lov 2026/27", "Från;Till;Namn", "2026-10-26;2026-10-30;Höstlov", "2026-11-23;;Studiedag"),
    ("first,last,name", '26/10/2026,30/10/2026,"Höstlov"', "23/11/2026,,Studiedag", "23/11/2026,,Studiedag"),
])  # fmt: skip
def test_a_table_has_first_day_last_day_and_name(lines: tuple[str, ...]) -> None:
    found = read(table(*lines))
    assert (found.stretches, found.left_out) == ([AUTUMN, STUDY_DAY], [])


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
def test_a_table_is_read_as_spreadsheets_write_it(encoding: str) -> None:
    assert read("2026-10-26;2026-10-30;Höstlov".encode(encoding)).stretches == [AUTUMN]


def test_lines_that_cannot_be_taken_are_numbered_as_in_the_file() -> None:
    found = read(
        table("från;till;namn", "2026-11-23;;Studiedag", "2026-10-30;2026-10-26;Lov", "31.2.2027;;Lov", "2026-12-01;;",
              f"2026-12-02;;{'x' * 201}", '2026-12-03;;"Lov', '2026-11-23;;"Studiedag"')
    )  # fmt: skip
    assert found.stretches == [STUDY_DAY]
    assert found.left_out == [
        (3, "The last day comes before the first."),
        (4, "There is no such day. Check day and month."),
        (5, closed_days_file.NO_NAME),
        (6, "This is too long. Use at most 200 characters."),
        (7, table_file.OPEN_QUOTE),
    ]


@pytest.mark.parametrize(
    "first",
    [
        "31.2.2027;;Lov",
        "mån 26 okt;;Lov",
        "2026-10;2026-11;Lov",
        "26/10;;Lov",
        "den 5 maj 2026;;Lov",
        "fredag 3. april;;Lov",
    ],
)
def test_a_first_line_with_a_day_that_cannot_be_read_is_not_taken_for_a_heading(first: str) -> None:
    found = read(table(first, "2026-11-23;;Studiedag"))
    assert (found.stretches, [which for which, _why in found.left_out]) == ([STUDY_DAY], [1])


@pytest.mark.parametrize("content", [
    b"Dear office, here are our holidays.", b"\x89PNG\r\n\x1a\n\0\0;", b"BEGIN:VCALENDAR\r\nholidays\r\n", b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\n",
    b"x;" + b"y" * 200_000,
])  # fmt: skip
def test_what_is_neither_calendar_nor_table_is_refused(content: bytes) -> None:
    with pytest.raises(FileUnreadable, match="neither a calendar file"):
        read(content)


@pytest.mark.parametrize("events", [(), ("SUMMARY:Studiedag\r\nSTATUS:CANCELLED\r\nDTSTART;VALUE=DATE:20261124",)])
def test_a_calendar_of_nothing_but_cancelled_days_is_told_apart_from_what_is_none(events: tuple[str, ...]) -> None:
    with pytest.raises(FileUnreadable, match="only cancelled ones"):
        read(calendar(*events))


def test_an_empty_file_is_refused() -> None:
    with pytest.raises(FileUnreadable, match="something in it"):
        read(b"")


@pytest.mark.parametrize("content", [b"x" * 1_000_001, table(*["2026-11-23;;Studiedag"] * 201)])
def test_too_much_is_refused(content: bytes) -> None:
    with pytest.raises(FileUnreadable, match="too much"):
        read(content)
