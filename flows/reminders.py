"""The mails that remind people: sent by the worker itself, since they follow the clock and no decision."""

import uuid

from flows.apart import Apart
from flows.opening import logger
from referrals import db, mailer
from referrals.reminders import digest


def send_reminders(database: str) -> bool:
    """Send today's mails to whom they were not sent yet; whether the day is finished. At least once, with the same Message-ID."""
    with db.reading(database) as session:
        accounts = digest.to_remind(session)
    apart = Apart("reminders")
    try:
        for account_id in accounts:
            with apart.one("a mail", through=(mailer.OfficeAway,)):
                _remind(database, account_id)
    except mailer.OfficeAway:  # each more would be waited for as long, and whatever else follows the clock with it
        logger().warning("reminders: the post office does not answer; who is left is written to at the next look")
    with db.reading(database) as session:
        return digest.is_finished(session)


def _remind(database: str, account_id: uuid.UUID) -> None:
    """One transaction to write it, one to note that it went."""
    with db.writing(database) as session:
        letter = digest.write(session, account_id)
    if letter is not None:
        _send(database, letter)


def _send(database: str, letter: mailer.Letter) -> None:
    try:
        mailer.send(letter)
    except mailer.AddressRefused:
        with db.writing(database) as session:
            digest.note_returned(session, letter.message_id)
        return
    with db.writing(database) as session:
        digest.note_sent(session, letter.message_id)
