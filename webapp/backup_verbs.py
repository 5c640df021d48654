"""The verbs of the command line that copy an instance and put a copy back."""

import argparse
from pathlib import Path
from typing import Any

from referrals import config
from referrals.operations import backup
from referrals.operations.backup import Report
from webapp.watch import Watch


def add_to(verbs: Any) -> None:
    """Add `backup` and `restore` to the command line's verbs."""
    copy = verbs.add_parser("backup", help="copy everything, while it runs, into two sealed files")
    copy.add_argument("file", type=Path, help="where to write the data")
    copy.add_argument(
        "--keys", type=Path, required=True, metavar="FILE", help="where to write the data keys; keep it shorter"
    )
    copy.add_argument("--for", type=Path, required=True, metavar="FILE", dest="public",
                      help="the public key of backups, made with `trivsel keys backup`")  # fmt: skip
    copy.set_defaults(do=_back_up)
    back = verbs.add_parser("restore", help="put a copy into an empty database")
    back.add_argument("file", type=Path, help="the data")
    back.add_argument("--keys", type=Path, required=True, metavar="FILE", help="the data keys of the same day or later")
    back.add_argument(
        "--with", type=Path, required=True, metavar="FILE", dest="private", help="the private key of backups"
    )
    back.set_defaults(do=_restore)


def _back_up(given: argparse.Namespace) -> None:
    settings = config.current()
    with Watch() as watch:
        report = backup.back_up(
            settings.database, settings.data, data=given.file, keys=given.keys, public=given.public, tell=watch.tell
        )
    _tell(report)
    print(f"{given.file} holds the data, {given.keys} their keys. Keep them apart, and the keys for a shorter time.")


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
