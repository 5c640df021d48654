"""The papers a guardian may open on their own page: theirs alone, once they have left, unless stopped."""

import uuid

from sqlalchemy import select
from sqlalchemy.orm import Session

from referrals import clock, coverage, documents, protection, readers
from referrals.errors import NoSuchReferral
from referrals.models import Document, Guardian, ProtectionReport


def papers_for(session: Session, guardian: Guardian) -> list[Document]:
    """This guardian's papers, the newest first. One that was stopped, restricted or disposed of, or still can be
    stopped, is not among them.
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
    return [paper for paper in found if (documents.stoppable_until(paper) or now) <= now]


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
