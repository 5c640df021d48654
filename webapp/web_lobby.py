"""Where connections wait until the whole head of a request is there, so that slow browsers and idle lines take no thread from the others."""

import errno
import socket
import struct
import time
from contextlib import suppress
from functools import partial
from selectors import EVENT_READ
from typing import Any, Final

from gunicorn.workers.gthread import ThreadWorker

_END_OF_HEAD: Final = b"\r\n\r\n"
#: more (bytes) than the head of any request that gunicorn takes in: it is for the parser to refuse
_LONGEST_HEAD: Final = 65_536


class Lobby(ThreadWorker):  # type: ignore[misc]  # gunicorn ships no types
    """gunicorn's threads, each of which begins with a request that is there, and none of which waits for a line that has gone silent.

    gunicorn itself gives each new connection a thread for five seconds, and one that sent half a head for as long as it likes.
    """

    #: seconds a head may take from its first byte, or a new line until then
    head_within: float = 30.0
    #: seconds without one byte of a body, or of an answer taken in, after which the line counts as gone
    silent_for: int = 30
    #: seconds a thread waits for a request in all, and how many bytes of it earn a second more
    body_within: float = 30.0
    bytes_a_second: int = 4_000

    def handle(self, conn: Any) -> Any:
        """Serve one request, whose body must keep a pace: a byte now and then would keep the thread for as long as it likes."""
        conn.init()
        conn.parser.unreader.sock = _Paced(conn.sock, patience=self.body_within, pace=self.bytes_a_second)
        return super().handle(conn)

    def enqueue_req(self, conn: Any) -> None:
        """Give a connection to a thread once its head is whole; until then it waits with the poller."""
        here = _head_of(conn)
        before, conn.looked_at = getattr(conn, "looked_at", None), None
        # Called for no more than was there before: the other side has hung up in the middle.
        if here is None or len(here) == before or _END_OF_HEAD in here or len(here) == _LONGEST_HEAD:
            conn.head_until = None
            _wake_at(conn.sock, 1)
            _call_gone_after(conn.sock, self.silent_for)
            conn.data_ready = True
            super().enqueue_req(conn)
            return
        conn.head_until = getattr(conn, "head_until", None) or time.monotonic() + self.head_within
        if time.monotonic() > conn.head_until:
            self.nr_conns -= 1
            conn.close()
            return
        conn.looked_at = len(here)
        _wake_at(conn.sock, conn.looked_at + 1)
        conn.sock.settimeout(0)
        conn.timeout = conn.head_until
        self.pending_conns.append(conn)
        self.poller.register(conn.sock, EVENT_READ, partial(self.on_pending_socket_readable, conn))

    def murder_keepalived(self, force: bool = False) -> None:  # noqa: FBT001, FBT002 - gunicorn's own signature
        """Hang up on lines that were idle for long enough, but not on one where a request has come since the poller was asked.

        Closed with that request unread it would be reset, and whoever sent it not know whether it arrived.
        """
        now = time.monotonic()
        for conn in self.keepalived_conns:
            if conn.timeout <= now and _head_of(conn):
                conn.set_timeout()
        super().murder_keepalived(force)


class _Paced:
    """The reading end of a line for one request: gone once more time was spent waiting for its bytes than they have earned."""

    def __init__(self, line: socket.socket, *, patience: float, pace: int) -> None:
        self._line, self._left, self._pace = line, patience, pace

    def recv(self, size: int) -> bytes:
        """The next bytes that come."""
        began = time.monotonic()
        try:
            heard = self._line.recv(size)
        except BlockingIOError:  # how the system says that nothing came for as long as we wait
            raise ConnectionResetError(errno.ECONNRESET, "fell silent") from None
        self._left += len(heard) / self._pace - (time.monotonic() - began)
        if heard and self._left < 0:
            raise ConnectionResetError(errno.ECONNRESET, "came too slowly")
        return heard

    def __getattr__(self, name: str) -> Any:
        return getattr(self._line, name)


def _head_of(conn: Any) -> bytes | None:
    """What has come of the next request, left where it is; None where nothing more will come or the parser has begun with it."""
    if conn.parser is not None and conn.parser.unreader.buf.getvalue():
        return None
    try:
        return conn.sock.recv(_LONGEST_HEAD, socket.MSG_PEEK | socket.MSG_DONTWAIT) or None
    except BlockingIOError:
        return b""
    except OSError:
        return None


def _wake_at(line: socket.socket, size: int) -> None:
    """Let the poller call when `size` bytes lie there, or the other side hangs up: what was looked at already calls nobody."""
    with suppress(OSError):
        line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVLOWAT, size)


def _call_gone_after(line: socket.socket, seconds: int) -> None:
    for way in (socket.SO_RCVTIMEO, socket.SO_SNDTIMEO):
        with suppress(OSError):
            line.setsockopt(socket.SOL_SOCKET, way, struct.pack("ll", seconds, 0))
