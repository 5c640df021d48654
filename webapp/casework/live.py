"""Live pages: a stream that says "changed" and nothing else; the page then asks again, with the reader's own rights."""

import threading
import time
from collections.abc import Iterator

from flask import Response, request

from referrals import db, queries
from webapp import transactions
from webapp.casework import blueprint
from webapp.guards import signed_in
from webapp.web_worker import THREADS

#: threads of a server that does not say how many it has
FEWEST_THREADS = 2
LOOK_EVERY = 1.0
#: seconds after which a stream ends by itself; the browser opens the next one
LONGEST = 300.0
RETRY_MILLISECONDS = 3000


class Places:
    """The streams that are open in this process. Each holds a thread for as long as it lasts."""

    def __init__(self) -> None:
        self._lock, self._taken = threading.Lock(), 0

    def take(self, most: int) -> bool:
        """Take a place unless `most` are taken; says whether there was one."""
        with self._lock:
            is_free = self._taken < most
            self._taken += is_free
        return is_free

    def give_back(self) -> None:
        """Give a place back that was taken."""
        with self._lock:
            self._taken -= 1


_places = Places()


@blueprint.get("/live")
@signed_in()
def live() -> Response:
    """A stream of events. Where all places are taken it says `full`, and the page asks every 15 seconds instead."""
    if not _places.take(_most_streams()):
        return _stream(iter(("event: full\ndata: full\n\n",)))
    response = _stream(_changes(transactions.settings().database))
    response.call_on_close(_places.give_back)
    return response


def _most_streams() -> int:
    """Half of this server's threads: the others stay free for pages, however many boards are open."""
    return int(request.environ.get(THREADS, FEWEST_THREADS)) // 2


def _stream(events: Iterator[str]) -> Response:
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return Response(events, mimetype="text/event-stream", headers=headers)


def _changes(address: str) -> Iterator[str]:
    yield f"retry: {RETRY_MILLISECONDS}\n\n"
    ends_at = time.monotonic() + LONGEST
    mark = _mark(address)
    while time.monotonic() < ends_at:
        time.sleep(LOOK_EVERY)
        newest = _mark(address)
        # A comment shows a closed browser to the server, which then ends the stream.
        yield "event: changed\ndata: changed\n\n" if newest != mark else ": \n\n"
        mark = newest


def _mark(address: str) -> str:
    with db.reading(address) as session:
        return queries.change_mark(session)
