"""The one mail and the one calendar entry that somebody who sits in a team gets for a date of it, however many referrals it is about.

Each referral's call is written as a mail of its own, so that each can be stopped. The first that goes speaks for all of that date
that say the same; they rest. Whoever is called beyond the team, or to a time or a place of its own, gets mail and entry for that alone.
"""

import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from referrals import clock, team_review
from referrals.forums import dates, seats
from referrals.models import AgendaItem, History, Mail, MeetingVersion, Step, TeamDate, TeamMeeting
from referrals.vocabulary import MailKind

#: mail to colleagues that takes an entry out of their calendar
TAKES_OUT: Final = frozenset({MailKind.MEETING_CALLED_OFF, MailKind.CALL_TAKEN_BACK})
_CALL: Final = MailKind.MEETING_SCHEDULED


# ----------------------------------------------------------------------------------------------- while mail is written
def date_of(session: Session, call: TeamMeeting | MeetingVersion, account_id: uuid.UUID) -> TeamDate | None:
    """The date of their team that a call is part of; None where they do not sit in it then, or it has a time or place of its own."""
    on_its_agenda = select(TeamDate).join(AgendaItem).where(
        AgendaItem.referral_id == call.referral_id, TeamDate.forum_id == call.referral.forum_id,
        TeamDate.starts_at <= call.starts_at, TeamDate.starts_at > call.starts_at - dates.LONGEST,
    )  # fmt: skip
    ends_at = call.starts_at + timedelta(minutes=call.minutes)
    for date in session.scalars(on_its_agenda.order_by(TeamDate.starts_at)):
        if ends_at <= date.starts_at + timedelta(minutes=date.minutes) and call.place == date.place:
            table = seats.sitting(seats.seats_of(session, date.forum), call.starts_at)
            return date if any(one.account.id == account_id for one in table) else None
    return None


def has_own_entry(session: Session, meeting: TeamMeeting, account_id: uuid.UUID, *, before: int | None = None) -> bool:
    """Whether a meeting stands by itself in somebody's calendar, having been called for a time of its own: it stays so when moved."""
    last = _newest_call(session, meeting.referral_id, f"account:{account_id}", before=before)
    if last is None or last.date_id is not None:
        return False
    return team_review.called_meeting(session, meeting.referral, after=last.history) is meeting


def called_elsewhere(session: Session, row: History) -> set[uuid.UUID]:
    """Those whom `row` still calls to a meeting to come, but not as part of the date of before: that may have to go from their calendar."""
    before, now = team_review.ended_call(session, row), team_review.called_then(session, row.referral, after=row)
    if not isinstance(before, MeetingVersion) or now is None or before.starts_at <= row.at:
        return set()
    both = {uuid.UUID(one) for one in {*before.called} & {*now.called}}
    return {one for one in both if _leaves_a_date(session, one, now, before=row.number)}


def note_date(session: Session, mail: Mail, row: History) -> None:
    """Write into a colleague's mail which date it is about, and what it says of it."""
    if mail.account_id is None:
        return
    if mail.kind is _CALL:
        call = team_review.called_then(session, row.referral, after=row)
        meeting = team_review.called_meeting(session, row.referral, after=row)
        if call is None or meeting is None or has_own_entry(session, meeting, mail.account_id, before=row.number):
            return
        if (date := date_of(session, call, mail.account_id)) is not None:
            mail.date_id, mail.date_starts_at, mail.date_minutes = date.id, date.starts_at, date.minutes
    elif mail.kind in TAKES_OUT and (last := newest_call(session, mail, before=row.number)) is not None:
        mail.date_id, mail.date_starts_at, mail.date_minutes = last.date_id, last.date_starts_at, last.date_minutes


def newest_call(session: Session, mail: Mail, *, before: int | None = None) -> Mail | None:
    """The newest mail that calls the reader of `mail` to a meeting about the same referral, or was the newest `before` a row."""
    return _newest_call(session, mail.referral_id, mail.recipient, before=before)


def _newest_call(session: Session, referral_id: uuid.UUID, recipient: str, *, before: int | None) -> Mail | None:
    calls = select(Mail).join(History, History.id == Mail.history_id).where(
        Mail.referral_id == referral_id, Mail.recipient == recipient, Mail.kind == _CALL
    )  # fmt: skip
    if before is not None:
        calls = calls.where(History.number < before)
    return session.scalars(calls.order_by(History.number.desc()).limit(1)).one_or_none()


def _leaves_a_date(session: Session, account_id: uuid.UUID, call: TeamMeeting | MeetingVersion, *, before: int) -> bool:
    last = _newest_call(session, call.referral_id, f"account:{account_id}", before=before)
    if last is None or last.date_id is None:
        return False
    date = date_of(session, call, account_id)
    return date is None or date.id != last.date_id


# -------------------------------------------------------------------------------------------------- while mail goes out
def is_spoken_for(session: Session, mail: Mail) -> bool:
    """Whether its reader's calendar says already what `mail` would tell; otherwise it speaks for all that say the same.

    Those rest from here on, in the transaction in which this one is taken up to go: two workers wait for each other here, and one
    that ends before it has sent it leaves a step that is taken up again.
    """
    others = _others(session, mail)
    if mail.stopped_at is not None:
        return True  # another one spoke for it while this waited
    waiting = _waiting(session, others)
    went = [(one.sent_at, one.written_at, one) for one in others if one.sent_at is not None]
    last = max(went, key=lambda one: one[:2])[2] if went else None
    if mail.kind is _CALL:
        is_known = last is not None and _says(session, last) == _says(session, mail)
    else:
        stands = last.kind is _CALL if last else _is_under_way(session, waiting)
        is_known = not stands or _is_still_called(session, mail)
    for one in () if is_known else waiting:
        if _says(session, one) == _says(session, mail):
            one.stopped_at = clock.now()
    return is_known


def calls_like(session: Session, mail: Mail) -> list[Mail]:
    """The mail that calls its reader to the same date and says the same of it, `mail` among them, but for what somebody stopped."""
    same = [one for one in _calls(session, mail) if one.stopped_by_id is None]
    return [one for one in same if _says(session, one) == _says(session, mail)]


def sequence(session: Session, date_id: uuid.UUID, *, until: datetime | None = None) -> int:
    """How much mail has been written about a date, or had been `until` a moment: it only rises."""
    about = select(func.count()).where(Mail.date_id == date_id)
    return session.scalar(about if until is None else about.where(Mail.written_at <= until)) or 0


def _others(session: Session, mail: Mail) -> list[Mail]:
    """The other mail to the same reader about the same date, held with `mail` until this transaction ends."""
    held = select(Mail).where(*_about_it(mail)).order_by(Mail.id).with_for_update(key_share=True)
    return [one for one in session.scalars(held.execution_options(populate_existing=True)) if one is not mail]


def _about_it(mail: Mail) -> tuple[ColumnElement[bool], ...]:
    return Mail.date_id == mail.date_id, Mail.recipient == mail.recipient


def _waiting(session: Session, others: Sequence[Mail]) -> list[Mail]:
    """Those that are still to go; what was given up waits for a person, and is not touched."""
    ids = [one.id for one in others]
    given_up = set(session.scalars(select(Step.mail_id).where(Step.mail_id.in_(ids), Step.failed_at.is_not(None))))
    return [one for one in others if one.sent_at is None and one.stopped_at is None and one.id not in given_up]


def _is_under_way(session: Session, waiting: Sequence[Mail]) -> bool:
    """Whether one that calls to the date was taken up to go: nobody knows yet whether it arrived."""
    ids = [one.id for one in waiting if one.kind is _CALL]
    tried = select(func.count()).where(Step.mail_id.in_(ids), Step.attempt > 0)
    return bool(session.scalar(tried))


def _calls(session: Session, mail: Mail) -> list[Mail]:
    return list(session.scalars(select(Mail).where(*_about_it(mail), Mail.kind == _CALL).order_by(Mail.id)))


def _says(session: Session, mail: Mail) -> tuple[object, ...]:
    """What it tells of the date: when and where, or that its reader need not come."""
    if mail.kind in TAKES_OUT:
        return ()
    call = team_review.called_then(session, mail.referral, after=mail.history)
    return mail.date_starts_at, mail.date_minutes, call.place if call else None


def _is_still_called(session: Session, mail: Mail) -> bool:
    """Whether its reader is called to anything else on that date."""
    reader = mail.recipient.rpartition(":")[2]
    for one in _calls(session, mail):
        meeting = team_review.called_meeting(session, one.referral, after=one.history)
        is_on = meeting is not None and meeting.called_off_in is None and reader in meeting.called
        if is_on and newest_call(session, one) is one:
            return True
    return False
