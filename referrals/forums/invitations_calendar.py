"""A meeting as an entry of one's own calendar, with the mail and from its page: when and where; nobody's name, and no word of why."""

import uuid
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from icalendar import Calendar, Event
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from referrals import clock, languages, roster, team_review
from referrals.mailer import CALENDAR_METHOD, Letter
from referrals.models import History, Mail, MeetingVersion, Referral, TeamMeeting
from referrals.stages import Verb
from referrals.vocabulary import N_, MailKind

#: what the meeting is called in a colleague's calendar
TITLE: Final = N_("Team meeting")


def with_entry(session: Session, letter: Letter, mail: Mail) -> Letter:
    """`letter` with the calendar entry of the meeting that `mail` calls to; other mail as it is."""
    row = session.get(History, mail.history_id) if mail.kind is MailKind.MEETING_SCHEDULED else None
    meeting = team_review.called_meeting(session, row.referral, after=row) if row else None
    call = team_review.called_then(session, row.referral, after=row) if row else None
    if row is None or meeting is None or call is None:
        return letter
    usual = row.referral.unit.forum.place
    event = _entry(session, meeting.id, call, at=row.at, title=languages.translations(mail.language).gettext(TITLE))
    event.add("sequence", _calls(session, row.referral, before=row.number))
    # What somebody typed for this child may be a home, and mail carries nothing about anybody: only the team's own room.
    if call.place == usual and row.referral.protected_since is None:
        event.add("location", usual)
    return replace(letter, calendar=_calendar(event, method=CALENDAR_METHOD).decode())


def to_take_along(session: Session, meeting: TeamMeeting, *, title: str) -> bytes:
    """A planned meeting as it stands now (RFC 5545), for those who read when and where on a page: the same entry as in the mail.

    Where an identity is protected it does not say where: calendars are shared with others.
    """
    event = _entry(session, meeting.id, meeting, at=clock.now(), title=title)
    event.add("sequence", max(_calls(session, meeting.referral) - 1, 0))
    if meeting.referral.protected_since is None:
        event.add("location", meeting.place)
    return _calendar(event)


def _entry(
    session: Session, meeting_id: uuid.UUID, call: TeamMeeting | MeetingVersion, *, at: datetime, title: str
) -> Event:
    """The meeting as `call` says it: the same UID however often it is moved. Neither who comes nor what it is about."""
    zone = ZoneInfo(roster.time_zone(session))
    event = Event()
    event.add("uid", f"{meeting_id}@trivsel.invalid")
    event.add("dtstamp", at)
    event.add("dtstart", call.starts_at.astimezone(zone))
    event.add("dtend", (call.starts_at + timedelta(minutes=call.minutes)).astimezone(zone))
    event.add("summary", title)
    event.add("class", "PRIVATE")
    event.add("status", "CONFIRMED")
    return event


def _calendar(event: Event, *, method: str | None = None) -> bytes:
    calendar = Calendar()
    calendar.add("prodid", "-//Trivsel//meetings//EN")
    calendar.add("version", "2.0")
    if method:
        calendar.add("method", method)
    calendar.add_component(event)
    calendar.add_missing_timezones()
    return bytes(calendar.to_ical())


def _calls(session: Session, referral: Referral, *, before: int | None = None) -> int:
    """How often the referral's team has been called, or had been `before` a row of its history: it only rises."""
    calls = select(func.count()).where(History.referral_id == referral.id, History.verb == Verb.SCHEDULE_MEETING)
    return session.scalar(calls if before is None else calls.where(History.number < before)) or 0
