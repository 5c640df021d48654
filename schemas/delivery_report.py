"""Reading what a post office sends back when a mail could not be delivered: a delivery status notification (RFC 3464)."""

import email
from email.message import Message
from email.policy import compat32
from typing import Final

#: a report is a few thousand bytes, with the whole mail returned some ten thousand
LARGEST: Final = 1_000_000


def undelivered(content: bytes) -> str | None:
    """The Message-ID of the mail that a report says was not delivered, for good; None where `content` says no such thing.

    Only the reports of the standard are understood, and of them only failures: a mail that is merely late may still arrive.
    """
    report = email.message_from_bytes(content[:LARGEST], policy=compat32)  # takes whatever comes, however broken
    if report.get_content_type() != "multipart/report":
        return None
    parts = list(report.walk())[1:]
    if not any(_says_failed(part) for part in parts):
        return None
    ids = (part.get("Message-ID") or _in_headers_only(part) for part in parts)
    return next((str(found).strip() for found in ids if found), None)


def _says_failed(part: Message) -> bool:
    return str(part.get("Action", "")).strip().lower() == "failed"


def _in_headers_only(part: Message) -> str | None:
    """The Message-ID where only the headers of the mail came back, as a text."""
    if part.get_content_type() != "text/rfc822-headers":
        return None
    headers = part.get_payload(decode=True)
    return email.message_from_bytes(headers).get("Message-ID") if isinstance(headers, bytes) else None
