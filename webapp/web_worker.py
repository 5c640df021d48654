"""gunicorn's threads, with our own short page for a request that cannot be read, and a said end after a body not read."""

import gc
import socket
import time
from collections.abc import Iterable
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

from referrals.languages import LANGUAGES, translations
from referrals.vocabulary import N_
from webapp.web_lobby import Lobby

_DAMAGED: Final = (
    N_("We could not read that"),
    N_("What your browser sent was damaged on the way. Go back and try again."),
)
_TOO_LONG: Final = (
    N_("That was too much at once"),
    N_("The address is longer than we can read. Nothing has been changed. Begin again from the start page."),
)
#: how much (bytes) of what is still coming is let in before the connection closes, how long (seconds) we wait for the next
#: piece of it, and for all of it
_LET_IN: Final = 20_000_000
_PATIENCE: Final = 1.0
_PATIENCE_IN_ALL: Final = 10.0
#: what the application finds in each request: how many threads there are for all of them
THREADS: Final = "trivsel.threads"
#: the application's answer to a body that it did not read
_TOO_LARGE: Final = str(HTTPStatus.REQUEST_ENTITY_TOO_LARGE.value)


class WebWorker(Lobby):
    """Threads that answer an unreadable request in the house's words, and write nothing of it into the log."""

    wsgi: Any
    cfg: Any

    def load_wsgi(self) -> None:
        """The application, whose refusal of a body closes the connection by name."""
        super().load_wsgi()
        self.wsgi = _told_of_threads(_closing_after_refusal(self.wsgi), self.cfg.threads)
        gc.freeze()  # all of it stays: no request is held up while it is looked through for rubbish

    def handle_request(self, req: Any, conn: Any) -> bool:
        """Answer it; a body that was refused is heard out, or a browser that still sends it would not see our answer."""
        goes_on = bool(super().handle_request(req, conn))
        if req.must_close:
            with suppress(OSError):
                _hear_out(conn.sock)
        return goes_on

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


def _closing_after_refusal(application: Any) -> Any:
    """`application`, after whose 413 the connection is not used again: gunicorn takes a header "Connection" from nobody."""

    def closing(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        def start(status: str, *more: Any) -> Any:
            if status.startswith(_TOO_LARGE):
                start_response.__self__.req.force_close()  # a method of gunicorn's own response
            return start_response(status, *more)

        return application(environ, start)  # type: ignore[no-any-return]

    return closing


def _told_of_threads(application: Any, threads: int) -> Any:
    """`application`, which finds in each request how many threads there are."""

    def told(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        return application(environ | {THREADS: threads}, start_response)  # type: ignore[no-any-return]

    return told


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
    left, until = _LET_IN, time.monotonic() + _PATIENCE_IN_ALL
    while left > 0 and time.monotonic() < until and (heard := client.recv(65_536)):
        left -= len(heard)
