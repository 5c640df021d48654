"""Live pages: a stream that says "changed" and nothing else; the page then asks again, with the reader's own rights."""

import threading
import time
from collections.abc import Iterator

from flask import Response

from referrals import db, queries
from webapp import transactions
from webapp.casework import blueprint
from webapp.guards import signed_in

#: streams at once in one web process; the rest of its threads stay free for pages
MOST_STREAMS = 16
LOOK_EVERY = 1.0
#: seconds after which a stream ends by itself; the browser opens the next one
LONGEST = 300.0
RETRY_MILLISECONDS = 3000

_places = threading.BoundedSemaphore(MOST_STREAMS)


@blueprint.get("/live")
@signed_in()
def live() -> Response:
    """A stream of events. Where all places are taken it says `full`, and the page asks every 15 seconds instead."""
    if not _places.acquire(blocking=False):
        return _stream(iter(("event: full\ndata: full\n\n",)))
    response = _stream(_changes(transactions.settings().database))
    response.call_on_close(_places.release)
    return response


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
