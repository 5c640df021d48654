"""The meetings to come to which somebody is called, and what they answered: also who stands in on that day, and opens nothing before."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, contains_eager, object_session

from referrals import clock, here, languages, team_review
from referrals.access import Actor, Facts, View, may_view, parties
from referrals.models import Account, CalledAnswer, Mail, MeetingVersion, Referral, TeamMeeting
from referrals.stages import Party
from referrals.vocabulary import MailKind


@dataclass(frozen=True)
class OwnCall:
    """One meeting, as far as whoever is called to it may know of it now."""

    meeting: TeamMeeting
    #: None until they have answered about its present time
    answer: CalledAnswer | None
    #: whether its page is open to them: to who stands in, only from the first day of that time
    is_open: bool
    #: None where they may not know it yet
    place: str | None
    #: whether it waits for their answer; whoever called the team is taken to come
    is_asked: bool


def parties_then(account: Account, facts: Facts, starts_at: datetime) -> frozenset[Party]:
    """In which capacities `account` stands to a referral now or, while the meeting that begins at `starts_at` is to come, on that day.

    Who only stands in for somebody then is called before: when the team meets has to be in their calendar.
    """
    held = parties(account.actor(), facts)
    return held or (parties(account.actor(at=starts_at), facts) if starts_at > clock.now() else frozenset())


def told_place(call: TeamMeeting | MeetingVersion) -> str | None:
    """Where the team meets, for whoever may know no more than that: its own room, unless that says which school somebody attends.

    What was typed for this child may be a home.
    """
    usual = call.referral.forum.place
    return usual if call.place == usual and call.referral.protected_since is None else None


def when_said(mail: Mail) -> str:
    """When the meeting begins that `mail` calls to, in its reader's words: not everybody can open the attached entry."""
    session = object_session(mail)
    if session is None:
        return ""
    call, zone = team_review.called_then(session, mail.referral, after=mail.history), here.time_zone(session)
    return languages.format_weekday_datetime(call.starts_at, mail.language, zone=zone) if call else ""


def has_place(mail: Mail) -> bool:
    """Whether the entry that goes with `mail` says where the meeting is: then nobody has to sign in for that."""
    session = object_session(mail)
    if session is None or mail.kind is not MailKind.MEETING_SCHEDULED:
        return False  # to a guardian's household even the team's own room says which school it is
    call = team_review.called_then(session, mail.referral, after=mail.history)
    return call is not None and told_place(call) is not None


def calls_of(session: Session, by: Actor) -> list[OwnCall]:
    """The meetings to come that `by` is called to, the next one first."""
    meetings = _called_to(session, by)
    if not meetings:
        return []
    account, answers, found = session.get_one(Account, by.account_id), _answers(session, by, meetings), []
    for meeting in meetings:
        facts = meeting.referral.facts()
        if not parties_then(account, facts, meeting.starts_at):
            continue
        answer, is_open = answers.get((meeting.id, meeting.starts_at)), may_view(View.MINUTES, by, facts)
        place = meeting.place if is_open else told_place(meeting)
        is_asked = answer is None and meeting.called_by_id != account.id
        found.append(OwnCall(meeting, answer, is_open, place, is_asked))
    return found


def to_answer(session: Session, by: Actor, *, zone: str) -> dict[date, list[str]]:
    """The days with meetings that wait for an answer of `by`, the next one first, and the numbers of the referrals they are about."""
    asked: dict[date, list[str]] = {}
    for one in calls_of(session, by):
        if one.is_asked:
            meets_on = languages.local_date(one.meeting.starts_at, zone=zone)
            asked.setdefault(meets_on, []).append(one.meeting.referral.number)
    return asked


def _called_to(session: Session, by: Actor) -> list[TeamMeeting]:
    is_to_come = (
        TeamMeeting.starts_at > clock.now(), TeamMeeting.held_at.is_(None), TeamMeeting.called_off_in.is_(None),
        Referral.is_open, Referral.kept_outside_at.is_(None),
    )  # fmt: skip
    rows = session.execute(select(TeamMeeting.id, TeamMeeting.called).join(TeamMeeting.referral).where(*is_to_come))
    ids = [meeting_id for meeting_id, called in rows if str(by.account_id) in called]
    if not ids:
        return []
    theirs = select(TeamMeeting).join(TeamMeeting.referral).where(TeamMeeting.id.in_(ids))
    whole = contains_eager(TeamMeeting.referral).selectinload(Referral.unit)
    return list(session.scalars(theirs.order_by(TeamMeeting.starts_at, TeamMeeting.id).options(whole)))


def _answers(session: Session, by: Actor, meetings: Iterable[TeamMeeting]) -> dict[object, CalledAnswer]:
    """What they answered last about each time of each meeting."""
    of_theirs = CalledAnswer.account_id == by.account_id, CalledAnswer.meeting_id.in_([one.id for one in meetings])
    rows = session.scalars(select(CalledAnswer).where(*of_theirs).order_by(CalledAnswer.number))
    return {(row.meeting_id, row.starts_at): row for row in rows}
