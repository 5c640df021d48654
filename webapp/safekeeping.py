"""The verbs of the command line that keep what is entrusted to us: the check of the audit log, and the keys."""

import argparse
import json
from contextlib import suppress
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any

from referrals import clock, config, db
from referrals.errors import AlreadyDecided, KeysStillUsed, NotDue, OnHold, StartRefused
from referrals.keeping import audit_check, contents, retention
from referrals.keeping.audit_check import Fault, Finding, Report
from referrals.models import GENERAL, Disposal, ProtectionDisposal
from referrals.operations import key_rotation, sealed_file
from referrals.operations.key_rotation import Outcome
from referrals.people import organisation
from referrals.safeguarding import protection_disposal
from referrals.sealing import KeyRing
from referrals.vocabulary import ContentKind, DisposalState
from webapp.watch import Watch

_SENTENCES: dict[Fault, str] = {
    Fault.CHANGED: "event {number} is not as it was written, or does not follow the one before it",
    Fault.MISSING: "event {number} is missing",
    Fault.CUT_OFF: "the end is missing, from event {number}",
    Fault.ADDED: "event {number} was added behind the end",
    Fault.HEAD: "the row that says how the chain ends was changed or taken out (it ends at {number})",
    Fault.UNREADABLE: "event {number} holds what no event can hold",
    Fault.NOT_LOGGED: "row {number} of the history has no event",
    Fault.NOT_AS_WITNESSED: "event {number} is not the one an earlier check saw",
}


def add_to(verbs: Any) -> None:
    """Add `audit verify`, `keys new`, `keys backup` and `keys rotate` to the command line's verbs."""
    log = verbs.add_parser("audit", help="check the audit log").add_subparsers(required=True, metavar="VERB")
    check = log.add_parser("verify", help="find any change, deletion or reordering; exit status 1 if there is one")
    check.add_argument("--json", action="store_true", help="say it for a program")
    check.add_argument(
        "--witness",
        type=Path,
        metavar="FILE",
        help="compare with, and then write, how each chain ends; keep FILE elsewhere",
    )
    check.set_defaults(do=_verify)
    keys = verbs.add_parser("keys", help="make and change the keys").add_subparsers(required=True, metavar="VERB")
    new = keys.add_parser("new", help="make a key ring for a start with real people")
    new.add_argument("file", type=Path, help="where to write it: outside the data folder")
    new.set_defaults(do=_make, opens_keys=False)
    backup = keys.add_parser("backup", help="make the two keys of backups: one that seals them, one that opens them")
    backup.add_argument("file", type=Path, help="where to write the one that opens them; keep it off this machine")
    backup.set_defaults(do=_make_backup_keys, opens_keys=False)
    rotate = keys.add_parser("rotate", help="bring a new key in; go on where that was interrupted")
    rotate.add_argument(
        "kind",
        nargs="?",
        choices=("wrapping", "audit"),
        default="wrapping",
        help="which: what wraps every data key (this where none is named), or the audit log's",
    )
    rotate.add_argument(
        "--drop-old", action="store_true", help="no new key: take out the older ones, once nothing uses them"
    )
    rotate.set_defaults(do=_rotate)


def add_retention_to(verbs: Any) -> None:
    """Add `retention run` to the command line's verbs."""
    keeping = verbs.add_parser("retention", help="let content go as the plan says").add_subparsers(
        required=True, metavar="VERB"
    )
    run = keeping.add_parser("run", help="do now what two people have approved and the night would do")
    run.add_argument("--dry-run", action="store_true", help="only say what would go, and change nothing")
    run.set_defaults(do=_let_go)


def _let_go(given: argparse.Namespace) -> None:
    with db.reading() as session:
        today = clock.today(organisation.municipality(session).timezone)
        waiting = [
            (one.id, one.referral.number, one.kinds, contents.count(session, one.referral, map(ContentKind, one.kinds)))
            for one in retention.approved(session, today=today)
        ]
    gone = set()
    with Watch() as watch:
        for done, (disposal_id, *_what) in enumerate(() if given.dry_run else waiting, start=1):
            with db.writing() as session, suppress(AlreadyDecided, NotDue, OnHold):
                if retention.carry_out(session, session.get_one(Disposal, disposal_id)).state is DisposalState.DONE:
                    gone.add(disposal_id)
            watch.tell("disposals", done, len(waiting))
    for disposal_id, number, kinds, rows in waiting:
        became = (
            "gone" if disposal_id in gone else "kept: reopened, on hold, or changed since and waiting for a new copy"
        )
        print(f"{number}: {', '.join(kinds)} ({rows} rows) {'would go' if given.dry_run else became}")
    _let_reports_go(today, is_dry_run=given.dry_run)
    would = f"{len(waiting)} disposals would be done; nothing was changed"
    print(would if given.dry_run else f"{len(gone)} disposals done")


def _let_reports_go(today: date, *, is_dry_run: bool) -> None:
    """Protection reports, by nothing but their count: who runs this may not know of any one of them."""
    with db.reading() as session:
        waiting = [one.id for one in protection_disposal.approved(session, today=today)]
    gone = 0
    for disposal_id in () if is_dry_run else waiting:
        with db.writing() as session, suppress(NotDue, OnHold):
            protection_disposal.carry_out(session, session.get_one(ProtectionDisposal, disposal_id))
            gone += 1
    if waiting:
        print(f"{len(waiting)} without a number would go" if is_dry_run else f"{gone} without a number gone")


def _verify(given: argparse.Namespace) -> int:
    witnessed = audit_check.read_witness(given.witness) if given.witness else None
    with db.reading() as session, Watch() as watch:
        report = audit_check.verify(session, witnessed=witnessed, tell=lambda done, of: watch.tell("events", done, of))
    if given.witness and report.is_sound:
        audit_check.write_witness(given.witness, report)
    if given.json:
        print(json.dumps(_as_data(report)))
    elif report.is_sound:
        print(f"in order: {report.events} events in {report.chains} chains")
    else:
        for finding in report.findings:
            print(_sentence(finding))
        print(f"NOT in order: {len(report.findings)} places, {report.events} events in {report.chains} chains")
    return 0 if report.is_sound else 1


def _as_data(report: Report) -> dict[str, Any]:
    found = [asdict(finding) | {"chain_id": str(finding.chain_id)} for finding in report.findings]
    return {"sound": report.is_sound, "chains": report.chains, "events": report.events, "findings": found}


def _sentence(finding: Finding) -> str:
    whose = "sign-ins and administration" if finding.chain_id == GENERAL else f"chain {finding.chain_id}"
    return f"{whose}: {_SENTENCES[finding.fault].format(number=finding.number)}"


def _make(given: argparse.Namespace) -> None:
    if given.file.exists():
        raise StartRefused(
            f"{given.file} is there already and was left as it is: new keys would not open what it sealed"
        )
    given.file.parent.mkdir(parents=True, exist_ok=True)
    KeyRing.make(given.file, is_for_production=True)
    print(
        f"{given.file} holds the keys now. Keep a copy apart from the data: without it nothing can ever be read again."
    )


def _make_backup_keys(given: argparse.Namespace) -> None:
    public = sealed_file.make_keys(given.file)
    print(
        f"{public} seals backups and may stay here. {given.file} opens them: take it off this machine, and keep two copies."
    )


def _rotate(given: argparse.Namespace) -> int:
    settings = config.current()
    if given.kind == "audit" and given.drop_old:
        raise KeysStillUsed(
            "the audit log's older keys stay: what was logged in their time is checked with them; nothing was changed"
        )
    change = key_rotation.rotate_audit if given.kind == "audit" else key_rotation.rotate
    with Watch() as watch:
        outcome = (key_rotation.drop_old if given.drop_old else change)(
            settings.database, settings.key_file, tell=watch.tell
        )
    print(_audit_went_over(outcome) if given.kind == "audit" else _what_was_done(outcome, drops=given.drop_old))
    for table, rows in outcome.unreadable.items():
        print(f"{table}: {rows} rows open with none of the keys and were left as they are")
    return 1 if outcome.unreadable else 0


def _what_was_done(outcome: Outcome, *, drops: bool) -> str:
    wrapped = f"{outcome.rewrapped} data keys wrapped anew"
    if drops:
        return f"{wrapped}, {outcome.dropped} older keys taken out of the key ring"
    began = "a new key came in" if outcome.has_new_key else "went on with the newest key"
    return f"{began}, {wrapped}; the older keys stay until `trivsel keys rotate --drop-old`"


def _audit_went_over(outcome: Outcome) -> str:
    began = "a new key came in" if outcome.has_new_key else "went on with the newest key"
    return f"{began}, {outcome.linked} chains of the audit log carried over; older keys check what is older, and seal nothing any more"
