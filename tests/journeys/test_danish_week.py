"""A Danish school's week: unlawful absence from the days to warning and report, each after a morning's sum, and a date of the forum."""

from collections.abc import Iterator
from datetime import datetime
from io import BytesIO
from pathlib import Path

import pytest
from playwright.sync_api import Browser
from pypdf import PdfReader

from referrals.stages import TO_SCHEDULE
from tests.journeys import instance as instances
from tests.journeys.calendars import invitations, open_post_office
from tests.journeys.caseload import Caseload
from tests.journeys.conftest import windows_on
from tests.journeys.fortnight import Fortnight
from tests.journeys.window import Window

#: a Monday
BEGINNING = "2026-09-14T08:00:00+02:00"
#: with the summer away, 37 school days are left of the quarter: four are 10.8 %, six are 16.2 %
SUMMER = b"\r\n".join(
    (
        b"BEGIN:VCALENDAR", b"VERSION:2.0", b"PRODID:-//Skolekontoret//DA",
        b"BEGIN:VEVENT", b"UID:1@skolekontoret.invalid", b"DTSTART;VALUE=DATE:20260701", b"DTEND;VALUE=DATE:20260811",
        b"SUMMARY:Sommerferie", b"END:VEVENT", b"END:VCALENDAR", b"",
    )
)  # fmt: skip
PUPIL = "Emil Prøvesen"
MEETING = datetime.fromisoformat("2026-09-17T13:00:00+02:00")


@pytest.fixture
def week(chromium: Browser, tmp_path: Path) -> Iterator[Fortnight]:
    """An instance of its own with a post office beside it; how its pages are built, the walk through every page looks at."""
    with (
        open_post_office() as (office, settings),
        instances.running("dk", tmp_path / "instance", TRIVSEL_NOW=BEGINNING, **settings) as instance,
        windows_on(instance, chromium, None) as new_window,
    ):
        yield Fortnight(instance, new_window, office, Caseload(instance))


def test_absence_is_summed_up_each_morning_and_the_forum_is_called_to_its_date(week: Fortnight) -> None:
    monday(week)
    tuesday(week)
    wednesday(week)


def monday(week: Fortnight) -> None:
    """The summer comes into the calendar, four days of absence are entered, and the forum is called to a date."""
    window = week.window_of(week.cast.administrator).open("/administration/closed-days")
    file = {"name": "skoleåret.ics", "mimeType": "text/calendar", "buffer": SUMMER}
    window.field("Calendar or table").set_input_files(file)
    window.press("Look at it")
    window.press("Add what is ticked")
    window = week.head_teacher.open("/absence")
    assert "37" in window.text
    for name, typed in (("name", PUPIL), ("birth_date", "2015-03-02"), ("days", "4")):
        window.page.locator(f"main [name={name}]").fill(typed)
    window.press("Record the days")
    assert window.says("tomorrow morning"), window.text
    assert not _waits(week, "Warn the parents about absence, or say why not")
    _the_forum_is_called(week)


def _the_forum_is_called(week: Fortnight) -> None:
    week.numbers["Doris"] = week.caseload.lay("Doris", TO_SCHEDULE, "2026-09-09")
    window = week.team_page()
    window.write("First day", MEETING.date().isoformat())
    window.write("Begins at", "13:00")
    window.press("Set these dates")
    window = week.put_on_agenda("Doris", MEETING.date().isoformat())
    window.press("Call the team to everything that is ready")
    assert window.says("The team is called for this time."), window.text


def tuesday(week: Fortnight) -> None:
    """The morning's sum is past the first limit: the parents are warned, and get a letter. Two more days are entered."""
    week.come_to("2026-09-15")
    window = _decide(week, "Warn the parents about absence, or say why not", "10,8")
    window.page.locator("main [name=to_whom]").fill("Dorte Prøvesen")
    window.write("What does the school offer?", "Et møde på mandag.")
    window.press("Warn the parents")
    assert "Varsel om ulovligt fravær" in _paper(window)
    window = week.head_teacher.open("/absence").follow(PUPIL)
    window.page.locator("main [name=days]").fill("6")
    window.press("Put the days right")
    assert not _waits(week, "Report absence to the municipality, or say why not")


def wednesday(week: Fortnight) -> None:
    """It is past the second: the parents are told, then it is reported. What came of the forum's date, calendar programs read."""
    week.come_to("2026-09-16")
    window = _decide(week, "Report absence to the municipality, or say why not", "16,2")
    window.write("When were the parents told?", "2026-09-15")
    window.write("What has the school done?", "Varslet forældrene og holdt et møde.")
    window.write("How do parents and pupil see it?", "De er enige i dagene.")
    window.press("Report it to the municipality")
    paper = _paper(window)
    assert PUPIL in paper
    assert "15. september 2026" in paper
    cast = week.cast
    called = {one.email for one in (cast.coordinator, cast.head_teacher, cast.special_educator, cast.counsellor)}
    called |= {cast.nurse.email, cast.social_worker.email}
    window.watch_until(lambda: called <= {one.to for one in invitations(week.office)}, "the invitations")
    came = invitations(week.office)
    told = {(one.title, one.sequence, one.starts_at, one.language) for one in came}
    assert told == {("Møde i Trivselsforum", 1, MEETING, "da")}
    assert len({one.uid for one in came}) == len({one.to for one in came}) == len(came)
    assert not [one.text for one in came if "Doris" in one.text]
    assert not any({"ATTENDEE", "DESCRIPTION"} & one.properties for one in came)


def _waits(week: Fortnight, task: str) -> bool:
    return week.head_teacher.open("/home").says(task)


def _decide(week: Fortnight, task: str, share: str) -> Window:
    """The page on which the head teacher decides, from home, once the morning's sum has come."""
    window = week.head_teacher.open("/home")
    window.wait_until(lambda: window.says(task), "the morning's sum")
    window.follow(task)
    assert share in window.text
    return window


def _paper(window: Window) -> str:
    sheets = PdfReader(BytesIO(window.fetch(window.link("Open the paper (PDF)")))).pages
    return " ".join("".join(sheet.extract_text() for sheet in sheets).split())
