"""The calendar entry that goes with the mail about a meeting: when it is, and the team's own room; nobody's name, and no word of why."""

import uuid
from dataclasses import replace
from datetime import timedelta
from zoneinfo import ZoneInfo

from icalendar import Calendar, Event
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from referrals import languages, roster, team_review
from referrals.mailer import CALENDAR_METHOD, Letter
from referrals.models import History, Mail, MeetingVersion, Referral, TeamMeeting
from referrals.stages import Verb
from referrals.vocabulary import MailKind


def with_entry(session: Session, letter: Letter, mail: Mail) -> Letter:
    """`letter` with the calendar entry of the meeting that `mail` calls to; other mail as it is."""
    row = session.get(History, mail.history_id) if mail.kind is MailKind.MEETING_SCHEDULED else None
    meeting = team_review.called_meeting(session, row.referral, after=row) if row else None
    call = team_review.called_then(session, row.referral, after=row) if row else None
    if row is None or meeting is None or call is None:
        return letter
    return replace(letter, calendar=_entry(session, meeting.id, call, row=row, language=mail.language))


def _entry(
    session: Session, meeting_id: uuid.UUID, call: TeamMeeting | MeetingVersion, *, row: History, language: str
) -> str:
    """The meeting as `row` called it: the same UID however often it is moved, and a SEQUENCE that only rises."""
    zone, referral = ZoneInfo(roster.time_zone(session)), row.referral
    event = Event()
    event.add("uid", f"{meeting_id}@trivsel.invalid")
    event.add("sequence", _sequence(session, row))
    event.add("dtstamp", row.at)
    event.add("dtstart", call.starts_at.astimezone(zone))
    event.add("dtend", (call.starts_at + timedelta(minutes=call.minutes)).astimezone(zone))
    event.add("summary", languages.translations(language).gettext("Team meeting"))
    event.add("class", "PRIVATE")
    event.add("status", "CONFIRMED")
    if place := _place(referral, call):
        event.add("location", place)
    calendar = Calendar()
    calendar.add("prodid", "-//Trivsel//meetings//EN")
    calendar.add("version", "2.0")
    calendar.add("method", CALENDAR_METHOD)
    calendar.add_component(event)
    calendar.add_missing_timezones()
    return bytes(calendar.to_ical()).decode()


def _sequence(session: Session, row: History) -> int:
    """How often the referral's team had been called before `row`."""
    before = History.referral_id == row.referral_id, History.number < row.number
    calls = select(func.count()).where(*before, History.verb == Verb.SCHEDULE_MEETING)
    return session.scalar(calls) or 0


def _place(referral: Referral, call: TeamMeeting | MeetingVersion) -> str | None:
    """The team's own room; what somebody typed for this child may be a home, and mail carries nothing about anybody."""
    usual = referral.unit.forum.place
    return usual if call.place == usual and referral.protected_since is None else None
