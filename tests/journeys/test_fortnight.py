"""A coordinator's whole fortnight, day by day: twelve referrals, two meetings, and every deadline as a hand-made table has it."""

import re
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from io import BytesIO
from pathlib import Path

import pytest
from icalendar import Calendar
from playwright.sync_api import Browser, expect
from pypdf import PdfReader

from referrals.stages import IN_CONSENT, PARTS_REQUESTED, PLAN_ACTIVE, PLAN_DRAFT, RETURNED, TO_SCHEDULE, State
from schemas import closed_days_file
from tests.journeys import instance as instances
from tests.journeys.calendars import invitations, open_post_office
from tests.journeys.caseload import Caseload
from tests.journeys.conftest import windows_on
from tests.journeys.deadlines import LOOK_AGAIN, PARTS, SETTLE_BY
from tests.journeys.fortnight import SECOND, STAND_IN, Fortnight, came_for
from tests.journeys.telling import Reporter
from tests.journeys.window import Window

#: Monday of the week before
BEGINNING = "2026-10-05T08:00:00+02:00"


NEW_ADDRESS = "siv.ekdahl@ny.invalid"
#: what had come so far before the fortnight, and on which day
UNDER_WAY = (
    ("Alva", PLAN_ACTIVE, "2026-09-07"),
    ("Cleo", PARTS_REQUESTED, "2026-10-01"),
    ("Bertil", PLAN_DRAFT, "2026-10-08"),
    ("Doris", TO_SCHEDULE, "2026-10-07"),
    ("Edit", TO_SCHEDULE, "2026-10-09"),
    ("Frans", IN_CONSENT, "2026-10-09"),
    ("Gun", RETURNED, "2026-10-09"),
)
GUARDIAN = "Maja Testsson"
#: hers with Edit, given on the guardians' page
HER_ADDRESS = "maja.testsson@familjen.invalid"
#: all that a calendar's entry says
ENTRY = {
    "UID", "SEQUENCE", "DTSTAMP", "DTSTART", "DTEND", "SUMMARY", "LOCATION", "CLASS", "STATUS", "ORGANIZER",
}  # fmt: skip
FIRST_MEETING = datetime.fromisoformat("2026-10-15T13:00:00+02:00")
HALF_AN_HOUR, WHOLE_DATE = timedelta(minutes=30), timedelta(minutes=60)
#: how the school office keeps its closed days, and the same broken off in the middle
CLOSED = b"\r\n".join(
    (
        b"BEGIN:VCALENDAR", b"VERSION:2.0", b"PRODID:-//Skolkontoret//SV",
        b"BEGIN:VEVENT", b"UID:1@skolkontoret.invalid", b"DTSTART;VALUE=DATE:20261016", b"SUMMARY:Studiedag", b"END:VEVENT",
        b"BEGIN:VEVENT", b"UID:2@skolkontoret.invalid", b"DTSTART;VALUE=DATE:20261117", b"SUMMARY:Studiedag", b"END:VEVENT",
        b"END:VCALENDAR", b"",
    )
)  # fmt: skip
BROKEN = CLOSED[:120]


@pytest.fixture
def weeks(chromium: Browser, tmp_path: Path) -> Iterator[Fortnight]:
    """An instance of its own with a post office beside it; how its pages are built, the walk through every page looks at."""
    with (
        open_post_office() as (office, settings),
        instances.running("se", tmp_path / "instance", TRIVSEL_NOW=BEGINNING, **settings) as instance,
        windows_on(instance, chromium, None) as new_window,
    ):
        yield Fortnight(instance, new_window, office, Caseload(instance))


def test_every_deadline_of_a_coordinators_fortnight_agrees_with_a_table_made_by_hand(weeks: Fortnight) -> None:
    the_week_before(weeks)
    for day in (monday, tuesday, wednesday, thursday):
        day(weeks)
        weeks.agrees_with_the_table()
    the_weekend(weeks)
    for day in (second_monday, second_tuesday, second_wednesday, second_thursday, second_friday):
        day(weeks)
        weeks.agrees_with_the_table()
    calendars_agree(weeks)


def the_week_before(weeks: Fortnight) -> None:
    """The schools' closed days come in, two colleagues too; what is under way is taken over, and one part is asked for."""
    window = weeks.window_of(weeks.cast.administrator).open("/administration/closed-days")
    for content, is_read in ((BROKEN, False), (CLOSED, True)):
        file = {"name": "läsåret.ics", "mimeType": "text/calendar", "buffer": content}
        window.field("Calendar or table").set_input_files(file)
        window.press("Look at it")
        assert window.says(closed_days_file.NOT_READ) is not is_read
    window.press("Add what is ticked")
    assert "Studiedag 2026-10-16" in window.text
    weeks.take_in(SECOND, "Lindskolan")
    weeks.take_in(STAND_IN, "Askskolan", profession="School counsellor", works_as="Assessor in", reads="en")
    window = window.open("/administration/people").follow(weeks.cast.social_worker.name)
    window.page.locator("main [name=language]").select_option("da")
    window.press("Save")
    _take_over(weeks, UNDER_WAY[:2])
    weeks.about("Cleo").ask_for_parts(weeks.cast.special_educator)


def _take_over(weeks: Fortnight, under_way: Iterable[tuple[str, State, str]]) -> None:
    for child, state, since in under_way:
        weeks.numbers[child] = weeks.caseload.lay(child, state, since)


def monday(weeks: Fortnight) -> None:
    """The coordinator finds seven referrals, hears of an eighth, sets the team's dates and calls it to the first of them."""
    weeks.come_to("2026-10-12")
    _take_over(weeks, UNDER_WAY[2:])
    weeks.receipt = weeks.hear_of("Hugo")
    window = weeks.team_page()
    window.write("First day", "2026-10-15")
    window.write("Begins at", "13:00")
    window.press("Set these dates")
    window.write("First day", "2026-10-16")
    window.write("Last day", "2026-10-30")
    window.write("Every how many weeks?", "1")
    window.write("Begins at", "13:00")
    window.press("Set these dates")
    assert window.says("Left out, since the schools are closed: %(days)s.", days="2026-10-16, 2026-10-30"), window.text
    _stand_in_for_kim(weeks)
    window = weeks.put_on_agenda("Doris", "2026-10-15")
    window.press("Call the team to everything that is ready")
    assert window.says("The team is called for this time."), window.text


def _stand_in_for_kim(weeks: Fortnight) -> None:
    """The counsellor is away in the second week: the date shows who is missing, until somebody stands in."""
    words = weeks.coordinator.words
    not_complete = words(
        "Not complete: %(professions)s is missing. The date stays; call somebody, or meet knowingly without.",
        professions=words("School counsellor").lower(),
    )
    for stand_in in ("", STAND_IN.name):
        window = weeks.seat_of(weeks.cast.counsellor)
        if stand_in:
            window.press("Take away")
        window.write("First day away", "2026-10-23")
        window.write("Last day away", "2026-10-19")
        if stand_in:
            window.choose_beginning("Who stands in?", stand_in)
        window.press("Save")
        assert window.words("Error:") in window.page.title(), "the last day came before the first"
        window.write("First day away", "2026-10-19")
        window.write("Last day away", "2026-10-23")
        window.press("Save")
        agenda = weeks.agenda_of("2026-10-23")
        assert (not_complete in agenda.text, STAND_IN.name in agenda.text) == (not stand_in, bool(stand_in)), (
            agenda.text
        )


def _call(weeks: Fortnight, *, day: str = "", change: bool = False) -> Window:
    """The coordinator calls those whom the page suggests, for the time it suggests or for another day at one o'clock."""
    window = weeks.page(weeks.coordinator, "/team-review")
    if change:
        window.page.locator("#move > summary").click()
    if day:
        window.write("Day", day)
        window.write("Begins at", "13:00")
        if not change:  # who is elsewhere then stands with their names before anybody is called
            expect(window.page.locator("#elsewhere p")).to_contain_text("13:00", timeout=60_000)
            expect(window.page.locator("#f-called em.missing").first).to_be_visible()
    return window.press("Save the change" if change else "Call the team")


def tuesday(weeks: Fortnight) -> None:
    """Parts, consent, a question to a reporter; and the team is called to the second meeting, at first to a wrong day."""
    weeks.come_to("2026-10-13")
    weeks.about("Cleo").ask_for_parts(weeks.cast.teacher)
    wanted = weeks.coordinator.page.locator(".part-card__state").all_inner_texts()
    assert [re.findall(r"\d{4}-\d\d-\d\d", state) for state in wanted] == [[day] for day in PARTS]
    weeks.about("Frans").page(weeks.coordinator, "/guardians").press("Go on with the work")
    weeks.about("Hugo").decide("Back to the reporter for completion", reason="Vilka dagar var det?")
    window = weeks.about("Edit").page(weeks.coordinator, "/guardians").follow("Change")
    window.write("Interpreter, which language", "tigrinska")
    window.write("E-mail address", HER_ADDRESS)
    window.press("Save")
    weeks.put_on_agenda("Edit", "2026-10-23")
    _call_without_the_counsellor(weeks)
    window = _call(weeks, day="2026-10-15")
    cast = weeks.cast
    both = (cast.head_teacher, cast.coordinator, cast.social_worker, cast.special_educator, cast.nurse)
    names = ", ".join(sorted(one.name for one in both))
    assert window.says("Called to another meeting at the same time: %(names)s.", names=names), window.text
    window.watch_until(lambda: len(came_for(weeks.office, cast.nurse.email)) == 2, "the mail to the nurse")
    window.watch_until(lambda: bool(came_for(weeks.office, HER_ADDRESS)), "the mail to the guardian")
    weeks.office.unknown.add(cast.nurse.email)
    _call(weeks, day="2026-10-23", change=True)
    _the_interpreter_is_on_the_invitations(weeks)


def _call_without_the_counsellor(weeks: Fortnight) -> None:
    """The stand-in is among those the page suggests; without her the team is not complete, and is not called."""
    window = weeks.page(weeks.coordinator, "/team-review")
    assert not window.page.get_by_label(weeks.cast.counsellor.name).is_checked()
    window.page.get_by_label(STAND_IN.name).uncheck()
    window.press("Call the team")
    assert window.says("The team is not complete. Call who is missing, or tick below that you meet without them.")
    assert window.page.get_by_label(weeks.cast.head_teacher.name).is_checked()


def _the_interpreter_is_on_the_invitations(weeks: Fortnight) -> None:
    """Colleagues read that one is needed, each in their own language; the guardian in hers reads which one."""
    window = weeks.page(weeks.coordinator, "/documents")
    papers = window.page.locator("a[type='application/pdf']", has_text=window.words("Invitation"))
    window.wait_until(lambda: papers.count() == 8, "the invitations to the second time")
    called = window.words("Those who are called")
    guardians, colleagues, danes = (
        " ".join(" ".join(page.extract_text() for page in PdfReader(BytesIO(paper)).pages).split())
        for reader, other in ((GUARDIAN, called), (called, f"{called}, "), (f"{called}, på danska", GUARDIAN))
        for paper in [window.fetch(papers.filter(has_text=reader, has_not_text=other).first)]
    )
    assert "Der er brug for tolk: tigrinska." in guardians, guardians
    assert "Vårdnadshavarna behöver tolk." in colleagues, colleagues
    assert "Forældrene har brug for tolk." in danes, danes


def wednesday(weeks: Fortnight) -> None:
    """Mail came back, refused at once or reported later; what can be put right is, and the reporter answers."""
    weeks.come_to("2026-10-14")
    address, came_back = weeks.cast.social_worker.email, "A mail to %(name)s came back: the address takes none."
    window = weeks.about("Edit").page(weeks.coordinator)
    window.watch_until(lambda: len(came_for(weeks.office, address)) == 3, "the mail to the social worker")
    assert weeks.report_undelivered(came_for(weeks.office, address)[-1]).startswith("1 came back")
    for person in (weeks.cast.nurse, weeks.cast.social_worker):
        window.wait_until(lambda name=person.name: window.says(came_back, name=name), person.name)
    admin = weeks.window_of(weeks.cast.administrator).open("/administration/people").follow(weeks.cast.nurse.name)
    admin.write("E-mail address", NEW_ADDRESS)
    admin.press("Save")
    for person, deed in ((weeks.cast.nurse, "Try again"), (weeks.cast.social_worker, "It need not be sent")):
        with window.at(window.page.locator(".notice", has_text=person.name)):
            window.press(deed)
    window.wait_until(lambda: bool(came_for(weeks.office, NEW_ADDRESS)), "the mail to the new address")
    reporter = Reporter(weeks.new_window(), weeks.language).come_back(weeks.receipt)
    reporter.window.write("Your answer", "Måndagar.")
    reporter.window.press("Send the answer")


def thursday(weeks: Fortnight) -> None:
    """The first meeting, a decision and a plan on their last day, and one more concern."""
    weeks.come_to("2026-10-15", "13:40")
    weeks.about("Hugo").decide("The team makes an assessment")
    weeks.about("Doris").write_minutes()
    weeks.about("Bertil").write_plan()
    weeks.hear_of("Iris")


def the_weekend(weeks: Fortnight) -> None:
    """On a Saturday somebody tells of a child, and of a tie."""
    weeks.come_to("2026-10-17", "20:30")
    weeks.hear_of("Jonte", too_close_how="Någon i teamet är granne med familjen.")


def second_monday(weeks: Fortnight) -> None:
    """What lay over the weekend, a follow-up on its day, and a part on its."""
    weeks.come_to("2026-10-19")
    window = weeks.about("Jonte").coordinator.open("/home")
    line = window.page.locator(".waiting__line", has_text=weeks.number)
    assert line.locator("time").get_attribute("datetime") == SETTLE_BY
    window.leads(line.locator("a"))
    assert window.says("Settle it by %(date)s.", date=SETTLE_BY)
    window.press("I know of no tie of mine: show what was written")
    window.write("Why?", "Grannen arbetar inte längre här.")
    window.press("Settle it and let the others be told")
    weeks.about("Cleo").write_part(weeks.cast.special_educator)
    window = weeks.about("Alva").page(weeks.coordinator, "/follow-up")
    window.wait_until(lambda: window.says("Save the follow-up"), "the follow-up")
    weeks.follow_up("Propose closing")


def second_tuesday(weeks: Fortnight) -> None:
    """One concern ends, one goes straight to the team, and a plan is approved after its day."""
    weeks.come_to("2026-10-20")
    window = weeks.about("Iris").next_of(weeks.coordinator)
    window.tick("No action")
    assert window.field("Look again on").input_value() == LOOK_AGAIN
    weeks.decide("No action", reason="Det har löst sig.")
    assert weeks.page(weeks.coordinator, "/triage").says("Looked at again on %(date)s", date="18 november 2026")
    weeks.about("Jonte").decide("Straight to the team")
    weeks.about("Bertil").approve_plan()


def second_wednesday(weeks: Fortnight) -> None:
    """Minutes are approved on their last day, and the second meeting is moved: not to a closed day, but to tomorrow."""
    weeks.come_to("2026-10-21")
    weeks.about("Doris").approve_minutes()
    weeks.hear_of("Kaj")
    window = weeks.agenda_of("2026-10-23")
    why = "Rummet är upptaget på fredag."
    window.page.locator("#move-form textarea").fill(why)
    window.write("New day", "2026-10-26")
    window.press("Save the change")
    assert window.says("The schools are closed on that day. Choose another: nothing has been moved."), window.text
    assert window.page.locator("#move-form textarea").input_value() == why
    window.write("New day", "2026-10-22")
    window.press("Save the change")
    assert weeks.numbers["Edit"] in window.text
    link = (
        weeks.about("Edit").page(weeks.coordinator, "/team-review").link("Take it into a calendar of your own (.ics)")
    )
    (own,) = Calendar.from_ical(weeks.coordinator.fetch(link)).events
    assert (own.start.isoformat(), own["SEQUENCE"]) == ("2026-10-22T11:00:00+00:00", 2)
    weeks.coordinator.write("With whom is it booked?", "Tolkförmedlingen")
    weeks.coordinator.press("An interpreter is booked")
    assert weeks.coordinator.says("booked with %(whom)s", whom="Tolkförmedlingen"), weeks.coordinator.text
    weeks.coordinator.watch_until(lambda: len(came_for(weeks.office, STAND_IN.email)) == 2, "the mail to who stands in")


def second_thursday(weeks: Fortnight) -> None:
    """The second meeting, with who stands in and an interpreter; and a concern goes to another owner."""
    weeks.come_to("2026-10-22", "13:40")
    stand_in = weeks.about("Edit").page(weeks.window_of(STAND_IN))
    assert weeks.number in stand_in.heading
    window = weeks.page(weeks.coordinator, "/team-review/minutes")
    there = [field.input_value() for field in window.page.locator("[name^=attendance][name$=-name]").all()]
    functions = [field.input_value() for field in window.page.locator("[name^=attendance][name$=-function]").all()]
    assert STAND_IN.name in there
    assert weeks.cast.counsellor.name not in there
    assert any("olk" in function for function in functions), functions
    weeks.write_minutes()
    weeks.about("Cleo").write_part(weeks.cast.teacher)
    window = weeks.about("Kaj").page(weeks.coordinator)
    window.page.locator(".hand-over > summary").click()
    window.choose_beginning("Owner", SECOND.name)
    window.press("Hand over")


def second_friday(weeks: Fortnight) -> None:
    """The second minutes are approved, and the last concern comes before the holiday."""
    weeks.come_to("2026-10-23")
    weeks.about("Edit").approve_minutes()
    weeks.hear_of("Lova")


def calendars_agree(weeks: Fortnight) -> None:
    """What each calendar program has read: the same meeting wherever it was moved, in its owner's language, and nothing about anybody."""
    weeks.coordinator.watch_until(lambda: len(invitations(weeks.office)) >= 27, "the last of the invitations")
    hers = came_for(weeks.office, HER_ADDRESS)
    cast, came = weeks.cast, [one for one in invitations(weeks.office) if one not in hers]
    always = dict.fromkeys((cast.coordinator.email, cast.head_teacher.email, cast.special_educator.email), "sv")
    always |= {cast.social_worker.email: "da"}
    # What was called to with the agenda is the team's date, and as long as that: each has one entry of it.
    of_dates = [one for one in came if one.ends_at - one.starts_at == WHOLE_DATE]
    sits = always | {cast.counsellor.email: "sv", cast.nurse.email: "sv"}
    # On the day that was wrong nobody stands in: who does so in the week after is told of the team's date only.
    moved = [(STAND_IN.email, "en", place, f"2026-10-{day}T13:00:00+02:00") for place, day in ((1, 23), (2, 22))]
    # Another address is another calendar: it gets the date that is still to come.
    again = (NEW_ADDRESS, "sv", 2, FIRST_MEETING.isoformat())
    assert sorted((one.to, one.language, one.sequence, one.starts_at.isoformat()) for one in of_dates) == sorted([
        *((to, language, 1, FIRST_MEETING.isoformat()) for to, language in sits.items()), again, *moved,
    ])  # fmt: skip
    assert len({one.uid for one in of_dates}) == len(sits) + 1
    own = [one for one in came if one not in of_dates]
    moves = ((0, "2026-10-15", cast.nurse.email), (1, "2026-10-23", NEW_ADDRESS), (2, "2026-10-22", NEW_ADDRESS))
    assert sorted((one.to, one.language, one.sequence, one.starts_at.isoformat()) for one in own) == sorted(
        (to, language, sequence, f"{day}T13:00:00+02:00")
        for sequence, day, nurse in moves
        for to, language in (always | {nurse: "sv"}).items()
    )
    assert [(one.uid, one.sequence, one.starts_at.isoformat()) for one in hers] == [
        (own[0].uid, sequence, f"{day}T13:00:00+02:00") for sequence, day, _nurse in moves
    ], "one entry of hers, which moved twice"
    assert ({one.ends_at - one.starts_at for one in (*own, *hers)}, len({one.uid for one in own})) == (
        {HALF_AN_HOUR},
        1,
    )
    names = [word for person in (cast.coordinator, cast.counsellor, STAND_IN) for word in person.name.split()]
    secrets = (*weeks.numbers, *weeks.numbers.values(), "Provsson", *GUARDIAN.split(), "tigrinska", *names)
    for one in came:
        assert one.title == {"sv": "Teammöte", "da": "Møde i Trivselsforum", "en": "Team meeting"}[one.language]
        assert one.properties == ENTRY
        assert [secret for secret in secrets if secret in one.text] == []
    for one in hers:
        assert (one.title, one.language) == ("Møde", "da")
        assert one.properties == ENTRY - {"LOCATION"}, "even the room says which school it is"
        assert [secret for secret in (*secrets, "Lindskolan", HER_ADDRESS) if secret in one.text] == []
