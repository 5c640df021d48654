"""What those who are called to a meeting answer: themselves, or by telephone to a coordinator who notes it."""

import uuid
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from referrals import audit, clock, team_review
from referrals.access import Actor, parties, parties_for
from referrals.errors import KeptOutside, MeetingMoved, NotAllowed, WrongStage
from referrals.models import CalledAnswer, Referral, TeamMeeting, What
from referrals.stages import Party, Verb
from referrals.vocabulary import CalledReply

#: how the log names what is done here
ANSWERED = "answer_call"
NOTED = "note_answer_to_call"


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
    facts, is_own = referral.facts(), account_id == by.account_id
    if not parties(by, facts) or not (is_own or may_note(referral, by)):
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
    subject, party = (
        (ANSWERED, min(parties(by, facts), key=list(Party).index)) if is_own else (NOTED, Party.COORDINATOR)
    )
    audit.append(session, What.DID, by=by, chain=referral.id, party=party, subject=subject, object_id=made.id)
    return made
