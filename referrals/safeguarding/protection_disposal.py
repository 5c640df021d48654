"""What becomes of protection reports in the end: due by the municipality's rule, proposed, approved by a second person, gone in a night.

Only whoever knows of a report anyway takes part: its sender, its receiver, and whom the municipality's setting names. A report
that was never given, and of which guardians were not told, is its sender's alone, so that no second person could approve: it goes
as a draft does, by a rule of its own, a month after its sender was asked about it and nobody else. Where the sender's account has
left, those are asked whom the setting names; where it names nobody, it stays.
"""

import uuid
from collections.abc import Iterable
from datetime import date, timedelta
from typing import Final

from sqlalchemy import Select, delete, or_, select
from sqlalchemy.orm import Session

from referrals import clock, here
from referrals.access import SYSTEM, Actor
from referrals.errors import AlreadyDecided, NoSuchReferral, NotDue, OnHold, SamePerson
from referrals.keeping import archive, audit, retention
from referrals.languages import local_date
from referrals.models import Account, ProtectionDisposal, ProtectionHold, ProtectionPaper, ProtectionReport, What
from referrals.people import organisation
from referrals.safeguarding.protection import Setting, named, read_paper
from referrals.stages import Party
from referrals.vocabulary import DisposalState, Fate

#: so long before a report that was never given goes, its sender is asked about it
ASKED_BEFORE: Final = timedelta(days=30)


def due_on(session: Session, report: ProtectionReport) -> date | None:
    """The first day on which it may go; None without a rule, or while nobody but its sender knows of it. Counted
    from the day it was given, or until it is from the day it was recorded that the guardians were told.
    """
    here = organisation.municipality(session)
    years = here.retention.get("protection_report_years")
    if years is None or report.known_since is None:
        return None
    return retention.years_after(local_date(report.known_since, zone=here.timezone), years)


def is_due(session: Session, report: ProtectionReport) -> bool:
    """Whether its time is over and nothing holds it."""
    day = due_on(session, report)
    return day is not None and day <= here.today(session) and not is_held(session, report)


def may_decide(report: ProtectionReport, actor: Actor, *, setting: Setting) -> bool:
    """Whether `actor` approves that it goes, or holds it: whom the setting names, once it is known; and before, once they are
    asked because its sender has left.
    """
    who = actor.account_id
    if report.known_since is None:
        return who in setting.readers and not report.sender.is_active and report.asked_on is not None
    return who in setting.readers or (who == report.receiver_id and who in setting.receivers)


def may_propose(report: ProtectionReport, actor: Actor, *, setting: Setting) -> bool:
    """Whether `actor` takes part at all, once it is known: the sender, or whoever decides. Who reads it because the guardians
    were told does not.
    """
    is_sender = actor.account_id is not None and actor.account_id == report.sender_id
    return (is_sender and report.known_since is not None) or may_decide(report, actor, setting=setting)


def under_way(session: Session, report: ProtectionReport) -> ProtectionDisposal | None:
    """What is proposed or approved for it, and not done."""
    rows = select(ProtectionDisposal).where(
        ProtectionDisposal.report_id == report.id,
        ProtectionDisposal.done_at.is_(None),
        ProtectionDisposal.is_declined.is_(False),
    )
    return session.scalars(rows).one_or_none()


def fate_of(session: Session, going: ProtectionDisposal | None) -> Fate:
    """What becomes of a report: as it was proposed where `going` is under way, else as the plan says now."""
    planned = organisation.municipality(session).retention.get("protection_report_then", Fate.DISPOSE)
    return going.fate if going else Fate(planned)


def to_decide(
    session: Session, reports: Iterable[ProtectionReport], actor: Actor
) -> dict[uuid.UUID, DisposalState | None]:
    """Of these reports, those about which `actor` can do something now, by id: the state of what is under way, None where nothing is."""
    setting, found = Setting.read(session), {}
    for report in reports:
        if not may_propose(report, actor, setting=setting) or is_held(session, report):
            continue
        going = under_way(session, report)
        if going is not None or is_due(session, report):
            found[report.id] = going.state if going else None
    return found


def receipts(session: Session, actor: Actor) -> list[ProtectionDisposal]:
    """What has gone, the newest first: for those who sent it, took part, or are named to read every report.

    That one went which was never given is its sender's to know, and theirs where the sender has left.
    """
    who = actor.account_id
    rows = select(ProtectionDisposal).where(ProtectionDisposal.done_at.is_not(None))
    theirs = ProtectionDisposal.sender_id, ProtectionDisposal.proposed_by_id, ProtectionDisposal.decided_by_id
    known = [column == who for column in theirs]
    if who in Setting.read(session).readers:
        left = select(Account.id).where(Account.is_active.is_(False))
        known += [ProtectionDisposal.proposed_by_id.is_not(None), ProtectionDisposal.sender_id.in_(left)]
    rows = rows.where(or_(*known))
    return list(session.scalars(rows.order_by(ProtectionDisposal.done_at.desc()).limit(retention.MOST)))


def propose_disposal(session: Session, report: ProtectionReport, *, by: Actor) -> ProtectionDisposal:
    """Propose that it goes. Raises NoSuchReferral, OnHold, NotDue, AlreadyDecided."""
    if not may_propose(report, by, setting=Setting.read(session)):
        raise NoSuchReferral
    _require_no_hold(session, report)
    if not is_due(session, report):
        raise NotDue
    if under_way(session, report) is not None:
        raise AlreadyDecided
    plan = organisation.municipality(session).retention
    disposal = ProtectionDisposal(
        report_id=report.id, number=report.number, sender_id=report.sender_id, proposed_at=clock.now(), proposed_by_id=by.account_id,
        rule={"plan": plan["plan"], "years": plan["protection_report_years"]},
        fate=fate_of(session, None),
    )  # fmt: skip
    session.add(disposal)
    session.flush()
    _log(session, report.id, "propose_disposal", by=by)
    return disposal


def approve_disposal(session: Session, report: ProtectionReport, *, by: Actor) -> None:
    """Approve what somebody else proposed. Raises NoSuchReferral, SamePerson, OnHold, AlreadyDecided."""
    _require_deciding(session, report, by)
    disposal = under_way(session, report)
    if disposal is None or disposal.state is not DisposalState.PROPOSED:
        raise AlreadyDecided
    if by.account_id == disposal.proposed_by_id:
        raise SamePerson
    _require_no_hold(session, report)
    disposal.decided_at, disposal.decided_by_id = clock.now(), by.account_id
    session.flush()
    _log(session, report.id, "approve_disposal", by=by)


def decline_disposal(session: Session, report: ProtectionReport, *, by: Actor) -> None:
    """Say no to it, or stop it before the night: nothing has gone yet. Raises NoSuchReferral, AlreadyDecided."""
    _require_deciding(session, report, by)
    disposal = under_way(session, report)
    if disposal is None:
        raise AlreadyDecided
    disposal.is_declined = True
    disposal.decided_at, disposal.decided_by_id = clock.now(), by.account_id
    session.flush()
    _log(session, report.id, "decline_disposal", by=by)


def copy_for_archive(session: Session, report: ProtectionReport, *, by: Actor) -> bytes:
    """A ZIP as the archive's copy of a referral is: what it is, what it says, its paper, and checksums; in clear, and logged.

    Raises NoSuchReferral, OnHold, and AlreadyDecided unless it is to be delivered.
    """
    disposal = _to_deliver(session, report, by)
    here, paper = organisation.municipality(session), read_paper(session, report)
    about = {
        "municipality": here.name, "unit": report.unit.name if report.unit else None, "number": report.number,
        "sender": report.sender.name, "written_at": report.written_at, "issued_at": report.issued_at,
        "given_at": report.given_at, "guardians_told_at": report.opened_at, "plan": disposal.rule,
    }  # fmt: skip
    files = {
        "metadata.json": archive.as_json(about),
        "content.json": archive.as_json({"content": report.content, "record": report.record}),
    }
    if paper is not None:
        files[f"papers/{report.number}.pdf"] = paper
    disposal.exported_at = disposal.exported_at or clock.now()
    session.flush()
    audit.append(session, What.EXPORTED, by=by, chain=report.id, subject="archive", object_id=disposal.id)
    return archive.packed(archive.with_checksums(files))


def record_delivery(session: Session, report: ProtectionReport, *, by: Actor, archive_number: str) -> None:
    """Record under which number the archive has received its copy. Raises as `copy_for_archive`, NotDue before it was taken out."""
    disposal = _to_deliver(session, report, by)
    if disposal.exported_at is None or not archive_number.strip():
        raise NotDue
    disposal.archive_number = archive_number.strip()
    session.flush()
    _log(session, report.id, "record_delivery", by=by)


def approved(session: Session, *, today: date) -> list[ProtectionDisposal]:
    """What the night may do: approved, from the day after."""
    zone = organisation.municipality(session).timezone
    rows = select(ProtectionDisposal).where(
        ProtectionDisposal.done_at.is_(None),
        ProtectionDisposal.is_declined.is_(False),
        ProtectionDisposal.decided_at.is_not(None),
    )
    return [
        one
        for one in session.scalars(rows.order_by(ProtectionDisposal.decided_at))
        if one.state is DisposalState.APPROVED and one.decided_at and local_date(one.decided_at, zone=zone) < today
    ]


def carry_out(session: Session, disposal: ProtectionDisposal) -> None:
    """Take report, paper and data key out and leave the receipt. Again changes nothing.

    Raises AlreadyDecided while it is not approved, OnHold, and NotDue where its sender has since put its day right.
    """
    if disposal.state is DisposalState.DONE:
        return
    if disposal.state is not DisposalState.APPROVED:
        raise AlreadyDecided
    report = session.get_one(ProtectionReport, disposal.report_id)
    _require_no_hold(session, report)
    if not is_due(session, report):
        raise NotDue
    _take_out(session, report, disposal)


# -------------------------------------------------------------------------------------------------- never given
def goes_on(session: Session, report: ProtectionReport) -> date | None:
    """The day on which a report goes of which nobody but its sender knows; None before they were asked, or while something holds it."""
    due = _never_given_due(session, report)
    if due is None or report.asked_on is None or is_held(session, report):
        return None
    return max(due, report.asked_on + ASKED_BEFORE)


def about_to_go(session: Session, actor: Actor) -> list[tuple[ProtectionReport, date]]:
    """What `actor` began and never gave, and the day on which it goes: to be asked about on their own home, and nowhere else.

    Whom the setting names is asked too, where the sender has left.
    """
    theirs = ProtectionReport.sender_id == actor.account_id
    if actor.account_id in Setting.read(session).readers:
        theirs = or_(theirs, ProtectionReport.sender.has(Account.is_active.is_(False)))
    rows = session.scalars(_never_given().where(theirs))
    return [(report, day) for report in rows if (day := goes_on(session, report)) is not None]


def ask_anew(session: Session, left: Account) -> None:
    """Begin from the start with asking about what `left` began and never gave: somebody else is asked from now on."""
    for report in session.scalars(_never_given().where(ProtectionReport.sender_id == left.id)):
        report.asked_on = None
    session.flush()


def ask_senders(session: Session, *, today: date) -> None:
    """Begin to ask about every report whose time is over within a month. Once asked, asking again changes nothing."""
    for report in session.scalars(_never_given().where(ProtectionReport.asked_on.is_(None))):
        due = _never_given_due(session, report)
        if due is not None and due - ASKED_BEFORE <= today and not is_held(session, report):
            report.asked_on = today
    session.flush()


def never_given(session: Session, *, today: date) -> list[ProtectionReport]:
    """What the night lets go by the plan alone."""
    rows = session.scalars(_never_given().where(ProtectionReport.asked_on.is_not(None)))
    return [report for report in rows if (day := goes_on(session, report)) is not None and day <= today]


def let_go(session: Session, report: ProtectionReport) -> None:
    """Take out what was never given, and leave a receipt for its sender. Raises NotDue where it was given meanwhile, or is held."""
    day = goes_on(session, report)
    if day is None or day > here.today(session):
        raise NotDue
    plan = organisation.municipality(session).retention
    receipt = ProtectionDisposal(
        report_id=report.id, number=report.number, sender_id=report.sender_id, proposed_at=clock.now(),
        rule={"plan": plan["plan"], "years": plan["protection_never_given_years"]},
    )  # fmt: skip
    session.add(receipt)
    _take_out(session, report, receipt)


# ------------------------------------------------------------------------------------------------------- holds
def hold_of(session: Session, report: ProtectionReport) -> ProtectionHold | None:
    """The hold that is on this report itself now."""
    rows = select(ProtectionHold).where(ProtectionHold.report_id == report.id, ProtectionHold.lifted_at.is_(None))
    return session.scalars(rows).one_or_none()


def is_held(session: Session, report: ProtectionReport) -> bool:
    """Whether a hold is on it, or on the referral it stands beside."""
    beside = report.referral is not None and retention.hold_of(session, report.referral) is not None
    return beside or hold_of(session, report) is not None


def place_hold(session: Session, report: ProtectionReport, *, by: Actor, reason: str) -> None:
    """Let it stay until the hold is lifted. A hold that is there already stays. Raises NoSuchReferral."""
    _require_deciding(session, report, by)
    if hold_of(session, report) is not None:
        return
    session.add(ProtectionHold(report=report, since=clock.now(), by_id=by.account_id, reason=reason.strip()))
    session.flush()
    _log(session, report.id, "place_hold", by=by)


def lift_hold(session: Session, report: ProtectionReport, *, by: Actor) -> None:
    """Lift the hold; where there is none, nothing changes. Raises NoSuchReferral."""
    _require_deciding(session, report, by)
    hold = hold_of(session, report)
    if hold is None:
        return
    hold.lifted_at, hold.lifted_by_id = clock.now(), by.account_id
    session.flush()
    _log(session, report.id, "lift_hold", by=by)


# ------------------------------------------------------------------------------------------------------- inside
def _never_given() -> Select[ProtectionReport]:
    """Reports that nobody but their sender knows of: not given, nor finished and the guardians told."""
    is_closed = or_(ProtectionReport.opened_at.is_(None), ProtectionReport.issued_at.is_(None))
    rows = select(ProtectionReport).where(ProtectionReport.given_at.is_(None), is_closed)
    return rows.order_by(ProtectionReport.written_at)


def _never_given_due(session: Session, report: ProtectionReport) -> date | None:
    here = organisation.municipality(session)
    years = here.retention.get("protection_never_given_years")
    if years is None or report.known_since is not None:
        return None
    if not (report.sender.is_active or named(session, "readers")):
        return None  # nobody is there to be asked
    return retention.years_after(local_date(report.written_at, zone=here.timezone), years)


def _take_out(session: Session, report: ProtectionReport, disposal: ProtectionDisposal) -> None:
    report_id = report.id
    paper = session.scalars(select(ProtectionPaper).where(ProtectionPaper.report_id == report_id)).one_or_none()
    disposal.receipt = {"paper": paper.checksum if paper else None}
    disposal.done_at = clock.now()
    if disposal.fate is Fate.PRESERVE:
        disposal.wrapped_key = report.wrapped_key
    for table in (ProtectionPaper, ProtectionHold):
        session.execute(delete(table).where(table.report_id == report_id))
    session.execute(delete(ProtectionReport).where(ProtectionReport.id == report_id))
    session.flush()
    _log(session, report_id, "carry_out_disposal", by=SYSTEM)


def _require_deciding(session: Session, report: ProtectionReport, by: Actor) -> None:
    if not may_decide(report, by, setting=Setting.read(session)):
        raise NoSuchReferral


def _to_deliver(session: Session, report: ProtectionReport, by: Actor) -> ProtectionDisposal:
    _require_deciding(session, report, by)
    _require_no_hold(session, report)
    disposal = under_way(session, report)
    if disposal is None or disposal.state is not DisposalState.TO_DELIVER:
        raise AlreadyDecided
    return disposal


def _require_no_hold(session: Session, report: ProtectionReport) -> None:
    if is_held(session, report):
        raise OnHold


def _log(session: Session, report_id: uuid.UUID, verb: str, *, by: Actor) -> None:
    audit.append(session, What.DID, by=by, chain=report_id, party=Party.SYSTEM if by.is_system else None, subject=verb)
