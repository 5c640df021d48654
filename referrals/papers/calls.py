"""How the papers stand that call or invite to a meeting: what ended that they hold, and whether they go out at all.

It follows from the meeting as it is now, and is written down nowhere: so it is true of papers too that were still being made then.
"""

import uuid
from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from referrals import team_review
from referrals.models import Document, History, Referral, TeamMeeting
from referrals.papers import readers
from referrals.stages import Verb
from referrals.vocabulary import DocumentKind
from referrals.vocabulary.terms import N_, Term


class Ending(Term):
    """Why a call on paper holds no more."""

    REPLACED = "replaced", N_("Replaced by a newer version")
    MOVED = "moved", N_("The meeting has been moved")
    CALLED_OFF = "called_off", N_("The meeting has been called off")
    #: the meeting is held without this guardian
    LEFT_OUT = "left_out", N_("Not invited any more")


@dataclass(frozen=True)
class Ended:
    """What ended that a paper holds; where its minutes were not over then, it never goes out."""

    how: Ending
    goes_out: bool


def ended(session: Session, referral: Referral) -> dict[uuid.UUID, Ended]:
    """The calls on paper of a referral that hold no more, by id."""
    papers = _papers(session, referral)
    if not papers:
        return {}
    calls = select(History).where(History.referral_id == referral.id, History.verb == Verb.SCHEDULE_MEETING)
    rows = [
        (row, team_review.called_meeting(session, referral, after=row))
        for row in session.scalars(calls.order_by(History.number))
    ]
    meetings = {row.id: meeting for row, meeting in rows}
    found = {}
    for paper in papers:
        meeting = meetings.get(paper.history_id)
        if meeting is None:
            continue
        later = [row for row, called in rows if called is meeting and row.number > paper.history.number]
        how = _how(session, paper, meeting, later={row.id for row in later}, papers=papers)
        if how is not None:
            ends = [*later, *([meeting.called_off] if meeting.called_off else [])]
            goes_out = paper.held_until is None or all(paper.held_until <= row.at for row in ends)
            found[paper.id] = Ended(how, goes_out)
    return found


def kept_back(session: Session, referral: Referral) -> set[uuid.UUID]:
    """The ids of the calls on paper that never go out: what ended them came while they could still be stopped."""
    return {paper_id for paper_id, one in ended(session, referral).items() if not one.goes_out}


def kept_back_among(session: Session, ids: Collection[uuid.UUID]) -> set[uuid.UUID]:
    """Those of the papers `ids`, of whichever referrals, that are calls and never go out."""
    soon_followed = select(Document.referral_id).join(History, History.referral_id == Document.referral_id).where(
        Document.id.in_(ids), Document.kind == DocumentKind.INVITATION, History.id != Document.history_id,
        History.at >= Document.issued_at, History.at < Document.held_until,
    )  # fmt: skip
    found = session.scalars(select(Referral).where(Referral.id.in_(soon_followed)))
    return {one for referral in found for one in kept_back(session, referral)} & set(ids)


def _how(
    session: Session, paper: Document, meeting: TeamMeeting, *, later: set[uuid.UUID], papers: list[Document]
) -> Ending | None:
    if meeting.called_off_in is not None:
        return Ending.CALLED_OFF
    guardian_id = readers.guardian_in(paper.recipient)
    if guardian_id is not None and str(guardian_id) not in meeting.guardians_invited:
        return Ending.LEFT_OUT
    newer = (one for one in papers if one.recipient == paper.recipient and one.history_id in later)
    if any(one.stopped_at is None for one in newer):
        return Ending.REPLACED
    told = team_review.called_then(session, paper.referral, after=paper.history)
    return None if team_review.where_and_when(told) == team_review.where_and_when(meeting) else Ending.MOVED


def _papers(session: Session, referral: Referral) -> list[Document]:
    papers = select(Document).where(Document.referral_id == referral.id, Document.kind == DocumentKind.INVITATION)
    return list(session.scalars(papers))
