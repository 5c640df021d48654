"""Calling the team to everything on a date's agenda at once: who is called, and what waits for a person."""

from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from sqlalchemy.orm import Session

from referrals import team_review
from referrals.errors import AgendaRefused, NotAllowed, SchoolsClosed
from referrals.forums import agenda, calling, dates, moving, seats
from referrals.forums.calling import Called
from referrals.forums.dates import Series
from referrals.forums.moving import Moved
from referrals.models import ClosedDay, Referral, TeamDate
from referrals.stages import PARTS_REQUESTED, TO_SCHEDULE
from referrals.vocabulary import AgendaProblem, Attendance, MeetingOutcome
from tests.factories import a_guardian, a_member, a_referral, protected
from tests.people import Cast

ZONE = ZoneInfo("Europe/Stockholm")
POINTS = ["Hur det går"]


@pytest.fixture
def tuesday(session: Session, cast: Cast, wednesday: time_machine.Traveller) -> TeamDate:
    """The next Tuesday, on which head teacher and counsellor sit in the team."""
    by = cast.coordinator.actor()
    dates.plan(session, cast.forum, Series(date(2026, 9, 22), date(2026, 9, 22), 1, time(14, 30), 90, "Rum 12"), by=by)
    for one in (cast.head_teacher, cast.counsellor):
        seats.seat(session, cast.forum, one.id, by=by)
    return dates.coming(session, cast.forum)[0]


def put(session: Session, cast: Cast, on: TeamDate, **guardian: Any) -> Referral:
    """A referral on the date for half an hour."""
    referral = a_referral(session, cast, TO_SCHEDULE)
    a_guardian(session, referral, **{"told_by": cast.coordinator} | guardian)
    agenda.put_on(session, on, referral.id, minutes=30, by=cast.coordinator.actor())
    return referral


def press(session: Session, cast: Cast, on: TeamDate) -> Called:
    return calling.call_to_agenda(session, on, points=POINTS, by=cast.coordinator.actor())


def test_each_referral_that_is_ready_gets_its_time_with_whom_a_call_begins_with(
    session: Session, cast: Cast, tuesday: TeamDate
) -> None:
    first, second = put(session, cast, tuesday), put(session, cast, tuesday, email="maja@hem.invalid")
    a_member(session, second, cast.special_educator)
    assert press(session, cast, tuesday) == Called(2, 0, 1)
    begins = datetime(2026, 9, 22, 14, 30, tzinfo=ZONE)
    for referral, at, further in (
        (first, begins, []),
        (second, begins + timedelta(minutes=30), [cast.special_educator]),
    ):
        meeting = team_review.current_meeting(session, referral)
        assert meeting is not None
        assert (meeting.starts_at, meeting.minutes, meeting.place, meeting.agenda) == (at, 30, "Rum 12", POINTS)
        people = [cast.coordinator, cast.head_teacher, cast.counsellor, *further]
        assert set(meeting.called) == {str(one.id) for one in people}
        assert len(meeting.guardians_invited) == 1
    assert press(session, cast, tuesday) == Called(0, 0), "what is called is left alone"


def test_what_was_met_about_before_its_hour_is_not_called_to_that_date_once_more(
    session: Session, cast: Cast, tuesday: TeamDate, wednesday: time_machine.Traveller
) -> None:
    referral, by = put(session, cast, tuesday), cast.coordinator.actor()
    press(session, cast, tuesday)
    here = [{"name": "Kim Solgren", "function": "Skolkurator", "attendance": Attendance.PRESENT}]
    team_review.record_meeting(session, referral, by=by, seen=None, outcome=MeetingOutcome.MEET_AGAIN, attendance=here)
    team_review.approve_minutes(session, referral, by=cast.head_teacher.actor(), seen=None)
    assert referral.state == TO_SCHEDULE
    assert agenda.slot_of(session, referral) is None
    (slot,) = agenda.slots(session, tuesday)
    assert not calling.can_be_called(session, slot, [], by=by)
    assert press(session, cast, tuesday) == Called(0, 0)
    dates.plan(session, cast.forum, Series(date(2026, 10, 6), date(2026, 10, 6), 1, time(14, 30), 90, "Rum 12"), by=by)
    later = dates.coming(session, cast.forum)[1]
    agenda.put_on(session, later, referral.id, minutes=30, by=by)
    found = agenda.slot_of(session, referral)
    assert found is not None
    assert found.item.date is later
    # Its next meeting, which is called while its line stays on this agenda, is not taken back to it, before its hour nor after.
    called = [cast.head_teacher.id, cast.counsellor.id]
    again = tuesday.starts_at + timedelta(minutes=75)
    for at in (again, later.starts_at):
        anew = team_review.schedule_meeting(
            session, referral, by=by, seen=None, starts_at=at, place="Rum 12", called=called
        )
        assert moving.follow_agenda(session, tuesday, by=by) == Moved(0, 0)
        assert moving.move_date(session, tuesday, tuesday.starts_at, by=by, reason=None, place=f"Rum {at:%d}") == (
            Moved(0, 0)
        )
        assert (anew.starts_at, anew.place) == (at, "Rum 12")
    wednesday.move_to(tuesday.starts_at - timedelta(hours=2))
    hour_later = tuesday.starts_at + timedelta(hours=1)
    assert moving.move_date(session, tuesday, hour_later, by=by, reason=None) == Moved(0, 0)
    assert anew.starts_at == later.starts_at


def test_what_lacks_something_waits_for_a_person(session: Session, cast: Cast, tuesday: TeamDate) -> None:
    untold = put(session, cast, tuesday, told_by=None)
    secret = put(session, cast, tuesday)
    protected(session, secret, by=cast.coordinator, let_in=(cast.head_teacher, cast.counsellor))
    ready = put(session, cast, tuesday)
    assert press(session, cast, tuesday) == Called(1, 2, 1)
    assert [team_review.is_called(session, one) for one in (untold, secret, ready)] == [False, False, True]


def test_without_a_profession_that_must_be_there_nobody_is_called(
    session: Session, cast: Cast, tuesday: TeamDate
) -> None:
    referral, by = put(session, cast, tuesday), cast.coordinator.actor()
    (kims,) = [one for one in seats.seats_of(session, cast.forum) if one.account_id == cast.counsellor.id]
    seats.be_away(session, kims, first_on=date(2026, 9, 22), last_on=date(2026, 9, 22), stand_in_id=None, by=by)
    (slot,) = agenda.slots(session, tuesday)
    assert not calling.can_be_called(session, slot, seats.seats_of(session, cast.forum), by=by), "nothing offers it"
    assert press(session, cast, tuesday) == Called(0, 1)
    assert not team_review.is_called(session, referral)


def test_once_a_date_has_begun_its_own_table_is_called_and_not_that_of_the_next_one(
    session: Session, cast: Cast, tuesday: TeamDate, wednesday: time_machine.Traveller
) -> None:
    by, following = cast.coordinator.actor(), date(2026, 9, 29)
    dates.plan(session, cast.forum, Series(following, following, 1, time(14, 30), 90, "Rum 12"), by=by)
    (kims,) = [one for one in seats.seats_of(session, cast.forum) if one.account_id == cast.counsellor.id]
    seats.be_away(session, kims, first_on=following, last_on=following, stand_in_id=None, by=by)
    put(session, cast, tuesday)
    later = put(session, cast, tuesday)
    wednesday.move_to(tuesday.starts_at + timedelta(minutes=15))
    assert press(session, cast, tuesday) == Called(1, 1, 1), "the first one has begun"
    meeting = team_review.current_meeting(session, later)
    assert meeting is not None
    assert str(cast.counsellor.id) in meeting.called


def test_a_referral_that_is_not_so_far_yet_waits_and_what_has_begun_too(
    session: Session, cast: Cast, tuesday: TeamDate, wednesday: time_machine.Traveller
) -> None:
    early = a_referral(session, cast, PARTS_REQUESTED)
    a_guardian(session, early, told_by=cast.coordinator)
    agenda.put_on(session, tuesday, early.id, minutes=15, by=cast.coordinator.actor())
    assert press(session, cast, tuesday) == Called(0, 1)
    begun = put(session, cast, tuesday)
    wednesday.move_to(tuesday.starts_at + timedelta(minutes=15))
    assert press(session, cast, tuesday) == Called(0, 2)
    assert not team_review.is_called(session, begun)


def test_nobody_is_called_to_a_time_that_was_not_read(session: Session, cast: Cast, tuesday: TeamDate) -> None:
    by, referral = cast.coordinator.actor(), put(session, cast, tuesday)
    seen = agenda.as_it_stands(session, tuesday)
    tuesday.starts_at += timedelta(minutes=30)
    session.flush()
    with pytest.raises(AgendaRefused) as told:
        calling.call_to_agenda(session, tuesday, points=POINTS, by=by, seen=seen)
    assert told.value.problem is AgendaProblem.REARRANGED
    assert not team_review.is_called(session, referral)
    seen = agenda.as_it_stands(session, tuesday)
    assert calling.call_to_agenda(session, tuesday, points=POINTS, by=by, seen=seen).meetings == 1


def test_what_would_end_after_its_date_waits_until_that_is_longer(
    session: Session, cast: Cast, tuesday: TeamDate
) -> None:
    on_it = [put(session, cast, tuesday) for _ in range(4)]
    assert press(session, cast, tuesday) == Called(3, 1, 3)
    assert [team_review.is_called(session, one) for one in on_it] == [True, True, True, False]
    tuesday.minutes = 119
    session.flush()
    assert press(session, cast, tuesday) == Called(0, 1)
    tuesday.minutes = 120
    session.flush()
    assert press(session, cast, tuesday) == Called(1, 0, 1)


def test_to_a_day_that_was_closed_after_the_date_was_set_nobody_is_called_unless_that_is_known(
    session: Session, cast: Cast, tuesday: TeamDate
) -> None:
    by, referral = cast.coordinator.actor(), put(session, cast, tuesday)
    session.add(ClosedDay(first_on=date(2026, 9, 21), last_on=date(2026, 9, 23), label="Lov"))
    session.flush()
    with pytest.raises(SchoolsClosed):
        press(session, cast, tuesday)
    assert not team_review.is_called(session, referral)
    known = calling.call_to_agenda(session, tuesday, points=POINTS, by=by, on_closed_day=True)
    assert known == Called(1, 0, 1)


def test_only_who_keeps_the_date_calls_and_only_what_they_may_arrange_while_it_is_to_come(
    session: Session, cast: Cast, tuesday: TeamDate, wednesday: time_machine.Traveller
) -> None:
    referral = put(session, cast, tuesday)
    with pytest.raises(NotAllowed):
        calling.call_to_agenda(session, tuesday, points=POINTS, by=cast.counsellor.actor())
    assert calling.call_to_agenda(session, tuesday, points=POINTS, by=cast.head_teacher.actor()) == Called(0, 0)
    (slot,) = agenda.slots(session, tuesday)
    assert not calling.can_be_called(session, slot, [], by=cast.head_teacher.actor())
    wednesday.shift(timedelta(days=7))
    with pytest.raises(AgendaRefused):
        press(session, cast, tuesday)
    assert not team_review.is_called(session, referral)
