"""What a letter to a guardian begins with: the child's strengths, in the words last written down that this guardian may read anyway."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from referrals import clock, team_review
from referrals.disclosure import coverage
from referrals.models import Concern, Document, Guardian, Referral, TeamMeeting
from referrals.papers import readers
from referrals.vocabulary import DocumentKind, ReporterKind

#: letters that tell how the child is doing; minutes and a hand-over have a heading of their own for it, and what the law words stays as it is
BEGINS_WITH_THEM: Final = frozenset(
    {
        DocumentKind.INFORMATION_AND_CONSENT, DocumentKind.ACTION_PLAN, DocumentKind.FOLLOW_UP, DocumentKind.CLOSING,
    }
)  # fmt: skip
#: who writes of their own family: a letter passes on neither what the other parent wrote nor what a pupil may have told nobody at home
_OF_THE_FAMILY: Final = frozenset({ReporterKind.GUARDIAN, ReporterKind.PUPIL})


@dataclass(frozen=True)
class Strengths:
    """What somebody wrote, and when the team met or the concern came in."""

    text: str
    at: datetime
    #: the meeting in whose minutes it stands, or the concern
    row: TeamMeeting | Concern

    @property
    def are_the_teams(self) -> bool:
        """Whether they are the team's words, and not those of the one who wrote to it."""
        return isinstance(self.row, TeamMeeting)


def last_written(
    session: Session, referral: Referral, guardian_id: UUID, *, until: datetime | None = None
) -> Strengths | None:
    """The strengths that stand in the newest minutes this guardian got, else in the concern; None where nobody wrote any.

    Whether that note of the minutes is theirs to read today, `pieces.withheld_from` tells; an older one does not take its place.
    """
    by = until or clock.now()
    for copy, meeting in _minutes_got(session, referral, guardian_id, until=until):
        has_left = (copy.stoppable_until or by) <= by  # one that somebody may still stop was not got
        if meeting.strengths and has_left and copy.stopped_at is None and copy.restricted_at is None:
            return Strengths(meeting.strengths, meeting.starts_at, meeting)
    return _of_concern(session, referral, session.get_one(Guardian, guardian_id))


def meetings_told_of(session: Session, document: Document) -> list[TeamMeeting]:
    """The meetings one of which `document` can begin with: those whose minutes its reader had got by then."""
    guardian_id = readers.guardian_in(document.recipient)
    if guardian_id is None or document.kind not in BEGINS_WITH_THEM:
        return []
    got = _minutes_got(session, document.referral, guardian_id, until=document.issued_at)
    return list({meeting.id: meeting for _copy, meeting in got}.values())


def _minutes_got(
    session: Session, referral: Referral, guardian_id: UUID, *, until: datetime | None
) -> list[tuple[Document, TeamMeeting]]:
    """This guardian's copies of minutes, the newest first, each with its meeting."""
    copies = select(Document).where(
        Document.referral_id == referral.id,
        Document.kind == DocumentKind.MINUTES,
        Document.recipient == readers.guardian_key(guardian_id),
    )
    if until is not None:
        copies = copies.where(Document.issued_at <= until)
    found = (
        (copy, team_review.held_meeting(session, referral, after=copy.history))
        for copy in session.scalars(copies.order_by(Document.version.desc()))
    )
    return [(copy, meeting) for copy, meeting in found if meeting is not None]


def _of_concern(session: Session, referral: Referral, guardian: Guardian) -> Strengths | None:
    """What somebody who works with the child wrote, unless they feared what the guardians would make of it.

    Nobody has said of a concern what in it is about whom: where somebody's identity is protected, nothing of it is told.
    """
    others = [one for one in coverage.guardians_of(session, referral) if one.id != guardian.id]
    is_protected = referral.has_protected_identity or any(one.has_protected_identity for one in others)
    concern = session.scalars(select(Concern).where(Concern.referral_id == referral.id)).one_or_none()
    if concern is None or is_protected or not guardian.has_custody:
        return None
    if concern.is_wary or concern.reporter_kind in _OF_THE_FAMILY or not concern.strengths:
        return None
    return Strengths(concern.strengths, concern.submitted_at, concern)
