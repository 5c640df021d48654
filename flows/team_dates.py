"""The mail about dates of teams: sent by the worker itself, since it follows what stands in the database, and no single decision."""

import uuid

from flows.apart import Apart
from flows.opening import logger
from referrals import db, mailer
from referrals.forums import date_letters


def tell_of_dates(database: str, apart: Apart) -> int:
    """Make what was told of dates equal to what is to stand in calendars: how many letters went. At least once, with the same Message-ID."""
    with db.reading(database) as session:
        dates = date_letters.due_dates(session)
    told = 0
    try:
        for date_id in dates:
            with apart.one(f"date {date_id}", through=(mailer.OfficeAway,)):
                told += _tell_of_one(database, date_id, apart)
    except mailer.OfficeAway:  # each more would be waited for as long, and whatever else follows the clock with it
        logger().warning("dates: the post office does not answer; who is left is written to at a later look")
    return told


def _tell_of_one(database: str, date_id: uuid.UUID, apart: Apart) -> int:
    with db.reading(database) as session:
        due = date_letters.due_of(session, date_id)
    told = 0
    for recipient in due:
        with apart.one(f"date {date_id}", through=(mailer.OfficeAway,)):
            told += _tell(database, date_id, recipient)
    return told


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
