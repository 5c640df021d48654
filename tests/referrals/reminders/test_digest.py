"""One mail a person: in the morning of a school day, with all that is due and nothing that is done, once."""

import re
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
import time_machine
from sqlalchemy import select
from sqlalchemy.orm import Session

from referrals import clock, config
from referrals.mailer import Letter
from referrals.meetings import meeting_answers
from referrals.models import (
    Account,
    AdditionKind,
    ClosedDay,
    ConcernAddition,
    ReadingRequest,
    Referral,
    Reminder,
    TeamMeeting,
)
from referrals.papers import letter_page
from referrals.reminders import digest
from referrals.stages import CLOSED, IN_TRIAGE, MEETING_HELD, PLAN_ACTIVE, SCHEDULED
from referrals.vocabulary import AskedBy, AskedHow, CalledReply, DeadlineSource, PlanStatus, Rhythm
from tests.documents.reading import SNAPSHOTS, compare
from tests.factories import a_consent, a_guardian, a_meeting, a_member, a_plan, a_referral, consented
from tests.people import Cast

MONDAY, WEDNESDAY = date(2026, 9, 14), date(2026, 9, 16)


@pytest.fixture(autouse=True)
def from_wednesday(wednesday: time_machine.Traveller) -> time_machine.Traveller:
    return wednesday


def written(session: Session, cast: Cast) -> Letter:
    letter = digest.write(session, cast.coordinator.id)
    assert letter is not None
    return letter


def test_it_says_which_referral_what_is_to_be_done_by_when_and_where(session: Session, cast: Cast) -> None:
    cast.coordinator.language = "en"
    late = a_referral(session, cast, target_on=WEDNESDAY - timedelta(days=1))
    today = a_referral(session, cast, target_on=WEDNESDAY)
    a_referral(session, cast, target_on=WEDNESDAY + timedelta(days=1))
    letter = written(session, cast)
    assert (letter.to, letter.language, letter.subject) == (cast.coordinator.email, "en", "2 things wait for you")
    lines = letter.body.splitlines()
    for referral, said in ((late, "late since 15 Sept 2026"), (today, "by 16 Sept 2026")):
        at = lines.index(f"{referral.number}: Decide how the concern goes on ({said})")
        assert lines[at + 1].endswith(f"/referrals/{referral.number}")
    assert "/account\n" in letter.body
    for secret in ("Mila", cast.school.name, "Attendance"):
        assert secret not in letter.body


def test_it_says_where_the_day_comes_from(session: Session, cast: Cast) -> None:
    cast.coordinator.language = "en"
    referral = a_referral(session, cast, target_on=WEDNESDAY, target_source=DeadlineSource.LOCAL)
    said = f"{referral.number}: Decide how the concern goes on (by 16 Sept 2026; the municipality's own target)"
    assert said in written(session, cast).body


def test_a_request_to_read_a_file_stands_first_with_the_laws_day(session: Session, cast: Cast) -> None:
    cast.head_teacher.language = "en"
    referral = a_referral(session, cast, MEETING_HELD, target_on=WEDNESDAY)
    asked = [
        ReadingRequest(
            referral=referral, reviewer_id=cast.head_teacher.id, recorded_by_id=cast.coordinator.id, recorded_at=clock.now(),
            received_on=day - timedelta(days=30), due_on=day, asked_by=AskedBy.CHILD, asked_how=AskedHow.WRITTEN,
        )
        for day in (WEDNESDAY - timedelta(days=1), WEDNESDAY, WEDNESDAY + timedelta(days=1))
    ]  # fmt: skip
    session.add_all(asked)
    session.flush()
    letter = digest.write(session, cast.head_teacher.id)
    assert letter is not None
    lines = letter.body.splitlines()
    task = f"{referral.number}: Go through the file for somebody who asked to read it"
    first = lines.index(f"{task} (late since 15 Sept 2026; by law)")
    assert lines[first + 1].endswith(f"/reading-requests/{asked[0].id}")
    assert lines[first + 3] == f"{task} (by 16 Sept 2026; by law)"
    assert lines[first + 6].startswith(f"{referral.number}: Approve the minutes")
    assert "17 Sept" not in "".join(lines)


def test_it_reminds_of_what_ends_and_of_minutes_nobody_approved(session: Session, cast: Cast) -> None:
    cast.coordinator.language = cast.head_teacher.language = "en"
    a_consent(
        session, a_guardian(session, a_referral(session, cast, PLAN_ACTIVE)), by=cast.coordinator, until_on=WEDNESDAY
    )
    a_referral(session, cast, MEETING_HELD, target_on=WEDNESDAY)
    assert "Ask the guardians again: a consent ends" in written(session, cast).body
    head = digest.write(session, cast.head_teacher.id)
    assert head is not None
    assert "Approve the minutes" in head.body


def test_who_leads_the_unit_reads_what_has_lain_for_twice_as_long(
    session: Session, cast: Cast, from_wednesday: time_machine.Traveller
) -> None:
    cast.head_teacher.language = "en"
    own = a_referral(session, cast, MEETING_HELD, target_on=WEDNESDAY)
    others = a_referral(session, cast, IN_TRIAGE, target_on=WEDNESDAY)
    from_wednesday.shift(timedelta(days=2))
    letter = digest.write(session, cast.head_teacher.id)
    assert letter is not None
    assert letter.subject == "1 thing waits for you", "what waits for others is not counted, as on home"
    late = "(late since 16 Sept 2026, and has taken twice as long as meant)"
    apart = "This waits for others, and takes longer than meant:"
    told = [
        "This waits for you. What is done is not in this mail any more.", f"{own.number}: Approve the minutes {late}",
        apart, f"{others.number}: The coordinator decides how the concern goes on {late}",
    ]  # fmt: skip
    assert [line for line in letter.body.splitlines() if line in told] == told
    own.is_open = False
    session.flush()
    letter = digest.write(session, cast.head_teacher.id)
    assert letter is not None
    assert letter.subject == "1 thing takes longer with others than meant"
    assert apart in letter.body
    assert "waits for you" not in letter.body


def test_what_waits_without_a_day_says_since_when(session: Session, cast: Cast) -> None:
    cast.coordinator.language = "en"
    referral = a_referral(session, cast, PLAN_ACTIVE, target_on=WEDNESDAY + timedelta(days=30))
    session.add(ConcernAddition(referral=referral, kind=AdditionKind.ADDITION, at=clock.now(), text="Mer."))
    session.flush()
    assert "Read what the reporter added (since 16 Sept 2026)" in written(session, cast).body


def test_a_meeting_stands_there_on_its_day_and_late_where_it_is_called_for_a_day_after_the_target(
    session: Session, cast: Cast
) -> None:
    cast.coordinator.language = "en"
    in_time = a_referral(session, cast, SCHEDULED, target_on=WEDNESDAY + timedelta(days=7))
    too_late = a_referral(session, cast, SCHEDULED, target_on=WEDNESDAY - timedelta(days=1))
    a_meeting(session, in_time, called_by=cast.coordinator, starts_at=datetime(2026, 9, 16, 22, 30, tzinfo=UTC))
    a_meeting(session, too_late, called_by=cast.coordinator, starts_at=datetime(2026, 10, 7, 8, tzinfo=UTC))
    task = "Hold the meeting and write the minutes"
    body = written(session, cast).body
    assert f"{too_late.number}: {task} (late since 15 Sept 2026; team meeting on 7 Oct 2026)" in body
    assert in_time.number not in body, "not before its day, which it is tomorrow here"
    in_time_meeting = session.scalars(select(TeamMeeting).where(TeamMeeting.referral_id == in_time.id)).one()
    in_time_meeting.starts_at = datetime(2026, 9, 16, 13, tzinfo=UTC)
    session.flush()
    assert f"{in_time.number}: {task} (by 23 Sept 2026; team meeting on 16 Sept 2026)" in written(session, cast).body


@pytest.mark.parametrize("language", ["sv", "da"])
def test_it_says_what_was_last_read_and_approved_in_its_readers_language(
    session: Session, cast: Cast, from_wednesday: time_machine.Traveller, monkeypatch: pytest.MonkeyPatch, language: str
) -> None:
    monkeypatch.setattr(digest, "current", lambda: config.Settings(public_url="https://trivsel.invalid"))
    monkeypatch.setattr(digest, "MOST_LINES", 3)
    cast.head_teacher.language = language
    a_referral(session, cast, MEETING_HELD, target_on=WEDNESDAY, number="HTL-7K4M-2Q9X")
    a_referral(session, cast, MEETING_HELD, target_on=WEDNESDAY + timedelta(days=2), number="HTL-8M5P-3R2Y")
    for day, number in ((MONDAY, "HTL-9N6Q-4S3Z"), (WEDNESDAY, "HTL-2P7R-5T4B")):
        a_referral(session, cast, IN_TRIAGE, target_on=day, number=number)
    from_wednesday.shift(timedelta(days=2))
    letter = digest.write(session, cast.head_teacher.id)
    assert letter is not None
    page = letter_page.page_of(letter.body, subject=letter.subject, language=letter.language, reads=letter.reads)
    compare(
        SNAPSHOTS.parent / "emails" / f"reminder.{language}.txt", f"{letter.subject}\n\n{letter.body}\n----\n{page}"
    )


def test_whoever_sees_nothing_but_their_action_is_led_to_their_own_page(session: Session, cast: Cast) -> None:
    referral = a_referral(session, cast, PLAN_ACTIVE)
    consented(session, referral, cast)
    a_member(session, referral, cast.leisure_worker)
    plan = a_plan(session, referral, author=cast.coordinator, status=PlanStatus.ACTIVE)
    action = plan.goals[0].actions[0]
    action.owner_id, action.to_on = cast.leisure_worker.id, WEDNESDAY
    session.flush()
    letter = digest.write(session, cast.leisure_worker.id)
    assert letter is not None
    assert referral.number in letter.body
    assert f"{referral.number}\n" not in letter.body, "the link leads to what they may see"
    assert "/home\n" in letter.body


def test_a_long_list_ends_with_how_many_more_there_are(
    session: Session, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    cast.coordinator.language = "en"
    monkeypatch.setattr(digest, "MOST_LINES", 2)
    for _ in range(3):
        a_referral(session, cast, target_on=WEDNESDAY)
    letter = written(session, cast)
    assert letter.subject == "3 things wait for you"
    assert letter.body.count("Decide how") == 2
    assert "1 more stands on your first page" in letter.body


def test_a_week_at_a_time_reads_ahead(session: Session, cast: Cast) -> None:
    a_referral(session, cast, target_on=WEDNESDAY + timedelta(days=6))
    a_referral(session, cast, target_on=WEDNESDAY + timedelta(days=7))
    assert digest.write(session, cast.coordinator.id) is None
    cast.coordinator.reminders = Rhythm.WEEKLY
    assert written(session, cast).body.count("/referrals/") == 1


def test_nothing_comes_where_nothing_is_due_or_all_is_done(session: Session, cast: Cast) -> None:
    a_referral(session, cast, CLOSED)
    assert digest.write(session, cast.coordinator.id) is None
    assert session.scalars(select(Reminder)).all() == []


def test_what_could_not_be_sent_is_forgotten_once_it_is_done(session: Session, cast: Cast) -> None:
    referral: Referral = a_referral(session, cast, target_on=WEDNESDAY)
    first = written(session, cast)
    assert written(session, cast).message_id == first.message_id, "the same each time it is tried"
    assert not digest.is_finished(session)
    referral.target_on = WEDNESDAY + timedelta(days=1)
    session.flush()
    assert digest.write(session, cast.coordinator.id) is None
    assert digest.is_finished(session)


def test_each_is_written_to_once_a_day_and_the_next_day_again(
    session: Session, cast: Cast, from_wednesday: time_machine.Traveller
) -> None:
    a_referral(session, cast, target_on=WEDNESDAY)
    assert cast.coordinator.id in digest.to_remind(session)
    letter = written(session, cast)
    assert cast.coordinator.id not in digest.to_remind(session), "it was just tried"
    from_wednesday.shift(digest.PAUSE)
    assert cast.coordinator.id in digest.to_remind(session)
    digest.note_sent(session, letter.message_id)
    session.flush()
    assert cast.coordinator.id not in digest.to_remind(session)
    from_wednesday.shift(timedelta(days=1))
    assert cast.coordinator.id in digest.to_remind(session)
    from_wednesday.shift(timedelta(days=30))
    assert written(session, cast).message_id != letter.message_id
    assert [row.day for row in session.scalars(select(Reminder))] == [WEDNESDAY + timedelta(days=31)]


def test_nobody_is_written_to_at_night_or_on_days_without_school(
    session: Session, cast: Cast, from_wednesday: time_machine.Traveller
) -> None:
    session.add(ClosedDay(first_on=date(2026, 9, 17), last_on=date(2026, 9, 17), label="Studiedag"))
    session.flush()
    for at, is_time in (
        (datetime(2026, 9, 16, 4, 29, tzinfo=UTC), False),
        (datetime(2026, 9, 16, 4, 30, tzinfo=UTC), True),
        (datetime(2026, 9, 17, 8, tzinfo=UTC), False),
        (datetime(2026, 9, 19, 8, tzinfo=UTC), False),
    ):
        from_wednesday.move_to(at)
        assert digest.is_time(session) == is_time
        assert bool(digest.to_remind(session)) == is_time
        assert digest.is_finished(session) == is_time


def test_once_a_week_is_the_first_school_day_of_the_week(
    session: Session, cast: Cast, from_wednesday: time_machine.Traveller
) -> None:
    cast.coordinator.reminders = Rhythm.WEEKLY
    assert cast.coordinator.id not in digest.to_remind(session)
    session.add(ClosedDay(first_on=MONDAY, last_on=MONDAY + timedelta(days=1), label="Lov"))
    session.flush()
    assert cast.coordinator.id in digest.to_remind(session)
    from_wednesday.move_to(datetime(2026, 9, 21, 8, tzinfo=UTC))
    assert cast.coordinator.id in digest.to_remind(session)


def test_a_mail_that_came_back_is_known_to_its_reader(session: Session, cast: Cast) -> None:
    a_referral(session, cast, target_on=WEDNESDAY)
    assert digest.came_back(session, cast.coordinator.id) is None
    letter = written(session, cast)
    assert digest.without_mail(session) == set()
    assert digest.note_returned(session, letter.message_id)
    assert not digest.note_returned(session, letter.message_id)
    assert not digest.note_returned(session, "<another@trivsel.invalid>")
    assert digest.came_back(session, cast.coordinator.id) == clock.machine_now()
    assert digest.without_mail(session) == {cast.coordinator.id}
    assert cast.coordinator.id not in digest.to_remind(session)


def test_a_mail_that_came_back_today_is_tried_again_once_the_address_is_another(
    session: Session, cast: Cast, from_wednesday: time_machine.Traveller
) -> None:
    a_referral(session, cast, target_on=WEDNESDAY)
    digest.note_returned(session, written(session, cast).message_id)
    from_wednesday.shift(digest.PAUSE)
    assert cast.coordinator.id not in digest.to_remind(session)
    digest.begin_anew(session, cast.coordinator.id)
    assert digest.came_back(session, cast.coordinator.id) is None
    assert cast.coordinator.id in digest.to_remind(session)


def test_coordinators_know_whose_mail_comes_back(session: Session, cast: Cast) -> None:
    def mail(account: Account, day: date, *, returned: bool) -> Reminder:
        at = clock.machine_now()
        made = Reminder(account_id=account.id, day=day, message_id=f"<{account.id}{day}@x.invalid>", tried_at=at)
        made.returned_at = at if returned else None
        session.add(made)
        session.flush()
        return made

    def known(to: Account) -> list[str]:
        return [account.name for account, _at in digest.unreached(session, to.actor())]

    yesterday = WEDNESDAY - timedelta(days=1)
    came_back = mail(cast.counsellor, WEDNESDAY, returned=True)
    mail(cast.special_educator, yesterday, returned=True)
    mail(cast.special_educator, WEDNESDAY, returned=False)
    mail(cast.coordinator, WEDNESDAY, returned=True)
    mail(cast.outsider, WEDNESDAY, returned=True)
    assert digest.unreached(session, cast.coordinator.actor()) == [(cast.counsellor, came_back.returned_at)]
    assert known(cast.second_coordinator) == [cast.coordinator.name, cast.counsellor.name]
    assert known(cast.head_teacher) == known(cast.counsellor) == []
    cast.counsellor.is_active = False
    session.flush()
    assert known(cast.coordinator) == []


def test_it_asks_whoever_is_called_until_they_answered(session: Session, cast: Cast) -> None:
    starts_at = clock.now() + timedelta(days=7)
    called = a_referral(session, cast, SCHEDULED), a_referral(session, cast, SCHEDULED)
    for referral in called:
        a_meeting(
            session, referral, called_by=cast.coordinator, starts_at=starts_at, called=[str(cast.head_teacher.id)]
        )
    cast.head_teacher.language = "en"

    def said() -> list[str]:
        letter = digest.write(session, cast.head_teacher.id)
        lines = letter.body.splitlines() if letter else []
        return [f"{line} {way}" for line, way in pairwise(lines) if "Say whether you come" in line]

    def answer(referral: Referral) -> None:
        by = cast.head_teacher.actor()
        meeting_answers.answer_call(
            session, referral, cast.head_teacher.id, by=by, asked_about=starts_at, reply=CalledReply.COMES
        )

    (line,) = said()
    assert {one.number for one in called} <= set(re.findall(r"[\w-]+", line))
    assert "Say whether you come (Team meeting on 23 Sept 2026) " in line
    assert line.endswith("/meetings")
    answer(called[0])
    (line,) = said()
    assert line.startswith(f"{called[1].number}: ")
    answer(called[1])
    assert said() == []


def test_it_counts_who_cannot_come_to_a_meeting_and_names_nobody(session: Session, cast: Cast) -> None:
    cast.coordinator.language = "en"
    referral = a_referral(session, cast, SCHEDULED, target_on=WEDNESDAY + timedelta(days=30))
    meeting = a_meeting(
        session, referral, called_by=cast.coordinator, starts_at=clock.now() + timedelta(days=7),
        called=[str(cast.counsellor.id), str(cast.head_teacher.id)],
    )  # fmt: skip
    a_member(session, referral, cast.counsellor)
    for account, reply in ((cast.counsellor, CalledReply.CANNOT), (cast.head_teacher, CalledReply.STAND_IN)):
        meeting_answers.answer_call(
            session, referral, account.id, by=account.actor(), asked_about=meeting.starts_at, reply=reply
        )
    letter = written(session, cast)
    lines = letter.body.splitlines()
    said = "See to who cannot come to the meeting (2 of those called; team meeting on"
    (at,) = (place for place, line in enumerate(lines) if line.startswith(f"{referral.number}: {said}"))
    assert lines[at + 1].endswith(f"/referrals/{referral.number}/team-review")
    for name in (cast.counsellor.name, cast.head_teacher.name):
        assert name not in letter.body
