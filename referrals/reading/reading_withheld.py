"""What a guardian who asks to read the file is not to be given: the texts and papers that hold what was withheld from them."""

import uuid
from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session

from referrals.disclosure import pieces
from referrals.disclosure.pieces import Key, Piece
from referrals.models import (
    ActionFollowUp,
    Document,
    Goal,
    GoalFollowUp,
    GoalOutcome,
    Guardian,
    PlannedAction,
    ReadingRequest,
    Referral,
    Withholding,
)
from referrals.notes import Note, notes_of
from referrals.papers.readers import guardian_key
from referrals.reading import reading_pieces
from referrals.vocabulary import PieceKind


def not_to_give(session: Session, request: ReadingRequest) -> frozenset[str]:
    """The keys of the pieces that must stay here, reasons of the decisions among them; none where no guardian asked.

    A text is given or withheld as a whole row: a row in which one note is withheld stays here with all it says, and so does
    one that repeats it, such as the reason of the decision that was made with it.
    """
    if request.guardian is None:
        return frozenset()
    referral, guardian = request.referral, request.guardian
    withheld = pieces.withheld_by_decision(session, referral, guardian.id)
    rows = {*_decisions(session, referral, guardian), *_papers(session, referral, guardian, withheld=withheld)}
    said: set[str] = set()
    for piece in pieces.known(session, referral):
        if piece.key in withheld:
            rows |= set(_rows(session, piece))
            said |= {note.text for note in _notes(piece) if note.name == piece.name}
    there = reading_pieces.pieces_of(session, referral)
    return frozenset(one.key for one in there if one.row_id in rows or said & set(one.texts))


def _decisions(session: Session, referral: Referral, guardian: Guardian) -> Iterator[uuid.UUID]:
    """Why it is withheld can say what is withheld."""
    for row in session.scalars(select(Withholding).where(Withholding.referral_id == referral.id)):
        if row.is_in_force and row.guardian_id in (None, guardian.id):
            yield row.id


def _papers(
    session: Session, referral: Referral, guardian: Guardian, *, withheld: frozenset[Key]
) -> Iterator[uuid.UUID]:
    """Papers made of it; this guardian's own only where it is older than the decision, since later ones leave it out."""
    for paper in session.scalars(select(Document).where(Document.referral_id == referral.id)):
        kept = withheld
        if paper.recipient == guardian_key(guardian.id):
            kept = pieces.withheld_by_decision(session, referral, guardian.id, after=paper.issued_at)
        if kept & pieces.made_into(session, paper):
            yield paper.id


def _notes(piece: Piece) -> list[Note]:
    return notes_of(piece.row) if piece.kind is PieceKind.NOTE else []


def _rows(session: Session, piece: Piece) -> Iterator[uuid.UUID]:
    """The rows in which a piece stands: a goal with all that is done for it and came of it, a note in its own row."""
    if isinstance(piece.row, Goal):
        goal_id = piece.row.id
        actions = select(PlannedAction.id).where(PlannedAction.goal_id == goal_id)
        yield goal_id
        yield from session.scalars(actions)
        yield from session.scalars(select(GoalFollowUp.id).where(GoalFollowUp.goal_id == goal_id))
        yield from session.scalars(select(GoalOutcome.id).where(GoalOutcome.goal_id == goal_id))
        yield from session.scalars(select(ActionFollowUp.id).where(ActionFollowUp.action_id.in_(actions)))
        return
    of, _, which = piece.name.partition("-")
    if of == "decisions":
        yield from (one.id for one in piece.row.decisions if str(one.position) == which)
    elif of in ("goal_results", "outcomes"):
        yield from (one.id for one in getattr(piece.row, of) if str(one.goal_id) == which)
    elif of == "action_results":
        yield from (one.id for one in piece.row.action_results if str(one.action_id) == which)
    else:
        yield piece.object_id
