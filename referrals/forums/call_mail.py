"""Whether mail that calls to a meeting, or takes a call back, still says something once it is due."""

from datetime import datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from referrals import clock, team_review
from referrals.models import History, Mail, MeetingVersion, Step, TeamMeeting
from referrals.vocabulary import MailKind

#: mail that calls to a meeting: once that is called off or called otherwise, whoever is to know gets another one
CALLS: Final = frozenset({MailKind.MEETING_SCHEDULED, MailKind.MEETING_INVITED})
#: mail that takes a meeting out of somebody's calendar
TAKES_OUT: Final = frozenset({MailKind.MEETING_CALLED_OFF, MailKind.CALL_TAKEN_BACK, MailKind.INVITATION_TAKEN_BACK})
#: mail of these that goes to guardians, and therefore names no number
TO_GUARDIANS: Final = frozenset({MailKind.MEETING_INVITED, MailKind.INVITATION_TAKEN_BACK})


def is_done(session: Session, mail: Mail) -> bool:
    """Whether what it says does not hold any more, or its reader knows it already."""
    if mail.kind in CALLS:
        return not _is_called_so(session, mail) or _is_known(session, mail)
    return _is_called_again(session, mail)


def is_over(session: Session, mail: Mail) -> bool:
    """Whether the meeting that mail calls to, or takes back, has begun or was to: nobody is helped by hearing of it any more."""
    begins_at = meeting_begins_at(session, mail)
    return begins_at is not None and begins_at <= clock.now()


def meeting_begins_at(session: Session, mail: Mail) -> datetime | None:
    """When the meeting begins that mail calls to, or was to begin that it takes back; None of other mail."""
    if mail.kind in CALLS:
        call = team_review.called_then(session, mail.referral, after=mail.history)
    else:
        call = team_review.ended_call(session, mail.history) if mail.kind in TAKES_OUT else None
    return call.starts_at if call else None


def was_tried(session: Session, mail: Mail) -> bool:
    """Whether a mail that did not go was handed to the post office all the same: a try that failed may have reached it."""
    step = session.scalars(select(Step).where(Step.mail_id == mail.id)).one()
    # The first attempt may be the one that let it rest.
    return step.attempt > 1 or step.failures > 0 or (step.attempt == 1 and mail.stopped_at is None)


def may_have_told(session: Session, mail: Mail) -> bool:
    """Whether a mail went, is to go still, or was tried before it came to rest; what is told of a team's date goes with that."""
    if mail.sent_at is not None or mail.stopped_at is None:
        return True
    return mail.date_id is None and was_tried(session, mail)


def tried_since(session: Session, newest: Mail, *, before: int | None = None) -> list[Mail]:
    """Mail about meetings that may have told the reader of `newest` otherwise since, and before the row numbered `before`.

    It was tried and did not go. That it rests by now does not matter: a worker lets it rest once it does not hold any more.
    """
    since = select(Mail).join(History, History.id == Mail.history_id).where(
        Mail.referral_id == newest.referral_id, Mail.recipient == newest.recipient, Mail.kind.in_(CALLS | TAKES_OUT),
        Mail.sent_at.is_(None), Mail.date_id.is_(None), History.number > newest.history.number,
    )  # fmt: skip
    if before is not None:
        since = since.where(History.number < before)
    return [one for one in session.scalars(since.order_by(History.number, Mail.id)) if was_tried(session, one)]


def _is_called_so(session: Session, mail: Mail) -> bool:
    """Whether the meeting is still to be held as a mail calls to it: neither moved since, nor called off, nor held.

    Nobody gets another mail where only others are called or invited since: theirs still goes.
    """
    call = team_review.called_then(session, mail.referral, after=mail.history)
    if isinstance(call, MeetingVersion):
        now, reader = session.get_one(TeamMeeting, call.meeting_id), mail.recipient.rpartition(":")[2]
        is_same = team_review.where_and_when(call) == team_review.where_and_when(now)
        return now.is_to_hold and reader in {*now.called, *now.guardians_invited} and is_same
    return isinstance(call, TeamMeeting) and call.is_to_hold


def _is_known(session: Session, mail: Mail) -> bool:
    """Whether it would tell a guardian what the newest mail about a meeting told them at this address: the same time and place.

    So it is where the meeting was moved and moved back, or they were left out and invited again, before either mail had gone.
    """
    if mail.kind is not MailKind.MEETING_INVITED:
        return False
    sent = select(Mail).where(
        Mail.referral_id == mail.referral_id, Mail.recipient == mail.recipient, Mail.kind.in_(TO_GUARDIANS),
        Mail.sent_at.is_not(None), Mail.id != mail.id,
    )  # fmt: skip
    newest = session.scalars(sent.order_by(Mail.sent_at.desc(), Mail.id).limit(1)).one_or_none()
    if newest is None or newest.kind is not mail.kind or newest.address != mail.address:
        return False
    if any(one is not mail for one in tried_since(session, newest)):
        return False  # they may have heard otherwise since
    told, tells = (team_review.called_then(session, mail.referral, after=one.history) for one in (newest, mail))
    return team_review.where_and_when(told) == team_review.where_and_when(tells)


def _is_called_again(session: Session, mail: Mail) -> bool:
    """Whether its reader was called since to the very meeting that it takes back: they are to come after all."""
    call = team_review.ended_call(session, mail.history)
    if not isinstance(call, MeetingVersion):
        return False  # it was called off: a new one has a calendar entry of its own
    meeting, reader = session.get_one(TeamMeeting, call.meeting_id), mail.recipient.rpartition(":")[2]
    return meeting.is_to_hold and reader in {*meeting.called, *meeting.guardians_invited}
