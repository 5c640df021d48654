"""The team meeting: calling it, moving it, keeping its minutes, and approving them, which decides how the referral goes on."""

import uuid
from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Any, TypedDict, Unpack

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from referrals import clock, earlier, here, history, notes, wording
from referrals.access import Actor
from referrals.calendar import closed_days, is_open_day
from referrals.disclosure import coverage
from referrals.errors import (
    AgendaRefused,
    Incomplete,
    NotAllowed,
    NotInformed,
    SameAuthor,
    SchoolsClosed,
    TeamNotComplete,
)
from referrals.forums import mandate
from referrals.languages import local_date
from referrals.meetings import decided
from referrals.meetings.minutes import Minutes, Rating, days_ahead, kinds_of_information, speaks_for_absent
from referrals.models import Account, Guardian, History, MeetingDecision, MeetingVersion, Referral, TeamMeeting
from referrals.notes import MEETING_TEXTS
from referrals.people import membership, roster
from referrals.stages import (
    CLOSURE_PROPOSED,
    MEETING_HELD,
    PARTS_REQUESTED,
    PLAN_DRAFT,
    SCHEDULED,
    TO_SCHEDULE,
    State,
    Verb,
)
from referrals.vocabulary import AgendaProblem, Attendance, MeetingOutcome, Profession, WordingGround

#: where each outcome leads once the minutes are approved
LEADS_TO: dict[MeetingOutcome, State] = {
    MeetingOutcome.PLAN: PLAN_DRAFT,
    MeetingOutcome.MORE_ASSESSMENT: PARTS_REQUESTED,
    MeetingOutcome.MEET_AGAIN: TO_SCHEDULE,
    MeetingOutcome.CLOSE: CLOSURE_PROPOSED,
}


class Call(TypedDict, total=False):
    """When and where the team meets, who is called, and what it talks about. `minutes` is how long it is planned to take."""

    starts_at: datetime
    minutes: int
    place: str
    #: ids of accounts
    called: Sequence[uuid.UUID]
    #: ids of guardians invited
    guardians: Sequence[uuid.UUID]
    agenda: Sequence[str]
    #: professions the forum asks for, and without which this meeting is held knowingly
    without: Collection[Profession]
    #: whether the team meets knowingly on a day on which the schools are closed
    on_closed_day: bool
    #: why an earlier date was changed
    reason: str | None


def meetings_of(session: Session, referral: Referral) -> list[TeamMeeting]:
    """Every meeting about the referral, the first one first."""
    rows = select(TeamMeeting).where(TeamMeeting.referral_id == referral.id)
    return list(session.scalars(rows.order_by(TeamMeeting.number)))


def current_meeting(session: Session, referral: Referral) -> TeamMeeting | None:
    """The meeting that is planned or whose minutes are not approved yet; None between meetings."""
    newest = next(reversed(meetings_of(session, referral)), None)
    return newest if newest and newest.approved_at is None and newest.called_off_in is None else None


def hold_meetings_still(session: Session, referral: Referral) -> None:
    """See the meetings as they are by now, and let nobody else call, move, call off or answer until this transaction ends.

    The referral is held, and first of all, as whoever decides about it does: so no two wait for each other crosswise.
    """
    session.refresh(referral, ["stage", "status", "is_open", "kept_outside_at"], with_for_update={"key_share": True})
    for each in meetings_of(session, referral):
        session.refresh(each)


def called_meeting(session: Session, referral: Referral, *, after: History | None = None) -> TeamMeeting | None:
    """The meeting that the history row `after` called or moved; without one, the newest.

    How the team was called to it then, if it has been moved since, tells `called_then`.
    """
    meetings = meetings_of(session, referral)
    if after is None:
        return meetings[-1] if meetings else None
    return called_of(meetings, after=after)


def called_of(meetings: Sequence[TeamMeeting], *, after: History) -> TeamMeeting | None:
    """The same of all `meetings` of its referral: for who asks about many rows."""
    # Until a meeting is held it is moved, not called anew: it is the first that was neither held nor called off by then.
    standing = (one for one in meetings if one.called_off_in is None or one.called_off_in >= after.number)
    return next((one for one in standing if one.held_at is None or one.held_at >= after.at), None)


def called_then(
    session: Session, referral: Referral, *, after: History | None = None
) -> TeamMeeting | MeetingVersion | None:
    """The same meeting with the date, the place and the people that `after` called it with."""
    meeting = called_meeting(session, referral, after=after)
    return earlier.call_after(session, meeting, after) if meeting and after else meeting


def where_and_when(call: TeamMeeting | MeetingVersion | None) -> tuple[object, ...]:
    """What of a call changes whether and when somebody comes: two calls that say the same are one for who is called by them."""
    if call is None:
        return ()
    meeting_id = call.meeting_id if isinstance(call, MeetingVersion) else call.id
    return meeting_id, call.starts_at, call.minutes, call.place


def ended_call(session: Session, row: History) -> TeamMeeting | MeetingVersion | None:
    """How the team was called until `row` called the meeting off, or called it otherwise; None where it did neither."""
    off = TeamMeeting.referral_id == row.referral_id, TeamMeeting.called_off_in == row.number
    moved = select(MeetingVersion).where(MeetingVersion.replaced_by_id == row.id)
    return session.scalars(select(TeamMeeting).where(*off)).first() or session.scalars(moved).first()


def held_meeting(session: Session, referral: Referral, *, after: History | None = None) -> TeamMeeting | None:
    """The meeting held last; where `after` is given, the one whose minutes this history row approved."""
    held = [one for one in meetings_of(session, referral) if one.held_at is not None]
    if after is not None:
        held = [one for one in held if one.approved_at is not None and one.approved_at <= after.at]
    return held[-1] if held else None


def met_on(session: Session, meeting: TeamMeeting) -> date:
    """The day on which the team met, here; where its minutes are written before the day it was called for, that is today."""
    return min(local_date(meeting.starts_at, zone=here.time_zone(session)), here.today(session))


def guardians_to_inform(session: Session, referral: Referral) -> list[Guardian]:
    """Guardians with custody who are not informed yet, and without a reason why not."""
    return [guardian for guardian in coverage.deciding_guardians(session, referral) if not guardian.is_informed]


def missing_professions(referral: Referral, called: Collection[Account]) -> list[Profession]:
    """Professions the forum asks for that nobody among `called` has, in the forum's own order."""
    there = {account.profession for account in called}
    return [Profession(value) for value in referral.forum.quorum if Profession(value) not in there]


def is_called(session: Session, referral: Referral) -> bool:
    """Whether the team is called to a meeting that has not been held: then calling it again moves that one."""
    meeting = current_meeting(session, referral)
    return meeting is not None and meeting.is_to_hold


def without_mail(session: Session, meeting: TeamMeeting) -> list[Guardian]:
    """The guardians who are invited, and to whom no mail may go: somebody tells them."""
    known = coverage.guardians_of(session, meeting.referral)
    return [one for one in known if str(one.id) in meeting.guardians_invited and not one.can_be_mailed]


def schedule_meeting(
    session: Session, referral: Referral, *, by: Actor, seen: int | None, **call: Unpack[Call]
) -> TeamMeeting:
    """Call the team to meet, or move a meeting already called, which keeps how it was called before; who is called may see
    the referral from now on.

    Raises NotInformed before every guardian with custody is informed or the reason why not is recorded; Incomplete without
    a time, a place or anybody called; NotAllowed for strangers to the unit and guardians of other referrals; NotCovered
    where consent does not reach somebody's service; SchoolsClosed on a day on which they are, unless that is known;
    AgendaRefused at a time that has passed, unless a meeting that was called is moved to when the team did meet;
    TeamNotComplete where a profession is missing and not named in `without`.
    """
    history.guard(session, referral, Verb.SCHEDULE_MEETING, by=by, seen=seen)
    if not coverage.are_informed(session, referral):
        raise NotInformed
    if missing := [name for name in ("starts_at", "place", "called") if not call.get(name)]:
        raise Incomplete(*missing)
    meeting = current_meeting(session, referral)
    if meeting is not None and meeting.held_at is not None:
        meeting = None  # it was held, and work went on another way before its minutes were approved
    if meeting is None and call["starts_at"] < clock.now():
        raise AgendaRefused(AgendaProblem.PASSED)
    _require_open_day(session, call, before=meeting)
    people = roster.choose_for_team(session, referral, call["called"])
    short_of = [one for one in missing_professions(referral, people) if one not in call.get("without", ())]
    if short_of:
        raise TeamNotComplete(*short_of)
    invited = _own_guardians(session, referral, call.get("guardians", ()))
    before = earlier.stands_for_call(meeting) if meeting else None
    if meeting is None:
        meeting = _new_meeting(session, referral, by)
    meeting.starts_at, meeting.minutes, meeting.place = call["starts_at"], call.get("minutes", 60), call["place"]
    meeting.called = [str(person.id) for person in people]
    meeting.guardians_invited = [str(guardian) for guardian in invited]
    meeting.agenda = [point for point in call.get("agenda", ()) if point]
    session.add(meeting)
    for person in people:
        membership.admit(session, referral, person)
    reason = (call.get("reason") or "").strip() or None
    row = history.record(session, referral, Verb.SCHEDULE_MEETING, by=by, seen=seen, to=SCHEDULED, reason=reason)
    if before is not None:
        earlier.keep(session, before, meeting, replaced_by=row)
    return meeting


def call_off_meeting(
    session: Session, referral: Referral, *, by: Actor, seen: int | None, reason: str | None
) -> TeamMeeting:
    """Call off the meeting that the team is called to, and why; a new one is called when it is time.

    Raises Incomplete without a reason, or where no meeting is called.
    """
    history.guard(session, referral, Verb.CALL_OFF_MEETING, by=by, seen=seen)
    if not reason:
        raise Incomplete("reason")
    meeting = current_meeting(session, referral)
    if meeting is None or meeting.held_at is not None:
        raise Incomplete("meeting")
    to = TO_SCHEDULE if referral.state == SCHEDULED else None
    row = history.record(session, referral, Verb.CALL_OFF_MEETING, by=by, seen=seen, to=to, reason=reason)
    meeting.called_off_in = row.number
    session.flush()
    return meeting


def record_meeting(
    session: Session,
    referral: Referral,
    *,
    by: Actor,
    seen: int | None,
    ground: WordingGround | None = None,
    **minutes: Unpack[Minutes],
) -> TeamMeeting:
    """Keep what was said and decided. Until the minutes are approved they can be written again as a whole.

    Raises Incomplete where nobody took part, a decision lacks its text, its responsible person or its date, something is to be
    done or the team to meet again before the day of this meeting, or somebody who was absent is said to see it differently;
    OutsideMandate where the team may not decide that; NotAllowed where a note is said to be about a guardian of another child;
    LooksMedical where words look so and no `ground` is named.
    """
    history.guard(session, referral, Verb.RECORD_MEETING, by=by, seen=seen)
    mandate.require(referral, minutes.get("outcome"))
    meeting = _the_meeting(session, referral)
    attendance, decisions = minutes.get("attendance", ()), minutes.get("decisions", ())
    missing = [] if any(one["attendance"] is not Attendance.ABSENT for one in attendance) else ["attendance"]
    if not all(one["text"] and one["responsible"] and one["due_on"] for one in decisions):
        missing.append("decisions")
    if any(day < met_on(session, meeting) for day in days_ahead(minutes)):
        missing.append("due_on")
    if speaks_for_absent(attendance, minutes.get("dissent")):
        missing.append("dissent")
    if missing:
        raise Incomplete(*missing)
    wording.check(session, referral, by=by, said=minutes, ground=ground)
    meeting.classification = notes.as_codes(session, referral, kinds_of_information(minutes))
    meeting.attendance = [
        {"name": one["name"], "function": one["function"], "attendance": one["attendance"].value} for one in attendance
    ]
    written: dict[str, Any] = {**minutes}
    for name in MEETING_TEXTS:
        setattr(meeting, name, written.get(name) or None)
    meeting.ratings = {domain.value: _plain(rating) for domain, rating in minutes.get("ratings", {}).items()}
    meeting.decisions = [
        MeetingDecision(
            referral=referral,
            position=place,
            text=one["text"],
            responsible=one["responsible"],
            due_on=one["due_on"],
            responsible_id=decided.who_answers(session, meeting, one["responsible"]),
            kind=one.get("kind"),
        )
        for place, one in enumerate(decisions)
    ]
    meeting.outcome, meeting.next_meeting_on = minutes.get("outcome"), minutes.get("next_meeting_on")
    meeting.held_at, meeting.minutes_by_id = meeting.held_at or clock.now(), by.account_id
    session.flush()
    history.record(session, referral, Verb.RECORD_MEETING, by=by, seen=seen, to=MEETING_HELD)
    return meeting


def writers(session: Session, referral: Referral) -> set[uuid.UUID]:
    """Who has written in the minutes of the newest meeting: none of them approves these minutes."""
    of_this = History.referral_id == referral.id
    called = select(func.max(History.number)).where(of_this, History.verb == Verb.SCHEDULE_MEETING).scalar_subquery()
    rows = select(History.by_id).where(of_this, History.verb == Verb.RECORD_MEETING, History.number > called)
    return {account for account in session.scalars(rows) if account is not None}


def approve_minutes(
    session: Session, referral: Referral, *, by: Actor, seen: int | None, reason: str | None = None
) -> TeamMeeting:
    """Approve the minutes, for `reason` where one is given; the outcome they hold decides how the referral goes on.

    Raises SameAuthor for anybody who wrote in them, Incomplete while they hold no outcome, OutsideMandate where the team may
    not decide that any more.
    """
    history.guard(session, referral, Verb.APPROVE_MINUTES, by=by, seen=seen)
    meeting = _the_meeting(session, referral)
    mandate.require(referral, meeting.outcome)
    if by.account_id == meeting.minutes_by_id or by.account_id in writers(session, referral):
        raise SameAuthor
    if meeting.outcome is None:
        raise Incomplete("outcome")
    meeting.approved_at, meeting.approved_by_id = clock.now(), by.account_id
    session.flush()
    to = LEADS_TO[meeting.outcome]
    history.record(
        session, referral, Verb.APPROVE_MINUTES, by=by, seen=seen, to=to, choice=meeting.outcome, reason=reason
    )
    return meeting


def _the_meeting(session: Session, referral: Referral) -> TeamMeeting:
    meeting = current_meeting(session, referral)
    if meeting is None:
        raise Incomplete("meeting")
    return meeting


def _new_meeting(session: Session, referral: Referral, by: Actor) -> TeamMeeting:
    if by.account_id is None:
        raise NotAllowed(Verb.SCHEDULE_MEETING)
    number = len(meetings_of(session, referral)) + 1
    return TeamMeeting(referral=referral, number=number, called_by_id=by.account_id)


def _require_open_day(session: Session, call: Call, *, before: TeamMeeting | None) -> None:
    """Refuse a day on which the schools are closed, unless that is known or the meeting stands on that day already."""
    zone = here.time_zone(session)
    day = local_date(call["starts_at"], zone=zone)
    stands_there = before is not None and local_date(before.starts_at, zone=zone) == day
    if not (stands_there or call.get("on_closed_day") or is_open_day(day, closed_days(session))):
        raise SchoolsClosed


def _own_guardians(session: Session, referral: Referral, ids: Collection[uuid.UUID]) -> list[uuid.UUID]:
    own = {guardian.id for guardian in coverage.guardians_of(session, referral)}
    if not own.issuperset(ids):
        raise NotAllowed("not a guardian of this child")
    return list(dict.fromkeys(ids))


def _plain(rating: Rating) -> dict[str, Any]:
    return {"rating": rating.get("rating"), "note": rating.get("note") or None}
