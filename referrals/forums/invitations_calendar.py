"""A meeting as an entry of one's own calendar, with the mail and from its page: when and where; nobody's name, and no word of why."""

import uuid
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Final

from icalendar import Calendar, Event, vCalAddress
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from referrals import clock, languages, team_review
from referrals.config import current
from referrals.forums import date_calls
from referrals.forums.call_mail import TAKES_OUT, TO_GUARDIANS
from referrals.mailer import Letter
from referrals.meetings import own_calls
from referrals.models import DateCall, History, Mail, MeetingVersion, Referral, TeamMeeting
from referrals.notifications import WITH_ENTRY
from referrals.stages import Verb
from referrals.vocabulary import N_

#: what the meeting is called in a colleague's calendar
TITLE: Final = N_("Team meeting")
#: and in a guardian's, which others at home may read
GUARDIANS_TITLE: Final = N_("Meeting")
#: who keeps the entry, by the name that the address mail is sent from has: no person, no team and no school
KEEPER: Final = "Trivsel"


def with_entry(session: Session, letter: Letter, mail: Mail) -> Letter:
    """`letter` with the calendar entry of the meeting that `mail` calls to, or that it takes back; other mail as it is."""
    row = session.get(History, mail.history_id) if mail.kind in WITH_ENTRY else None
    is_off, is_guardians = mail.kind in TAKES_OUT, mail.kind in TO_GUARDIANS
    call = _call_of(session, row, is_off=is_off) if row else None
    if row is None or call is None:
        return letter
    title = languages.translations(mail.language).gettext(GUARDIANS_TITLE if is_guardians else TITLE)
    event = _meeting(call, at=row.at, title=title, is_off=is_off)
    event.add("sequence", _calls(session, row.referral, before=row.number))
    # Mail carries nothing about anybody. To a guardian's household even the team's own room says which school it is.
    if (place := own_calls.told_place(call)) is not None and not is_off and not is_guardians:
        event.add("location", place)
    method = "CANCEL" if is_off else letter.calendar_method
    return replace(letter, calendar=_calendar(event, method=method).decode(), calendar_method=method)


def with_date(letter: Letter, told: DateCall) -> Letter:
    """`letter` with the one entry of a team's date, as `told` says it: the same UID for as long as the date is there."""
    now = clock.now()
    when = told.begins_at or now, told.ends_at or now
    title = languages.translations(letter.language).gettext(TITLE)
    event = _date(told, when, at=letter.written_at, title=title, is_off=not told.is_called)
    if told.place and told.is_called:
        event.add("location", told.place)
    method = letter.calendar_method if told.is_called else "CANCEL"
    return replace(letter, calendar=_calendar(event, method=method).decode(), calendar_method=method)


def to_take_along(session: Session, meeting: TeamMeeting, *, title: str, reader: uuid.UUID | None = None) -> bytes:
    """A planned meeting as it stands now (RFC 5545), for those who read when and where on a page: the same entry as in the mail.

    For a `reader` who is called to it as part of the team's date it is the entry of that, also before mail told of it: a second one
    would stand there for ever. Where an identity is protected it does not say where: calendars are shared with others.
    """
    newest = date_calls.newest_call(session, meeting.referral, reader) if reader else None
    date = date_calls.date_of(session, meeting) if newest and newest.date_id else None
    if newest is not None and date is not None and date.id == newest.date_id:
        told = session.get(DateCall, DateCall.key(date.id, newest.recipient)) or DateCall.of(date.id, newest.recipient)
        when = date.starts_at, date.starts_at + timedelta(minutes=date.minutes)
        event = _date(told, when, at=clock.now(), title=title, is_off=False)
        event.add("location", date.place)
        return _calendar(event)
    event = _meeting(meeting, at=clock.now(), title=title)
    event.add("sequence", max(_calls(session, meeting.referral) - 1, 0))
    if meeting.referral.protected_since is None:
        event.add("location", meeting.place)
    return _calendar(event)


def _call_of(session: Session, row: History, *, is_off: bool) -> TeamMeeting | MeetingVersion | None:
    """How `row` called the team, or how it was called to what `row` took back."""
    return team_review.ended_call(session, row) if is_off else team_review.called_then(session, row.referral, after=row)


def _date(told: DateCall, when: tuple[datetime, datetime], *, at: datetime, title: str, is_off: bool) -> Event:
    event = _entry(told.id, when, at=at, title=title, is_off=is_off)
    event.add("sequence", told.sequence)
    return event


def _meeting(call: TeamMeeting | MeetingVersion, *, at: datetime, title: str, is_off: bool = False) -> Event:
    """The meeting as `call` says it: the same UID however often it is moved."""
    meeting_id = call.meeting_id if isinstance(call, MeetingVersion) else call.id
    when = call.starts_at, call.starts_at + timedelta(minutes=call.minutes)
    return _entry(meeting_id, when, at=at, title=title, is_off=is_off)


def _entry(entry_id: uuid.UUID, when: tuple[datetime, datetime], *, at: datetime, title: str, is_off: bool) -> Event:
    """An entry of a calendar, from when to when. Neither who comes nor what it is about.

    RFC 5546 wants an ORGANIZER in whatever is published or cancelled; programs change and take out only what comes from the same
    one. Nobody who is called stands there: that would tell each of them, and their households, of all others.

    Times stand in UTC. Outlook reads no RDATE, of which icalendar makes its VTIMEZONE: summer meetings could be an hour off there.
    """
    event = Event()
    begins_at, ends_at = when
    event.add("uid", f"{entry_id}@trivsel.invalid")
    event.add("dtstamp", at)
    event.add("dtstart", begins_at.astimezone(UTC))
    event.add("dtend", ends_at.astimezone(UTC))
    event.add("summary", title)
    event.add("organizer", vCalAddress(f"mailto:{current().mail_from}"), parameters={"CN": KEEPER})
    event.add("class", "PRIVATE")
    event.add("status", "CANCELLED" if is_off else "CONFIRMED")
    return event


def _calendar(event: Event, *, method: str | None = None) -> bytes:
    calendar = Calendar()
    calendar.add("prodid", "-//Trivsel//meetings//EN")
    calendar.add("version", "2.0")
    if method:
        calendar.add("method", method)
    calendar.add_component(event)
    return bytes(calendar.to_ical())


def _calls(session: Session, referral: Referral, *, before: int | None = None) -> int:
    """How often the referral's team has been called, or had been `before` a row of its history: it only rises."""
    calls = select(func.count()).where(History.referral_id == referral.id, History.verb == Verb.SCHEDULE_MEETING)
    return session.scalar(calls if before is None else calls.where(History.number < before)) or 0
