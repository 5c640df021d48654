"""gunicorn's threads, with our own short page for a request that never reaches the application because it cannot be read."""

import socket
from contextlib import suppress
from functools import cache
from html import escape
from http import HTTPStatus
from typing import Any, Final

from gunicorn.http.errors import (
    InvalidResponseHeader,
    InvalidResponseHeaderName,
    LimitRequestHeaders,
    LimitRequestLine,
    ParseException,
)
from gunicorn.workers.gthread import ThreadWorker

from referrals.languages import LANGUAGES, translations
from referrals.vocabulary import N_

_DAMAGED: Final = (
    N_("We could not read that"),
    N_("What your browser sent was damaged on the way. Go back and try again."),
)
_TOO_LONG: Final = (
    N_("That was too much at once"),
    N_("The address is longer than we can read. Nothing has been changed. Begin again from the start page."),
)
#: how much (bytes) of what is still coming is let in before the connection closes, and how long (seconds) we wait for it
_LET_IN: Final = 1_000_000
_PATIENCE: Final = 1.0


class WebWorker(ThreadWorker):  # type: ignore[misc]  # gunicorn ships no types
    """Threads that answer an unreadable request in the house's words, and write nothing of it into the log."""

    def handle_error(  # noqa: PLR0917 - gunicorn's own signature
        self, req: Any, client: socket.socket, addr: Any, exc: BaseException
    ) -> None:
        """Answer a request that could not be read; anything else, such as a fault of ours, is gunicorn's to answer."""
        is_ours = isinstance(exc, (InvalidResponseHeader, InvalidResponseHeaderName))
        if is_ours or not isinstance(exc, ParseException):
            super().handle_error(req, client, addr, exc)
            return
        self.log.warning("a request could not be read: %s", type(exc).__name__)
        status = HTTPStatus.BAD_REQUEST
        if isinstance(exc, LimitRequestLine):
            status = HTTPStatus.REQUEST_URI_TOO_LONG
        elif isinstance(exc, LimitRequestHeaders):
            status = HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE
        with suppress(OSError):
            client.sendall(answer(status))
            _hear_out(client)


@cache
def answer(status: HTTPStatus) -> bytes:
    """The whole answer, in every language we have: whose browser it is was never read."""
    title, text = _TOO_LONG if status is HTTPStatus.REQUEST_URI_TOO_LONG else _DAMAGED
    parts = []
    for code in LANGUAGES:
        say = translations(code).gettext
        parts.append(f'<section lang="{code}"><h2>{escape(say(title))}</h2><p>{escape(say(text))}</p></section>')
    page = (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Trivsel</title>'
        '<meta name="viewport" content="width=device-width"></head>'
        f'<body><main><h1>Trivsel</h1>{"".join(parts)}<p><a href="/">Trivsel</a></p></main></body></html>'
    ).encode()
    head = (
        f"HTTP/1.1 {status.value} {status.phrase}\r\nContent-Type: text/html; charset=utf-8\r\n"
        f"Content-Length: {len(page)}\r\nContent-Security-Policy: default-src 'none'\r\nX-Content-Type-Options: nosniff\r\n"
        "Cache-Control: no-store\r\nConnection: close\r\n\r\n"
    )
    return head.encode() + page


def _hear_out(client: socket.socket) -> None:
    """Take in the rest of what was sent: a connection closed on unread bytes takes the answer down with it."""
    client.shutdown(socket.SHUT_WR)
    client.settimeout(_PATIENCE)
    left = _LET_IN
    while left > 0 and (heard := client.recv(65_536)):
        left -= len(heard)
