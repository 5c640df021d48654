"""One mail and one calendar entry for who sits in the team, however many of a date's referrals they are called to."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
import time_machine
from icalendar import Calendar, Event
from sqlalchemy import select
from sqlalchemy.orm import Session

from referrals import clock, notifications, settling, team_review
from referrals.access import Role
from referrals.forums import agenda, calling, date_mail, dates, invitations_calendar, moving, seats, standing_in
from referrals.forums.dates import Series
from referrals.models import Account, History, Mail, Referral, RoleAssignment, Step, TeamDate
from referrals.stages import TO_SCHEDULE
from referrals.vocabulary import AgendaAct, MailKind
from tests.factories import a_guardian, a_member, a_referral
from tests.people import NO_PASSWORD, Cast

BEGINS = datetime(2026, 9, 22, 12, 30, tzinfo=UTC)
LATER = datetime(2026, 10, 6, 12, 30, tzinfo=UTC)
HALF_AN_HOUR = timedelta(minutes=30)

#: mail that went: to whom, METHOD, UID, SEQUENCE and the entry
Went = tuple[str, str, str, Any, Event]


@pytest.fixture
def two_dates(session: Session, cast: Cast, wednesday: time_machine.Traveller) -> list[TeamDate]:
    """Two Tuesdays, two weeks apart, on which head teacher and counsellor sit in the team."""
    by = cast.coordinator.actor()
    series = Series(date(2026, 9, 22), date(2026, 10, 6), 2, time(14, 30), 120, cast.forum.place)
    dates.plan(session, cast.forum, series, by=by)
    for one in (cast.head_teacher, cast.counsellor):
        seats.seat(session, cast.forum, one.id, by=by)
    return dates.coming(session, cast.forum)


@pytest.fixture
def post(session: Session, wednesday: time_machine.Traveller) -> Callable[[], list[Went]]:
    """Writes what follows all that was decided, a minute later lets all go that is due, and tells what went to colleagues."""

    def deliver() -> list[Went]:
        write(session)
        wednesday.shift(timedelta(minutes=1))
        waiting = (
            select(Mail).where(Mail.sent_at.is_(None), Mail.stopped_at.is_(None)).order_by(Mail.written_at, Mail.id)
        )
        return [went for mail in session.scalars(waiting).all() if (went := go(session, mail))]

    return deliver


def write(session: Session) -> None:
    session.flush()
    session.expire_all()
    for row in session.scalars(select(History).order_by(History.at, History.number)).all():
        if row.id not in set(session.scalars(select(Mail.history_id))):
            notifications.write(session, row)


def go(session: Session, mail: Mail) -> Went | None:
    letter = settling.letter_to_send(session, mail)
    if letter is None:
        return None
    notifications.note_sent(session, mail)
    if mail.account_id is None or not letter.calendar:
        return None
    (event,) = Calendar.from_ical(letter.calendar).events
    return letter.to, letter.calendar_method, str(event["UID"]), event["SEQUENCE"], event


def put(session: Session, cast: Cast, *on: TeamDate) -> list[Referral]:
    """A referral that is ready on each of the dates, for half an hour."""
    made = []
    for one in on:
        made.append(a_referral(session, cast, TO_SCHEDULE))
        a_guardian(session, made[-1], told_by=cast.coordinator, email="maja@hem.invalid")
        agenda.put_on(session, one, made[-1].id, minutes=30, by=cast.coordinator.actor())
    return made


def press(session: Session, cast: Cast, on: TeamDate) -> int:
    return calling.call_to_agenda(session, on, points=[], by=cast.coordinator.actor()).meetings


def uid(of: TeamDate | Referral, session: Session) -> str:
    found = of if isinstance(of, TeamDate) else team_review.meetings_of(session, of)[-1]
    return f"{found.id}@trivsel.invalid"


def recipient(account: Account) -> str:
    return f"account:{account.id}"


def to(went: list[Went], account: Account) -> list[tuple[str, str]]:
    return [(method, about) for address, method, about, _sequence, _event in went if address == account.email]


def test_who_sits_in_the_team_gets_one_mail_and_one_entry_for_six_referrals(
    session: Session, cast: Cast, two_dates: list[TeamDate], post: Callable[[], list[Went]]
) -> None:
    first, *_others = put(session, cast, *two_dates[:1] * 3)
    a_member(session, first, cast.special_educator)
    assert press(session, cast, two_dates[0]) == 3
    went = post()
    table = (cast.head_teacher, cast.counsellor)
    for one in table:
        assert to(went, one) == [("PUBLISH", uid(two_dates[0], session))]
    assert to(went, cast.special_educator) == [("PUBLISH", uid(first, session))], (
        "beyond the team it is the meeting's own"
    )
    event = went[0][-1]
    assert (event.start, event.end - event.start) == (BEGINS, timedelta(minutes=120))
    assert (str(event["SUMMARY"]), str(event["LOCATION"])) == ("Teammöte", cast.forum.place)
    assert not {"ATTENDEE", "DESCRIPTION"} & set(event)
    invited = select(Mail).where(Mail.kind == MailKind.MEETING_INVITED, Mail.sent_at.is_not(None))
    assert len(session.scalars(invited).all()) == 3, "guardians keep their own"
    (mail,) = session.scalars(
        select(Mail).where(Mail.recipient == recipient(cast.counsellor), Mail.sent_at.is_not(None))
    )
    letter = notifications.letter(mail)
    assert "tisdag 22 september 2026 kl. 14:30" in letter.body
    assert mail.referral.number not in letter.subject + letter.body
    assert letter.body.count("http") == letter.body.count("/meetings") == 1
    put(session, cast, two_dates[0])
    assert press(session, cast, two_dates[0]) == 1
    assert [to(post(), one) for one in table] == [[], []], "one referral more tells nobody anything new"


def test_another_order_writes_to_nobody_who_sits_there_and_another_day_changes_the_entry(
    session: Session, cast: Cast, two_dates: list[TeamDate], post: Callable[[], list[Went]]
) -> None:
    by, day = cast.coordinator.actor(), two_dates[0]
    put(session, cast, day, day)
    press(session, cast, day)
    before = {address: (about, sequence) for address, _method, about, sequence, _event in post()}
    item = agenda.slots(session, day)[1].item
    agenda.arrange(session, item, AgendaAct.EARLIER, minutes=30, by=by)
    assert moving.follow_agenda(session, day, by=by).meetings == 2
    assert to(post(), cast.counsellor) == []
    assert moving.move_date(session, day, BEGINS + timedelta(days=1), by=by, reason=None).meetings == 2
    ((_to, method, about, sequence, event),) = [one for one in post() if one[0] == cast.counsellor.email]
    assert (method, about, event.start) == ("PUBLISH", before[cast.counsellor.email][0], BEGINS + timedelta(days=1))
    assert sequence > before[cast.counsellor.email][1]
    meeting = team_review.current_meeting(session, item.referral)
    assert meeting is not None
    own = invitations_calendar.to_take_along(session, meeting, title="Möte", reader=cast.counsellor.id)
    (taken,) = Calendar.from_ical(own).events
    assert (str(taken["UID"]), taken.start, taken["SEQUENCE"] >= sequence) == (about, event.start, True)
    moving.move_date(session, day, BEGINS + timedelta(days=1), by=by, reason=None, place="Aulan")
    assert [one[-1].get("LOCATION") for one in post() if one[0] == cast.counsellor.email] == [None]


def test_the_entry_is_taken_out_once_nothing_of_the_date_is_theirs(
    session: Session, cast: Cast, two_dates: list[TeamDate], post: Callable[[], list[Went]]
) -> None:
    by, day = cast.coordinator.actor(), two_dates[0]
    first, *_others = put(session, cast, day, day, day)
    press(session, cast, day)
    post()
    team_review.call_off_meeting(session, first, by=by, seen=None, reason="Flyttar.")
    assert to(post(), cast.counsellor) == []
    moving.withdraw_date(session, day, by=by, reason="Halva teamet är sjukt.")
    went = post()
    assert to(went, cast.counsellor) == to(went, cast.head_teacher) == [("CANCEL", f"{day.id}@trivsel.invalid")]
    event = went[0][-1]
    assert (str(event["STATUS"]), event.start) == ("CANCELLED", BEGINS)
    (mail,) = session.scalars(
        select(Mail).where(
            Mail.recipient == recipient(cast.counsellor),
            Mail.kind == MailKind.MEETING_CALLED_OFF,
            Mail.sent_at.is_not(None),
        )
    )
    letter = notifications.letter(mail)
    assert "tisdag 22 september 2026 kl. 14:30" in letter.body
    assert mail.referral.number not in letter.subject + letter.body
    assert letter.body.count("/home") == 1


@pytest.mark.parametrize("is_under_way", [False, True])
def test_a_date_taken_away_before_anything_went_writes_to_nobody_unless_it_may_have_gone(
    session: Session, cast: Cast, two_dates: list[TeamDate], is_under_way: bool
) -> None:
    put(session, cast, two_dates[0], two_dates[0])
    press(session, cast, two_dates[0])
    write(session)
    theirs = select(Mail).where(Mail.recipient == recipient(cast.counsellor)).order_by(Mail.id)
    called = session.scalars(theirs).all()
    for step in session.scalars(select(Step).where(Step.mail_id.in_([one.id for one in called]))):
        step.attempt = int(is_under_way)
    moving.withdraw_date(session, two_dates[0], by=cast.coordinator.actor(), reason="Sjukt.")
    write(session)
    off = session.scalars(theirs.where(Mail.kind == MailKind.MEETING_CALLED_OFF)).all()
    assert [settling.letter_to_send(session, one) is not None for one in off] == [is_under_way, False]
    assert [settling.letter_to_send(session, one) for one in called] == [None, None]


def test_a_referral_that_moves_to_another_date_changes_both_entries_as_far_as_they_are_theirs(
    session: Session, cast: Cast, two_dates: list[TeamDate], post: Callable[[], list[Went]]
) -> None:
    by, (first, second) = cast.coordinator.actor(), two_dates
    one, other = put(session, cast, first, first)
    press(session, cast, first)
    post()
    items = {slot.item.referral_id: slot.item for slot in agenda.slots(session, first)}
    moving.move_item(session, items[one.id], second, by=by, reason=None)
    assert to(post(), cast.counsellor) == [("PUBLISH", uid(second, session))], "the other one is still theirs"
    moving.move_item(session, items[other.id], second, by=by, reason=None)
    assert to(post(), cast.counsellor) == [("CANCEL", uid(first, session))], "of the second date they know"


def test_what_leaves_its_date_for_a_time_of_its_own_stands_by_itself_from_then_on(
    session: Session, cast: Cast, two_dates: list[TeamDate], post: Callable[[], list[Went]]
) -> None:
    by, day = cast.coordinator.actor(), two_dates[0]
    (referral,) = put(session, cast, day)
    called = [cast.head_teacher.id, cast.counsellor.id]

    def call(at: datetime) -> list[tuple[str, str]]:
        team_review.schedule_meeting(
            session, referral, by=by, seen=None, starts_at=at, minutes=30, place=cast.forum.place, called=called
        )
        return sorted(to(post(), cast.counsellor))

    assert call(BEGINS) == [("PUBLISH", uid(day, session))]
    assert call(BEGINS + HALF_AN_HOUR) == []
    own = uid(referral, session)
    assert call(LATER) == [("CANCEL", uid(day, session)), ("PUBLISH", own)], "it is on the agenda of another date"
    assert call(BEGINS) == [("PUBLISH", own)]
    meeting = team_review.current_meeting(session, referral)
    assert meeting is not None
    for reader, about in ((cast.counsellor, own), (cast.special_educator, own)):
        taken = invitations_calendar.to_take_along(session, meeting, title="Möte", reader=reader.id)
        assert about in taken.decode()
    team_review.call_off_meeting(session, referral, by=by, seen=None, reason="Sjukt.")
    assert to(post(), cast.counsellor) == [("CANCEL", own)]
    assert call(BEGINS) == [("PUBLISH", uid(day, session))], "another meeting"


def test_who_stands_in_has_the_date_and_who_is_away_loses_it(
    session: Session, cast: Cast, two_dates: list[TeamDate], post: Callable[[], list[Went]]
) -> None:
    by, day = cast.coordinator.actor(), two_dates[0]
    ylva = Account(
        email="ylva@trivsel.invalid", name="Ylva Strand", profession=cast.counsellor.profession, language="sv",
        password_hash=NO_PASSWORD, roles=[RoleAssignment(role=Role.ASSESSOR, unit=cast.other_school)],
    )  # fmt: skip
    session.add(ylva)
    referral, _other = put(session, cast, day, day)
    press(session, cast, day)
    post()
    meeting = team_review.current_meeting(session, referral)
    assert meeting is not None
    (able,) = standing_in.could_step_in(session, meeting, cast.counsellor.id, by=by)
    stepped = standing_in.step_in(
        session, referral, cast.counsellor.id, stand_in_id=able.id, by=by, asked_about=meeting.starts_at
    )
    assert stepped.meetings == 2
    went = post()
    assert to(went, able) == [("PUBLISH", uid(day, session))]
    assert to(went, cast.counsellor) == [("CANCEL", uid(day, session))]
    assert to(went, cast.head_teacher) == []


def test_a_mail_that_speaks_for_others_goes_as_long_as_one_of_them_holds(
    session: Session, cast: Cast, two_dates: list[TeamDate], post: Callable[[], list[Went]]
) -> None:
    day, by = two_dates[0], cast.coordinator.actor()
    first, second = put(session, cast, day, day)
    press(session, cast, day)
    write(session)
    theirs = {
        mail.referral_id: mail
        for mail in session.scalars(select(Mail).where(Mail.recipient == recipient(cast.counsellor)))
    }
    speaks, rests = theirs[first.id], theirs[second.id]
    assert settling.letter_to_send(session, speaks) is not None
    assert (speaks.stopped_at, rests.stopped_at) == (None, clock.now()), "taken up, and the post office does not answer"
    assert settling.letter_to_send(session, rests) is None
    team_review.call_off_meeting(session, first, by=by, seen=None, reason="Flyttar.")
    assert to(post(), cast.counsellor) == [("PUBLISH", uid(day, session))], "the second is still theirs"


def test_what_somebody_stopped_or_was_given_up_keeps_no_other_from_going(
    session: Session, cast: Cast, two_dates: list[TeamDate], post: Callable[[], list[Went]]
) -> None:
    day = two_dates[0]
    put(session, cast, day, day, day)
    press(session, cast, day)
    write(session)
    stopped, given_up, goes = session.scalars(
        select(Mail).where(Mail.recipient == recipient(cast.counsellor)).order_by(Mail.id)
    )
    notifications.stop(session, stopped.referral, stopped, by=cast.coordinator.actor())
    step = session.scalars(select(Step).where(Step.mail_id == given_up.id)).one()
    step.failed_at = clock.now()
    assert settling.letter_to_send(session, goes) is not None
    assert given_up.stopped_at is None, "it waits for a person"
    notifications.note_sent(session, goes)
    assert settling.letter_to_send(session, given_up) is None, "tried again, it would say nothing new"


def test_where_it_meets_elsewhere_or_after_the_dates_end_the_meeting_is_the_entry(
    session: Session, cast: Cast, two_dates: list[TeamDate]
) -> None:
    by, day = cast.coordinator.actor(), two_dates[0]
    (referral,) = put(session, cast, day)
    for at, minutes, place, is_whole in (
        (BEGINS + HALF_AN_HOUR, 30, cast.forum.place, True),
        (BEGINS + 3 * HALF_AN_HOUR, 60, cast.forum.place, False),
        (BEGINS + HALF_AN_HOUR, 30, "Hemma hos familjen", False),
        (BEGINS - HALF_AN_HOUR, 30, cast.forum.place, False),
    ):
        meeting = team_review.schedule_meeting(
            session, referral, by=by, seen=None, starts_at=at, minutes=minutes, place=place,
            called=[cast.head_teacher.id, cast.counsellor.id],
        )  # fmt: skip
        found = date_mail.date_of(session, meeting, cast.counsellor.id)
        assert found is (day if is_whole else None)


def test_a_mail_whose_reader_is_told_by_another_while_it_waits_does_not_go(
    session: Session, cast: Cast, two_dates: list[TeamDate]
) -> None:
    put(session, cast, two_dates[0], two_dates[0])
    press(session, cast, two_dates[0])
    write(session)
    speaks, waits = session.scalars(select(Mail).where(Mail.recipient == recipient(cast.counsellor)).order_by(Mail.id))
    assert not date_mail.is_spoken_for(session, speaks)
    session.flush()
    assert date_mail.is_spoken_for(session, waits)
    assert (speaks.stopped_at, waits.stopped_at) == (None, clock.now()), "the one that waited stops none"
