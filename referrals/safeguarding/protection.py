"""Protection reports: written by one professional, known to the sender alone until given or opened, and always beside the stages.

No verb here touches a referral: its stage, version, history and members stay as they are, or a version that moved would tell.
Each report has a chain of its own in the audit log, by its own id: in a referral's log a row would tell that there is one.
"""

import hashlib
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Any, Final, Literal
from zoneinfo import ZoneInfo

from sqlalchemy import false, or_, select
from sqlalchemy.orm import Session
from sqlalchemy.sql.elements import ColumnElement

from referrals import clock, reference
from referrals.access import Actor, View, may_view
from referrals.errors import NoSuchReferral, NotAllowed, ReportIssued, SealBroken
from referrals.keeping import audit, register
from referrals.languages import local_date
from referrals.models import Account, Forum, ProtectionPaper, ProtectionReport, Referral, Unit, What
from referrals.models.protection import GuardiansTold
from referrals.people import organisation
from referrals.rules import rulebook
from referrals.rules.rulebook import AuthorityDeadline
from referrals.sealing import seal_bytes, unseal_bytes
from referrals.vocabulary import Counterpart, Direction, Registered

#: what is reported: it stands still once the paper is made
CONTENT: Final = (
    "seen", "seen_when", "urgency", "child_name", "child_id", "guardians", "interpreter", "siblings", "tried", "other_knowledge",
    "suspects_family", "sender_name", "sender_function", "sender_address", "sender_phone", "sender_email", "case_number",
)  # fmt: skip
#: what the sender records around it, before and after
RECORD: Final = (
    "orally_on", "orally_time", "orally_to", "in_writing_on", "in_writing_time", "in_writing_how", "told", "told_on", "told_how",
    "why_not_told", "receipt_on", "receipt_note", "outcome", "outcome_note",
)  # fmt: skip


class ToRecord(StrEnum):
    """What a sender still has to do about a report."""

    FINISH = "finish"
    GIVE = "give"
    RECEIPT = "receipt"


@dataclass(frozen=True)
class Setting:
    """Whom the municipality's setting names, and how the authority counts weekdays."""

    receivers: frozenset[uuid.UUID]
    readers: frozenset[uuid.UUID]
    is_saturday_counted: bool

    @classmethod
    def read(cls, session: Session) -> "Setting":
        """The setting as it is now."""
        written = organisation.municipality(session).protection

        receivers, readers = (
            frozenset(uuid.UUID(each) for each in written.get(capacity, ())) for capacity in ("receivers", "readers")
        )
        return cls(receivers, readers, bool(written.get("saturday_is_weekday")))


@dataclass(frozen=True)
class AuthorityStep:
    """What the authority does with a report, and the last day it has for it; no day before the report was given."""

    deadline: AuthorityDeadline
    due_on: date | None


# ------------------------------------------------------------------------------------------------------ writing
def write_report(
    session: Session,
    *,
    by: Actor,
    written: Mapping[str, Any],
    unit: Unit | None = None,
    referral: Referral | None = None,
    receiver_id: uuid.UUID | None = None,
) -> ProtectionReport:
    """Begin a report with what is known. Raises NotAllowed only for somebody without an account.

    `referral` counts only where the sender may see it; a receiver only where the municipality's setting names them.
    """
    if by.account_id is None:
        raise NotAllowed("write_report")
    report = ProtectionReport(
        number=f"P-{reference.new_code()}",
        sender_id=by.account_id,
        unit_id=unit.id if unit else None,
        written_at=clock.now(),
    )
    session.add(report)
    _put_down(session, report, by=by, written=written, referral=referral, receiver_id=receiver_id)
    _log(session, report, "write_report", by=by)
    return report


def correct_report(
    session: Session,
    report: ProtectionReport,
    *,
    by: Actor,
    written: Mapping[str, Any],
    referral: Referral | None = None,
    receiver_id: uuid.UUID | None = None,
) -> None:
    """Change what a report says before it is on paper. Raises NoSuchReferral, ReportIssued."""
    require_open_to_changes(report, by)
    _put_down(session, report, by=by, written=written, referral=referral, receiver_id=receiver_id)
    _log(session, report, "correct_report", by=by)


def _put_down(
    session: Session,
    report: ProtectionReport,
    *,
    by: Actor,
    written: Mapping[str, Any],
    referral: Referral | None,
    receiver_id: uuid.UUID | None,
) -> None:
    is_theirs = referral is not None and may_view(View.REFERRAL, by, referral.facts())
    report.referral = referral if is_theirs else None
    report.receiver_id = receiver_id if receiver_id in Setting.read(session).receivers else None
    _keep(session, report, written, names=CONTENT)
    _keep(session, report, written, names=RECORD)
    session.flush()


def require_open_to_changes(report: ProtectionReport, by: Actor) -> None:
    """Raises NoSuchReferral for anybody but the sender, ReportIssued once it is on paper."""
    _require_sender(report, by)
    if report.issued_at is not None:
        raise ReportIssued


def require_issued(report: ProtectionReport) -> None:
    """Raises NoSuchReferral while there is nothing to put on paper yet."""
    if report.issued_at is None:
        raise NoSuchReferral


def finish_report(session: Session, report: ProtectionReport, *, by: Actor) -> None:
    """Let the words stand as they are, ready for paper. Again changes nothing. Raises NoSuchReferral."""
    _require_sender(report, by)
    if report.issued_at is not None:
        return
    report.issued_at = clock.now()
    session.flush()
    _log(session, report, "finish_report", by=by)
    _register(session, report)


def record_since(session: Session, report: ProtectionReport, *, by: Actor, recorded: Mapping[str, Any]) -> None:
    """Record how it was given, who was told, and what came back. Raises NoSuchReferral for anybody but the sender."""
    _require_sender(report, by)
    _keep(session, report, recorded, names=RECORD)
    session.flush()
    _log(session, report, "record_since", by=by)
    _register(session, report)


def keep_paper(session: Session, report: ProtectionReport, content: bytes, *, language: str) -> ProtectionPaper:
    """Keep the PDF, sealed with the report's own key. A paper that is there already comes back as it is."""
    there = _paper(session, report)
    if there is not None:
        return there
    paper = ProtectionPaper(
        id=uuid.uuid4(),
        report_id=report.id,
        language=language,
        made_at=clock.now(),
        checksum=hashlib.sha256(content).hexdigest(),
        size=len(content),
        sealed=seal_bytes(content, key=report.data_key(), place=report.seal_place("paper")),
    )
    session.add(paper)
    session.flush()
    return paper


def read_paper(session: Session, report: ProtectionReport) -> bytes | None:
    """The PDF as it was made; None while there is none. Raises SealBroken when its bytes are not the ones that were kept."""
    paper = _paper(session, report)
    if paper is None:
        return None
    content = unseal_bytes(paper.sealed, key=report.data_key(), place=report.seal_place("paper"))
    if hashlib.sha256(content).hexdigest() != paper.checksum:
        raise SealBroken("a paper differs from its checksum")
    return content


# ------------------------------------------------------------------------------------------------------ reading
def may_read(report: ProtectionReport, actor: Actor, *, setting: Setting) -> bool:
    """Whether `actor` may know that `report` exists, and read it. No role and no place in a team gives that by itself."""
    who = actor.account_id
    if who is None:
        return False
    if who == report.sender_id:
        return True
    if who in setting.readers and (report.known_since is not None or not report.sender.is_active):
        return True
    if report.known_since is not None and who == report.receiver_id and who in setting.receivers:
        return True
    if report.opened_at is None or report.issued_at is None or report.referral is None:
        return False
    return may_view(View.PROTECTION, actor, report.referral.facts())


def known_to(session: Session, actor: Actor) -> list[ProtectionReport]:
    """Every report that `actor` may know of, the newest first."""
    setting = Setting.read(session)
    rows = select(ProtectionReport).where(_near(actor, setting)).order_by(ProtectionReport.written_at.desc())
    return [report for report in session.scalars(rows) if may_read(report, actor, setting=setting)]


def beside(session: Session, referral: Referral, *, actor: Actor) -> list[ProtectionReport]:
    """The reports beside `referral` that `actor` may know of, the newest first."""
    return [report for report in known_to(session, actor) if report.referral_id == referral.id]


def open_to_guardians(session: Session, referral: Referral) -> list[ProtectionReport]:
    """The reports that all guardians of this referral were told of, for their own page; the others are not there."""
    rows = select(ProtectionReport).where(
        ProtectionReport.referral_id == referral.id,
        ProtectionReport.opened_at.is_not(None),
        ProtectionReport.issued_at.is_not(None),
    )
    return list(session.scalars(rows.order_by(ProtectionReport.written_at)))


def named(session: Session, capacity: Literal["receivers", "readers"]) -> list[Account]:
    """The people the municipality's setting names: whom a sender can choose, or who read every report once given."""
    wanted: frozenset[uuid.UUID] = getattr(Setting.read(session), capacity)
    rows = select(Account).where(Account.id.in_(wanted), Account.is_active)
    return list(session.scalars(rows.order_by(Account.name)))


def to_record(report: ProtectionReport) -> ToRecord | None:
    """What the sender still has to do about it; None once the receipt or the outcome is recorded."""
    record = report.record or {}
    if record.get("receipt_on") or record.get("outcome"):
        return None
    if report.issued_at is None:
        return ToRecord.FINISH
    return ToRecord.RECEIPT if record.get("in_writing_on") else ToRecord.GIVE


def reminders(session: Session, actor: Actor, *, today: date) -> list[tuple[ProtectionReport, ToRecord, date]]:
    """What is still to be done about the reports `actor` sent, and since when: the day after each was begun. For them only."""
    mine = select(ProtectionReport).where(ProtectionReport.sender_id == actor.account_id)
    zone = organisation.municipality(session).timezone
    return [
        (report, what, day)
        for report in session.scalars(mine.order_by(ProtectionReport.written_at))
        if (day := local_date(report.written_at, zone=zone) + timedelta(days=1)) <= today
        and (what := to_record(report)) is not None
    ]


def authority_steps(session: Session, report: ProtectionReport) -> list[AuthorityStep]:
    """What the authority does now, each with the authority's own deadline."""
    here = organisation.municipality(session)
    is_saturday_counted = Setting.read(session).is_saturday_counted
    given_on = local_date(report.given_at, zone=here.timezone) if report.given_at else None
    return [
        AuthorityStep(each, each.due_on(given_on, is_saturday_counted=is_saturday_counted) if given_on else None)
        for each in rulebook.load(here.rulepack_version).authority
    ]


def paper_values(session: Session, report: ProtectionReport) -> dict[str, Any]:
    """What its paper is made from, under the names `PaperSource` knows, and the language it is written in."""
    return {
        "referral": ReportOnPaper(report),
        "municipality": organisation.municipality(session),
        "issued_at": report.issued_at,
    }


@dataclass(frozen=True)
class ReportOnPaper:
    """A report under the names a paper's frame knows. The authority must know who the child is: nothing is masked."""

    report: ProtectionReport
    has_protected_identity = False
    owner = None

    @property
    def number(self) -> str:
        """The report's own number."""
        return self.report.number

    @property
    def unit(self) -> Unit | None:
        """Where the sender works."""
        return self.report.unit

    @property
    def forum(self) -> Forum | None:
        """The team that takes in concerns there."""
        return self.unit.forum if self.unit else None

    @property
    def child_name(self) -> str | None:
        """The child's name, as the sender wrote it."""
        name: str | None = self.said.get("child_name")
        return name

    @property
    def said(self) -> dict[str, Any]:
        """What it says, and what was recorded before it was made."""
        return {**(self.report.record or {}), **(self.report.content or {})}


# ------------------------------------------------------------------------------------------------------ inside
def _log(session: Session, report: ProtectionReport, verb: str, *, by: Actor) -> None:
    audit.append(session, What.DID, by=by, chain=report.id, subject=verb)


def _register(session: Session, report: ProtectionReport) -> None:
    """Enter it once all guardians were told and it is on paper; until then not even a missing number tells of it.

    Where the sender takes back that they were told, the line is struck: its number then says nothing at all.
    """
    if report.opened_at is None or report.issued_at is None:
        register.strike(session, report.id)
        return
    register.enter(
        session,
        Registered.PROTECTION_REPORT,
        report.id,
        referral=None,
        direction=Direction.ISSUED,
        counterpart=Counterpart.AUTHORITY,
        unit_id=report.unit_id,
    )


def _require_sender(report: ProtectionReport, by: Actor) -> None:
    if by.account_id is None or by.account_id != report.sender_id:
        raise NoSuchReferral


def _paper(session: Session, report: ProtectionReport) -> ProtectionPaper | None:
    return session.scalars(select(ProtectionPaper).where(ProtectionPaper.report_id == report.id)).one_or_none()


def _near(actor: Actor, setting: Setting) -> ColumnElement[bool]:
    """A coarse net around what `actor` may know of; `may_read` decides."""
    who = actor.account_id
    if who is None:
        return false()
    near = (
        ProtectionReport.sender_id == who,
        ProtectionReport.receiver_id == who,
        ProtectionReport.opened_at.is_not(None),
    )
    if who not in setting.readers:
        return or_(*near)
    return or_(*near, ProtectionReport.given_at.is_not(None), ProtectionReport.sender.has(Account.is_active.is_(False)))


def _keep(session: Session, report: ProtectionReport, given: Mapping[str, Any], *, names: tuple[str, ...]) -> None:
    """Keep what was given under `names`, as plain JSON; what was not given stays as it was."""
    is_content = names is CONTENT
    before = (report.content if is_content else report.record) or {}
    kept = before | {name: _plain(given[name]) for name in names if name in given}
    if is_content:
        report.content = kept
        return
    report.record = kept
    zone = ZoneInfo(organisation.municipality(session).timezone)
    moments = [_moment(kept.get(f"{way}_on"), kept.get(f"{way}_time"), zone) for way in ("orally", "in_writing")]
    report.given_at = min((moment for moment in moments if moment), default=None)
    is_told = kept.get("told") == GuardiansTold.ALL
    report.opened_at = (report.opened_at or clock.now()) if is_told else None


def _moment(on: str | None, at: str | None, zone: ZoneInfo) -> datetime | None:
    """The instant of a day and, where known, a time of day; the beginning of the day otherwise."""
    if on is None:
        return None
    return datetime.combine(date.fromisoformat(on), time.fromisoformat(at) if at else time(), tzinfo=zone)


def _plain(value: Any) -> Any:
    if isinstance(value, time):
        return value.isoformat("minutes")
    return value.isoformat() if isinstance(value, date) else value
