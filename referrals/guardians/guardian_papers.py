"""The papers and files a guardian may open on their own page: theirs alone, once they have left, unless stopped."""

import uuid
from collections.abc import Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from referrals import clock
from referrals.disclosure import coverage, pieces
from referrals.errors import NoSuchReferral
from referrals.files import attachments
from referrals.models import Attachment, Concern, Document, Guardian, ProtectionReport
from referrals.papers import calls, readers
from referrals.safeguarding import protection
from referrals.vocabulary import ReporterKind


def papers_for(
    session: Session, guardian: Guardian, *, ended: Mapping[uuid.UUID, calls.Ended] | None = None
) -> list[Document]:
    """This guardian's papers, the newest first. One that was stopped, restricted or disposed of, or still can be
    stopped, is not among them; nor is one that holds what was withheld from this guardian since, nor the invitation to
    a meeting that was moved or called off before it had left.

    Who knows already which calls on paper hold no more, `calls.ended`, gives them along: what each stands on is read once.
    """
    mine = select(Document).where(
        Document.referral_id == guardian.referral_id,
        Document.recipient == readers.guardian_key(guardian.id),
        Document.stopped_at.is_(None),
        Document.restricted_at.is_(None),
        Document.content.has(),
    )
    now = clock.now()
    found = session.scalars(mine.order_by(Document.issued_at.desc(), Document.kind))
    kept_back = calls.never_going(calls.ended(session, guardian.referral) if ended is None else ended)
    left = [paper for paper in found if (paper.stoppable_until or now) <= now and paper.id not in kept_back]
    return [paper for paper in left if not _holds_withheld(session, guardian, paper)]


def find_paper(session: Session, guardian: Guardian, document_id: uuid.UUID) -> Document:
    """One of these papers. Raises NoSuchReferral for every other."""
    for paper in papers_for(session, guardian):
        if paper.id == document_id:
            return paper
    raise NoSuchReferral


def reports_for(session: Session, guardian: Guardian) -> list[ProtectionReport]:
    """The protection reports that were opened to the guardians and have their paper.

    Such a paper names both guardians and how to reach them: where another one's identity is protected, there are none.
    """
    others = [one for one in coverage.guardians_of(session, guardian.referral) if one.id != guardian.id]
    if any(one.has_protected_identity for one in others):
        return []
    reports = protection.open_to_guardians(session, guardian.referral)
    return [report for report in reports if report.paper is not None]


def find_report(session: Session, guardian: Guardian, report_id: uuid.UUID) -> ProtectionReport:
    """One of these reports. Raises NoSuchReferral for every other."""
    for report in reports_for(session, guardian):
        if report.id == report_id:
            return report
    raise NoSuchReferral


def files_for(session: Session, guardian: Guardian) -> list[Attachment]:
    """The files this guardian sent in themselves with the concern and nobody has taken out.

    No other file is a guardian's to open: it goes with a text that somebody else wrote, and nobody has said what it holds.
    Who sent a concern in is known by name only: where no name, or more than one guardian's, is the sender's, there are none.
    """
    concern = session.scalars(select(Concern).where(Concern.referral_id == guardian.referral_id)).first()
    if concern is None or concern.reporter_kind is not ReporterKind.GUARDIAN:
        return []
    sender = _as_compared(concern.reporter_name)
    known = coverage.guardians_of(session, guardian.referral)
    if not sender or [one.id for one in known if _as_compared(one.name) == sender] != [guardian.id]:
        return []
    return [one for one in attachments.beside_concern(session, guardian.referral) if one.taken_out_at is None]


def find_file(session: Session, guardian: Guardian, attachment_id: uuid.UUID) -> Attachment:
    """One of these files. Raises NoSuchReferral for every other."""
    for file in files_for(session, guardian):
        if file.id == attachment_id:
            return file
    raise NoSuchReferral


def _holds_withheld(session: Session, guardian: Guardian, paper: Document) -> bool:
    since = pieces.withheld_by_decision(session, guardian.referral, guardian.id, after=paper.issued_at)
    return bool(since & pieces.made_into(session, paper))


def _as_compared(name: str | None) -> str:
    return " ".join((name or "").casefold().split())
