"""A meeting as an entry of one's own calendar, with the mail and from its page: when and where; nobody's name, and no word of why."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Final

from icalendar import Calendar, Event, vCalAddress
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from referrals import clock, languages, team_review
from referrals.config import current
from referrals.mailer import Letter
from referrals.meetings import own_calls
from referrals.models import History, Mail, MeetingVersion, Referral, TeamMeeting
from referrals.notifications import TAKES_OUT, TO_GUARDIANS, WITH_ENTRY
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
    event = _entry(call, at=row.at, title=title, status="CANCELLED" if is_off else "CONFIRMED")
    event.add("sequence", _calls(session, row.referral, before=row.number))
    # Mail carries nothing about anybody. To a guardian's household even the team's own room says which school it is.
    if (place := own_calls.told_place(call)) is not None and not is_off and not is_guardians:
        event.add("location", place)
    method = "CANCEL" if is_off else letter.calendar_method
    return replace(letter, calendar=_calendar(event, method=method).decode(), calendar_method=method)


def to_take_along(session: Session, meeting: TeamMeeting, *, title: str) -> bytes:
    """A planned meeting as it stands now (RFC 5545), for those who read when and where on a page: the same entry as in the mail.

    Where an identity is protected it does not say where: calendars are shared with others.
    """
    event = _entry(meeting, at=clock.now(), title=title)
    event.add("sequence", max(_calls(session, meeting.referral) - 1, 0))
    if meeting.referral.protected_since is None:
        event.add("location", meeting.place)
    return _calendar(event)


def _call_of(session: Session, row: History, *, is_off: bool) -> TeamMeeting | MeetingVersion | None:
    """How `row` called the team, or how it was called to what `row` took back."""
    return team_review.ended_call(session, row) if is_off else team_review.called_then(session, row.referral, after=row)


def _entry(call: TeamMeeting | MeetingVersion, *, at: datetime, title: str, status: str = "CONFIRMED") -> Event:
    """The meeting as `call` says it: the same UID however often it is moved. Neither who comes nor what it is about.

    RFC 5546 wants an ORGANIZER in whatever is published or cancelled; programs change and take out only what comes from the same
    one. Nobody who is called stands there: that would tell each of them, and their households, of all others.

    Times stand in UTC. Outlook reads no RDATE, of which icalendar makes its VTIMEZONE: summer meetings could be an hour off there.
    """
    event = Event()
    event.add("uid", f"{call.meeting_id if isinstance(call, MeetingVersion) else call.id}@trivsel.invalid")
    event.add("dtstamp", at)
    begins = call.starts_at.astimezone(UTC)
    event.add("dtstart", begins)
    event.add("dtend", begins + timedelta(minutes=call.minutes))
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
    return bytes(calendar.to_ical())


def _calls(session: Session, referral: Referral, *, before: int | None = None) -> int:
    """How often the referral's team has been called, or had been `before` a row of its history: it only rises."""
    calls = select(func.count()).where(History.referral_id == referral.id, History.verb == Verb.SCHEDULE_MEETING)
    return session.scalar(calls if before is None else calls.where(History.number < before)) or 0
