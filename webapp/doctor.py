"""`trivsel doctor`: goes through one instance and says what is in order, what is not, and what to do about it."""

import argparse
import os
import socket
from collections.abc import Callable
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from referrals import config, db, migrations, printing
from referrals.config import Settings
from referrals.errors import SealBroken
from referrals.models import Municipality, Referral
from referrals.operations import figures
from referrals.sealing import open_data_key
from webapp import health, instance

#: seconds after which waiting work is worth a look
LONG: Final = 300
#: the same after which no sweep came to its end without leaving anything over: there is one each day
A_DAY_AND_MORE: Final = 26 * 3600
_NOT_ASKED: Final = "the database does not answer, so this was not asked"


def add_to(verbs: Any) -> None:
    """Add `doctor` to the command line's verbs."""
    doctor = verbs.add_parser("doctor", help="say what is in order and what is not; exit status 1 if anything is not")
    doctor.set_defaults(do=_examine)


def _examine(_given: argparse.Namespace) -> int:
    settings, faults = config.current(), 0
    for name, check in CHECKS.items():
        try:
            fault = check(settings)
        except SQLAlchemyError:
            fault = _NOT_ASKED
        faults += fault is not None
        print(f"{'in order' if fault is None else 'NOT in order':14}{name}{f': {fault}' if fault else ''}")
    print("Everything is in order." if not faults else f"{faults} of {len(CHECKS)} are not in order.")
    return 1 if faults else 0


def _data_folder(settings: Settings) -> str | None:
    if not os.access(settings.data, os.W_OK):
        return f"{settings.data} cannot be written by this user"
    if (free := health.free_bytes(settings)) < health.LEAST_FREE:
        return f"only {free // 1_000_000} MB are left at {settings.data}: make room, or nothing more can be kept"
    return None


def _database(settings: Settings) -> str | None:
    standing = migrations.standing(settings.database)
    if standing == migrations.newest():
        return None
    return f"it is at version {standing}, this program at {migrations.newest()}: `trivsel migrate`"


def _municipality(settings: Settings) -> str | None:
    with db.reading(settings.database) as session:
        is_there = session.scalars(select(Municipality.id).limit(1)).first() is not None
    return None if is_there else "none is set up: `trivsel setup FILE`"


def _keys(settings: Settings) -> str | None:
    if settings.key_file.stat().st_mode & 0o077:
        return f"others can read {settings.key_file}: `chmod 600` closes it"
    with db.reading(settings.database) as session:
        newest = select(Referral.wrapped_key).where(Referral.wrapped_key != b"")
        wrapped = session.scalars(newest.order_by(Referral.opened_at.desc()).limit(1)).first()
    try:
        if wrapped:
            open_data_key(wrapped)
    except SealBroken:
        return f"{settings.key_file} does not open what is in the database: it belongs to another one"
    return None


def _paper(_settings: Settings) -> str | None:
    try:
        printing.print_pdf("<!doctype html><html lang='en'><title>Test</title><p>Test</p></html>")
    except OSError as error:
        return f"none can be printed ({error}): `apt-get install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0`"
    return None


def _prefect(settings: Settings) -> str | None:
    return None if health.prefect_answers(settings) else f"nothing answers at {settings.prefect_api}: start its server"


def _worker(settings: Settings) -> str | None:
    return None if health.worker_lives(settings) else "none was seen in the last half minute: start it"


def _web(_settings: Settings) -> str | None:
    here = instance.from_settings()
    return None if here.answers("/healthz") else f"nothing answers at {here.url}: start it"


def _post_office(settings: Settings) -> str | None:
    if not settings.smtp_host:
        return None  # mail becomes files, in a demonstration only
    try:
        socket.create_connection((settings.smtp_host, settings.smtp_port), timeout=5).close()
    except OSError as error:
        return f"{settings.smtp_host}:{settings.smtp_port} does not answer ({error.strerror}): mail waits"
    return None


def _work(settings: Settings) -> str | None:
    with db.reading(settings.database) as session:
        now = figures.read(session)
    if given_up := sum(one.given_up for one in now.work.values()):
        return f"{given_up} steps were given up: the administrator's page says which, with a button to try again"
    if now.papers_given_up:
        return (
            f"{now.papers_given_up} papers of the calendar never came out of the printer and were given up: the administrator's page"
            " says of which kind, with a button to try again"
        )
    oldest = max(one.oldest for one in now.work.values())
    return (
        None if oldest < LONG else f"the oldest step has waited {oldest / 60:.0f} minutes: look at worker and Prefect"
    )


def _calendar(settings: Settings) -> str | None:
    with db.reading(settings.database) as session:
        silent = figures.silent(session, figures.SWEEP)
    if silent is not None and silent < A_DAY_AND_MORE:
        return None
    since = "yet" if silent is None else f"for {silent / 3600:.0f} hours"
    return f"no sweep has done all that was due {since}: lines with `sweep:` in the worker's log say what is left over"


#: what is gone through, in the order in which one thing stands on the other; each says what is wrong, or None
CHECKS: Final[dict[str, Callable[[Settings], str | None]]] = {
    "data folder": _data_folder,
    "database": _database,
    "municipality": _municipality,
    "key ring": _keys,
    "paper": _paper,
    "Prefect": _prefect,
    "worker": _worker,
    "web": _web,
    "post office": _post_office,
    "automatic work": _work,
    "calendar": _calendar,
}
