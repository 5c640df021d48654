"""A post office beside an instance, and what somebody's calendar program reads in the mail it took."""

import email
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from email import policy
from email.message import EmailMessage
from zoneinfo import ZoneInfo

import vobject
from aiosmtpd.controller import Controller
from icalendar import Calendar, Event

from tests.referrals.post_office import PostOffice, free_port

HERE = ZoneInfo("Europe/Stockholm")


@dataclass(frozen=True)
class Invitation:
    """An entry of a calendar as it came by mail."""

    to: str
    language: str
    uid: str
    sequence: int
    title: str
    starts_at: datetime
    ends_at: datetime
    #: the names of all properties of the entry
    properties: frozenset[str]
    #: the whole file, with its lines unfolded
    text: str
    message_id: str


@contextmanager
def open_post_office() -> Iterator[tuple[PostOffice, dict[str, str]]]:
    """A post office on this machine, and the settings with which an instance brings its mail there."""
    office, port = PostOffice(), free_port()
    controller = Controller(office, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        yield office, {"TRIVSEL_SMTP_HOST": "127.0.0.1", "TRIVSEL_SMTP_PORT": str(port)}
    finally:
        controller.stop()


def invitations(office: PostOffice) -> list[Invitation]:
    """All that came by now, in the order in which they came."""
    messages = [email.message_from_bytes(content, policy=policy.default) for content in list(office.taken)]
    return [_read(message, part) for message in messages for part in message.walk() if _is_calendar(part)]


def _is_calendar(part: EmailMessage) -> bool:
    return part.get_content_type() == "text/calendar"


def _read(message: EmailMessage, part: EmailMessage) -> Invitation:
    raw = part.get_content()
    (event,) = Calendar.from_ical(raw).events
    _read_the_same_elsewhere(raw, event)
    return Invitation(
        str(message["To"]), str(message["Content-Language"]), str(event["UID"]), int(event["SEQUENCE"]), str(event["SUMMARY"]),
        event.start.astimezone(HERE), event.end.astimezone(HERE), frozenset(event),
        re.sub(r"\r?\n[ \t]", "", raw), str(message["Message-ID"]),
    )  # fmt: skip


def _read_the_same_elsewhere(raw: str, event: Event) -> None:
    """A reader that shares no line with the writer takes the file for whole, and finds the same entry in it."""
    calendar = vobject.readOne(raw, validate=True)
    (other,) = calendar.contents["vevent"]
    assert calendar.prodid.value.startswith("-//Trivsel//")
    assert (other.dtstart.value, other.dtend.value) == (event.start, event.end)
    assert {name.upper() for name in other.contents} == set(event)
    for name in ("uid", "sequence", "summary", "class", "status", "organizer", "location"):
        if name.upper() in event:
            assert other.contents[name][0].value == str(event[name.upper()]), name
