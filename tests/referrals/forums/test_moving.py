"""Moving a referral to another date and a date to another day: what was called goes along, and what cannot be so is refused."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
import time_machine
from icalendar import Calendar
from sqlalchemy import delete, event, select, update
from sqlalchemy.dialects import postgresql
from sqlalchemy.orm import ORMExecuteState, Session

from referrals import clock, closure, team_review
from referrals.actors import Actor
from referrals.errors import AgendaRefused, NotAllowed
from referrals.forums import agenda, clashes, date_calls, dates, invitations_calendar, moving, readiness, seats
from referrals.forums.dates import Series
from referrals.forums.moving import CalledOff, Moved
from referrals.guardians import guardian_page
from referrals.models import (
    Account,
    AgendaItem,
    ClosedDay,
    Forum,
    Guardian,
    History,
    Referral,
    SeatAbsence,
    TeamDate,
    TeamSeat,
)
from referrals.people import organisation
from referrals.stages import CLOSURE_PROPOSED, TO_SCHEDULE, Verb
from referrals.vocabulary import AgendaAct, AgendaProblem, InvitationReply
from tests.factories import a_guardian, a_referral, protected
from tests.people import Cast
from tests.referrals.test_queries import counted_queries
from tests.teams import a_team_beside

BEGINS = datetime(2026, 9, 22, 12, 30, tzinfo=UTC)
LATER = datetime(2026, 10, 6, 12, 30, tzinfo=UTC)
HALF_AN_HOUR = timedelta(minutes=30)


@pytest.fixture(autouse=True)
def _today(wednesday: time_machine.Traveller) -> None:
    """It is Wednesday the 16th of September 2026."""


@pytest.fixture
def two_dates(session: Session, cast: Cast) -> list[TeamDate]:
    """Two Tuesdays, two weeks apart."""
    series = Series(date(2026, 9, 22), date(2026, 10, 6), 2, time(14, 30), 90, "Rum 12")
    dates.plan(session, cast.forum, series, by=cast.coordinator.actor())
    return dates.coming(session, cast.forum)


def put(session: Session, cast: Cast, on: TeamDate) -> AgendaItem:
    """A referral that is ready, with a guardian who is told, on a date for half an hour."""
    referral = a_referral(session, cast, TO_SCHEDULE)
    a_guardian(session, referral, told_by=cast.coordinator)
    return agenda.put_on(session, on, referral.id, minutes=30, by=cast.coordinator.actor())


def call(
    session: Session, cast: Cast, item: AgendaItem, at: datetime = BEGINS, place: str = "Rum 12", minutes: int = 30
) -> Guardian:
    """The head teacher and the counsellor are called to it, and its guardian is invited."""
    guardian = session.scalars(select(Guardian).where(Guardian.referral_id == item.referral_id)).one()
    team_review.schedule_meeting(
        session, item.referral, by=cast.coordinator.actor(), seen=None, starts_at=at, minutes=minutes, place=place,
        called=[cast.head_teacher.id, cast.counsellor.id], guardians=[guardian.id], agenda=["Hur det går"],
    )  # fmt: skip
    return guardian


def refused(act: object) -> AgendaProblem:
    with pytest.raises(AgendaRefused) as told:
        act()  # type: ignore[operator]
    return told.value.problem


def entry(session: Session, referral: Referral) -> tuple[str, int, datetime]:
    """UID, SEQUENCE and beginning of the meeting in a calendar of one's own."""
    meeting = team_review.current_meeting(session, referral)
    assert meeting is not None
    (event,) = Calendar.from_ical(invitations_calendar.to_take_along(session, meeting, title="Möte")).events
    return str(event["uid"]), int(event["sequence"]), event["dtstart"].dt


def test_a_referral_takes_its_meeting_along_to_another_date_as_the_same_entry_with_answers_anew(
    session: Session, cast: Cast, two_dates: list[TeamDate]
) -> None:
    by, (first, second) = cast.coordinator.actor(), two_dates
    second.place = "Rum 3"
    put(session, cast, second)
    item = put(session, cast, first)
    guardian = call(session, cast, item)
    own = Actor(guardian_of=item.referral_id, guardian_id=guardian.id)
    guardian_page.answer_invitation(session, guardian, by=own, asked_about=BEGINS, reply=next(iter(InvitationReply)))
    meeting = team_review.current_meeting(session, item.referral)
    assert meeting is not None
    assert guardian_page.answers_to(session, meeting)
    uid, sequence, _begins = entry(session, item.referral)
    assert moving.move_item(session, item, second, by=by, reason="Rektorn är borta.") == Moved(1, 0, 1)
    assert entry(session, item.referral) == (uid, sequence + 1, LATER + HALF_AN_HOUR)
    assert (meeting.minutes, meeting.place, meeting.agenda) == (30, "Rum 3", ["Hur det går"])
    assert {*meeting.called} == {str(cast.head_teacher.id), str(cast.counsellor.id)}
    assert meeting.guardians_invited == [str(guardian.id)]
    assert guardian_page.answers_to(session, meeting) == {}
    rows = session.scalars(select(History).where(History.referral_id == item.referral_id)).all()
    assert [row.reason for row in rows if row.verb is Verb.SCHEDULE_MEETING] == [None, "Rektorn är borta."]
    assert agenda.slots(session, first) == []
    assert readiness.readiness(session, agenda.slots(session, second)[1], []).called_for == LATER + HALF_AN_HOUR


def test_what_is_not_called_moves_alone_and_a_place_of_its_own_stays(
    session: Session, cast: Cast, two_dates: list[TeamDate]
) -> None:
    by, (first, second) = cast.coordinator.actor(), two_dates
    second.place = "Rum 3"
    alone, elsewhere = put(session, cast, first), put(session, cast, first)
    call(session, cast, elsewhere, BEGINS + HALF_AN_HOUR, "Hemma hos familjen")
    assert moving.move_item(session, alone, second, by=by, reason=None) == Moved(0, 0)
    assert moving.move_item(session, elsewhere, second, by=by, reason=None) == Moved(1, 0, 1)
    meeting = team_review.current_meeting(session, elsewhere.referral)
    assert meeting is not None
    assert meeting.place == "Hemma hos familjen"


def test_what_is_called_moves_to_another_date_only_where_that_has_room_for_it(
    session: Session, cast: Cast, two_dates: list[TeamDate]
) -> None:
    by, (first, second) = cast.coordinator.actor(), two_dates
    there, called, alone = put(session, cast, second), put(session, cast, first), put(session, cast, first)
    call(session, cast, called)
    agenda.arrange(session, there, AgendaAct.KEEP, minutes=61, by=by)
    assert refused(lambda: moving.move_item(session, called, second, by=by, reason=None)) is AgendaProblem.NO_ROOM
    assert (called.date, entry(session, called.referral)[2]) == (first, BEGINS)
    agenda.arrange(session, there, AgendaAct.KEEP, minutes=60, by=by)
    assert moving.move_item(session, called, second, by=by, reason=None) == Moved(1, 0, 1)
    assert moving.move_item(session, alone, second, by=by, reason=None) == Moved(0, 0), "nobody is called to it"
    elsewhere, hidden = put(session, cast, first), put(session, cast, first)
    call(session, cast, elsewhere, place="Hemma hos familjen")
    call(session, cast, hidden)
    protected(session, hidden.referral, by=cast.coordinator)
    for item in (elsewhere, hidden):
        moving.move_item(session, item, second, by=by, reason=None)
        assert item.date is second, "its meeting is no part of that date"


def test_what_is_called_moves_to_another_day_only_where_its_agenda_has_room(
    session: Session, cast: Cast, two_dates: list[TeamDate]
) -> None:
    by, first, to = cast.coordinator.actor(), two_dates[0], BEGINS + timedelta(days=1)
    called, last = put(session, cast, first), put(session, cast, first)
    agenda.arrange(session, last, AgendaAct.KEEP, minutes=61, by=by)
    assert moving.move_date(session, first, to, by=by, reason=None) == Moved(0, 0), "nobody is called to it"
    call(session, cast, called, to)
    assert refused(lambda: moving.move_date(session, first, BEGINS, by=by, reason=None)) is AgendaProblem.TOO_LONG
    assert (first.starts_at, entry(session, called.referral)[2]) == (to, to)
    assert moving.move_date(session, first, BEGINS, by=by, reason=None, minutes=91) == Moved(1, 0, 1)


def test_nobody_else_changes_an_agenda_while_something_is_put_on_it_or_moved_from_one_to_another(
    session: Session, cast: Cast, two_dates: list[TeamDate]
) -> None:
    by, (first, second) = cast.coordinator.actor(), two_dates
    held: list[object] = []

    def note(asked: ORMExecuteState) -> None:
        said = str(asked.statement.compile(dialect=postgresql.dialect())) if asked.is_select else ""
        if "FROM team_date" in said and "FOR NO KEY UPDATE" in said:
            held.extend(dict(asked.parameters or {}).values())

    event.listen(session, "do_orm_execute", note)
    item = put(session, cast, first)
    assert held == [first.id]
    for to in (second, first):
        held.clear()
        moving.move_item(session, item, to, by=by, reason=None)
        assert held == sorted([first.id, second.id]), "whichever way it goes"
    event.remove(session, "do_orm_execute", note)


def test_all_referrals_of_a_date_are_held_in_one_order_before_a_meeting_moves_or_is_called_off(
    session: Session, cast: Cast, two_dates: list[TeamDate]
) -> None:
    by, first = cast.coordinator.actor(), two_dates[0]
    call(session, cast, put(session, cast, first))
    with counted_queries(session) as moved:
        moving.move_date(session, first, BEGINS + timedelta(days=1), by=by, reason=None)
    with counted_queries(session) as withdrawn:
        moving.withdraw_date(session, first, by=by, reason="Ledigt.")
    for done in (moved, withdrawn):
        holds = next(place for place, said in enumerate(done) if said.startswith("SELECT referral.id \nFROM referral"))
        assert "ORDER BY referral.id" in done[holds]
        assert holds < next(place for place, said in enumerate(done) if said.startswith("UPDATE team_meeting"))


def test_what_a_colleague_took_away_or_moved_first_is_refused_in_words(
    session: Session, cast: Cast, two_dates: list[TeamDate]
) -> None:
    (first, second), by = two_dates, cast.coordinator.actor()
    moved, gone = put(session, cast, first), put(session, cast, first)
    quietly = {"execution_options": {"synchronize_session": False}}  # as another transaction does, behind our back
    session.execute(update(AgendaItem).where(AgendaItem.id == moved.id).values(date_id=second.id), **quietly)
    session.execute(delete(AgendaItem).where(AgendaItem.id == gone.id), **quietly)
    for item in (moved, gone):
        assert refused(lambda item=item: moving.move_item(session, item, second, by=by, reason=None)) is (
            AgendaProblem.REARRANGED
        )
    dates.plan(
        session, cast.forum, Series(date(2026, 10, 13), date(2026, 10, 13), 1, time(14, 30), 60, "Rum 12"), by=by
    )
    empty = dates.coming(session, cast.forum)[-1]
    session.execute(delete(TeamDate).where(TeamDate.id == empty.id), **quietly)
    assert refused(lambda: moving.withdraw_date(session, empty, by=by, reason="Ledigt.")) is AgendaProblem.REARRANGED


def test_a_meeting_stays_where_it_is_while_nobody_may_be_called_to_it(
    session: Session, cast: Cast, two_dates: list[TeamDate]
) -> None:
    by, (first, second) = cast.coordinator.actor(), two_dates
    untold, left = put(session, cast, first), put(session, cast, first)
    for item in (untold, left):
        call(session, cast, item)
    a_guardian(session, untold.referral, name="Pelle Testsson")
    assert moving.move_item(session, untold, second, by=by, reason=None) == Moved(0, 1)
    cast.counsellor.is_active = False
    assert moving.move_item(session, left, second, by=by, reason=None) == Moved(1, 0, 1)
    meeting = team_review.current_meeting(session, left.referral)
    assert meeting is not None
    assert meeting.called == [str(cast.head_teacher.id)]
    cast.head_teacher.is_active = False
    assert moving.move_item(session, left, first, by=by, reason=None) == Moved(0, 1)
    assert meeting.starts_at == LATER + HALF_AN_HOUR


def test_a_meeting_of_a_referral_that_is_to_be_closed_holds_no_date_up(
    session: Session, cast: Cast, two_dates: list[TeamDate]
) -> None:
    by, (first, _second) = cast.coordinator.actor(), two_dates
    item, other = put(session, cast, first), put(session, cast, first)
    referral = item.referral
    for one in (item, other):
        call(session, cast, one, BEGINS)
    closure.propose_closure(session, referral, by=by, reason="Familjen flyttar.")
    assert moving.move_date(session, first, BEGINS + timedelta(days=1), by=by, reason=None) == Moved(1, 1, 1)
    meeting = team_review.current_meeting(session, referral)
    assert meeting is not None
    assert meeting.starts_at == BEGINS
    assert moving.move_date(session, first, BEGINS, by=by, reason=None) == Moved(1, 0, 1)
    moving.withdraw_date(session, first, by=by, reason="Sjukt.")
    session.expire_all()
    assert (referral.state, meeting.is_to_hold) == (CLOSURE_PROPOSED, False)


def test_a_whole_date_moves_with_its_agenda_and_leaves_a_line(
    session: Session, cast: Cast, two_dates: list[TeamDate]
) -> None:
    by, first = cast.coordinator.actor(), two_dates[0]
    called, waiting = put(session, cast, first), put(session, cast, first)
    call(session, cast, called)
    to = BEGINS + timedelta(days=1, hours=1)
    assert moving.move_date(session, first, to, by=by, reason=None) == Moved(1, 0, 1)
    assert [slot.starts_at for slot in agenda.slots(session, first)] == [to, to + HALF_AN_HOUR]
    assert entry(session, called.referral)[2] == to
    assert team_review.current_meeting(session, waiting.referral) is None
    (line,) = [row for row in organisation.changes(session) if row.subject.startswith("team_date.moved")]
    assert (line.before, line.after) == (
        "linden 2026-09-22 12:30 UTC, 90 min, Rum 12", "linden 2026-09-23 13:30 UTC, 90 min, Rum 12",
    )  # fmt: skip


def test_a_date_moves_to_another_day_only_with_the_agenda_that_was_read(
    session: Session, cast: Cast, two_dates: list[TeamDate]
) -> None:
    by, first = cast.coordinator.actor(), two_dates[0]
    early, late = put(session, cast, first), put(session, cast, first)
    call(session, cast, early)
    call(session, cast, late, BEGINS + HALF_AN_HOUR)
    seen, to = agenda.as_it_stands(session, first), BEGINS + timedelta(days=1)
    agenda.arrange(session, late, AgendaAct.EARLIER, minutes=30, by=by)
    unread = refused(lambda: moving.move_date(session, first, to, by=by, reason=None, agenda_seen=seen))
    assert unread is AgendaProblem.REARRANGED, "to times that nobody there read"
    assert [entry(session, item.referral)[1:] for item in (early, late)] == [(0, BEGINS), (0, BEGINS + HALF_AN_HOUR)]
    elsewhere = moving.move_date(session, first, BEGINS, by=by, reason=None, place="Aulan", agenda_seen=seen)
    assert elsewhere == Moved(2, 0, 2, 2), "where they keep their times it does not matter"
    seen = agenda.as_it_stands(session, first)
    assert moving.move_date(session, first, to, by=by, reason=None, agenda_seen=seen) == Moved(2, 0, 2)
    assert [entry(session, item.referral)[2] for item in (late, early)] == [to, to + HALF_AN_HOUR]


def test_length_and_place_of_a_date_change_and_meetings_in_the_teams_room_go_along(
    session: Session, cast: Cast, two_dates: list[TeamDate], wednesday: time_machine.Traveller
) -> None:
    by, first = cast.coordinator.actor(), two_dates[0]
    here, elsewhere = put(session, cast, first), put(session, cast, first)
    call(session, cast, here)
    call(session, cast, elsewhere, BEGINS + HALF_AN_HOUR, place="Biblioteket")
    shorten = lambda minutes: moving.move_date(session, first, BEGINS, by=by, reason=None, minutes=minutes)  # noqa: E731
    assert refused(lambda: shorten(29)) is AgendaProblem.SHORTER, "the team's own meeting would end after it"
    assert shorten(30) == Moved(0, 0)
    assert moving.move_date(session, first, BEGINS, by=by, reason=None, minutes=120) == Moved(0, 0)
    assert moving.move_date(session, first, BEGINS, by=by, reason="Trasig dörr.", place="Aulan") == Moved(1, 0, 1, 1)
    places = [one.place for item in (here, elsewhere) if (one := team_review.current_meeting(session, item.referral))]
    assert (first.minutes, first.place, places) == (120, "Aulan", ["Aulan", "Biblioteket"])
    assert entry(session, here.referral)[1:] == (1, BEGINS)
    session.add(ClosedDay(first_on=BEGINS.date(), last_on=BEGINS.date(), label="Studiedag"))
    wednesday.move_to(BEGINS + timedelta(minutes=5))
    assert moving.move_date(session, first, BEGINS, by=by, reason=None, place="Rum 3") == Moved(1, 0, 1, 1)
    too_long = 60 * 24 * 15
    assert refused(lambda: moving.move_date(session, first, BEGINS, by=by, reason=None, minutes=too_long)) is (
        AgendaProblem.TAKEN
    )


def test_where_only_length_or_place_of_a_date_change_meetings_keep_their_times_and_those_that_are_over_their_place(
    session: Session, cast: Cast, two_dates: list[TeamDate], wednesday: time_machine.Traveller
) -> None:
    by, first = cast.coordinator.actor(), two_dates[0]
    over, longer, to_come = (put(session, cast, first) for _ in range(3))
    for number, item in enumerate((over, longer, to_come)):
        call(session, cast, item, BEGINS + number * HALF_AN_HOUR)
    agenda.arrange(session, longer, AgendaAct.KEEP, minutes=80, by=by)
    wednesday.move_to(BEGINS + HALF_AN_HOUR)

    def stand() -> list[tuple[timedelta, int, str]]:
        met = (team_review.current_meeting(session, item.referral) for item in (over, longer, to_come))
        return [(one.starts_at - BEGINS, one.minutes, one.place) for one in met if one]

    assert moving.move_date(session, first, BEGINS, by=by, reason=None, minutes=95) == Moved(0, 0)
    assert moving.move_date(session, first, BEGINS, by=by, reason=None, place="Aulan") == Moved(2, 0, 2, 2)
    assert stand() == [(timedelta(0), 30, "Rum 12"), (HALF_AN_HOUR, 30, "Aulan"), (2 * HALF_AN_HOUR, 30, "Aulan")]
    seen = agenda.as_it_stands(session, first)
    longest = moving.move_date(session, first, BEGINS, by=by, reason=None, minutes=140, follow=True, agenda_seen=seen)
    assert longest == Moved(1, 0, 1), "what has begun keeps its length"
    assert stand()[1:] == [(HALF_AN_HOUR, 30, "Aulan"), (timedelta(minutes=110), 30, "Aulan")]


def test_a_date_with_something_on_its_agenda_is_taken_away_with_a_reason_only(
    session: Session, cast: Cast, two_dates: list[TeamDate]
) -> None:
    by, (first, second) = cast.coordinator.actor(), two_dates
    put(session, cast, first)
    assert refused(lambda: dates.take_away(session, cast.forum, first.id, by=by)) is AgendaProblem.NOT_EMPTY
    assert dates.take_away(session, cast.forum, second.id, by=by) is second
    for whose in (cast.counsellor, cast.outsider):
        with pytest.raises(NotAllowed):
            dates.take_away(session, cast.forum, first.id, by=whose.actor())
    assert dates.coming(session, cast.forum) == [first]


def test_a_day_on_which_the_team_cannot_meet_is_refused_and_nothing_is_moved(
    session: Session, cast: Cast, two_dates: list[TeamDate]
) -> None:
    by, first = cast.coordinator.actor(), two_dates[0]
    call(session, cast, put(session, cast, first))
    session.add(ClosedDay(first_on=date(2026, 9, 24), last_on=date(2026, 9, 24), label="Studiedag"))
    session.flush()
    days = {
        BEGINS + timedelta(days=2): AgendaProblem.CLOSED,
        BEGINS + timedelta(days=4): AgendaProblem.CLOSED,
        LATER: AgendaProblem.TAKEN,
        LATER + timedelta(minutes=30): AgendaProblem.TAKEN,
        LATER - timedelta(minutes=30): AgendaProblem.TAKEN,
        BEGINS: AgendaProblem.SAME,
        BEGINS - timedelta(days=7): AgendaProblem.PASSED,
        BEGINS + timedelta(days=1, hours=8, minutes=1): AgendaProblem.PAST_MIDNIGHT,
    }
    for day, problem in days.items():
        assert refused(lambda day=day: moving.move_date(session, first, day, by=by, reason=None)) is problem
    with pytest.raises(NotAllowed):
        moving.move_date(session, first, LATER, by=cast.counsellor.actor(), reason=None)
    with pytest.raises(NotAllowed):
        moving.follow_agenda(session, first, by=cast.counsellor.actor())
    assert [slot.starts_at for slot in agenda.slots(session, first)] == [BEGINS]


def test_what_somebody_may_not_move_holds_its_date(session: Session, cast: Cast, two_dates: list[TeamDate]) -> None:
    first, second = two_dates
    item = put(session, cast, first)
    call(session, cast, item)
    protected(session, item.referral, by=cast.coordinator)
    other = cast.head_teacher.actor()
    assert refused(lambda: moving.move_date(session, first, BEGINS + HALF_AN_HOUR, by=other, reason=None)) is (
        AgendaProblem.OTHERS
    )
    assert moving.follow_agenda(session, first, by=other) == Moved(0, 0)
    again = agenda.put_on(
        session, second, a_referral(session, cast, TO_SCHEDULE).id, minutes=30, by=cast.coordinator.actor()
    )
    twice = lambda: moving.move_item(session, again, second, by=cast.coordinator.actor(), reason=None)  # noqa: E731
    assert refused(twice) is AgendaProblem.THERE_ALREADY


def test_a_referral_that_was_handed_over_holds_no_date(session: Session, cast: Cast, two_dates: list[TeamDate]) -> None:
    by, (first, second) = cast.coordinator.actor(), two_dates
    for item in (put(session, cast, first), put(session, cast, second)):
        item.referral.is_open, item.referral.handed_over_at = False, clock.now()
    session.flush()
    assert moving.move_date(session, first, BEGINS + HALF_AN_HOUR, by=by, reason=None) == Moved(0, 0)
    assert moving.withdraw_date(session, first, by=by, reason="Sjukt.") == CalledOff(0)
    assert dates.take_away(session, cast.forum, second.id, by=by) is second
    assert dates.coming(session, cast.forum) == []


def test_meetings_follow_the_agenda_when_asked_to(session: Session, cast: Cast, two_dates: list[TeamDate]) -> None:
    by, first = cast.coordinator.actor(), two_dates[0]
    one, two = put(session, cast, first), put(session, cast, first)
    call(session, cast, one)
    call(session, cast, two, BEGINS + HALF_AN_HOUR)
    assert moving.follow_agenda(session, first, by=by) == Moved(0, 0)
    agenda.arrange(session, two, AgendaAct.EARLIER, minutes=30, by=by)
    seen = agenda.as_it_stands(session, first)
    agenda.arrange(session, two, AgendaAct.KEEP, minutes=20, by=by)
    unread = refused(lambda: moving.follow_agenda(session, first, by=by, seen=seen))
    assert unread is AgendaProblem.REARRANGED, "to times that nobody there read"
    assert [entry(session, each.referral)[2] - BEGINS for each in (two, one)] == [HALF_AN_HOUR, timedelta(0)]
    assert moving.follow_agenda(session, first, by=by, seen=agenda.as_it_stands(session, first)) == Moved(2, 0, 2)
    assert [entry(session, each.referral)[2] - BEGINS for each in (two, one)] == [
        timedelta(0), timedelta(minutes=20),
    ]  # fmt: skip


def test_what_is_called_for_another_day_stays_there_and_nothing_is_moved_to_an_hour_that_has_passed(
    session: Session, cast: Cast, two_dates: list[TeamDate], wednesday: time_machine.Traveller
) -> None:
    by, first = cast.coordinator.actor(), two_dates[0]
    begun, later, to_come = (put(session, cast, first) for _ in range(3))
    at = {begun: BEGINS + timedelta(minutes=45), later: LATER, to_come: BEGINS + timedelta(minutes=50)}
    for item, time_of in at.items():
        call(session, cast, item, time_of)
    wednesday.move_to(BEGINS + timedelta(minutes=1))
    assert [moving.can_follow(session, slot) for slot in agenda.slots(session, first)] == [False, False, True]
    assert moving.follow_agenda(session, first, by=by) == Moved(1, 0, 1)
    wednesday.move_to(BEGINS - timedelta(hours=2))
    assert moving.move_date(session, first, BEGINS - HALF_AN_HOUR, by=by, reason=None) == Moved(2, 0, 2)
    stand = [entry(session, item.referral)[2] for item in (begun, later, to_come)]
    assert stand == [BEGINS - HALF_AN_HOUR, LATER, BEGINS + HALF_AN_HOUR]


def test_a_meeting_gets_the_length_it_has_on_the_agenda_and_what_was_answered_holds(
    session: Session, cast: Cast, two_dates: list[TeamDate]
) -> None:
    by, first = cast.coordinator.actor(), two_dates[0]
    item = put(session, cast, first)
    guardian = call(session, cast, item)
    own = Actor(guardian_of=item.referral_id, guardian_id=guardian.id)
    guardian_page.answer_invitation(session, guardian, by=own, asked_about=BEGINS, reply=next(iter(InvitationReply)))
    meeting = team_review.current_meeting(session, item.referral)
    assert meeting is not None

    def is_called_then() -> tuple[bool, timedelta]:
        found = readiness.readiness(session, agenda.slots(session, first)[0], [])
        assert found.called_for is not None
        assert found.called_until is not None
        return found.is_called_then, found.called_until - found.called_for

    assert is_called_then() == (True, HALF_AN_HOUR)
    agenda.arrange(session, item, AgendaAct.KEEP, minutes=50, by=by)
    assert is_called_then() == (False, HALF_AN_HOUR)
    uid, sequence, _begins = entry(session, item.referral)
    assert moving.follow_agenda(session, first, by=by) == Moved(1, 0, 1, 1)
    assert is_called_then() == (True, timedelta(minutes=50))
    assert entry(session, item.referral) == (uid, sequence + 1, BEGINS)
    (event,) = Calendar.from_ical(invitations_calendar.to_take_along(session, meeting, title="Möte")).events
    assert event["dtend"].dt == BEGINS + timedelta(minutes=50)
    assert guardian_page.answers_to(session, meeting)
    assert moving.follow_agenda(session, first, by=by) == Moved(0, 0)


def test_meetings_follow_an_agenda_that_ends_after_its_date_only_once_that_is_longer(
    session: Session, cast: Cast, two_dates: list[TeamDate]
) -> None:
    by, first = cast.coordinator.actor(), two_dates[0]
    one, two = put(session, cast, first), put(session, cast, first)
    call(session, cast, two, BEGINS + HALF_AN_HOUR)
    meeting = team_review.current_meeting(session, two.referral)
    assert meeting is not None
    agenda.arrange(session, one, AgendaAct.KEEP, minutes=61, by=by)
    assert refused(lambda: moving.follow_agenda(session, first, by=by)) is AgendaProblem.TOO_LONG
    assert meeting.starts_at == BEGINS + HALF_AN_HOUR

    def lengthen(minutes: int, seen: str) -> Moved:
        return moving.move_date(
            session, first, BEGINS, by=by, reason=None, minutes=minutes, follow=True, agenda_seen=seen
        )

    seen = agenda.as_it_stands(session, first)
    agenda.arrange(session, one, AgendaAct.KEEP, minutes=62, by=by)
    assert refused(lambda: lengthen(92, seen)) is AgendaProblem.REARRANGED, "to times that nobody there read"
    agenda.arrange(session, one, AgendaAct.KEEP, minutes=61, by=by)
    assert refused(lambda: lengthen(89, seen)) is AgendaProblem.TOO_LONG
    assert (first.minutes, meeting.starts_at) == (90, BEGINS + HALF_AN_HOUR)
    assert lengthen(91, seen) == Moved(1, 0, 1)
    assert meeting.starts_at == BEGINS + timedelta(minutes=61)
    assert date_calls.date_of(session, meeting) is first, "it is part of what is told of the date"
    agenda.arrange(session, one, AgendaAct.KEEP, minutes=60, by=by)
    assert moving.follow_agenda(session, first, by=by) == Moved(1, 0, 1)


def test_a_call_to_a_date_with_the_referral_on_its_agenda_ends_with_the_date_at_the_latest(
    session: Session, cast: Cast, two_dates: list[TeamDate], wednesday: time_machine.Traveller
) -> None:
    item, at = put(session, cast, two_dates[0]), BEGINS + HALF_AN_HOUR
    end = BEGINS + timedelta(minutes=90)

    def require(minutes: int, place: str = "Rum 12", at: datetime = at) -> None:
        date_calls.require_ends_with_date(
            session, item.referral, starts_at=at, minutes=minutes, place=place,
            before=team_review.current_meeting(session, item.referral),
        )  # fmt: skip

    assert refused(lambda: require(61)) is AgendaProblem.ENDS_AFTER
    require(60)
    require(61, place="Hemma hos familjen")
    for beyond in (end, BEGINS + timedelta(hours=9)):
        assert refused(lambda beyond=beyond: require(30, at=beyond)) is AgendaProblem.ENDS_AFTER, (
            "and none begins later"
        )
    require(30, place="Hemma hos familjen", at=end)
    require(30, at=BEGINS + timedelta(days=1))
    require(30, at=BEGINS - timedelta(hours=1))
    call(session, cast, item, at, minutes=61)
    require(61)
    assert refused(lambda: require(62)) is AgendaProblem.ENDS_AFTER, "one that stands so gets no longer"
    wednesday.move_to(end)
    require(62)
    wednesday.move_to(BEGINS)
    of_no_date = {"protected_since": clock.now(), "forum_id": a_team_beside(session, cast).forum.id}
    for name, value in of_no_date.items():
        stood = getattr(item.referral, name)
        setattr(item.referral, name, value)
        require(62)
        setattr(item.referral, name, stood)
    assert refused(lambda: require(62)) is AgendaProblem.ENDS_AFTER
    agenda.arrange(session, item, AgendaAct.OFF, minutes=30, by=cast.coordinator.actor())
    require(62)


def test_two_meetings_for_somebody_at_once_are_told_by_name(
    session: Session, cast: Cast, two_dates: list[TeamDate]
) -> None:
    first = two_dates[0]
    one, two = put(session, cast, first), put(session, cast, first)
    seats.seat(session, cast.forum, cast.counsellor.id, by=cast.coordinator.actor())
    call(session, cast, one, BEGINS, minutes=60)  # though half an hour is kept

    def busy(at: int) -> tuple[object, ...]:
        return readiness.readiness(
            session, agenda.slots(session, first)[at], seats.seats_of(session, cast.forum)
        ).at_once

    assert busy(0) == ()
    assert busy(1) == (cast.counsellor,)
    people = [cast.counsellor, cast.teacher]
    for at, expected in (
        (BEGINS - HALF_AN_HOUR, []),
        (BEGINS - timedelta(minutes=29), [cast.counsellor]),
        (BEGINS + timedelta(minutes=60), []),
    ):
        found = clashes.at_once(session, people, starts_at=at, minutes=30, but=[two.referral])
        assert found == expected
    call(session, cast, two, BEGINS + HALF_AN_HOUR)
    assert {*busy(1)} == {cast.counsellor, cast.head_teacher}


def test_who_is_called_while_another_team_of_theirs_has_a_date_is_told_by_name(
    session: Session, cast: Cast, two_dates: list[TeamDate]
) -> None:
    first = two_dates[0]
    item, other = put(session, cast, first), a_team_beside(session, cast)
    seats.seat(session, other.forum, cast.counsellor.id, by=cast.head_teacher.actor())
    call(session, cast, item)

    def elsewhere(starts_at: datetime, minutes: int = 60) -> tuple[object, ...]:
        theirs = TeamDate(forum=other.forum, starts_at=starts_at, minutes=minutes, place="A")
        session.add(theirs)
        session.flush()
        found = readiness.readiness(session, agenda.slots(session, first)[0], []).at_other_tables
        session.delete(theirs)
        session.flush()
        return found

    assert elsewhere(BEGINS - HALF_AN_HOUR) == ((cast.counsellor, other.forum),)
    assert elsewhere(BEGINS - HALF_AN_HOUR, minutes=30) == elsewhere(BEGINS + 2 * HALF_AN_HOUR) == ()
    assert clashes.at_other_tables(session, [cast.counsellor], starts_at=BEGINS, minutes=60, but=other.forum) == []


def test_however_many_teams_meet_at_that_hour_no_more_is_asked(session: Session, cast: Cast) -> None:
    def busy_with(teams: range) -> tuple[list[Account], int]:
        for number in teams:
            other = Forum(slug=f"team-{number}", name=f"Team {number}", quorum=[], place="A")
            held = TeamSeat(forum=other, account=(cast.counsellor, cast.head_teacher, cast.teacher)[number % 3])
            if held.account is cast.teacher:
                times = {"begins_at": BEGINS - HALF_AN_HOUR, "ends_at": BEGINS + HALF_AN_HOUR}
                held.absences.append(SeatAbsence(stand_in=cast.counsellor, **times))
            session.add_all([other, held, TeamDate(forum=other, starts_at=BEGINS, minutes=60, place="A")])
        session.flush()
        session.expire_all()
        people, but = [cast.counsellor, cast.head_teacher, cast.teacher], cast.forum
        assert all((but.id, *(one.id for one in people)))  # read again here, and not while it is counted
        with counted_queries(session) as asked:
            found = clashes.at_other_tables(session, people, starts_at=BEGINS, minutes=60, but=but)
        return [account for account, _team in found], len(asked)

    (few, asked), (many, asked_of_many) = busy_with(range(3)), busy_with(range(3, 30))
    assert few == [cast.counsellor] * 2 + [cast.head_teacher]
    assert many == [cast.counsellor] * 20 + [cast.head_teacher] * 10
    assert asked_of_many == asked


def test_withdrawing_a_date_calls_off_what_was_called_for_that_day(
    session: Session, cast: Cast, two_dates: list[TeamDate]
) -> None:
    first, second = two_dates
    by = cast.coordinator.actor()
    here, elsewhere, uncalled = (put(session, cast, first) for _ in range(3))
    call(session, cast, here, BEGINS + HALF_AN_HOUR)
    call(session, cast, elsewhere, LATER)
    off, stays, waits = (item.referral for item in (here, elsewhere, uncalled))
    with pytest.raises(NotAllowed):
        moving.withdraw_date(session, first, by=cast.counsellor.actor(), reason="Sjukt.")
    assert moving.withdraw_date(session, first, by=by, reason="Sjukt.") == CalledOff(1, 1)
    session.expire_all()
    assert off.state == waits.state == TO_SCHEDULE
    assert off.history[-1].reason == "Sjukt."
    meeting = team_review.current_meeting(session, stays)
    assert meeting is not None
    assert meeting.starts_at == LATER
    assert dates.coming(session, cast.forum) == [second]
    assert moving.withdraw_date(session, second, by=by, reason="Sjukt.") == CalledOff(0)
