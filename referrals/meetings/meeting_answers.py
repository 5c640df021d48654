"""What those who are called to a meeting answer: themselves, or by telephone to a coordinator who notes it."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session, contains_eager

from referrals import clock, team_review
from referrals.access import Actor, Role, parties, parties_for
from referrals.errors import KeptOutside, MeetingMoved, NotAllowed, WrongStage
from referrals.keeping import audit
from referrals.meetings import own_calls
from referrals.models import Account, CalledAnswer, Referral, TeamMeeting, What
from referrals.people import coordinating
from referrals.stages import Party, Verb
from referrals.vocabulary import CalledReply
from referrals.work.worklist import in_units

#: how the log names what is done here
ANSWERED = "answer_call"
NOTED = "note_answer_to_call"


@dataclass(frozen=True)
class NotComing:
    """A meeting to come, and who of those called to it cannot be there: somebody is asked in their place, or it is moved."""

    meeting: TeamMeeting
    #: who cannot come, by name
    cannot: tuple[Account, ...]
    #: who asks for somebody to stand in, by name
    ask_for_stand_in: tuple[Account, ...]
    #: when the first of them said so
    since: datetime


def answers_of_called(session: Session, meeting: TeamMeeting) -> dict[uuid.UUID, CalledAnswer]:
    """What each of those called answered last about the meeting's present date, by the account's id."""
    rows = select(CalledAnswer).where(
        CalledAnswer.meeting_id == meeting.id, CalledAnswer.starts_at == meeting.starts_at
    )
    return {row.account_id: row for row in session.scalars(rows.order_by(CalledAnswer.number))}


def may_note(referral: Referral, by: Actor) -> bool:
    """Whether somebody may write down what others answered: whoever calls the team."""
    return referral.kept_outside_at is None and bool(parties_for(Verb.SCHEDULE_MEETING, by, referral.facts()))


def answer_call(
    session: Session, referral: Referral, account_id: uuid.UUID, *, by: Actor, asked_about: datetime, reply: CalledReply
) -> CalledAnswer:
    """Answer the call to the meeting that is planned, or as a coordinator note what somebody else answered.

    `asked_about` is when it was to begin on the page they answer on. It leaves no row in the history: nothing is decided with
    it. The same answer again changes nothing. Raises NotAllowed for whoever is not called and for anybody who answers for
    somebody else; WrongStage where no meeting is to come; MeetingMoved where it begins at another time by now.
    """
    is_own = account_id == by.account_id
    standing = _stands_as(session, referral, account_id) if is_own else parties(by, referral.facts())
    if not standing or not (is_own or may_note(referral, by)):
        raise NotAllowed(ANSWERED)
    team_review.hold_meetings_still(session, referral)
    if referral.kept_outside_at is not None:
        raise KeptOutside
    meeting = team_review.current_meeting(session, referral)
    if meeting is None or not meeting.is_to_come:
        raise WrongStage(ANSWERED, referral.stage, referral.status)
    if str(account_id) not in meeting.called:
        raise NotAllowed(ANSWERED)
    if meeting.starts_at != asked_about:
        raise MeetingMoved
    noted_by = None if is_own else by.account_id
    before = answers_of_called(session, meeting).get(account_id)
    if before is not None and (before.reply, before.noted_by_id) == (reply, noted_by):
        return before
    of_theirs = CalledAnswer.meeting_id == meeting.id, CalledAnswer.account_id == account_id
    made = CalledAnswer(
        referral=referral, meeting_id=meeting.id, account_id=account_id, starts_at=meeting.starts_at, reply=reply,
        number=(session.scalar(select(func.max(CalledAnswer.number)).where(*of_theirs)) or 0) + 1,
        at=clock.now(), noted_by_id=noted_by,
    )  # fmt: skip
    session.add(made)
    session.flush()
    subject, party = (ANSWERED, min(standing, key=list(Party).index)) if is_own else (NOTED, Party.COORDINATOR)
    audit.append(session, What.DID, by=by, chain=referral.id, party=party, subject=subject, object_id=made.id)
    return made


def _stands_as(session: Session, referral: Referral, account_id: uuid.UUID) -> frozenset[Party]:
    """In which capacities they answer for themselves: as what they are now, or will be when the meeting is."""
    meeting = team_review.current_meeting(session, referral)
    starts_at = meeting.starts_at if meeting else clock.now()
    return own_calls.parties_then(session.get_one(Account, account_id), referral.facts(), starts_at)


def to_come_of(actor: Actor) -> ColumnElement[bool]:
    """Which meetings joined with their referrals are to come, of those referrals that `actor` coordinates."""
    return and_(
        in_units(actor, Role.COORDINATOR), or_(Referral.owner_id == actor.account_id, ~coordinating.HAS_OWNER),
        Referral.is_open, Referral.kept_outside_at.is_(None),
        TeamMeeting.held_at.is_(None), TeamMeeting.called_off_in.is_(None), TeamMeeting.starts_at > clock.now(),
    )  # fmt: skip


def not_coming(session: Session, actor: Actor) -> list[NotComing]:
    """The meetings to come of the referrals `actor` coordinates to which somebody cannot come, the next one first.

    It is seen to by calling the team anew: to another time, or without them.
    """
    rows = (
        select(CalledAnswer, TeamMeeting, Account)
        .join(TeamMeeting, CalledAnswer.meeting_id == TeamMeeting.id)
        .join(Account, CalledAnswer.account_id == Account.id)
        .join(TeamMeeting.referral)
        .where(to_come_of(actor), CalledAnswer.starts_at == TeamMeeting.starts_at, Account.is_active)
        .order_by(TeamMeeting.starts_at, TeamMeeting.id, Account.name, Account.id, CalledAnswer.number)
        .options(contains_eager(TeamMeeting.referral).selectinload(Referral.unit))
    )  # fmt: skip
    found: dict[TeamMeeting, dict[Account, CalledAnswer]] = {}
    for answer, meeting, account in session.execute(rows):
        if str(account.id) in meeting.called:
            found.setdefault(meeting, {})[account] = answer  # a later answer takes the place of an earlier one
    return [
        NotComing(
            meeting,
            cannot=_who(newest, CalledReply.CANNOT),
            ask_for_stand_in=_who(newest, CalledReply.STAND_IN),
            since=min(said_no),
        )
        for meeting, newest in found.items()
        if (said_no := [answer.at for answer in newest.values() if answer.reply is not CalledReply.COMES])
    ]


def _who(newest: Mapping[Account, CalledAnswer], said: CalledReply) -> tuple[Account, ...]:
    return tuple(account for account, answer in newest.items() if answer.reply is said)
