"""The team meeting's pages as the coordinator, those called and everybody else meet them."""

import uuid
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from icalendar import Calendar
from sqlalchemy import select

from referrals import clock, db, documents, history, notifications, team_review
from referrals.config import Settings
from referrals.documents import Paper
from referrals.forums import agenda, dates, seats
from referrals.forums.dates import Series
from referrals.guardians import guardian_page
from referrals.guardians.guardian_access import actor_for
from referrals.meetings import meeting_answers
from referrals.models import ClosedDay, Guardian, Referral
from referrals.notes import notes_of
from referrals.papers import readers
from referrals.stages import (
    CLOSED,
    CLOSURE_PROPOSED,
    MEETING_HELD,
    PARTS_REQUESTED,
    PLAN_DRAFT,
    SCHEDULED,
    TO_SCHEDULE,
    State,
    Verb,
)
from referrals.vocabulary import Attendance, CalledReply, DocumentKind, Domain, InvitationReply, MeetingOutcome
from tests.factories import a_guardian, a_member, a_referral
from tests.webapp.browsing import Browser, Page
from tests.webapp.desk import cast_of

SignIn = Callable[[str], Browser]
AT = datetime(2026, 12, 9, 12, 30, tzinfo=UTC)


@pytest.fixture
def number(app, settings: Settings) -> Callable[..., str]:
    """Makes a referral in a state and gives its number; `prepare(session, referral, cast)` adds what the test needs."""

    def make(state: State, prepare: Callable[..., object] = lambda *_: None) -> str:
        with db.writing(settings.database) as session:
            cast = cast_of(session)
            referral = a_referral(session, cast, state)
            prepare(session, referral, cast)
            return referral.number

    return make


def informed(session, referral, cast) -> None:
    a_guardian(session, referral, told_by=cast.coordinator, interpreter="polska")
    a_guardian(session, referral, told_by=cast.coordinator, name="Milan Testsson", may_contact=False)


def called(session, referral, cast) -> None:
    informed(session, referral, cast)
    team_review.schedule_meeting(
        session, referral, by=cast.coordinator.actor(), seen=None, starts_at=AT, minutes=60, place="Rum 12",
        called=[cast.head_teacher.id, cast.counsellor.id], agenda=["Läget i klassen"],
        guardians=[session.scalars(select(Guardian.id).where(Guardian.referral_id == referral.id)).first()],
    )  # fmt: skip


def held(outcome: MeetingOutcome | None = MeetingOutcome.PLAN, **values: Any) -> Callable[..., None]:
    def prepare(session, referral, cast) -> None:
        called(session, referral, cast)
        team_review.record_meeting(
            session, referral, by=cast.coordinator.actor(), seen=None, outcome=outcome, situation="Borta nio dagar.",
            attendance=[{"name": "Kim Solgren", "function": "Skolkurator", "attendance": Attendance.PRESENT}],
            ratings={Domain.HEALTH: {"rating": 4, "note": "Sover bättre."}}, child_words="”Jag vill ha lugnt.”",
            guardians_words="”Hon sover dåligt.”", dissent="Pappan: ”Det går för fort.”",
            decisions=[{"text": "Lugn start", "responsible": "Kim Solgren", "due_on": AT.date()}], **values,
        )  # fmt: skip

    return prepare


def look(settings: Settings, number: str, what: Callable[[Any, Referral], Any]) -> Any:
    with db.writing(settings.database) as session:
        referral = session.scalars(select(Referral).where(Referral.number == number)).one()
        return what(session, referral)


def state_of(settings: Settings, number: str) -> State:
    return look(settings, number, lambda _, referral: referral.state)


def boxes(page: Page, name: str) -> dict[str, str]:
    """The boxes called `name`: words beside them to value."""
    labels = {label.get("for"): page.text_of(label) for label in page.all("label")}
    return {labels[box.get("id")]: box.get("value") for box in page.all("input", type="checkbox", name=name)}


WHEN = {"starts_on": "2026-12-09", "starts_time": "13:30"}


# ------------------------------------------------------------------------------------------------------------ calling
def test_the_coordinator_calls_the_team_with_little_to_type(signed_in: SignIn, number, settings, wednesday) -> None:
    reference = number(TO_SCHEDULE, informed)
    karin = signed_in("karin")
    page = karin.get(f"/referrals/{reference}/team-review")
    assert page.heading == "Team meeting"
    fields = page.fields(page.form())
    assert (fields["place"], fields["minutes"]) == ("Lindskolan, rum 12", "60")
    assert len(fields.getlist("called")) == 3  # those the forum asks for, and oneself
    page = karin.submit(WHEN)
    assert "The team is called for Wednesday 9 December 2026." in page.text
    meeting = look(
        settings, reference, lambda session, referral: team_review.current_meeting(session, referral).starts_at
    )
    assert meeting == AT
    assert state_of(settings, reference) == SCHEDULED


def test_a_meeting_on_a_closed_day_is_called_knowingly_only_and_minutes_before_its_day_are_pointed_out(
    signed_in: SignIn, number, wednesday
) -> None:
    reference = number(TO_SCHEDULE, informed)
    karin = signed_in("karin")
    page = karin.get(f"/referrals/{reference}/team-review")
    assert boxes(page, "on_closed_day") == {}
    page = karin.submit(WHEN | {"starts_on": "2026-12-12", "place": "Biblioteket"}, status=422)
    assert "The schools are closed on that day." in page.problems[0]
    assert page.fields(page.form())["place"] == "Biblioteket"
    assert boxes(page, "on_closed_day") == {"Meet although the schools are closed that day": "yes"}
    saturday = karin.submit({"on_closed_day": "yes"})
    assert "The team is called for Saturday 12 December 2026." in saturday.text
    assert "The schools are closed on this day." in saturday.text
    karin.submit({"starts_time": "15:00"}, form=saturday.form())
    page = karin.get(f"/referrals/{reference}/team-review/minutes")
    assert "The meeting is not until Saturday 12 December 2026" in page.text
    wednesday.move_to(datetime(2026, 12, 12, 15, tzinfo=UTC))
    assert "The meeting is not until" not in signed_in("karin").get(f"/referrals/{reference}/team-review/minutes").text


def test_before_the_guardians_are_informed_the_page_is_locked_and_says_why(signed_in: SignIn, number, settings) -> None:
    reference = number(TO_SCHEDULE, lambda session, referral, cast: a_guardian(session, referral))
    page = signed_in("karin").get(f"/referrals/{reference}/team-review")
    assert "Maja Testsson is not informed yet." in page.text
    assert not page.all("form", id="main-form")
    nobody = signed_in("karin").get(f"/referrals/{number(TO_SCHEDULE)}/team-review")
    assert "No guardian with custody is recorded." in nobody.text


def test_a_missing_profession_is_shown_and_must_be_met_without_knowingly(
    signed_in: SignIn, number, settings, wednesday
) -> None:
    reference = number(TO_SCHEDULE, informed)
    karin = signed_in("karin")
    page = karin.get(f"/referrals/{reference}/team-review")
    henrik = next(value for words, value in boxes(page, "called").items() if words.startswith("Henrik"))
    page = karin.submit({**WHEN, "called": [henrik]}, status=422)
    assert "The team is not complete." in page.problems[0]
    assert boxes(page, "without") == {"Yes, meet without: school counsellor": "school_counsellor"}
    karin.submit({"without": ["school_counsellor"]})
    assert state_of(settings, reference) == SCHEDULED


def test_a_locked_service_is_shown_with_the_reason_and_cannot_be_called(
    signed_in: SignIn, number, settings, wednesday
) -> None:
    reference = number(TO_SCHEDULE, informed)
    karin = signed_in("karin")
    page = karin.get(f"/referrals/{reference}/team-review")
    assert "Locked: the guardians have not yet consented to social services taking part." in page.text
    noor = str(look(settings, reference, lambda session, _: cast_of(session).social_worker.id))
    everybody = [*page.fields(page.form()).getlist("called"), noor]
    page = karin.submit({**WHEN, "called": everybody}, status=409)
    assert "The consent does not cover this recipient" in page.text
    assert page.fields(page.form())["starts_on"] == "2026-12-09"


def test_what_is_missing_or_wrong_is_said_at_its_field(signed_in: SignIn, number, wednesday) -> None:
    karin = signed_in("karin")
    karin.get(f"/referrals/{number(TO_SCHEDULE, informed)}/team-review")
    page = karin.submit({"starts_on": "2026-12-09", "starts_time": "soon", "minutes": "3", "place": ""}, status=422)
    assert [problem.partition(":")[0] for problem in page.problems] == ["Begins at", "Length in minutes", "Place"]
    assert page.fields(page.form())["starts_on"] == "2026-12-09"


def test_nobody_is_called_to_a_day_that_has_passed_but_a_meeting_is_moved_to_the_day_they_met(
    signed_in: SignIn, number, settings, wednesday
) -> None:
    reference = number(TO_SCHEDULE, informed)
    karin = signed_in("karin")
    karin.get(f"/referrals/{reference}/team-review")
    page = karin.submit({**WHEN, "starts_on": "2026-09-15"}, status=422)
    assert any("This day has passed." in problem for problem in page.problems)
    assert page.fields(page.form())["starts_time"] == "13:30"
    page = karin.submit({"starts_on": "2026-09-16", "starts_time": "07:00"}, status=422)
    assert any("This time has passed." in problem for problem in page.problems)
    karin.submit({"starts_time": "13:30"})
    assert state_of(settings, reference) == SCHEDULED
    karin.get(f"/referrals/{reference}/team-review")
    assert "The team is called for" in karin.submit({"starts_on": "2026-09-15", "starts_time": "07:00"}).text


def test_dissent_of_somebody_absent_is_refused_at_the_field(signed_in: SignIn, number, settings) -> None:
    reference = number(TO_SCHEDULE, called)
    karin = signed_in("karin")
    karin.get(f"/referrals/{reference}/team-review/minutes")
    came = {
        "attendance-0-attendance": "present",
        "attendance-1-attendance": "absent",
        "attendance-2-attendance": "by_link",
        "attendance-3-attendance": "absent",
        "attendance-4-attendance": "partly",
    }
    page = karin.submit({**came, "dissent": "Kim Solgren: jag ser det inte så."}, status=422)
    assert any("marked as absent" in problem for problem in page.problems)
    assert page.fields(page.form())["dissent"] == "Kim Solgren: jag ser det inte så."
    karin.submit({"attendance-1-attendance": "present"})
    assert state_of(settings, reference) == MEETING_HELD


def test_the_next_call_begins_with_the_day_the_last_meeting_named(
    signed_in: SignIn, number, settings, wednesday
) -> None:
    def meet_again(session, referral, cast) -> None:
        held(MeetingOutcome.MEET_AGAIN, next_meeting_on=date(2026, 10, 6))(session, referral, cast)
        team_review.approve_minutes(session, referral, by=cast.head_teacher.actor(), seen=None)

    def meets_on(day: date) -> None:
        with db.writing(settings.database) as session:
            cast = cast_of(session)
            dates.plan(
                session, cast.forum, Series(day, day, 1, time(14, 30), 90, "Rum 14"), by=cast.coordinator.actor()
            )

    def form() -> Any:
        page = signed_in("karin").get(f"/referrals/{reference}/team-review")
        return page.fields(page.form())

    def begun() -> list[str]:
        fields = form()
        return [fields[name] for name in ("starts_on", "starts_time", "minutes", "place")]

    reference = number(TO_SCHEDULE, meet_again)
    meets_on(date(2026, 9, 22))
    assert begun() == ["2026-10-06", "", "60", "Lindskolan, rum 12"]
    away = date(2026, 9, 22)
    with db.writing(settings.database) as session:
        cast, by = cast_of(session), cast_of(session).coordinator.actor()
        sits = seats.seat(session, cast.forum, cast.special_educator.id, by=by)
        seats.be_away(session, sits, first_on=away, last_on=away, stand_in_id=None, by=by)
        petra = str(cast.special_educator.id)
    assert petra in form().getlist("called"), "away on the team's next date, there on the day that was named"
    meets_on(date(2026, 10, 6))
    assert begun() == ["2026-10-06", "14:30", "90", "Rum 14"]
    wednesday.move_to(datetime(2026, 10, 7, 8, 0, tzinfo=UTC))
    meets_on(date(2026, 10, 20))
    assert begun() == ["2026-10-20", "14:30", "90", "Rum 14"]


def test_a_closed_day_for_the_next_meeting_is_pointed_out_in_the_minutes_and_begins_no_call(
    signed_in: SignIn, number, wednesday
) -> None:
    said = "The schools are closed on the day of the next meeting."
    reference = number(TO_SCHEDULE, called)
    wednesday.move_to(AT + timedelta(hours=2))
    karin = signed_in("karin")
    assert said not in karin.get(f"/referrals/{reference}/team-review/minutes").text
    assert said in karin.submit({"next_meeting_on": "19.12.2026"}, button=("_add", "decisions")).text
    assert said not in karin.submit({"outcome": "meet_again", "next_meeting_on": "2026-12-18"}).text
    karin.get(f"/referrals/{reference}/team-review/minutes?screen=open")
    curtain = karin.submit({"next_meeting_on": "19.12.2026"})
    assert ("The minutes are saved." in curtain.text, said in curtain.text) == (True, True)
    assert "19 December" not in curtain.text
    assert said in karin.get(f"/referrals/{reference}/team-review/minutes").text
    henrik = signed_in("henrik")
    henrik.get(f"/referrals/{reference}/team-review/approval")
    henrik.submit()
    page = karin.get(f"/referrals/{reference}/team-review")
    assert page.fields(page.form())["starts_on"] == ""
    assert "The minutes name Saturday 19 December 2026 for the next meeting: the schools are closed then." in page.text


def test_a_call_begins_with_the_next_date_on_an_open_day_or_offers_the_closed_one_on_whose_agenda_it_is(
    signed_in: SignIn, number, settings, wednesday
) -> None:
    days, made = (date(2026, 9, 22), date(2026, 10, 6)), []

    def meets_on_a_closed_day(session, referral, cast) -> None:
        informed(session, referral, cast)
        for day in days:
            once = Series(day, day, 1, time(14, 30), 90, "Rum 14")
            dates.plan(session, cast.forum, once, by=cast.coordinator.actor())
        session.add(ClosedDay(first_on=days[0], last_on=days[0], label="Studiedag"))
        made.append(referral.id)

    def begun() -> tuple[str, dict[str, str]]:
        page = signed_in("karin").get(f"/referrals/{reference}/team-review")
        return page.fields(page.form())["starts_on"], boxes(page, "on_closed_day")

    reference = number(TO_SCHEDULE, meets_on_a_closed_day)
    assert begun() == ("2026-10-06", {})
    with db.writing(settings.database) as session:
        cast = cast_of(session)
        closed = dates.coming(session, cast.forum)[0]
        agenda.put_on(session, closed, made[0], minutes=30, by=cast.coordinator.actor())
    assert begun() == ("2026-09-22", {"Meet although the schools are closed that day": "yes"})


def test_a_meeting_can_be_moved_with_a_reason(signed_in: SignIn, number, settings, wednesday) -> None:
    reference = number(TO_SCHEDULE, called)
    karin = signed_in("karin")
    page = karin.get(f"/referrals/{reference}/team-review")
    fields = page.fields(page.form())
    assert (fields["starts_on"], fields["starts_time"], fields["agenda"]) == ("2026-12-09", "13:30", "Läget i klassen")
    karin.submit({"starts_on": "2026-12-16", "reason": "Tolken kan inte."})
    moved = look(
        settings,
        reference,
        lambda session, referral: [one.starts_at.day for one in team_review.meetings_of(session, referral)],
    )
    assert moved == [16]
    for who, may_know in (("karin", True), ("henrik", True), ("kim", False)):
        text = signed_in(who).get(f"/referrals/{reference}/team-review").text
        assert ("What stood here before" in text, "Tolken kan inte." in text) == (may_know, may_know)


def test_the_second_coordinator_sees_who_was_first_and_loses_nothing(signed_in: SignIn, number, wednesday) -> None:
    reference = number(TO_SCHEDULE, informed)
    karin, sanna = signed_in("karin"), signed_in("sanna")
    karin.get(f"/referrals/{reference}/team-review")
    sanna.get(f"/referrals/{reference}/team-review")
    karin.submit(WHEN)
    page = sanna.submit({**WHEN, "place": "Biblioteket"}, status=409)
    assert "Karin Almkvist was first" in page.text
    assert page.fields(page.form())["place"] == "Biblioteket"


def test_those_called_see_the_meeting_but_not_the_form(signed_in: SignIn, number) -> None:
    reference = number(TO_SCHEDULE, called)
    page = signed_in("kim").get(f"/referrals/{reference}/team-review")
    assert "Rum 12" in page.text
    assert "Maja Testsson" not in page.text
    assert not page.all("form", id="main-form")
    assert "Maja Testsson" in signed_in("henrik").get(f"/referrals/{reference}/team-review").text
    for name in ("petra", "otto", "anton"):
        signed_in(name).get(f"/referrals/{reference}/team-review", status=404)


def test_those_called_open_the_call_and_others_do_not(signed_in: SignIn, number, settings) -> None:
    reference = number(TO_SCHEDULE, called)
    with db.writing(settings.database) as session:
        referral = session.scalars(select(Referral).where(Referral.number == reference)).one()
        row = referral.history[-1]
        (call,) = [paper for paper in documents.papers_after(session, row) if paper.recipient == readers.PROFESSIONALS]
        documents.issue(session, row, call, content=b"%PDF-1.7 call")
        in_danish = Paper(DocumentKind.INVITATION, readers.professionals_key(session, "da"), "da")
        documents.issue(session, row, in_danish, content=b"%PDF-1.7 indkaldelse")
    assert "Read the call" not in signed_in("kim").get(f"/referrals/{reference}/team-review").text
    clock.set_now(clock.now() + timedelta(minutes=11))
    kim = signed_in("kim")
    page = kim.get(f"/referrals/{reference}/team-review")
    (link,) = page.all("a", type="application/pdf")
    answer = kim.client.get(link.get("href"))
    assert (answer.status_code, answer.data, answer.mimetype) == (200, b"%PDF-1.7 call", "application/pdf")
    for name in ("karin", "petra", "otto"):
        assert signed_in(name).client.get(link.get("href")).status_code == 404
    assert "Those who are called, in Danish" in signed_in("karin").get(f"/referrals/{reference}/documents").text


def test_before_a_meeting_is_called_the_others_are_told_so(signed_in: SignIn, number) -> None:
    assert "No meeting yet" in signed_in("henrik").get(f"/referrals/{number(TO_SCHEDULE, informed)}/team-review").text


# ------------------------------------------------------------------------------------------------------------ minutes
def test_the_minutes_begin_with_those_called_and_invited(signed_in: SignIn, number, settings) -> None:
    reference = number(TO_SCHEDULE, called)
    karin = signed_in("karin")
    page = karin.get(f"/referrals/{reference}/team-review/minutes")
    fields = page.fields(page.form())
    assert [(fields[f"attendance-{row}-name"], fields[f"attendance-{row}-function"]) for row in range(5)] == [
        ("Henrik Rosenby", "Head teacher"),
        ("Kim Solgren", "School counsellor"),
        ("Maja Testsson", "Guardian"),
        ("The child", "Child"),
        ("An interpreter", "Interpreter: polska"),
    ]
    assert [fields[f"attendance-{row}-attendance"] for row in range(5)] == [
        "present", "present", "present", "absent", "absent",
    ]  # fmt: skip
    assert "an interpreter nobody has noted as booked, as absent. Change what was otherwise." in page.text
    decision = {
        "decisions-0-text": "Lugn start", "decisions-0-responsible": "Kim", "decisions-0-due_on": "2026-12-20",
        "decisions-0-kind": "specialist",
    }  # fmt: skip
    rated = {"ratings-health-rating": "4", "ratings-safety-note": "Oklart."}
    page = karin.submit({**decision, **rated, "child_words": "”Lugnt.”", "outcome": "plan"})
    assert "The minutes are saved. Somebody else who may approves them next." in page.text
    assert state_of(settings, reference) == MEETING_HELD
    page = karin.get(f"/referrals/{reference}/team-review/minutes")
    assert "Change what was otherwise." not in page.text
    fields = page.fields(page.form())
    assert (
        fields["ratings-health-rating"],
        fields["decisions-0-text"],
        fields["decisions-0-kind"],
        fields["outcome"],
    ) == (
        "4",
        "Lugn start",
        "specialist",
        "plan",
    )
    page = signed_in("henrik").get(f"/referrals/{reference}/team-review/minutes")
    assert "Referral to a specialist: Lugn start" in page.text


def test_the_minutes_do_not_begin_with_a_protected_name(signed_in: SignIn, number) -> None:
    def protected(session, referral, cast) -> None:
        called(session, referral, cast)
        for guardian in session.scalars(select(Guardian).where(Guardian.referral_id == referral.id)):
            guardian.protected_level = "sekretessmarkering"

    page = signed_in("karin").get(f"/referrals/{number(TO_SCHEDULE, protected)}/team-review/minutes")
    fields = page.fields(page.form())
    assert fields["attendance-2-name"] == "A guardian"
    assert fields["attendance-4-function"] == "Interpreter"


def test_who_said_no_begins_as_absent_with_whom_they_would_have_brought(signed_in: SignIn, number) -> None:
    def answered(session, referral, cast) -> None:
        called(session, referral, cast)
        (meeting,) = team_review.meetings_of(session, referral)
        for account, reply in (
            (cast.counsellor, CalledReply.STAND_IN),
            (cast.head_teacher, CalledReply.COMES),
        ):
            meeting_answers.answer_call(
                session, referral, account.id, by=account.actor(), asked_about=meeting.starts_at, reply=reply
            )
        guardian = session.get_one(Guardian, uuid.UUID(meeting.guardians_invited[0]))
        guardian_page.answer_invitation(
            session, guardian, by=actor_for(guardian), asked_about=meeting.starts_at, reply=InvitationReply.ANOTHER_TIME,
            support_person="Ali Testsson",
        )  # fmt: skip

    page = signed_in("karin").get(f"/referrals/{number(TO_SCHEDULE, answered)}/team-review/minutes")
    fields = page.fields(page.form())
    assert {fields[f"attendance-{row}-name"]: fields[f"attendance-{row}-attendance"] for row in range(5)} == {
        "Henrik Rosenby": "present", "Kim Solgren": "absent", "Maja Testsson": "absent", "The child": "absent",
        "Ali Testsson": "absent",
    }  # fmt: skip
    assert "attendance-5-name" not in fields, "without her nobody needs the interpreter"


@pytest.mark.parametrize(("level", "name"), [(None, "Ali Testsson"), ("sekretessmarkering", "A support person")])
def test_the_minutes_begin_with_whom_the_guardians_bring(signed_in: SignIn, number, level, name) -> None:
    def answered(session, referral, cast) -> None:
        called(session, referral, cast)
        (invited,) = team_review.meetings_of(session, referral)[0].guardians_invited
        guardian = session.get_one(Guardian, uuid.UUID(invited))
        guardian.protected_level = level
        begins = team_review.meetings_of(session, referral)[0].starts_at
        guardian_page.answer_invitation(
            session, guardian, by=actor_for(guardian), asked_about=begins, reply=InvitationReply.COMES,
            support_person="Ali Testsson", interpreter="farsi",
        )  # fmt: skip

    page = signed_in("karin").get(f"/referrals/{number(TO_SCHEDULE, answered)}/team-review/minutes")
    fields = page.fields(page.form())
    assert fields["attendance-4-function"] == ("Interpreter" if level else "Interpreter: farsi")
    assert (fields["attendance-5-name"], fields["attendance-5-function"]) == (name, "Support person")


def test_without_an_interpreter_the_minutes_begin_with_no_line_for_one(signed_in: SignIn, number) -> None:
    def without(session, referral, cast) -> None:
        called(session, referral, cast)
        for guardian in session.scalars(select(Guardian).where(Guardian.referral_id == referral.id)):
            guardian.interpreter = None

    page = signed_in("karin").get(f"/referrals/{number(TO_SCHEDULE, without)}/team-review/minutes")
    assert "attendance-4-name" not in page.fields(page.form())


def test_the_minutes_say_how_each_took_part(signed_in: SignIn, number) -> None:
    reference = number(TO_SCHEDULE, called)
    karin = signed_in("karin")
    karin.get(f"/referrals/{reference}/team-review/minutes")
    how = dict(enumerate(("present", "by_link", "partly", "absent", "absent")))
    karin.submit({f"attendance-{row}-attendance": value for row, value in how.items()})
    page = signed_in("kim").get(f"/referrals/{reference}/team-review/minutes")
    assert [page.text_of(line) for line in page.all("ul", class_="attendees")[0]] == [
        "Henrik Rosenby, Head teacher",
        "Kim Solgren, School counsellor By link",
        "Maja Testsson, Guardian Part of the time",
        "The child, Child Absent",
        "An interpreter, Interpreter: polska Absent",
    ]


def test_the_coordinator_notes_that_an_interpreter_is_booked(signed_in: SignIn, number, settings) -> None:
    reference, karin = number(TO_SCHEDULE, called), signed_in("karin")
    assert "Book an interpreter" in karin.get("/home").text

    def forms(page: Page) -> list[Any]:
        return [one for one in page.all("form") if one.get("action", "").endswith("/interpreter")]

    address = f"/referrals/{reference}/team-review"
    page = karin.get(address)
    assert "polska: not noted as booked yet" in page.text
    (form,) = forms(page)
    assert "nothing has been noted" in karin.submit({"booked_with": ""}, form=form, status=422).text
    lost = karin.submit({"booked_with": "", "_page": ""}, form=form)
    assert "nothing has been noted" in lost.text, "where the page of the form is not known, it is said on the next one"
    for stale in ({"asked_about": "2026-12-08T12:30:00+00:00"}, {"language": "finska"}):
        page = karin.submit(stale | {"booked_with": "Tolken"}, form=form, status=422)
        assert "which interpreters it needs, has changed meanwhile" in page.text
        assert [page.text_of(one) for one in page.all("blockquote")] == ["Tolken"], "to be copied"
        assert page.fields(page.form())["place"], "the form that moves the meeting stands as it did"
    page = karin.submit({"booked_with": "Tolkförmedlingen"}, form=form)
    assert "It is noted that an interpreter is booked." in page.text
    assert "polska: booked with Tolkförmedlingen" in page.text
    assert "Book an interpreter" not in karin.get("/home").text
    assert "Noted whether an interpreter is booked" in karin.get(f"/referrals/{reference}/access-log").text
    (form,) = forms(karin.get(address))
    assert karin.page.fields(form)["booked_with"] == "Tolkförmedlingen"
    assert "booked with Språkservice" in karin.submit({"booked_with": "Språkservice"}, form=form).text
    page = karin.submit({"booked_with": ""}, form=form)
    assert "It is noted that no interpreter is booked any more." in page.text
    assert "polska: not noted as booked yet" in page.text
    assert "nothing has been noted" in karin.submit({"language": ""}, form=form, status=422).text
    karin.submit({"booked_with": "Tolkförmedlingen"}, form=form)
    assert "polska" not in signed_in("kim").get(address).text
    begun = karin.get(f"{address}/minutes")
    assert begun.fields(begun.form())["attendance-4-attendance"] == "present"


def test_another_decision_is_added_without_a_script_and_loses_nothing(signed_in: SignIn, number, settings) -> None:
    reference = number(TO_SCHEDULE, called)
    karin = signed_in("karin")
    karin.get(f"/referrals/{reference}/team-review/minutes")
    page = karin.submit({"decisions-0-text": "Lugn start", "situation": "Borta."}, button=("_add", "decisions"))
    fields = page.fields(page.form())
    assert (fields["decisions-0-text"], fields["decisions-1-text"], fields["situation"]) == ("Lugn start", "", "Borta.")
    assert state_of(settings, reference) == SCHEDULED
    page = karin.submit({}, button=("_remove", "decisions-0"))
    assert page.fields(page.form())["decisions-0-text"] == ""


def test_minutes_say_at_each_row_what_is_missing(signed_in: SignIn, number) -> None:
    karin = signed_in("karin")
    karin.get(f"/referrals/{number(TO_SCHEDULE, called)}/team-review/minutes")
    unsaid = {"attendance-0-attendance": ""}
    page = karin.submit({**unsaid, "decisions-0-text": "Lugn start", "dissent": "Pappan: nej."}, status=422)
    assert page.problems[0] == "Person 1, Took part: Say how this person took part, or that they were absent."
    assert any(problem.startswith("Decision, Who answers for it?") for problem in page.problems)
    assert page.fields(page.form())["dissent"] == "Pappan: nej."
    absent = {f"attendance-{row}-attendance": "absent" for row in range(5)}
    page = karin.submit({**absent, "decisions-0-text": ""}, status=422)
    assert "Somebody must have been there" in page.problems[0]


def test_others_read_the_minutes_and_cannot_write_them(signed_in: SignIn, number) -> None:
    reference = number(TO_SCHEDULE, held())
    page = signed_in("kim").get(f"/referrals/{reference}/team-review/minutes")
    assert "”Jag vill ha lugnt.”" in page.text
    assert "4 of 5" in page.text
    for words in ("”Hon sover dåligt.”", "Pappan: ”Det går för fort.”", "Lugn startKim Solgren · by 9 Dec 2026"):
        assert words in page.text
    assert not page.all("textarea")
    empty = signed_in("henrik").get(f"/referrals/{number(TO_SCHEDULE, informed)}/team-review/minutes")
    assert "No minutes yet" in empty.text


def test_text_with_markup_is_shown_as_text(signed_in: SignIn, number) -> None:
    reference = number(TO_SCHEDULE, called)
    karin = signed_in("karin")
    karin.get(f"/referrals/{reference}/team-review/minutes")
    there = {f"attendance-{row}-attendance": "present" for row in range(5)}
    karin.submit({**there, "situation": "<script>alert(1)</script>"})
    page = signed_in("kim").get(f"/referrals/{reference}/team-review/minutes")
    assert "<script>alert(1)</script>" in page.text


def test_a_hundred_thousand_characters_are_refused_and_kept(signed_in: SignIn, number) -> None:
    karin = signed_in("karin")
    karin.get(f"/referrals/{number(TO_SCHEDULE, called)}/team-review/minutes")
    there = {f"attendance-{row}-attendance": "present" for row in range(5)}
    page = karin.submit({**there, "situation": "å" * 100_000}, status=422)
    assert "This is too long." in page.problems[0]
    assert len(page.fields(page.form())["situation"]) == 100_000


# ------------------------------------------------------------------------------------------------------------ approving
@pytest.mark.parametrize(
    ("outcome", "state"),
    [
        (MeetingOutcome.PLAN, PLAN_DRAFT),
        (MeetingOutcome.MORE_ASSESSMENT, PARTS_REQUESTED),
        (MeetingOutcome.MEET_AGAIN, TO_SCHEDULE),
        (MeetingOutcome.CLOSE, CLOSURE_PROPOSED),
    ],
)
def test_the_head_teacher_approves_and_the_referral_goes_on_as_decided(
    signed_in: SignIn, number, settings, outcome: MeetingOutcome, state: State
) -> None:
    reference = number(TO_SCHEDULE, held(outcome))
    henrik = signed_in("henrik")
    page = henrik.get(f"/referrals/{reference}/team-review/approval")
    assert "Lugn start" in page.text
    page = henrik.submit({"reason": "x" * 20_001}, status=422)
    assert page.problems
    page = henrik.submit({"reason": "Alla var överens."})
    assert "The minutes are approved." in page.text
    assert state_of(settings, reference) == state
    assert "Alla var överens." in henrik.get(f"/referrals/{reference}").text
    again = henrik.get(f"/referrals/{reference}/team-review/approval")
    assert "There is nothing to approve now" in again.text


def test_whoever_approves_minutes_before_the_day_they_bear_reads_so(signed_in: SignIn, number, wednesday) -> None:
    reference = number(TO_SCHEDULE, held())
    before = signed_in("henrik").get(f"/referrals/{reference}/team-review/approval").text
    assert "The meeting is not until Wednesday 9 December 2026" in before
    assert "ask Karin Almkvist to move the meeting to the day on which you met" in before
    wednesday.move_to(datetime(2026, 12, 9, 6, tzinfo=UTC))
    on_the_day = signed_in("henrik").get(f"/referrals/{reference}/team-review/approval").text
    assert "The meeting is not until" not in on_the_day


def test_who_wrote_the_minutes_sees_that_somebody_else_approves(signed_in: SignIn, number, settings) -> None:
    reference = number(TO_SCHEDULE, held())
    page = signed_in("karin").get(f"/referrals/{reference}/team-review/approval")
    assert "Somebody else approves" in page.text
    assert not page.all("form", id="main-form")
    sanna = signed_in("sanna")
    sanna.get(f"/referrals/{reference}/team-review/approval")
    sanna.submit()
    assert state_of(settings, reference) == PLAN_DRAFT


def test_minutes_without_an_outcome_wait_for_it(signed_in: SignIn, number) -> None:
    page = signed_in("henrik").get(f"/referrals/{number(TO_SCHEDULE, held(None))}/team-review/approval")
    assert "The minutes do not say yet how it goes on." in page.text


def test_minutes_changed_meanwhile_are_not_approved_unread(signed_in: SignIn, number, settings) -> None:
    reference = number(TO_SCHEDULE, held())
    henrik, karin = signed_in("henrik"), signed_in("karin")
    henrik.get(f"/referrals/{reference}/team-review/approval")
    karin.get(f"/referrals/{reference}/team-review/minutes")
    karin.submit({"situation": "Något helt annat."})
    page = henrik.submit({"reason": "Det stämmer."}, status=409)
    assert "Karin Almkvist was first" in page.text
    assert "Något helt annat." in page.text
    assert "What you typed is kept below" in page.text
    assert page.fields(page.form())["reason"] == "Det stämmer."
    assert state_of(settings, reference) == MEETING_HELD


def test_who_approves_minutes_second_can_copy_what_they_typed(signed_in: SignIn, number) -> None:
    address = f"/referrals/{number(TO_SCHEDULE, held())}/team-review/approval"
    henrik, sanna = signed_in("henrik"), signed_in("sanna")
    for browser in (henrik, sanna):
        browser.get(address)
    sanna.submit()
    page = henrik.submit({"reason": "Det stämmer."}, status=409)
    assert "There is nothing to approve now" in page.text
    assert "What you typed stands last on this page" in page.text
    assert "kept below" not in page.text
    assert [page.text_of(one) for one in page.all("blockquote", class_="kept-text")] == ["Det stämmer."]


def test_earlier_minutes_stay_readable_when_the_team_meets_again(signed_in: SignIn, number) -> None:
    def approved(session, referral, cast) -> None:
        held(MeetingOutcome.MEET_AGAIN)(session, referral, cast)
        team_review.approve_minutes(session, referral, by=cast.head_teacher.actor(), seen=None)
        a_member(session, referral, cast.special_educator)

    reference = number(TO_SCHEDULE, approved)
    for name in ("karin", "petra"):
        page = signed_in(name).get(f"/referrals/{reference}/team-review")
        assert "approved by Henrik Rosenby" in page.text


def test_the_minutes_say_what_they_hold_and_where_a_note_differs(signed_in: SignIn, number, settings) -> None:
    reference = number(TO_SCHEDULE, called)
    karin = signed_in("karin")
    page = karin.get(f"/referrals/{reference}/team-review/minutes")
    persons = [page.text_of(option) for option in page.all("select", id="f-whole-about")[0].iter("option")]
    assert persons == ["The child", "Maja Testsson", "Milan Testsson", "A guardian, not said which", "A sibling"]
    there = {f"attendance-{line}-attendance": "present" for line in range(5)}
    maja = page.all("select", id="f-whole-about")[0][1].get("value") or ""
    karin.submit(
        {
            "situation": "Borta.", "guardians_words": "Trötta.", "whole-categories": ["wellbeing", "attendance"], "own-guardians_words-about": maja,
            "decisions-0-text": "A", "decisions-0-responsible": "B", "decisions-0-due_on": "2026-12-20", "decisions-0-own-categories": ["family"],
        }
        | there
    )  # fmt: skip
    page = karin.get(f"/referrals/{reference}/team-review/minutes")
    fields = page.fields(page.form())
    assert fields.getlist("whole-categories") == ["attendance", "wellbeing"]
    assert (fields["own-guardians_words-about"], fields["decisions-0-own-categories"]) == (maja, "family")
    noted = look(settings, reference, lambda session, referral: notes_of(team_review.meetings_of(session, referral)[0]))
    assert [(note.name, note.about.value, len(note.categories)) for note in noted] == [
        ("situation", "child", 2), ("guardians_words", "guardian", 2), ("decisions-0", "child", 1),
    ]  # fmt: skip


def test_nothing_is_decided_to_be_done_before_the_meeting_and_its_field_says_so(signed_in: SignIn, number) -> None:
    reference = number(TO_SCHEDULE, called)
    karin = signed_in("karin")
    karin.get(f"/referrals/{reference}/team-review/minutes")
    there = {f"attendance-{line}-attendance": "present" for line in range(5)}
    decided = {"text": "A", "responsible": "B", "due_on": (AT - timedelta(days=300)).date().isoformat()}
    page = karin.submit({f"decisions-0-{name}": value for name, value in decided.items()} | there, status=422)
    (said,) = page.problems
    assert "By when?" in said
    assert "This day comes before the meeting." in said


def test_a_protected_guardian_is_offered_without_the_name(signed_in: SignIn, number) -> None:
    def protected(session, referral, cast) -> None:
        called(session, referral, cast)
        a_guardian(session, referral, protected_level="sekretessmarkering", name="Vera Doldfeldt")

    page = signed_in("karin").get(f"/referrals/{number(TO_SCHEDULE, protected)}/team-review/minutes")
    persons = [page.text_of(option) for option in page.all("select", id="f-whole-about")[0].iter("option")]
    assert "Guardian 3: Joint custody" in persons
    assert "Vera" not in page.text


def test_the_planned_meeting_goes_into_a_calendar_of_ones_own_and_moves_there(
    signed_in: SignIn, number, wednesday
) -> None:
    reference = number(TO_SCHEDULE, called)
    path = f"/referrals/{reference}/team-review"
    karin = signed_in("karin")
    assert [one.get("href") for one in karin.get(path).all("a") if one.get("href", "").endswith(".ics")] == [
        f"{path}/meeting.ics"
    ]
    (before,) = Calendar.from_ical(karin.client.get(f"{path}/meeting.ics").data).events
    karin.get(path)
    karin.submit({"starts_on": "2026-12-16", "starts_time": "13:30"})
    (after,) = Calendar.from_ical(signed_in("kim").client.get(f"{path}/meeting.ics").data).events
    assert before["UID"] == after["UID"]
    assert (before["SEQUENCE"], after["SEQUENCE"]) == (0, 1)
    assert (before.start.isoformat(), after.start.isoformat()) == (
        "2026-12-09T12:30:00+00:00",
        "2026-12-16T12:30:00+00:00",
    )
    assert (str(after["SUMMARY"]), str(after["LOCATION"])) == ("Team meeting", "Rum 12")
    assert signed_in("otto").client.get(f"{path}/meeting.ics").status_code == 404


def test_a_meeting_that_was_held_and_one_that_is_not_called_go_into_no_calendar(signed_in: SignIn, number) -> None:
    for reference in (number(TO_SCHEDULE, held()), number(TO_SCHEDULE, informed)):
        path = f"/referrals/{reference}/team-review"
        karin = signed_in("karin")
        assert not [one for one in karin.get(path).all("a") if one.get("href", "").endswith(".ics")]
        assert karin.client.get(f"{path}/meeting.ics").status_code == 404


def test_the_coordinator_calls_a_meeting_off_and_the_page_says_who_hears_of_it(
    signed_in: SignIn, number, settings, wednesday
) -> None:
    reference = number(TO_SCHEDULE, called)
    karin = signed_in("karin")
    off = f"/referrals/{reference}/team-review/call-off"
    assert off in {link.get("href") for link in karin.get(f"/referrals/{reference}/team-review").all("a")}
    page = karin.get(off)
    assert page.heading == "Call the meeting off"
    assert "The meeting on Wednesday 9 December 2026 at 13:30 is not held." in page.text
    for named in ("Henrik Rosenby, Head teacher", "Kim Solgren", "Maja Testsson", "gets no mail, tell them yourself"):
        assert named in page.text
    assert "Write why the meeting is called off." in karin.submit({"reason": " "}, status=422).text
    page = karin.submit({"reason": "Halva teamet är sjukt."})
    assert (
        "The meeting is called off. Whoever was told of it already gets a mail, unless they come to the team that day anyway."
        in page.text
    )
    assert state_of(settings, reference) == TO_SCHEDULE
    assert "Halva teamet är sjukt." in page.text
    assert "Call the meeting off" not in page.text
    assert "No meeting is called" in karin.get(off).text
    kim = signed_in("kim").get(f"/referrals/{reference}/team-review")
    assert "Called off on" in kim.text
    assert "sjukt" not in kim.text


def test_a_protected_guardian_stands_without_the_name_where_a_meeting_is_called_off(signed_in: SignIn, number) -> None:
    def prepare(session, referral, cast) -> None:
        called(session, referral, cast)
        for guardian in session.scalars(select(Guardian).where(Guardian.referral_id == referral.id)):
            guardian.protected_level = "sekretessmarkering"

    page = signed_in("karin").get(f"/referrals/{number(TO_SCHEDULE, prepare)}/team-review/call-off")
    assert "A guardian" in page.text
    assert "Maja" not in page.text


def test_a_meeting_that_fell_away_with_the_referral_says_so(signed_in: SignIn, number) -> None:
    def prepare(session, referral, cast) -> None:
        called(session, referral, cast)
        by = cast.coordinator.actor()
        history.record(session, referral, Verb.PROPOSE_CLOSURE, by=by, to=CLOSURE_PROPOSED)
        history.record(session, referral, Verb.CLOSE_REFERRAL, by=by, to=CLOSED, reason="Familjen flyttar.")

    page = signed_in("karin").get(f"/referrals/{number(TO_SCHEDULE, prepare)}/team-review")
    assert "It was not held: the work ended before" in page.text
    assert "Familjen" not in page.text


def test_a_meeting_whose_time_had_passed_is_not_said_to_have_fallen_away(signed_in: SignIn, number) -> None:
    def prepare(session, referral, cast) -> None:
        called(session, referral, cast)
        team_review.meetings_of(session, referral)[0].starts_at = clock.now() - timedelta(days=1)
        by = cast.coordinator.actor()
        history.record(session, referral, Verb.PROPOSE_CLOSURE, by=by, to=CLOSURE_PROPOSED)
        history.record(session, referral, Verb.CLOSE_REFERRAL, by=by, to=CLOSED, reason="Familjen flyttar.")

    page = signed_in("karin").get(f"/referrals/{number(TO_SCHEDULE, prepare)}/team-review")
    assert "No minutes were written before the work ended" in page.text
    assert "It was not held" not in page.text


def test_whoever_calls_off_a_meeting_whose_time_has_passed_is_promised_no_mail(signed_in: SignIn, number) -> None:
    def prepare(session, referral, cast) -> None:
        called(session, referral, cast)
        team_review.meetings_of(session, referral)[0].starts_at = clock.now() - timedelta(days=1)

    reference = number(TO_SCHEDULE, prepare)
    karin, kim = signed_in("karin"), signed_in("kim")
    assert "Are you coming to the meeting?" not in kim.get(f"/referrals/{reference}/team-review").text
    page = karin.get(f"/referrals/{reference}/team-review/call-off")
    assert "Its time has passed: nobody gets a mail." in page.text
    page = karin.submit({"reason": "Halva teamet är sjukt."})
    assert "The meeting is called off." in page.text
    assert "gets a mail" not in page.text.split("Call the team")[0]


def test_who_is_called_answers_with_one_press_and_everybody_sees_it(signed_in: SignIn, number, wednesday) -> None:
    reference = number(TO_SCHEDULE, called)
    where = f"/referrals/{reference}/team-review"
    kim = signed_in("kim")
    page = kim.get(where)
    assert "Are you coming to the meeting?" in page.text
    (own,) = page.all("form", class_="button-row")
    assert [one.get("value") for one in own.iter("button")] == ["comes", "cannot", "stand_in"]
    page = kim.submit({"reply": "stand_in"}, form=own)
    assert "Thank you. Your answer stands here." in page.text
    pressed = [one.get("value") for one in page.all("button") if one.get("aria-pressed") == "true"]
    assert pressed == ["stand_in"]
    assert (
        "Choose one of the answers"
        in kim.submit({"reply": "perhaps"}, form=page.all("form", class_="button-row")[0]).text
    )
    karin = signed_in("karin")
    page = karin.get(where)
    assert "Are you coming to the meeting?" not in page.text
    assert "Asks for a stand-in, 16 Sept 2026" in page.text


def test_a_coordinator_notes_what_was_answered_by_telephone_and_it_stands_who_did(
    signed_in: SignIn, number, wednesday
) -> None:
    reference = number(TO_SCHEDULE, called)
    where = f"/referrals/{reference}/team-review"
    karin = signed_in("karin")
    page = karin.get(where)
    assert "Note answers given by telephone" in page.text
    henriks, _kims = page.all("form", class_="button-row")
    page = karin.submit({"reply": "cannot"}, form=henriks)
    assert "The answer is noted." in page.text
    assert "Cannot come, 16 Sept 2026, noted by Karin Almkvist" in page.text
    (link,) = {one.get("href") for one in page.all("a") if "Note what Maja Testsson answered" in page.text_of(one)}
    assert "What did Maja Testsson answer?" in karin.get(link).text
    assert karin.submit({"words": "Ringde i morse."}, status=422).problems
    page = karin.submit({"reply": "another_time"})
    assert "Asks for another time, 16 Sept 2026, noted by Karin Almkvist" in page.text
    assert "Ringde i morse." in page.text
    assert "Note answers given by telephone" not in signed_in("kim").get(where).text
    karin.get(link.replace(link.split("/")[-2], str(uuid.uuid4())), status=404)


def test_an_answer_from_a_page_of_before_the_meeting_moved_is_refused_and_the_new_time_told(
    signed_in: SignIn, number, settings, wednesday
) -> None:
    reference = number(TO_SCHEDULE, called)
    karin = signed_in("karin")
    page = karin.get(f"/referrals/{reference}/team-review")
    henriks, _kims = page.all("form", class_="button-row")
    (link,) = {one.get("href") for one in page.all("a") if "Note what Maja Testsson answered" in page.text_of(one)}
    asked = karin.get(link)

    def moved(session, referral) -> None:
        team_review.meetings_of(session, referral)[0].starts_at += timedelta(days=1)

    look(settings, reference, moved)
    page = karin.submit({"reply": "another_time", "words": "Ringde i morse."}, form=asked.form(), status=409)
    assert page.problems == [
        "The meeting has moved: nothing was noted. See its new time below, and answer for that one."
    ]
    assert page.fields(page.form())["words"] == "Ringde i morse."
    assert (
        "Asks for another time, 16 Sept 2026, noted by Karin Almkvist" in karin.submit({"reply": "another_time"}).text
    )
    page = karin.submit({"reply": "cannot"}, form=henriks)
    assert "The meeting has moved: nothing was noted." in page.text
    assert "Cannot come, 16 Sept" not in page.text
    broken = page.all("form", class_="button-row")[0]
    for nonsense in ("soon", "2026-09-22T12:30:00"):
        karin.submit({"reply": "cannot", "asked_about": nonsense}, form=broken, status=400)


def test_who_notes_an_answer_to_a_meeting_that_was_called_off_meanwhile_is_told_so(
    signed_in: SignIn, number, settings, wednesday
) -> None:
    reference, karin = number(TO_SCHEDULE, called), signed_in("karin")
    page = karin.get(f"/referrals/{reference}/team-review")
    (link,) = {one.get("href") for one in page.all("a") if "Note what Maja Testsson answered" in page.text_of(one)}
    asked = karin.get(link).form()

    def call_off(session, referral) -> None:
        by = cast_of(session).coordinator.actor()
        team_review.call_off_meeting(session, referral, by=by, seen=None, reason="Sjukdom")

    look(settings, reference, call_off)
    page = karin.submit({"reply": "another_time", "words": "Ringde i morse."}, form=asked, status=409)
    assert "The meeting has been called off" in page.text
    assert "Ringde i morse." in page.text, "to be copied"
    karin.get(link, status=404)


def test_only_of_guardians_who_are_invited_an_answer_is_noted_and_a_protected_name_stays_out(
    signed_in: SignIn, number, settings, wednesday
) -> None:
    reference = number(TO_SCHEDULE, called)

    def of(session, referral) -> list[Guardian]:
        return list(session.scalars(select(Guardian).where(Guardian.referral_id == referral.id)))

    def ids(session, referral) -> list[uuid.UUID]:
        of(session, referral)[0].protected_level = "sekretessmarkering"
        return [one.id for one in of(session, referral)]

    invited, other = look(settings, reference, ids)
    karin = signed_in("karin")
    page = karin.get(f"/referrals/{reference}/team-review/invited/{invited}/answer")
    assert "What did a guardian answer?" in page.text
    page = karin.submit({"reply": "comes"})
    assert "A guardian: Comes" in page.text
    assert "Maja Testsson: " not in page.text
    karin.get(f"/referrals/{reference}/team-review/invited/{other}/answer", status=404)


def test_the_form_says_which_guardian_gets_a_mail_and_a_moved_mail_is_listed_by_name(
    signed_in: SignIn, number, settings, wednesday
) -> None:
    def prepare(session, referral, cast) -> None:
        a_guardian(session, referral, told_by=cast.coordinator, email="maja@familj.invalid")
        a_guardian(session, referral, told_by=cast.coordinator, name="Omar Testsson")

    reference = number(TO_SCHEDULE, prepare)
    karin = signed_in("karin")
    page = karin.get(f"/referrals/{reference}/team-review")
    said = {words.split(",")[0]: words for words in boxes(page, "guardians")}
    assert "Gets a mail with the time" in said["Maja Testsson"]
    assert "Gets no mail: hand over the invitation" in said["Omar Testsson"]
    karin.submit(WHEN)
    look(settings, reference, lambda session, referral: notifications.write(session, referral.history[-1]))
    assert "An invitation to a meeting" in karin.get(f"/referrals/{reference}/documents").text
    off = karin.get(f"/referrals/{reference}/team-review/call-off").text
    assert "Maja Testsson: gets such a mail too" in off
    assert "Omar Testsson: gets no mail, tell them yourself" in off

    def came_back(session, referral) -> None:
        (mail,) = [one for one in notifications.written(session, referral) if one.recipient.startswith("guardian:")]
        notifications.note_returned(session, mail.message_id)

    look(settings, reference, came_back)
    page = karin.get(f"/referrals/{reference}")
    assert "A mail to Maja Testsson came back: the address takes none." in page.text
    assert "put the address right with the guardian" in page.text


def test_whoever_answers_for_a_decision_finds_it_on_the_start_page_and_says_it_is_done(signed_in, number) -> None:
    reference = number(TO_SCHEDULE, held())
    path = f"/referrals/{reference}/team-review"
    henrik, kim = signed_in("henrik"), signed_in("kim")
    assert "Do what the team decided" not in kim.get("/home").text
    henrik.get(f"{path}/approval")
    henrik.submit(form="main-form")
    page = kim.get("/home")
    assert "Do what the team decided, and say so" in page.text
    assert [one.get("href") for one in page.all("a", class_="waiting__verb")] == [path]
    assert not [one for one in henrik.get(path).all("form") if one.get("action", "").endswith("/done")]
    page = kim.get(path)
    (button,) = [one for one in page.all("form") if one.get("action", "").endswith("/done")]
    assert [one.get("open") for one in page.all("details", class_="fold")] == [""]
    page = kim.submit(form=button)
    assert "done on" in page.text
    assert not [one for one in page.all("form") if one.get("action", "").endswith("/done")]
    assert "What the team decided was done" in signed_in("karin").get(f"/referrals/{reference}").text
    assert "Do what the team decided" not in kim.get("/home").text


def test_a_guardian_whom_no_mail_reaches_stands_on_the_start_page_until_they_were_told(signed_in, number) -> None:
    reference = number(TO_SCHEDULE, called)
    karin = signed_in("karin")
    page = karin.get("/home")
    assert "Tell of a meeting whom no mail reaches, by telephone or letter" in page.text
    assert "One guardian gets no mail: tell them yourself." in page.text
    assert "Maja" not in page.text
    page = karin.get(f"/referrals/{reference}/team-review")
    assert "Maja Testsson: is invited to the meeting" in page.text
    (button,) = [one for one in page.all("form") if one.get("action", "").endswith("/told")]
    assert not [
        one
        for one in signed_in("henrik").get(f"/referrals/{reference}/team-review").all("form")
        if one.get("action", "").endswith("/told")
    ]
    for stale in ("", str(uuid.uuid4())):
        page = karin.submit({"decided": stale}, form=button)
        assert "has changed meanwhile: nothing was noted." in page.text
        assert "To be told by telephone or letter" in page.text
    page = karin.submit(form=button)
    assert "To be told by telephone or letter" not in page.text
    assert "Tell of a meeting whom no mail reaches" not in karin.get("/home").text
    log = karin.get(f"/referrals/{reference}/access-log").text
    assert "Told a guardian of a meeting by telephone or letter" in log
