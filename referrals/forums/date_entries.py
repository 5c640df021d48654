"""What is to stand in each calendar of a team's date, as it follows from the database now."""

import uuid
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, joinedload

from referrals import clock, steps
from referrals.forums import date_calls, seats
from referrals.meetings import own_calls
from referrals.models import (
    Account,
    AgendaItem,
    CallNews,
    DateCall,
    History,
    Mail,
    Referral,
    TeamDate,
    TeamMeeting,
    TeamSeat,
)
from referrals.safeguarding import access_list


@dataclass(frozen=True)
class Entry:
    """The date in somebody's calendar or, where `is_called` is false, nothing any more."""

    begins_at: datetime
    ends_at: datetime
    is_called: bool = False
    place: str = ""
    #: another address is another calendar
    address: str = ""

    def digest(self, call: DateCall) -> str:
        """The same, to be compared with what was told before."""
        return call.digest(self.is_called, self.begins_at, self.ends_at, self.place, self.address)


class DateEntries:
    """One date with all that is written down about it, read at once for everybody."""

    def __init__(self, session: Session, date_id: uuid.UUID) -> None:
        self.session, self.date_id = session, date_id
        # All of one moment: what this transaction read before may say something else by now.
        self.date = session.get(TeamDate, date_id, populate_existing=True)
        self._calls = {
            row.recipient: row for row in session.scalars(select(DateCall).where(DateCall.date_id == date_id))
        }
        self._mails: dict[str, list[Mail]] = defaultdict(list)
        for mail in session.scalars(select(Mail).where(Mail.date_id == date_id).order_by(Mail.written_at, Mail.id)):
            self._mails[mail.recipient].append(mail)
        about = {mail.referral_id for each in self._mails.values() for mail in each}
        self._newest = {(row.referral_id, row.recipient): row.id for row in session.execute(_calls_about(about))}
        self._meetings = {one.referral_id: one for one in session.scalars(_meetings_about(about))}
        self._on_agenda = set(session.scalars(select(AgendaItem.referral_id).where(AgendaItem.date_id == date_id)))

    def recipients(self) -> list[str]:
        """Everybody who was told of the date, or is called to part of it."""
        return sorted({*self._mails, *self._calls})

    def call_of(self, recipient: str) -> DateCall:
        """What somebody was told; a row that is not written where that is nothing."""
        return self._calls.get(recipient) or DateCall.of(self.date_id, recipient)

    def waiting(self, recipient: str) -> list[Mail]:
        """The mail that belongs to the date and of which nobody has said yet what became of it."""
        return [mail for mail in self._mails[recipient] if mail.sent_at is None and mail.stopped_at is None]

    def wanted(self, call: DateCall, account: Account) -> Entry | None:
        """What is to be told, or is told already; None where nothing is: what was told stays as it is."""
        now, date = clock.now(), self.date
        if not account.is_active:
            return None
        ends_at = date.starts_at + timedelta(minutes=date.minutes) if date is not None else now
        if date is not None and ends_at > now:
            come = [one for one in self._called_to(account) if self._is_part(one, call, account)]
            entry = Entry(date.starts_at, ends_at, is_called=True, place=date.place, address=account.email)
            # Who was told already need not be asked about again, at each look: only what changes is told anew.
            is_told = call.said == entry.digest(call) and call.sent_at is not None
            if come and (is_told or any(_may_come(account, one) for one in come)):
                return entry
        may_stand = call.is_called or call.sent_at is None
        if call.begins_at is None or call.ends_at is None or call.ends_at <= now or not may_stand:
            return None
        return None if self._has_begun(account) else Entry(call.begins_at, call.ends_at, address=account.email)

    def come_for(self, call: DateCall, account: Account) -> set[uuid.UUID]:
        """The referrals for whose meetings somebody comes to the date."""
        return {one.referral_id for one in self._called_to(account) if self._is_part(one, call, account)}

    def why_gone(self, call: DateCall, account: Account) -> CallNews | None:
        """Why the date leaves somebody's calendar, in whose calendar it stood; None where another call may hold, or does at that time."""
        about, theirs = {mail.referral_id for mail in self._mails[call.recipient]}, str(account.id)
        found = [one for of, one in self._meetings.items() if of in about and one.is_to_come]
        then = TeamMeeting.starts_at >= call.begins_at, TeamMeeting.starts_at < call.ends_at
        at_that_time = (one for one in self.session.scalars(select(TeamMeeting).where(*then)) if one.is_to_come)
        if any(theirs in one.called for one in (*found, *at_that_time)):
            return None
        return CallNews.WITHOUT_YOU if found or self._is_held() else CallNews.CALLED_OFF

    def _is_held(self) -> bool:
        """Whether the team meets at the date, whoever is called: not all that stands on its agenda is called off."""
        going_on = select(Referral.id).where(Referral.id.in_(self._on_agenda), Referral.is_open)
        newest = {one.referral_id: one for one in self.session.scalars(_meetings_about(self._on_agenda))}
        return any(of not in newest or newest[of].called_off_in is None for of in self.session.scalars(going_on))

    def strays(self, call: DateCall, account: Account) -> list[TeamMeeting]:
        """The meetings to come that somebody was or was to be called to as part of the date, and that are no part of it any more.

        While what follows a decision is still to be done, that may write mail about them itself.
        """
        now, here = clock.now(), self._called_to(account) if account.is_active else []
        left = [one for one in here if one.starts_at > now and not self._is_part(one, call, account)]
        return [one for one in left if not steps.unfinished(self.session, one.referral) and _may_come(account, one)]

    def _called_to(self, account: Account) -> list[TeamMeeting]:
        """The meetings to be held that the newest mail to them about it calls to as part of the date."""
        meetings = (self._meetings.get(mail.referral_id) for mail in self._standing(account))
        return [one for one in meetings if one is not None and one.is_to_hold and str(account.id) in one.called]

    def _standing(self, account: Account) -> list[Mail]:
        mails = self._mails[f"account:{account.id}"]
        return [mail for mail in mails if self._newest.get((mail.referral_id, mail.recipient)) == mail.id]

    def _is_part(self, meeting: TeamMeeting, call: DateCall, account: Account) -> bool:
        if self.date is None or not date_calls.holds(self.date, meeting, self._on_agenda):
            return False
        if call.is_called:
            return True
        is_in_time = date_calls.is_in_time(self.date, call)
        return is_in_time and date_calls.is_at_table(self.date, account, held=self._held)

    @cached_property
    def _held(self) -> Sequence[TeamSeat]:
        """The team's seats, asked for once for everybody and all meetings."""
        return seats.seats_of(self.session, self.date.forum) if self.date is not None else []

    def _has_begun(self, account: Account) -> bool:
        """Whether they sit in a meeting of theirs at the date, or minutes tell of one: then nobody is to stay away any more."""
        found = (self._meetings.get(mail.referral_id) for mail in self._standing(account))
        theirs = [one for one in found if one is not None and str(account.id) in one.called]
        return any(one.held_at is not None or (one.is_to_hold and one.starts_at <= clock.now()) for one in theirs)


def _may_come(account: Account, meeting: TeamMeeting) -> bool:
    """Whether somebody called may still be told of a meeting."""
    facts = meeting.referral.facts()
    return bool(own_calls.parties_then(account, facts, meeting.starts_at)) and access_list.is_on(
        meeting.referral, account.id
    )


def _calls_about(referrals: Collection[uuid.UUID]) -> Select[uuid.UUID, uuid.UUID, str]:
    """The mail that calls colleagues to meetings about these, the newest last."""
    calls = select(Mail.id, Mail.referral_id, Mail.recipient).join(History, History.id == Mail.history_id)
    return calls.where(Mail.referral_id.in_(referrals), Mail.kind == date_calls.CALL).order_by(History.number)


def _meetings_about(referrals: Collection[uuid.UUID]) -> Select[TeamMeeting]:
    """The meetings about these, the newest of each last."""
    meetings = select(TeamMeeting).where(TeamMeeting.referral_id.in_(referrals)).order_by(TeamMeeting.number)
    return meetings.options(joinedload(TeamMeeting.referral)).execution_options(populate_existing=True)
