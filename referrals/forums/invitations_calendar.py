"""A meeting or a date of the team as an entry of one's own calendar, with the mail and from its page: when and where; nobody's name, and no word of why."""

import uuid
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from icalendar import Calendar, Event, vCalAddress
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from referrals import clock, languages, team_review
from referrals.config import current
from referrals.forums import date_mail
from referrals.mailer import Letter
from referrals.meetings import own_calls
from referrals.models import History, Mail, MeetingVersion, Referral, TeamMeeting
from referrals.notifications import TAKES_OUT, TO_GUARDIANS, WITH_ENTRY
from referrals.people import roster
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
    event = _event(session, _of_mail(mail, call), at=row.at, title=title, status="CANCELLED" if is_off else "CONFIRMED")
    if mail.date_id is not None:
        event.add("sequence", date_mail.sequence(session, mail.date_id, until=mail.written_at))
    else:
        event.add("sequence", _calls(session, row.referral, before=row.number))
    # Mail carries nothing about anybody. To a guardian's household even the team's own room says which school it is.
    if (place := own_calls.told_place(call)) is not None and not is_off and not is_guardians:
        event.add("location", place)
    method = "CANCEL" if is_off else letter.calendar_method
    return replace(letter, calendar=_calendar(event, method=method).decode(), calendar_method=method)


def to_take_along(session: Session, meeting: TeamMeeting, *, title: str, reader: uuid.UUID | None = None) -> bytes:
    """A planned meeting as it stands now (RFC 5545), for those who read when and where on a page: the same entry as in the mail.

    For a `reader` who sits in the team that is the entry of the team's date. Where an identity is protected it does not say where:
    calendars are shared with others.
    """
    is_own = reader is None or date_mail.has_own_entry(session, meeting, reader)
    date = None if is_own or reader is None else date_mail.date_of(session, meeting, reader)
    if date is not None:
        event = _event(session, (date.id, date.starts_at, date.minutes), at=clock.now(), title=title)
        event.add("sequence", date_mail.sequence(session, date.id))
    else:
        event = _event(session, (meeting.id, meeting.starts_at, meeting.minutes), at=clock.now(), title=title)
        event.add("sequence", max(_calls(session, meeting.referral) - 1, 0))
    if meeting.referral.protected_since is None:
        event.add("location", meeting.place)
    return _calendar(event)


def _call_of(session: Session, row: History, *, is_off: bool) -> TeamMeeting | MeetingVersion | None:
    """How `row` called the team, or how it was called to what `row` took back."""
    return team_review.ended_call(session, row) if is_off else team_review.called_then(session, row.referral, after=row)


def _of_mail(mail: Mail, call: TeamMeeting | MeetingVersion) -> tuple[uuid.UUID, datetime, int]:
    """What the entry is about, and when: the team's date for whom it is that, and otherwise the one meeting."""
    if mail.date_id is not None and mail.date_starts_at is not None:
        return mail.date_id, mail.date_starts_at, mail.date_minutes or call.minutes
    return call.meeting_id if isinstance(call, MeetingVersion) else call.id, call.starts_at, call.minutes


def _event(
    session: Session, about: tuple[uuid.UUID, datetime, int], *, at: datetime, title: str, status: str = "CONFIRMED"
) -> Event:
    """The entry: the same UID however often its meeting or date is moved. Neither who comes nor what it is about.

    RFC 5546 wants an ORGANIZER in whatever is published or cancelled; programs change and take out only what comes from the same
    one. Nobody who is called stands there: that would tell each of them, and their households, of all others.
    """
    zone, (uid, starts_at, minutes) = ZoneInfo(roster.time_zone(session)), about
    event = Event()
    event.add("uid", f"{uid}@trivsel.invalid")
    event.add("dtstamp", at)
    event.add("dtstart", starts_at.astimezone(zone))
    event.add("dtend", (starts_at + timedelta(minutes=minutes)).astimezone(zone))
    event.add("summary", title)
    event.add("organizer", vCalAddress(f"mailto:{current().mail_from}"), parameters={"CN": KEEPER})
    event.add("class", "PRIVATE")
    event.add("status", status)
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
