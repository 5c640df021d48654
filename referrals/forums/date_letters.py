"""The mail about a team's date, level-triggered: each look makes what was told of it equal to what is to stand in a calendar.

What is to stand follows from the database (`date_entries`), what was told last stands in `date_call`. So whatever came between (a
restart, a moved meeting, another address, a post office that was away) ends in the same place (docs/decisions/0020).
"""

import uuid
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum, auto
from typing import Final

from sqlalchemy import Select, delete, or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from referrals import clock, here, languages, notifications, steps
from referrals.actors import Actor
from referrals.config import current
from referrals.errors import NotAllowed
from referrals.forums import date_calls, dates, invitations_calendar
from referrals.forums.date_entries import DateEntries, Entry
from referrals.mailer import Letter, new_message_id
from referrals.models import Account, CallNews, DateCall, Mail, Referral, TeamDate, TeamMeeting
from referrals.vocabulary import MailKind

#: after the first, second … try of a letter that the post office did not take; the last one for all that follow
PAUSES: Final = (timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=30), timedelta(hours=1))
#: after so many tries a person is to see it
MOST_TRIES: Final = len(PAUSES)
#: what was told of a date is forgotten so long after it
KEPT: Final = timedelta(days=365)
#: why a date leaves somebody's calendar
_GONE: Final = frozenset({CallNews.CALLED_OFF, CallNews.WITHOUT_YOU})


class _Act(Enum):
    """What is to be done for one person and date."""

    #: call by itself to a meeting that was part of the date
    CALL_APART = auto()
    #: let what is to be told wait as long as any mail does
    WAIT = auto()
    TELL = auto()
    #: nothing is to be told any more
    REST = auto()


@dataclass(frozen=True)
class _Found:
    """What is to be done now for one person and date, and about what."""

    act: _Act | None
    #: what is to stand in their calendar, or is to leave it
    entry: Entry | None
    #: the meetings to be called to apart
    strays: list[TeamMeeting]
    #: the entry, to be compared with what was told; None where nothing is to be told of the date
    digest: str | None
    #: the same with the strays: a change of either waits anew
    awaited: str | None

    def is_apart(self, mail: Mail) -> bool:
        """Whether `mail` calls to one of the meetings to be called to apart."""
        return mail.kind == date_calls.CALL and any(mail.referral_id == one.referral_id for one in self.strays)

    def says(self, mail: Mail, *, come_for: Collection[uuid.UUID]) -> bool:
        """Whether what is to be told says what `mail` would: that they are called, or that a call is taken back.

        `come_for` are the referrals for whose meetings they come to the date.
        """
        if self.act is _Act.REST:
            return False
        if mail.kind == date_calls.CALL:
            is_called = self.entry is not None and self.entry.is_called
            return self.is_apart(mail) or (is_called and mail.referral_id in come_for)
        return self.entry is not None and not self.entry.is_called


@dataclass(frozen=True)
class Goes:
    """From when on a mail about a date can go, and whether by itself instead of with the whole date."""

    at: datetime
    is_apart: bool


def due_dates(session: Session, *, only_waiting: bool = False) -> list[uuid.UUID]:
    """The ids of dates that are not over and that somebody is or was called to, and of those of which something waits to be told.

    With `only_waiting` of the latter alone: what no decision changed, such as who sits in the team, is not seen then.
    """
    now = clock.now()
    is_waiting, is_wanted = Mail.sent_at.is_(None) & Mail.stopped_at.is_(None), DateCall.wanted.is_not(None)
    may_run = Mail.date_id.in_(select(TeamDate.id).where(TeamDate.starts_at > now - dates.LONGEST))
    marked = select(Mail.date_id).where(Mail.date_id.is_not(None), is_waiting if only_waiting else is_waiting | may_run)
    told = select(DateCall.date_id).where(is_wanted if only_waiting else or_(DateCall.ends_at > now, is_wanted))
    found = {*session.scalars(marked), *session.scalars(told)}
    return sorted((one for one in found if one is not None), key=str)


def due_of(
    session: Session,
    date_id: uuid.UUID,
    *,
    is_held: bool = True,
    each: Callable[[], AbstractContextManager[None]] = nullcontext,
) -> list[str]:
    """For whom there is something to do about one of them. `is_held` is false where nobody could stop mail.

    `each` surrounds the look at one person, so that what cannot be read of one keeps nobody else waiting.
    """
    entries, due = DateEntries(session, date_id), []
    for recipient in entries.recipients():
        with each():
            call = entries.call_of(recipient)
            if _find(entries, call, session.get_one(Account, call.account_id), is_held=is_held).act is not None:
                due.append(recipient)
    return due


def look(session: Session, date_id: uuid.UUID, recipient: str, *, is_held: bool = True) -> str | None:
    """Do what is to be done for one person and date; the Message-ID of the letter to be handed over now, if there is one.

    What it says and that it is tried is written down before it is made: whatever becomes of it, the next one counts on.
    """
    session.get(DateCall, DateCall.key(date_id, recipient), with_for_update=True, populate_existing=True)
    while True:
        entries = DateEntries(session, date_id)
        call = entries.call_of(recipient)
        account = session.get_one(Account, call.account_id)
        found = _find(entries, call, account, is_held=is_held)
        if found.act is _Act.TELL and found.entry is not None:
            why = None if found.entry.is_called else entries.why_gone(call, account)
            return _write(session, call, found.entry, why_gone=why)
        if found.act is _Act.CALL_APART:
            for meeting in found.strays:
                notifications.call_apart(session, meeting.referral, account)
            call.wanted = found.digest or call.wanted  # what else is to be told has waited as long
        elif found.act is _Act.REST:
            call.wanted = call.wanted_since = None
            if call.said is None and call in session:
                session.delete(call)  # nothing was told, and nothing is to be
            for mail in entries.waiting(recipient):
                mail.stopped_at = clock.now()
        elif found.act is _Act.WAIT:
            call.wanted, call.wanted_since = found.awaited, clock.now()
            if not _keep(session, call):
                return None
        else:
            return None
        session.flush()


def letter(session: Session, message_id: str) -> Letter:
    """The letter that was written down, the same at each try. It names no referral: its reader sees which they are once signed in."""
    call = session.scalars(select(DateCall).where(DateCall.message_id == message_id)).one()
    account, begins_at = session.get_one(Account, call.account_id), call.begins_at or clock.now()
    language, kind = languages.known_language(account.language), MailKind.MEETING_SCHEDULED
    if not call.is_called:
        kind = MailKind.MEETING_CALLED_OFF
    when = languages.format_weekday_datetime(begins_at, language, zone=here.time_zone(session))
    link = current().base_url + ("/meetings" if call.is_called else "/home")
    values = {
        "of_date": True, "when": when, "link": link, "reference": "", "for_reporter": False, "has_place": True,
        # A worker of the version before leaves what was new of the letter before this one.
        "news": call.news if (call.news in _GONE) is not call.is_called else None,
    }  # fmt: skip
    words, folder = notifications.environment(language), f"emails/{kind}"
    subject = words.get_template(f"{folder}/subject.txt").render(values)
    made = Letter(
        to=account.email, subject=" ".join(subject.split()), body=words.get_template(f"{folder}/body.txt").render(values),
        language=language, message_id=message_id, written_at=call.written_at or clock.now(),
    )  # fmt: skip
    return invitations_calendar.with_date(made, call)


def note_sent(session: Session, message_id: str) -> None:
    """Write that a letter went, unless another one took its place meanwhile; and of the calls it speaks for, that they were told."""
    call = _by_message(session, message_id)
    if call is None or call.sent_at is not None:
        return
    call.sent_at, call.failed_with = clock.now(), None
    if call.wanted == call.said:  # otherwise something changed while it was on its way, and waits
        call.wanted = call.wanted_since = None
    entries, account = DateEntries(session, call.date_id), session.get_one(Account, call.account_id)
    told = entries.come_for(call, account)
    # In an order that is the same for all workers: each log that is added to makes others wait.
    for mail in sorted(entries.waiting(call.recipient), key=lambda one: str(one.referral_id)):
        is_call = mail.kind == date_calls.CALL
        if is_call == call.is_called and (not is_call or mail.referral_id in told):
            notifications.note_sent(session, mail)
        else:
            mail.stopped_at = clock.now()
    session.flush()


def note_refused(session: Session, message_id: str, *, word: str) -> None:
    """Write why the post office did not take a letter, in a neutral word. Where its address takes none a person sees it at once."""
    if call := _by_message(session, message_id):
        call.failed_with = word
        session.flush()


def note_returned(session: Session, message_id: str) -> bool:
    """Write that a letter which went came back; whether `message_id` is that of one. A person sees it until it arrives."""
    call = _by_message(session, message_id)
    if call is None or call.written_at is None:
        return False
    kinds = {date_calls.CALL} if call.is_called else date_calls.TAKES_BACK
    told = select(Mail).where(
        Mail.date_id == call.date_id, Mail.recipient == call.recipient, Mail.kind.in_(kinds), Mail.sent_at >= call.written_at
    )  # fmt: skip
    for mail in session.scalars(told):
        mail.sent_at = None
    if call.wanted is None:
        call.wanted, call.wanted_since = call.said, call.written_at
    call.sent_at, call.message_id = None, new_message_id()
    call.failed_with, call.tried_at = "address", clock.machine_now()
    session.flush()
    return True


def spoken_for(session: Session, mails: Sequence[Mail]) -> dict[uuid.UUID, DateCall]:
    """The newest letter about their date by the mail it speaks for: of the mail of one referral, the newest first.

    Mail that rests is spoken for as long as nothing newer was written to its reader about the referral.
    """
    of_dates = [one for one in mails if one.date_id is not None]
    rows = session.scalars(select(DateCall).where(DateCall.date_id.in_({one.date_id for one in of_dates})))
    calls: dict[tuple[uuid.UUID | None, str], DateCall] = {(one.date_id, one.recipient): one for one in rows}
    newest = {one.recipient: one.id for one in reversed(mails) if one.kind in date_calls.OF_MEETINGS}
    found = {}
    for mail in of_dates:
        call = calls.get((mail.date_id, mail.recipient))
        stands = mail.stopped_at is None or newest[mail.recipient] == mail.id
        if call is not None and stands and call.is_called == (mail.kind == date_calls.CALL):
            found[mail.id] = call
    return found


def goes_at(session: Session, mails: Iterable[Mail]) -> dict[uuid.UUID, Goes]:
    """From when on each of `mails` about a date can go, with that date or by itself.

    Mail is not among them that belongs to no date, and of which nothing is to be told: that is told already, or holds no more.
    """
    waiting, found = defaultdict[uuid.UUID, list[Mail]](list), {}
    for mail in mails:
        if mail.date_id is not None and notifications.is_to_go(mail):
            waiting[mail.date_id].append(mail)
    for date_id, about in waiting.items():
        entries = DateEntries(session, date_id)
        for mail in about:
            call = entries.call_of(mail.recipient)
            account = session.get_one(Account, call.account_id)
            is_to_tell = _find(entries, call, account, is_held=True)
            if is_to_tell.says(mail, come_for=entries.come_for(call, account)):
                found[mail.id] = Goes(_goes_at(call, is_to_tell.awaited), is_to_tell.is_apart(mail))
    return found


def _goes_at(call: DateCall, awaited: str | None) -> datetime:
    """From when on a letter can go that is awaited: at once where it was written already and only did not arrive yet."""
    if call.said == awaited:
        return clock.now()
    since = call.wanted_since if call.wanted == awaited else None
    return (since or clock.now()) + timedelta(minutes=current().hold_minutes)


def retry(session: Session, referral: Referral, mail: Mail, *, by: Actor) -> None:
    """Let the letter that speaks for `mail` go at the next look, if it did not arrive. Again changes nothing. Raises NotAllowed."""
    if not steps.may_retry(referral, by):
        raise NotAllowed("retry")
    for call in failed(session, referral):
        if (call.date_id, call.recipient) == (mail.date_id, mail.recipient):
            call.tries, call.tried_at, call.failed_with = 0, None, None
    session.flush()


def failed(session: Session, referral: Referral) -> list[DateCall]:
    """Letters that did not arrive about dates that are not over, on which something of `referral` was called, the longest ago first."""
    marks = {(row.date_id, row.recipient) for row in session.execute(_marks().where(Mail.referral_id == referral.id))}
    rows = session.scalars(_failed().where(DateCall.date_id.in_({date_id for date_id, _recipient in marks})))
    return [one for one in rows if (one.date_id, one.recipient) in marks]


def failed_since(session: Session) -> dict[uuid.UUID, datetime]:
    """For each referral of which that is so, when it was tried last."""
    rows = {(one.date_id, one.recipient): one.tried_at for one in session.scalars(_failed())}
    if not rows:
        return {}
    marks = session.execute(_marks().where(Mail.date_id.in_({date_id for date_id, _recipient in rows})))
    failing = [(row.referral_id, rows.get((row.date_id, row.recipient))) for row in marks]
    return {of: at for of, at in sorted(failing, key=lambda one: str(one[1]), reverse=True) if at}


def forget_old(session: Session) -> int:
    """Forget what was told of dates that are long over, and how much that was."""
    is_over = DateCall.begins_at < clock.now() - KEPT
    return len(session.scalars(delete(DateCall).where(is_over).returning(DateCall.id)).all())


def _find(entries: DateEntries, call: DateCall, account: Account, *, is_held: bool) -> _Found:
    entry, strays = entries.wanted(call, account), entries.strays(call, account)
    digest = entry.digest(call) if entry else None
    awaited = call.digest(digest, *(one.id for one in strays)) if strays else digest
    act: _Act | None = None
    if not strays and (digest is None or (call.said == digest and call.sent_at is not None)):
        if call.wanted or entries.waiting(call.recipient):
            act = _Act.REST
    elif call.wanted != awaited:
        act = _Act.WAIT
    elif _has_waited(call, is_held=is_held):
        if strays:
            act = _Act.CALL_APART
        elif _may_be_tried(call):
            act = _Act.TELL
    return _Found(act, entry, strays, digest, awaited)


def _keep(session: Session, call: DateCall) -> bool:
    """Keep what waits to be told; false where another worker wrote the first row for this person and date meanwhile."""
    try:
        with session.begin_nested():
            session.add(call)
    except IntegrityError:
        return False
    return True


def _has_waited(call: DateCall, *, is_held: bool) -> bool:
    """Whether what is to be told has waited as long as any mail does."""
    hold = timedelta(minutes=current().hold_minutes if is_held else 0)
    return call.wanted_since is not None and abs(clock.now() - call.wanted_since) >= hold  # a clock may be put back


def _may_be_tried(call: DateCall) -> bool:
    """Whether the letter that says it was not tried yet, or long enough ago.

    One that the address does not take, or that came back, waits for another address, which makes it another letter, or for a person.
    """
    if call.said != call.wanted or call.tried_at is None:
        return True
    if call.failed_with == "address":
        return False
    pause = PAUSES[min(call.tries, len(PAUSES)) - 1]
    # A clock that was put back must not keep it waiting for as long as that was.
    return abs(clock.machine_now() - call.tried_at) >= pause


def _write(session: Session, call: DateCall, entry: Entry, *, why_gone: CallNews | None) -> str | None:
    if call.said != call.wanted:
        call.news = _changed(call, entry) if entry.is_called else why_gone
        call.said, call.is_called, call.place = call.wanted, entry.is_called, entry.place
        call.begins_at, call.ends_at = entry.begins_at, entry.ends_at
        call.sequence, call.tries = call.sequence + 1, 0
        call.message_id, call.written_at = new_message_id(), clock.now()
        call.sent_at = call.failed_with = None
    # Before it is made and handed over: whatever happens there, to the post office or to us, it is not tried without end and unseen.
    call.tries, call.tried_at = call.tries + 1, clock.machine_now()
    session.flush()
    return call.message_id


def _changed(call: DateCall, entry: Entry) -> CallNews | None:
    """What of a date is another than the letter before said; None where that called nobody to it, or did not arrive."""
    if call.said is None or not call.is_called or call.sent_at is None:
        return None
    return CallNews.between((call.begins_at, call.ends_at, call.place), (entry.begins_at, entry.ends_at, entry.place))


def _failed() -> Select[DateCall]:
    """What is still to be told, by a letter that does not arrive: its address takes none, or it was tried often."""
    is_to_see = or_(DateCall.failed_with == "address", DateCall.tries >= MOST_TRIES)
    is_to_tell = DateCall.wanted.is_not(None) & DateCall.sent_at.is_(None) & (DateCall.ends_at > clock.now())
    return select(DateCall).where(is_to_tell, is_to_see).order_by(DateCall.tried_at, DateCall.id)


def _marks() -> Select[uuid.UUID, uuid.UUID | None, str]:
    """Of which referrals something was called as part of which dates, and whom."""
    return select(Mail.referral_id, Mail.date_id, Mail.recipient).where(Mail.kind == date_calls.CALL)


def _by_message(session: Session, message_id: str) -> DateCall | None:
    return session.scalars(select(DateCall).where(DateCall.message_id == message_id).with_for_update()).one_or_none()
