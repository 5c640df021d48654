"""Who heard of a call to a meeting: nobody else is told that it is taken back, and only they that it is another by now."""

import uuid
from collections.abc import Collection

from sqlalchemy import Select, select
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
    TeamMeeting,
    ToldByHand,
)
from referrals.papers import calls as calls_on_paper
from referrals.papers import readers
from referrals.stages import Verb
from referrals.vocabulary import DocumentKind


def let_rest(session: Session, row: History) -> None:
    """Let mail about meetings rest that says after `row` what does not hold, and not only once it is due: pages tell what goes out.

    What a worker has in hand or has tried already, and what needs a person, stays as it is: it may have arrived, and is put right then.
    """
    held = select(Mail, Step).join(Step, Step.mail_id == Mail.id).where(
        Mail.referral_id == row.referral_id, Mail.kind.in_(CALLS | TAKES_OUT), Mail.sent_at.is_(None),
        Mail.stopped_at.is_(None), Step.failed_at.is_(None), Step.attempt == 0,
    )  # fmt: skip
    for mail, step in session.execute(held.order_by(Mail.id)).all():
        if call_mail.is_done(session, mail) and _is_untouched(session, mail, step):
            mail.stopped_at = clock.now()
    session.flush()


def _is_untouched(session: Session, mail: Mail, step: Step) -> bool:
    """Whether no worker tried to send it, nor does before this transaction ends; it is read anew for that."""
    is_free = steps.keep_from_workers(session, step)
    session.refresh(mail)  # a worker may have taken it, sent it and let go of it since it was read
    return is_free and step.attempt == 0 and mail.sent_at is None and mail.stopped_at is None


def said(mail: Mail) -> dict[str, object]:
    """What mail that calls to a meeting says of it: when it begins, what of that is new, and whether its entry says where.

    Mail that takes a call back says why its reader need not come.
    """
    if mail.kind in TAKES_OUT:
        return {"news": _why_taken_back(mail)}
    return {"when": own_calls.when_said(mail), "news": _news(mail), "has_place": own_calls.has_place(mail)}


def heard(session: Session, row: History, recipient: str) -> bool:
    """Whether `recipient` may know of the call that `row` ended: by mail that may have gone, on paper, by telephone, or by what they answered.

    Not where they were told since that they need not come. What only may have reached them counts: who comes for nothing is worse off.
    """
    ended = team_review.ended_call(session, row)
    if ended is None:
        return False
    meeting_id = ended.meeting_id if isinstance(ended, MeetingVersion) else ended.id
    taken_back = _taken_back(session, row, recipient)
    calls = _calls(session, row, meeting_id, since=taken_back)
    return (
        _is_called_by_mail(session, calls, recipient)
        or _is_on_paper(session, row, calls, recipient=recipient)
        or _is_told_by_hand(session, calls, recipient)
        or _has_answered(session, meeting_id, recipient, since=taken_back)
    )


def _taken_back(session: Session, row: History, recipient: str) -> History | None:
    """The newest row of which mail told them, or somebody by telephone, that they need not come; None where nothing did."""
    told = select(History).join(Mail, Mail.history_id == History.id).where(
        Mail.referral_id == row.referral_id, Mail.recipient == recipient, Mail.kind.in_(TAKES_OUT),
        Mail.sent_at.is_not(None), History.number < row.number,
    )  # fmt: skip
    guardian_id = readers.guardian_in(recipient)
    by_hand = select(History).join(ToldByHand, ToldByHand.history_id == History.id).where(
        ToldByHand.guardian_id == guardian_id, History.number < row.number
    )  # fmt: skip
    calls = [(one, team_review.called_then(session, row.referral, after=one)) for one in session.scalars(by_hand)]
    left_out = [one for one, call in calls if call is not None and str(guardian_id) not in call.guardians_invited]
    return max([*session.scalars(told), *left_out], key=lambda one: one.number, default=None)


def _calls(session: Session, row: History, meeting_id: uuid.UUID, *, since: History | None) -> set[uuid.UUID]:
    """The ids of the rows that called to this meeting, after `since` and before `row`."""
    rows = select(History).where(
        History.referral_id == row.referral_id, History.verb == Verb.SCHEDULE_MEETING,
        History.number > (since.number if since else 0), History.number < row.number,
    )  # fmt: skip
    called = [(one, team_review.called_meeting(session, row.referral, after=one)) for one in session.scalars(rows)]
    return {one.id for one, meeting in called if meeting is not None and meeting.id == meeting_id}


def _news(mail: Mail) -> CallNews | None:
    """What is new of a meeting to whoever knows it by mail that went to this address; None where this is the first they get about it."""
    session = object_session(mail)
    now = team_review.called_then(session, mail.referral, after=mail.history) if session else None
    if session is None or now is None:
        return None
    meeting_id = now.meeting_id if isinstance(now, MeetingVersion) else now.id
    calls = _calls(session, mail.history, meeting_id, since=_taken_back(session, mail.history, mail.recipient))
    sent = _own_mails(calls, mail.recipient).where(Mail.sent_at.is_not(None)).join(History)
    newest_first = session.scalars(sent.order_by(History.number.desc()))
    told = next((one for one in newest_first if one.address == mail.address), None)
    if told is None:
        return None
    before = team_review.called_then(session, mail.referral, after=told.history)
    return CallNews.between(team_review.where_and_when(before)[1:], team_review.where_and_when(now)[1:])


def _why_taken_back(mail: Mail) -> CallNews | None:
    """Whether the meeting is called off or held without the reader; None where nothing tells, or nothing is to.

    Who was left out does not read how it went on without them, and nobody that a meeting is held which is called off by now.
    """
    session = object_session(mail)
    ended = team_review.ended_call(session, mail.history) if session else None
    if session is None or ended is None:
        return None
    if not isinstance(ended, MeetingVersion):
        return CallNews.CALLED_OFF
    is_off = session.get_one(TeamMeeting, ended.meeting_id).called_off_in is not None
    return None if is_off else CallNews.WITHOUT_YOU


def _own_mails(calls: Collection[uuid.UUID], recipient: str) -> Select[Mail]:
    """The mail of their own that called them by one of these rows; what is told of a team's date is taken back with it."""
    return select(Mail).where(
        Mail.history_id.in_(calls), Mail.recipient == recipient, Mail.kind.in_(CALLS), Mail.date_id.is_(None)
    )


def _is_called_by_mail(session: Session, calls: Collection[uuid.UUID], recipient: str) -> bool:
    """Whether mail of their own may have told them of one of these: it went, is on its way, or was tried before it came to rest."""
    mails = session.scalars(_own_mails(calls, recipient))
    return any(call_mail.may_have_told(session, one) for one in mails)


def _is_on_paper(session: Session, row: History, calls: Collection[uuid.UUID], *, recipient: str) -> bool:
    """Whether a call on paper had left that names them: a guardian's own, or that of all professionals."""
    kept_back = calls_on_paper.kept_back(session, row.referral)
    left = select(Document).where(
        Document.history_id.in_(calls), Document.kind == DocumentKind.INVITATION,
        Document.stopped_at.is_(None), Document.held_until <= row.at,
    )  # fmt: skip
    return any(_is_for(session, paper, recipient) for paper in session.scalars(left) if paper.id not in kept_back)


def _is_for(session: Session, paper: Document, recipient: str) -> bool:
    if readers.guardian_in(recipient) is not None or not readers.are_professionals(paper.recipient):
        return paper.recipient == recipient
    call = team_review.called_then(session, paper.referral, after=paper.history)
    return call is not None and recipient.rpartition(":")[2] in call.called


def _is_told_by_hand(session: Session, calls: Collection[uuid.UUID], recipient: str) -> bool:
    guardian_id = readers.guardian_in(recipient)
    told = select(ToldByHand.id).where(ToldByHand.guardian_id == guardian_id, ToldByHand.history_id.in_(calls))
    return session.scalar(select(told.exists())) or False


def _has_answered(session: Session, meeting_id: uuid.UUID, recipient: str, *, since: History | None) -> bool:
    """Whether they answered about the meeting, after they were told last that they need not come."""
    guardian_id = readers.guardian_in(recipient)
    if guardian_id is None:
        account_id = uuid.UUID(recipient.rpartition(":")[2])
        answers = select(CalledAnswer.at).where(
            CalledAnswer.meeting_id == meeting_id, CalledAnswer.account_id == account_id
        )
    else:
        answers = select(MeetingAnswer.at).where(
            MeetingAnswer.meeting_id == meeting_id, MeetingAnswer.guardian_id == guardian_id
        )
    return any(since is None or at > since.at for at in session.scalars(answers))
