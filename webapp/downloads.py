"""Giving out files: one that somebody handed in to be saved and never shown, a paper of ours to be looked at."""

from flask import Response, make_response

from referrals.models import Attachment
from referrals.vocabulary import FileKind

_MIME: dict[FileKind, str] = {FileKind.PDF: "application/pdf", FileKind.JPEG: "image/jpeg", FileKind.PNG: "image/png"}
#: nothing in a file may run, load or send anything, should a browser show it after all
_CONTENT_POLICY = "sandbox; default-src 'none'"


def to_save(found: Attachment, content: bytes) -> Response:
    """The answer that carries the bytes of `found`, under a name that says nothing about anybody."""
    response = make_response(content)
    response.mimetype = _MIME[found.kind]
    response.headers["Content-Disposition"] = f'attachment; filename="{found.referral.number}-{found.paper_name}"'
    response.headers["Content-Security-Policy"] = _CONTENT_POLICY
    return response


def to_look_at(paper: bytes, *, name: str) -> Response:
    """The answer that carries a PDF of our own, which the browser may show at once."""
    response = make_response(paper)
    response.mimetype = "application/pdf"
    response.headers["Content-Disposition"] = f'inline; filename="{name}"'
    return response


def calendar(dates: bytes, *, name: str) -> Response:
    """The answer that carries a calendar (RFC 5545), to be saved or opened in a calendar of one's own."""
    response = make_response(dates)
    response.mimetype = "text/calendar"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
