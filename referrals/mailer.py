"""The machine that sends mail: over SMTP, or as files in the data folder where no post office is named."""

import re
import smtplib
import ssl
import uuid
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime
from typing import Final

from referrals.config import Settings, current
from referrals.papers import letter_page

#: what a post office answers where it is the address that does not work, not the way there or what we may send (RFC 5321)
_ADDRESS_CODES: Final = frozenset({550, 551, 553})
#: the same in the finer words of RFC 3463, where it says them: the address, or the mailbox behind it
_FINER: Final = re.compile(rb"\s*5\.(\d{1,3})\.\d{1,3}\b")
_OF_THE_ADDRESS: Final = frozenset({b"1", b"2"})

#: seconds until a post office that does not answer counts as away
PATIENCE: Final = 20.0


@dataclass(frozen=True)
class Letter:
    """One mail as it goes out."""

    to: str
    subject: str
    body: str
    language: str
    message_id: str
    written_at: datetime
    #: a calendar (RFC 5545) that goes with it, or nothing
    calendar: str = ""
    #: what is to be done with it (RFC 5546): keep it, or take it out again, and answer nobody
    calendar_method: str = "PUBLISH"
    #: the language its reader reads where we have no words in it, whose offer of an interpreter stands in the body
    reads: str = ""


class AddressRefused(OSError):
    """The post office takes nothing for this address, now or later. It does not say which: errors end up in logs."""


class OfficeAway(OSError):
    """The post office does not answer, or stopped to: no letter gets there now, and each that tries waits as long again."""


def new_message_id() -> str:
    """A Message-ID that says nothing of whom or what a mail is about."""
    return f"<{uuid.uuid4().hex}@{current().mail_from.rpartition('@')[2]}>"


def send(letter: Letter) -> None:
    """Hand a letter over. Raises OSError (smtplib's errors are its children) when the post office does not take it.

    Of these AddressRefused says that another try with the same address will not help, OfficeAway that no letter will do.
    """
    settings = current()
    message = _message(letter, sender=settings.mail_from)
    if settings.smtp_host:
        try:
            _send_by_smtp(message, settings)
        except OSError as error:
            if _has_answered(error):
                raise
            raise OfficeAway(str(error)) from error
    else:
        _write_to_folder(message, letter, settings)


def _message(letter: Letter, *, sender: str) -> EmailMessage:
    message = EmailMessage()
    message["From"] = sender
    message["To"] = _as_posted(letter.to)
    message["Subject"] = letter.subject
    message["Date"] = format_datetime(letter.written_at)
    message["Message-ID"] = letter.message_id
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(letter.body)
    page = letter_page.page_of(letter.body, subject=letter.subject, language=letter.language, reads=letter.reads)
    message.add_alternative(page, subtype="html")
    if letter.calendar:
        said = {"method": letter.calendar_method}
        message.add_attachment(letter.calendar, subtype="calendar", filename="meeting.ics", params=said)
    message["Content-Language"] = letter.language  # setting the content takes such headers away
    return message


def _as_posted(address: str) -> str:
    """The address with its domain as post offices write one that has letters such as å (RFC 5891)."""
    name, at, domain = address.rpartition("@")
    try:
        return f"{name}{at}{domain.encode('idna').decode()}"
    except UnicodeError:
        raise AddressRefused from None


def _send_by_smtp(message: EmailMessage, settings: Settings) -> None:
    with smtplib.SMTP(settings.smtp_host, settings.smtp_port, timeout=PATIENCE) as office:
        if settings.smtp_starttls:
            office.starttls(context=ssl.create_default_context())
        if settings.smtp_username:
            office.login(settings.smtp_username, settings.smtp_password)
        try:
            office.send_message(message)
        except smtplib.SMTPRecipientsRefused as refused:
            if all(_is_about_the_address(*answer) for answer in refused.recipients.values()):
                raise AddressRefused from None
            raise


def _has_answered(error: OSError) -> bool:
    """Whether the post office said no, and did not keep silent."""
    answers = (AddressRefused, smtplib.SMTPException)
    return isinstance(error, answers) and not isinstance(error, smtplib.SMTPServerDisconnected)


def _is_about_the_address(code: int, said: bytes) -> bool:
    finer = _FINER.match(said)
    return finer[1] in _OF_THE_ADDRESS if finer and code >= 500 else code in _ADDRESS_CODES


def _write_to_folder(message: EmailMessage, letter: Letter, settings: Settings) -> None:
    """A file named after the Message-ID: a second delivery takes the place of the first."""
    folder = settings.data / "mail"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{letter.message_id.strip('<>').partition('@')[0]}.eml"
    beside = path.with_suffix(".part")
    beside.write_bytes(message.as_bytes())
    beside.replace(path)
