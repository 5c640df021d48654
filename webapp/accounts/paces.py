"""Counting tries from a page: in a transaction of its own, which stays also when what was tried is taken back."""

import secrets
from datetime import timedelta

from flask import session as cookie

from referrals import pace
from referrals.pace import Limit
from webapp import transactions

_BROWSER = "browser"

#: codes typed by reporters who come back: one browser
REPORTERS = Limit("codes of reporters", most=10, within=timedelta(minutes=15))
#: codes typed by guardians: one browser
GUARDIANS = Limit("codes of guardians", most=10, within=timedelta(minutes=15))
#: concerns begun from one browser; a school's shared computer begins many
BEGINNINGS = Limit("concerns begun in a browser", most=20, within=timedelta(minutes=60))
#: concerns begun in all browsers together, far above what a municipality ever sends: against programs that throw cookies away
ALL_BEGINNINGS = Limit("concerns begun", most=600, within=timedelta(minutes=10))

#: files put into concerns from one browser, and in all browsers together
FILES = Limit("files from a browser", most=40, within=timedelta(minutes=60))
ALL_FILES = Limit("files", most=400, within=timedelta(minutes=10))


def take(limit: Limit, whose: str) -> None:
    """Count one try. Call it before the request's own session is opened: two writers would wait for each other.

    Raises TooManyTries, which shows the page again with all that was typed.
    """
    with transactions.writing() as session:
        pace.take(session, limit, whose)


def this_browser() -> str:
    """A name for this browser that lives as long as its session cookie, and is written nowhere but there."""
    if _BROWSER not in cookie:
        cookie[_BROWSER] = secrets.token_hex(16)
    return str(cookie[_BROWSER])
