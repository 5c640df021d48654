"""Somebody comes to a team's meetings of one day instead of a member who cannot: noted on the seat, and called in their place, at once."""

import uuid
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from referrals import clock, here, team_review
from referrals.access import Actor, parties_for
from referrals.disclosure import coverage
from referrals.errors import MeetingMoved, NotAllowed, SeatRefused, WrongStage
from referrals.forums import dates, seats
from referrals.languages import local_date
from referrals.models import Account, Referral, SeatAbsence, TeamMeeting, TeamSeat
from referrals.people import roster
from referrals.stages import MOVE_BY_VERB, Verb
from referrals.vocabulary import SeatProblem


@dataclass(frozen=True)
class SteppedIn:
    """To how many meetings of the day the stand-in is called now, and how many stay as they were until somebody sees to them."""

    meetings: int
    left: int


def could_step_in(session: Session, meeting: TeamMeeting, account_id: uuid.UUID, *, by: Actor) -> list[Account]:
    """Who can come to `meeting`, and the team's others of that day, instead of a member of the team who is called, by name.

    Whoever is noted as standing in for them that day already, or else everybody of the same profession. Nobody for those who hold
    no seat, and for who does not keep it.
    """
    found = _seat(session, meeting.referral, account_id)
    if found is None or not meeting.is_to_come or not dates.may_keep(found.forum, by):
        return []
    away = _away(found, meeting.starts_at)
    able = [away.stand_in] if away is not None and away.stand_in else seats.could_stand_in(session, found)
    return [one for one in able if str(one.id) not in meeting.called]


def steps_in_as_a_rule(session: Session, meeting: TeamMeeting, account_id: uuid.UUID) -> Account | None:
    """Who stands in whenever that member of the team is away; None where nobody is named."""
    found = _seat(session, meeting.referral, account_id)
    return seats.stands_in_as_a_rule(session, found) if found else None


def step_in(
    session: Session,
    referral: Referral,
    account_id: uuid.UUID,
    *,
    stand_in_id: uuid.UUID,
    by: Actor,
    asked_about: datetime,
) -> SteppedIn:
    """Let `stand_in_id` come instead of the member `account_id` on the day of the meeting that is planned about `referral`.

    It is noted on the seat, and in each meeting of the team that day to which the member is called the other is called in their
    place: only these two are told. Raises NotAllowed, SeatRefused where that person cannot stand in, WrongStage where no meeting is to
    come, and MeetingMoved where it begins at another time than `asked_about` by now.
    """
    team_review.hold_meetings_still(session, referral)
    meeting, found = team_review.current_meeting(session, referral), _seat(session, referral, account_id)
    if meeting is None or not meeting.is_to_come:
        raise WrongStage(Verb.SCHEDULE_MEETING, referral.stage, referral.status)
    if meeting.starts_at != asked_about:
        raise MeetingMoved
    if found is None or str(account_id) not in meeting.called:
        raise NotAllowed("stand in")
    dates.require_keeper(found.forum, by)
    if stand_in_id not in {one.id for one in could_step_in(session, meeting, account_id, by=by)}:
        raise SeatRefused(SeatProblem.OTHER_PROFESSION)
    away, day = _away(found, meeting.starts_at), local_date(meeting.starts_at, zone=here.time_zone(session))
    if away is None:
        seats.be_away(session, found, first_on=day, last_on=day, stand_in_id=stand_in_id, by=by)
    elif away.stand_in is None:
        seats.let_stand_in(session, away, stand_in_id, on=day, by=by)
    swapped = [
        _swap(session, one, member_id=account_id, stand_in_id=stand_in_id, by=by)
        for one in _of_that_day(session, meeting, account_id)
    ]
    return SteppedIn(swapped.count(True), swapped.count(False))


def _seat(session: Session, referral: Referral, account_id: uuid.UUID) -> TeamSeat | None:
    return next((one for one in seats.seats_of(session, referral.forum) if one.account_id == account_id), None)


def _away(found: TeamSeat, at: datetime) -> SeatAbsence | None:
    return next((one for one in found.absences if one.begins_at <= at < one.ends_at), None)


def _of_that_day(session: Session, meeting: TeamMeeting, account_id: uuid.UUID) -> list[TeamMeeting]:
    """The team's meetings to come on the day of `meeting` to which the member is called, the first one first."""
    zone = here.time_zone(session)
    begins = datetime.combine(local_date(meeting.starts_at, zone=zone), time(), ZoneInfo(zone))
    rows = (
        select(TeamMeeting)
        .join(TeamMeeting.referral)
        .where(
            Referral.forum_id == meeting.referral.forum_id, Referral.is_open, Referral.kept_outside_at.is_(None),
            TeamMeeting.held_at.is_(None), TeamMeeting.called_off_in.is_(None), TeamMeeting.starts_at > clock.now(),
            TeamMeeting.starts_at >= begins, TeamMeeting.starts_at < begins + timedelta(days=1),
        )
        .order_by(TeamMeeting.starts_at, TeamMeeting.id)
    )  # fmt: skip
    return [one for one in session.scalars(rows) if str(account_id) in one.called]


def _swap(session: Session, meeting: TeamMeeting, *, member_id: uuid.UUID, stand_in_id: uuid.UUID, by: Actor) -> bool:
    """Whether the team is called to `meeting` with the one in the other's place, and otherwise as before."""
    referral = meeting.referral
    may = bool(parties_for(Verb.SCHEDULE_MEETING, by, referral.facts()))
    if not may or referral.state not in MOVE_BY_VERB[Verb.SCHEDULE_MEETING].frm:
        return False
    able = {one.account.id: one.account for one in roster.for_team(session, referral) if one.locked_by is None}
    if stand_in_id not in able or not coverage.are_informed(session, referral):
        return False
    called = [stand_in_id if one == str(member_id) else uuid.UUID(one) for one in meeting.called]
    wanted = [one for one in dict.fromkeys(called) if one in able]
    team_review.schedule_meeting(
        session, referral, by=by, seen=None, starts_at=meeting.starts_at, minutes=meeting.minutes, place=meeting.place or "",
        called=wanted, guardians=[uuid.UUID(one) for one in meeting.guardians_invited], agenda=meeting.agenda or (),
        without=team_review.missing_professions(referral, [able[one] for one in wanted]), on_closed_day=True,
    )  # fmt: skip
    return True
