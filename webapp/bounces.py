"""The verb of the command line that reads what came back: from the post office itself, or out of a mailbox folder."""

import argparse
import mailbox
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sqlalchemy.exc import DBAPIError

from referrals import db, notifications
from referrals.errors import SetupFileInvalid
from referrals.forums import date_letters
from referrals.reminders import digest
from schemas import delivery_report
from webapp.watch import Watch


def add_to(verbs: Any) -> None:
    """Add `bounces` to the command line's verbs. It needs no keys: a report names a mail by its Message-ID alone."""
    verb = verbs.add_parser("bounces", help="read which mails came back, so that coordinators see it")
    verb.add_argument("folder", type=Path, nargs="?", help="a Maildir; by default one report on standard input")
    verb.set_defaults(do=_read, opens_keys=False)


def _read(given: argparse.Namespace) -> int:
    came_back = others = 0
    try:
        for content in _watched(given.folder):
            message_id = delivery_report.undelivered(content)
            with db.writing() as session:
                is_ours = message_id is not None and (
                    notifications.note_returned(session, message_id)
                    or date_letters.note_returned(session, message_id)
                    or digest.note_returned(session, message_id)
                )
            came_back, others = came_back + is_ours, others + (not is_ours)
    except DBAPIError:
        print("trivsel: the database does not answer; the report is to come again later", file=sys.stderr)
        return os.EX_TEMPFAIL  # a post office that pipes its reports in keeps this one, and tries again
    print(f"{came_back} came back, {others} said nothing new of a mail of ours")
    return 0


def _watched(folder: Path | None) -> Iterator[bytes]:
    """Each report; of a folder, with how far it is on a terminal."""
    if folder is None:
        yield sys.stdin.buffer.read(delivery_report.LARGEST)
        return
    box = _mailbox(folder)
    keys = sorted(box.keys())
    with Watch() as watch:
        for done, key in enumerate(keys, start=1):
            yield box.get_bytes(key)
            watch.tell("reports", done, len(keys))


def _mailbox(folder: Path) -> mailbox.Maildir:
    if not (folder / "new").is_dir() or not (folder / "cur").is_dir():
        raise SetupFileInvalid(f"{folder} is no Maildir: it has no folders new and cur")
    return mailbox.Maildir(folder, create=False)
