"""The verbs of the command line that copy an instance and put a copy back."""

import argparse
import sys
from pathlib import Path
from typing import Any, Final

from referrals import config
from referrals.operations import backup, key_copies
from referrals.operations.backup import Report
from webapp.watch import Watch

#: the most days that copies of keys are kept: a hundred years, past which the calendar ends somewhere
_LONGEST: Final = 36_500


def add_to(verbs: Any) -> None:
    """Add `backup` and `restore` to the command line's verbs."""
    copy = verbs.add_parser("backup", help="copy everything, while it runs, into two sealed files")
    copy.add_argument("file", type=Path, help="where to write the data")
    copy.add_argument(
        "--keys", type=Path, required=True, metavar="FILE", help="where to write the data keys; keep it shorter"
    )
    copy.add_argument("--for", type=Path, required=True, metavar="FILE", dest="public",
                      help="the public key of backups, made with `trivsel keys backup`")  # fmt: skip
    copy.add_argument("--keep-keys", type=_days, metavar="DAYS",
                      help="afterwards, remove the copies of keys beside the new one that were made longer ago")  # fmt: skip
    copy.set_defaults(do=_back_up)
    back = verbs.add_parser("restore", help="put a copy into an empty database")
    back.add_argument("file", type=Path, help="the data")
    back.add_argument("--keys", type=Path, required=True, metavar="FILE", help="the data keys of the same day or later")
    back.add_argument(
        "--with", type=Path, required=True, metavar="FILE", dest="private", help="the private key of backups"
    )
    back.set_defaults(do=_restore)


def _days(word: str) -> int:
    if not word.isdecimal() or not 0 < int(word) <= _LONGEST:
        raise argparse.ArgumentTypeError(f"{word!r} is no number of days from 1 to {_LONGEST}")
    return int(word)


def _back_up(given: argparse.Namespace) -> int:
    settings = config.current()
    with Watch() as watch:
        report = backup.back_up(
            settings.database, settings.data, data=given.file, keys=given.keys, public=given.public, tell=watch.tell
        )
    _tell(report)
    print(f"{given.file} holds the data, {given.keys} their keys. Keep them apart, and the keys for a shorter time.")
    return 0 if given.keep_keys is None else _remove_older(given.keys, days=given.keep_keys)


def _remove_older(keys: Path, *, days: int) -> int:
    """Say what became of older copies of the keys; 1 where one may have stayed longer than it should."""
    outcome = key_copies.remove_older(keys, days=days)
    for path, made_at in outcome.removed:
        print(f"{path}, keys of {made_at:%Y-%m-%d %H:%M} UTC, was removed: older than {days} days.")
    for path, reason in outcome.failed:
        print(f"trivsel: {path} may hold keys older than {days} days and was not removed: {reason}", file=sys.stderr)
    for path in outcome.unmarked:
        print(
            f"trivsel: {path} is older than {days} days, from before copies said what they hold, and was not removed: "
            "delete it if it holds keys, put it elsewhere if it holds data.",
            file=sys.stderr,
        )
    return 0 if outcome.is_whole else 1


def _restore(given: argparse.Namespace) -> None:
    settings = config.current()
    with Watch() as watch:
        report = backup.restore(
            settings.database, settings.data, data=given.file, keys=given.keys, private=given.private, tell=watch.tell
        )
    _tell(report)
    if report.without_key:
        print(f"{report.without_key} were destroyed or changed after the data was copied: what they sealed stays shut")
    print("Everything was read back and is as it was written. Start the parts: what was under way goes on.")


def _tell(report: Report) -> None:
    for name, count in report.tables.items():
        if count.rows:
            print(f"  {name:28} {count.rows:9} rows  {count.checksum}")
    rows = sum(count.rows for count in report.tables.values())
    print(f"{rows} rows in {len(report.tables)} tables, {report.keys} data keys, {report.files} languages of guardians")
