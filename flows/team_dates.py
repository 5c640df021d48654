"""The mail about dates of teams: sent by the worker itself, since it follows what stands in the database, and no single decision."""

import threading
import uuid
from collections.abc import Iterator
from functools import partial

from flows.apart import Apart
from flows.opening import logger
from referrals import db, mailer
from referrals.forums import date_letters


def tell_of_dates(database: str, apart: Apart, *, stopping: threading.Event | None = None) -> int:
    """Make what was told of dates equal to what is to stand in calendars: how many letters went. At least once, with the same Message-ID.

    Once `stopping` is set it ends after the letter under way; the next look goes on.
    """
    told = 0
    try:
        for date_id, recipient in _due(database, apart):
            if stopping is not None and stopping.is_set():
                break
            with apart.one(f"date {date_id}", through=(mailer.OfficeAway,)):
                told += _tell(database, date_id, recipient)
    except mailer.OfficeAway:  # each more would be waited for as long, and whatever else follows the clock with it
        logger().warning("dates: the post office does not answer; who is left is written to at a later look")
    return told


def _due(database: str, apart: Apart) -> Iterator[tuple[uuid.UUID, str]]:
    """Which date there is something to do about, and for whom."""
    with db.reading(database) as session:
        dates = date_letters.due_dates(session)
    for date_id in dates:
        found = list[str]()
        with apart.one(f"date {date_id}"), db.reading(database) as session:
            found = date_letters.due_of(session, date_id, each=partial(apart.one, f"date {date_id}"))
        yield from ((date_id, recipient) for recipient in found)


def _tell(database: str, date_id: uuid.UUID, recipient: str) -> bool:
    """One transaction to write it, one to note that it went: between them anything may fail, and is counted as a try."""
    with db.writing(database) as session:
        message_id = date_letters.look(session, date_id, recipient)
    if message_id is None:
        return False
    with db.reading(database) as session:
        letter = date_letters.letter(session, message_id)
    try:
        mailer.send(letter)
    except mailer.OfficeAway:
        raise
    except OSError as error:
        word = "address" if isinstance(error, mailer.AddressRefused) else "mail"
        with db.writing(database) as session:
            date_letters.note_refused(session, message_id, word=word)
        return False
    with db.writing(database) as session:
        date_letters.note_sent(session, message_id)
    return True
