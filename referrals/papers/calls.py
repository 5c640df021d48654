"""How the papers stand that call or invite to a meeting: what ended that they hold, and whether they go out at all.

It follows from the meeting as it is now, and is written down nowhere: so it is true of papers too that were still being made then.
"""

import uuid
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from referrals import earlier, team_review
from referrals.config import current
from referrals.models import Document, History, MeetingVersion, Referral, TeamMeeting
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


@dataclass(frozen=True)
class _Made:
    """One call as it was made, and the meeting it called to."""

    row: History
    meeting: TeamMeeting
    then: TeamMeeting | MeetingVersion


def ended(session: Session, referral: Referral) -> dict[uuid.UUID, Ended]:
    """The calls on paper of a referral that hold no more, by id."""
    papers = _papers(session, referral)
    if not papers:
        return {}
    made, found, ends_of = _calls(session, referral), dict[uuid.UUID, Ended](), dict[uuid.UUID, list[datetime]]()
    # The newest first: what never goes out takes no other's place.
    for paper in sorted(papers, key=lambda one: one.history.number, reverse=True):
        call = made.get(paper.history_id)
        if call is None:
            continue
        later = [one for one in made.values() if one.meeting is call.meeting and one.row.number > call.row.number]
        rows = {one.row.id for one in later}
        newer = [
            one
            for one in papers
            if one.recipient == paper.recipient and one.stopped_at is None and one.history_id in rows
        ]
        how = _how(paper, call, is_replaced=any(_goes_out(one, found) for one in newer))
        if how is not None:
            ends = [one.row.at for one in later if _holds_no_more(paper, call, one.then)]
            ends += [call.meeting.called_off.at] if call.meeting.called_off else []
            # What says the same replaces it once it is there itself, and only if that held as this one was to go.
            ends += [_made_at(one) for one in newer if _held_then(paper, ends_of.get(one.id, []))]
            ends_of[paper.id] = ends
            found[paper.id] = Ended(how, _held_then(paper, ends))
    return found


def kept_back(session: Session, referral: Referral) -> set[uuid.UUID]:
    """The ids of the calls on paper that never go out: what ended them came while they could still be stopped."""
    return never_going(ended(session, referral))


def never_going(held_no_more: Mapping[uuid.UUID, Ended]) -> set[uuid.UUID]:
    """The same of calls on paper that `ended` found already."""
    return {paper_id for paper_id, one in held_no_more.items() if not one.goes_out}


def kept_back_among(session: Session, ids: Collection[uuid.UUID]) -> set[uuid.UUID]:
    """Those of the papers `ids`, of whichever referrals, that are calls and never go out."""
    soon_followed = select(Document.referral_id).join(History, History.referral_id == Document.referral_id).where(
        Document.id.in_(ids), Document.kind == DocumentKind.INVITATION, History.id != Document.history_id,
        History.at >= Document.issued_at, History.at < Document.held_until,
    )  # fmt: skip
    found = session.scalars(select(Referral).where(Referral.id.in_(soon_followed)))
    return {one for referral in found for one in kept_back(session, referral)} & set(ids)


def _calls(session: Session, referral: Referral) -> dict[uuid.UUID, _Made]:
    """Every call, by the row that made it, with the meeting as it was called then: what each needs is read once for all."""
    rows = select(History).where(History.referral_id == referral.id, History.verb == Verb.SCHEDULE_MEETING)
    calls = session.scalars(rows.order_by(History.number)).all()
    meetings = team_review.meetings_of(session, referral)
    versions = {one.id: earlier.versions_of_call(session, one) for one in meetings}
    called = [(row, team_review.called_of(meetings, after=row)) for row in calls]
    return {
        row.id: _Made(row, meeting, earlier.standing_after(versions[meeting.id], row) or meeting)
        for row, meeting in called
        if meeting is not None
    }


def _how(paper: Document, call: _Made, *, is_replaced: bool) -> Ending | None:
    guardian_id = readers.guardian_in(paper.recipient)
    # First of all: whoever is not invited any more does not read how it went on without them.
    if guardian_id is not None and str(guardian_id) not in call.meeting.guardians_invited:
        return Ending.LEFT_OUT
    if call.meeting.called_off_in is not None:
        return Ending.CALLED_OFF
    if is_replaced:
        return Ending.REPLACED
    return Ending.MOVED if _holds_no_more(paper, call, call.meeting) else None


def _holds_no_more(paper: Document, call: _Made, now: TeamMeeting | MeetingVersion) -> bool:
    """Whether a call that was made later says another time or place, or does not invite the guardian whom the paper does."""
    guardian_id = readers.guardian_in(paper.recipient)
    if guardian_id is not None and str(guardian_id) not in now.guardians_invited:
        return True
    return team_review.where_and_when(call.then) != team_review.where_and_when(now)


def _made_at(paper: Document) -> datetime:
    """When a paper was made: its minutes count from there, and its date is that of the call, which may be long before."""
    hold = timedelta(minutes=current().hold_minutes)
    return max(paper.issued_at, (paper.held_until or paper.issued_at) - hold)


def _held_then(paper: Document, ends: Collection[datetime]) -> bool:
    """Whether nothing had ended when the minutes of `paper` were over."""
    return paper.held_until is None or all(paper.held_until <= at for at in ends)


def _goes_out(paper: Document, found: Mapping[uuid.UUID, Ended]) -> bool:
    return paper.id not in found or found[paper.id].goes_out


def _papers(session: Session, referral: Referral) -> list[Document]:
    papers = select(Document).where(Document.referral_id == referral.id, Document.kind == DocumentKind.INVITATION)
    return list(session.scalars(papers))
