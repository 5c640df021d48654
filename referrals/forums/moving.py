"""Moving or withdrawing what was planned: a referral to another date, a whole date to another day, and with them the meetings that were called.

Everybody called is told by the same mail that called them, with the same calendar entry, and so are the guardians to whom mail may
go; what was answered was about the time, so where that changes all are asked anew.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from referrals import clock, here, team_review
from referrals.access import Actor
from referrals.calendar import closed_days, is_open_day
from referrals.disclosure import coverage
from referrals.errors import AgendaRefused
from referrals.forums import agenda, date_calls, dates
from referrals.forums.agenda import Slot
from referrals.languages import local_date
from referrals.models import AgendaItem, Referral, TeamDate, TeamMeeting
from referrals.people import organisation, roster
from referrals.stages import MOVE_BY_VERB, Verb
from referrals.vocabulary import AgendaProblem


@dataclass(frozen=True)
class Moved:
    """How many meetings went along, and how many stay where they are until somebody has seen to what is in the way."""

    meetings: int
    left: int
    #: how many guardians are invited to those that went along, and get no mail about it
    to_tell: int = 0
    #: how many of those that went along begin when they did, and only take another length or place: answers to them still hold
    same_hour: int = 0


@dataclass(frozen=True)
class CalledOff:
    """How many meetings are called off, and how many guardians are invited to those to come and get no mail about it."""

    meetings: int
    to_tell: int = 0


def move_item(session: Session, item: AgendaItem, to: TeamDate, *, by: Actor, reason: str | None) -> Moved:
    """Put a line of the agenda last on another date, and its meeting with it. Whoever found it with `agenda.find_item` may.

    Raises AgendaRefused where one of the days has passed, the referral is on that date already, the line is not where it was, or its
    meeting would end after that date.
    """
    was_on = item.date_id
    for one in sorted((item.date, to), key=lambda date: date.id):  # in one order: no two wait for each other
        agenda.require_as_seen(session, one, None)
    agenda.require_there(session, item, was_on)
    agenda.require_to_come(session, item.date)
    agenda.require_to_come(session, to)
    there = agenda.slots(session, to)
    if any(slot.item.referral_id == item.referral_id for slot in there):
        raise AgendaRefused(AgendaProblem.THERE_ALREADY)
    place, meeting = item.date.place, _planned(session, item.referral)
    is_part = meeting is not None and date_calls.can_be_part(to, item.referral, _place(meeting, place, to))
    if is_part and sum(slot.item.minutes for slot in there) + item.minutes > to.minutes:
        raise AgendaRefused(AgendaProblem.NO_ROOM)
    item.date, item.position = to, agenda.last_place(session, to) + 1
    session.flush()
    theirs = [slot for slot in agenda.slots(session, to) if slot.item is item]
    moved = _take_along(session, theirs, place, by=by, reason=reason)
    agenda.note(
        session, item, agenda.ARRANGED, by=by
    )  # as the last thing: decisions about the referral wait for its log
    return moved


def as_it_stands(date: TeamDate) -> str:
    """A short word for when, for how long and where the team meets, other once that was changed: the forms send it along."""
    return sha256(repr((date.starts_at, date.minutes, date.place)).encode()).hexdigest()[:16]


def move_date(
    session: Session, date: TeamDate, starts_at: datetime, *, by: Actor, reason: str | None, minutes: int | None = None,
    place: str | None = None, follow: bool = False, seen: str | None = None, agenda_seen: str | None = None,
) -> Moved:  # fmt: skip
    """Let the team meet at `starts_at` instead, with everything that is on the agenda; for `minutes` and at `place`, where given.

    The meetings move to the times of the agenda. Where it begins when it did they keep theirs, and go along to another place only,
    unless they are to `follow` the agenda.

    Raises NotAllowed, and AgendaRefused where nothing is changed, a colleague changed the date since it stood as `seen` or, where its
    times count, the agenda since `agenda_seen`; where that, or a meeting that keeps its time, ends after `minutes`; the schools are
    closed on that day, it has passed, the team meets then already or would still meet on the next day, or a referral on the date is
    not theirs to move.
    """
    dates.require_keeper(date.forum, by)
    agenda.require_to_come(session, date)
    _require_as_seen(session, date, seen)
    minutes, place, moves = minutes or date.minutes, place or date.place, starts_at != date.starts_at
    if moves or follow:
        agenda.require_as_seen(session, date, agenda_seen)
    listed = agenda.slots(session, date)
    own = {slot.item.id for slot in listed if _is_met_there(session, slot)}
    if follow or (moves and own):
        agenda.require_room(listed, minutes)
    if (starts_at, minutes, place) == (date.starts_at, date.minutes, date.place):
        raise AgendaRefused(AgendaProblem.SAME)
    _require_free(session, date, starts_at, minutes=minutes)
    _require_theirs(listed, date, by)
    if not (moves or follow):
        _require_holds_still(session, listed, date, minutes=minutes)
    before, met_in = _described(date), date.place
    date.starts_at, date.minutes, date.place = starts_at, minutes, place
    session.flush()
    theirs = [slot for slot in agenda.slots(session, date) if slot.item.id in own]
    if follow:
        theirs = [slot for slot in theirs if can_follow(session, slot)]
    moved = _take_along(session, theirs, met_in, by=by, reason=reason, keep_times=not (moves or follow))
    organisation.note(session, date, what="moved", before=before, after=_described(date), by_id=by.account_id)
    return moved


def withdraw_date(session: Session, date: TeamDate, *, by: Actor, reason: str, seen: str | None = None) -> CalledOff:
    """Take a date away and call off the meetings that were called for that day.

    What was on its agenda lines up again. Raises NotAllowed, and AgendaRefused where the day has passed, a colleague changed the date
    since it stood as `seen`, or a referral on it is not theirs to arrange.
    """
    dates.require_keeper(date.forum, by)
    agenda.require_to_come(session, date)
    _require_as_seen(session, date, seen)
    listed = agenda.slots(session, date)
    _require_theirs(listed, date, by)
    zone = here.time_zone(session)
    day = local_date(date.starts_at, zone=zone)
    _hold(session, listed)
    called = [meeting for slot in listed if (meeting := _planned(session, slot.item.referral)) is not None]
    then = [meeting for meeting in called if local_date(meeting.starts_at, zone=zone) == day]
    for meeting in then:
        team_review.call_off_meeting(session, meeting.referral, by=by, seen=None, reason=reason)
    dates.drop(session, date.forum, date.id, by=by)
    now = clock.now()
    to_tell = [one for meeting in then if meeting.starts_at > now for one in team_review.without_mail(session, meeting)]
    return CalledOff(len(then), len(to_tell))


def follow_agenda(session: Session, date: TeamDate, *, by: Actor, seen: str | None = None) -> Moved:
    """Move each meeting that was called for that day to the time to come the agenda has for it by now, and let it take as long.

    Raises NotAllowed, and AgendaRefused once the day has passed, where the agenda was changed since it stood as `seen`, and where
    it ends after the date.
    """
    dates.require_keeper(date.forum, by)
    agenda.require_to_come(session, date)
    agenda.require_as_seen(session, date, seen)
    slots = agenda.slots(session, date)
    agenda.require_room(slots, date.minutes)
    own = (slot for slot in slots if agenda.may_arrange(slot.item.referral, date, by))
    return _take_along(session, [one for one in own if can_follow(session, one)], date.place, by=by, reason=None)


def can_follow(session: Session, slot: Slot) -> bool:
    """Whether the meeting about the referral in `slot` may be moved there: nobody is told of an hour that has passed."""
    return slot.starts_at > clock.now() and _is_met_there(session, slot)


def _is_met_there(session: Session, slot: Slot) -> bool:
    """Whether the team is called to the referral in `slot` for the day of its date, and that is not its next meeting after that one.

    A line stays on the agenda until midnight, also where somebody called the team for another day.
    """
    meeting, zone = _planned(session, slot.item.referral), here.time_zone(session)
    if meeting is None or agenda.was_met_about(session, slot):
        return False
    return local_date(meeting.starts_at, zone=zone) == local_date(slot.item.date.starts_at, zone=zone)


def _require_as_seen(session: Session, date: TeamDate, seen: str | None) -> None:
    """Raises AgendaRefused where the date stands otherwise by now; nobody changes it before this transaction ends."""
    agenda.require_as_seen(session, date, None)
    if seen is not None and seen != as_it_stands(date):
        raise AgendaRefused(AgendaProblem.MOVED)


def _require_holds_still(session: Session, slots: Iterable[Slot], date: TeamDate, *, minutes: int) -> None:
    """Raises AgendaRefused where a meeting that is part of a date would end after it."""
    ends_at = date.starts_at + timedelta(minutes=minutes)
    called = [meeting for slot in slots if (meeting := _planned(session, slot.item.referral)) is not None]
    part = (one for one in called if date_calls.holds(date, one, {one.referral_id}))
    if any(one.starts_at + timedelta(minutes=one.minutes) > ends_at for one in part):
        raise AgendaRefused(AgendaProblem.SHORTER)


def _described(date: TeamDate) -> str:
    return f"{organisation.describe(date)}, {date.minutes} min, {date.place}"


def _require_theirs(slots: Iterable[Slot], date: TeamDate, by: Actor) -> None:
    """Raises AgendaRefused where a referral is not theirs to arrange. One that has ended is nobody's, and holds no date."""
    work = (slot.item.referral for slot in slots if slot.item.referral.is_open)
    if not all(agenda.may_arrange(referral, date, by) for referral in work):
        raise AgendaRefused(AgendaProblem.OTHERS)


def _require_free(session: Session, date: TeamDate, starts_at: datetime, *, minutes: int) -> None:
    others = [
        one for one in dates.meanwhile(session, date.forum, starts_at=starts_at, minutes=minutes) if one is not date
    ]
    begins = starts_at.astimezone(ZoneInfo(here.time_zone(session)))
    moves = starts_at != date.starts_at  # where only length or place change, day and time stand there knowingly
    checks = (
        (moves and starts_at < clock.now(), AgendaProblem.PASSED),
        (bool(others), AgendaProblem.TAKEN),
        (moves and not is_open_day(begins.date(), closed_days(session)), AgendaProblem.CLOSED),
    )
    for is_so, problem in checks:
        if is_so:
            raise AgendaRefused(problem)
    dates.require_ends_that_day(begins.time(), minutes)


def _take_along(
    session: Session, slots: Sequence[Slot], place: str, *, by: Actor, reason: str | None, keep_times: bool = False
) -> Moved:
    """Call to each slot the team that was called to its referral, where it meets at the team's own `place` to the new one's.

    Where they `keep_times`, to the new place only, and not to what is over.
    """
    _hold(session, slots)
    moved = left = to_tell = same_hour = 0
    for slot in slots:
        meeting = _planned(session, slot.item.referral)
        if meeting is None or (keep_times and meeting.starts_at + timedelta(minutes=meeting.minutes) <= clock.now()):
            continue
        before = meeting.starts_at, meeting.minutes, meeting.place
        starts_at, minutes = before[:2] if keep_times else (slot.starts_at, slot.item.minutes)
        to = starts_at, minutes, _place(meeting, place, slot.item.date)
        if to == before:
            continue
        if _call_anew(session, meeting, to, by=by, reason=reason):
            moved += 1
            same_hour += before[0] == starts_at
            to_tell += len(team_review.without_mail(session, meeting))
        else:
            left += 1
    return Moved(moved, left, to_tell, same_hour)


def _hold(session: Session, slots: Iterable[Slot]) -> None:
    """Let nobody else decide about these referrals before this transaction ends.

    In the order in which a change of the calendar holds all of them, whatever theirs on the agenda is: no two wait for each other.
    """
    theirs = Referral.id.in_([slot.item.referral_id for slot in slots])
    session.scalars(select(Referral.id).where(theirs).order_by(Referral.id).with_for_update(key_share=True)).all()


def _planned(session: Session, referral: Referral) -> TeamMeeting | None:
    """The meeting the team is called to about a referral, while it has not been held."""
    return team_review.current_meeting(session, referral) if team_review.is_called(session, referral) else None


def _call_anew(
    session: Session, meeting: TeamMeeting, to: tuple[datetime, int, str], *, by: Actor, reason: str | None
) -> bool:
    """Whether the same people as before, as far as they may still be called, are called to when, for how long and where `to` says."""
    referral = meeting.referral
    if referral.state not in MOVE_BY_VERB[Verb.SCHEDULE_MEETING].frm:
        return False  # the work went on another way: whoever sees to it calls the meeting off, or goes on with it
    able = {str(one.account.id): one.account for one in roster.for_team(session, referral) if one.locked_by is None}
    people = [able[one] for one in meeting.called if one in able]
    if not people or not coverage.are_informed(session, referral):
        return False
    invited = [one.id for one in coverage.guardians_of(session, referral) if str(one.id) in meeting.guardians_invited]
    starts_at, minutes, place = to
    team_review.schedule_meeting(
        session, referral, by=by, seen=None, starts_at=starts_at, minutes=minutes, place=place, called=[one.id for one in people],
        guardians=invited, agenda=meeting.agenda or (), without=team_review.missing_professions(referral, people), reason=reason, on_closed_day=True,
    )  # fmt: skip
    return True


def _place(meeting: TeamMeeting, before: str, date: TeamDate) -> str:
    """Where it meets: somewhere of its own stays, the team's room is the one of the date it is on now."""
    return meeting.place if meeting.place and meeting.place != before else date.place
