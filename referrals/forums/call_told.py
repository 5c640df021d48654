"""Who heard of a call to a meeting: nobody else is told that it is taken back, and only they that it is another by now."""

import uuid
from collections.abc import Collection

from sqlalchemy import func, select
from sqlalchemy.orm import Session, object_session

from referrals import clock, steps, team_review
from referrals.forums import call_mail
from referrals.forums.call_mail import CALLS, TAKES_OUT
from referrals.meetings import own_calls
from referrals.models import (
    CalledAnswer,
    CallNews,
    Document,
    History,
    Mail,
    MeetingAnswer,
    MeetingVersion,
    Step,
    ToldByHand,
)
from referrals.papers import readers
from referrals.stages import Verb
from referrals.vocabulary import DocumentKind


def let_rest(session: Session, row: History) -> None:
    """Let mail about meetings rest that says after `row` what does not hold, and not only once it is due: pages tell what goes out.

    What a worker has in hand, and what needs a person, stays as it is.
    """
    held = select(Mail, Step).join(Step, Step.mail_id == Mail.id).where(
        Mail.referral_id == row.referral_id, Mail.kind.in_(CALLS | TAKES_OUT), Mail.sent_at.is_(None),
        Mail.stopped_at.is_(None), Step.failed_at.is_(None),
    )  # fmt: skip
    for mail, step in session.execute(held.order_by(Mail.id)).all():
        if call_mail.is_done(session, mail) and steps.keep_from_workers(session, step):
            mail.stopped_at = clock.now()
    session.flush()


def said(mail: Mail) -> dict[str, object]:
    """What mail that calls to a meeting says of it: when it begins, what of that is new, and whether its entry says where."""
    return {"when": own_calls.when_said(mail), "news": _news(mail), "has_place": own_calls.has_place(mail)}


def heard(session: Session, row: History, recipient: str) -> bool:
    """Whether `recipient` may know of the call that `row` ended: by mail that may have gone, on paper, by telephone, or by what they answered.

    Not where they were told since that they need not come. What only may have reached them counts: who comes for nothing is worse off.
    """
    ended = team_review.ended_call(session, row)
    if ended is None:
        return False
    meeting_id = ended.meeting_id if isinstance(ended, MeetingVersion) else ended.id
    calls = _calls(session, row, meeting_id, since=_taken_back(session, row, recipient))
    return (
        _is_called_by_mail(session, calls, recipient)
        or _is_on_paper(session, row, calls, recipient=recipient)
        or _is_told_or_answered(session, calls, meeting_id, recipient=recipient)
    )


def _taken_back(session: Session, row: History, recipient: str) -> int:
    """The number of the row of which the newest mail told them that they need not come; 0 where none did."""
    told = select(func.max(History.number)).join(Mail, Mail.history_id == History.id).where(
        Mail.referral_id == row.referral_id, Mail.recipient == recipient, Mail.kind.in_(TAKES_OUT),
        Mail.sent_at.is_not(None), History.number < row.number,
    )  # fmt: skip
    return session.scalar(told) or 0


def _calls(session: Session, row: History, meeting_id: uuid.UUID, *, since: int) -> set[uuid.UUID]:
    """The ids of the rows that called to this meeting, after `since` and before `row`."""
    rows = select(History).where(
        History.referral_id == row.referral_id, History.verb == Verb.SCHEDULE_MEETING,
        History.number > since, History.number < row.number,
    )  # fmt: skip
    called = [(one, team_review.called_meeting(session, row.referral, after=one)) for one in session.scalars(rows)]
    return {one.id for one, meeting in called if meeting is not None and meeting.id == meeting_id}


def _news(mail: Mail) -> CallNews | None:
    """What is new of a meeting that stands in its reader's calendar by mail of before; None where this is the first they get about it."""
    session = object_session(mail)
    before = team_review.ended_call(session, mail.history) if session else None
    if session is None or not isinstance(before, MeetingVersion):
        return None
    since = _taken_back(session, mail.history, mail.recipient)
    calls = _calls(session, mail.history, before.meeting_id, since=since)
    if not _is_called_by_mail(session, calls, mail.recipient):
        return None
    now = team_review.called_then(session, mail.referral, after=mail.history) or before
    return CallNews.between((before.starts_at, before.minutes, before.place), (now.starts_at, now.minutes, now.place))


def _is_called_by_mail(session: Session, calls: Collection[uuid.UUID], recipient: str) -> bool:
    """Whether mail of their own may have told them of one of these; what is told of a team's date is taken back with it."""
    mails = select(Mail).where(
        Mail.history_id.in_(calls), Mail.recipient == recipient, Mail.kind.in_(CALLS), Mail.date_id.is_(None)
    )
    return any(_may_have_gone(session, mail) for mail in session.scalars(mails))


def _may_have_gone(session: Session, mail: Mail) -> bool:
    """Whether it went, is on its way, or was tried before it came to rest: a try that failed may have reached the post office."""
    if mail.sent_at is not None or mail.stopped_at is None:
        return True
    step = session.scalars(select(Step).where(Step.mail_id == mail.id)).one()
    return step.attempt > 1 or step.failures > 0  # the first attempt may be the one that let it rest


def _is_on_paper(session: Session, row: History, calls: Collection[uuid.UUID], *, recipient: str) -> bool:
    """Whether the call on paper had left: a guardian's own, or that of all professionals."""
    left = select(Document).where(
        Document.history_id.in_(calls), Document.kind == DocumentKind.INVITATION,
        Document.stopped_at.is_(None), Document.held_until <= row.at,
    )  # fmt: skip
    is_guardian = readers.guardian_in(recipient) is not None
    return any(
        paper.recipient == recipient if is_guardian else readers.are_professionals(paper.recipient)
        for paper in session.scalars(left)
    )


def _is_told_or_answered(
    session: Session, calls: Collection[uuid.UUID], meeting_id: uuid.UUID, *, recipient: str
) -> bool:
    guardian_id = readers.guardian_in(recipient)
    if guardian_id is None:
        account_id = uuid.UUID(recipient.rpartition(":")[2])
        answered = select(CalledAnswer.id).where(
            CalledAnswer.meeting_id == meeting_id, CalledAnswer.account_id == account_id
        )
        return session.scalar(select(answered.exists())) or False
    told = select(ToldByHand.id).where(ToldByHand.guardian_id == guardian_id, ToldByHand.history_id.in_(calls))
    replied = select(MeetingAnswer.id).where(
        MeetingAnswer.meeting_id == meeting_id, MeetingAnswer.guardian_id == guardian_id
    )
    return session.scalar(select(told.exists() | replied.exists())) or False
