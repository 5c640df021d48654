"""Withholding from guardians: by a reasoned decision from one, and from all what a child said in confidence until the child was asked."""

import uuid
from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from referrals import clock, history
from referrals.access import Actor, parties_for
from referrals.disclosure import coverage, pieces
from referrals.disclosure.pieces import Key, Piece
from referrals.errors import Incomplete, NotAllowed
from referrals.guardians import confiding
from referrals.models import Guardian, Referral, Withholding
from referrals.rules import rulebook
from referrals.stages import Party, Verb
from referrals.vocabulary import ChildsAnswer, PieceKind


def withhold_from_guardian(
    session: Session, referral: Referral, *, by: Actor, seen: int | None, key: Key, guardian: Guardian, ground: str, reason: str
) -> Withholding:  # fmt: skip
    """Decide that `guardian` does not read the piece `key`. Raises Incomplete without a ground of the rule pack or a reason.

    Withheld already, it changes nothing. Raises NotAllowed for a piece or a guardian of another referral.
    """
    history.guard(session, referral, Verb.WITHHOLD_FROM_GUARDIAN, by=by, seen=seen)
    piece = find_piece(session, referral, key)
    if guardian.id not in {one.id for one in coverage.guardians_of(session, referral)}:
        raise NotAllowed(Verb.WITHHOLD_FROM_GUARDIAN)
    if (already := _standing(session, referral, piece, guardian_id=guardian.id)) is not None:
        return already
    needed = {
        "ground": ground in rulebook.load(referral.rulepack).withholding_grounds, "reason": reason.strip(),
    }  # fmt: skip
    if missing := [name for name, value in needed.items() if not value]:
        raise Incomplete(*missing)
    object_id, name = piece.lasting
    row = Withholding(
        referral=referral, kind=piece.kind, object_id=object_id, name=name, guardian_id=guardian.id, at=clock.now(),
        holds_since=clock.now(), by_id=by.account_id, ground=ground,
    )  # fmt: skip
    row.reason = reason.strip()
    session.add(row)
    history.record(session, referral, Verb.WITHHOLD_FROM_GUARDIAN, by=by, seen=seen)
    return row


def lift_withholding(
    session: Session, referral: Referral, *, by: Actor, seen: int | None, row: Withholding, reason: str
) -> None:
    """Let the guardian read it again. Once lifted, again changes nothing. Raises Incomplete without a reason."""
    history.guard(session, referral, Verb.LIFT_WITHHOLDING, by=by, seen=seen)
    if row.referral_id != referral.id or row.is_confided:
        raise NotAllowed(Verb.LIFT_WITHHOLDING)
    if row.settled_at is not None:
        return
    if not reason.strip():
        raise Incomplete("reason")
    _settle(row, by, reason)
    history.record(session, referral, Verb.LIFT_WITHHOLDING, by=by, seen=seen)


def mark_confided(session: Session, referral: Referral, *, by: Actor, seen: int | None, key: Key) -> Withholding:
    """Mark that the child said the piece `key` in confidence: no guardian reads it until the child was asked. Twice changes nothing.

    Raises NotAllowed for a piece of another referral, and for who only works with it on all but the part they wrote.
    """
    history.guard(session, referral, Verb.MARK_CONFIDED, by=by, seen=seen)
    piece = find_piece(session, referral, key)
    if parties_for(Verb.MARK_CONFIDED, by, referral.facts()) == {Party.ASSESSOR} and not _is_own_part(piece, by):
        raise NotAllowed(Verb.MARK_CONFIDED)
    if (already := _standing(session, referral, piece)) is not None:
        return already
    object_id, name = piece.lasting
    return confiding.begin(session, referral, by=by, seen=seen, kind=piece.kind, object_id=object_id, name=name)


def record_childs_answer(
    session: Session, referral: Referral, *, by: Actor, seen: int | None, row: Withholding, answer: ChildsAnswer, reason: str = ""
) -> None:  # fmt: skip
    """Record what the child answered, and what was decided. Raises Incomplete without a reason where the child does not agree.

    The same answer again changes nothing; another one takes its place.
    """
    history.guard(session, referral, Verb.RECORD_CHILDS_ANSWER, by=by, seen=seen)
    if row.referral_id != referral.id or not row.is_confided:
        raise NotAllowed(Verb.RECORD_CHILDS_ANSWER)
    if row.answer is answer:
        return
    if answer is not ChildsAnswer.AGREES and not reason.strip():
        raise Incomplete("reason")
    was_in_force = row.is_in_force
    row.answer = answer
    if not was_in_force and row.is_in_force:
        row.holds_since = clock.now()
    _settle(row, by, reason)
    history.record(session, referral, Verb.RECORD_CHILDS_ANSWER, by=by, seen=seen)


def is_confided(session: Session, referral: Referral, key: Key) -> bool:
    """Whether the child said the piece `key` in confidence and has not let go of it."""
    return key in pieces.confided(session, referral)


def decisions(session: Session, referral: Referral) -> Sequence[Withholding]:
    """Everything that was ever kept from a guardian, the newest first."""
    rows = select(Withholding).where(Withholding.referral_id == referral.id)
    return session.scalars(rows.order_by(Withholding.at.desc(), Withholding.id)).all()


def find(session: Session, referral: Referral, withholding_id: uuid.UUID) -> Withholding:
    """One of these decisions. Raises NotAllowed where this referral has none with this id."""
    row = session.get(Withholding, withholding_id)
    if row is None or row.referral_id != referral.id:
        raise NotAllowed("no such decision")
    return row


def find_piece(session: Session, referral: Referral, key: Key) -> Piece:
    """The part, goal or note called `key`, in the newest version that has it. Raises NotAllowed where this referral has none."""
    for piece in pieces.known(session, referral):
        if key in (piece.key, piece.lasting):
            return piece
    raise NotAllowed("no such piece")


def _is_own_part(piece: Piece, by: Actor) -> bool:
    return piece.kind is PieceKind.PART and piece.row.assessor_id == by.account_id


def _standing(
    session: Session, referral: Referral, piece: Piece, *, guardian_id: uuid.UUID | None = None
) -> Withholding | None:
    """What keeps this piece from this guardian today, or says that the child confided it."""
    return next(
        (
            row
            for row in decisions(session, referral)
            if (row.object_id, row.name) == piece.lasting
            and row.guardian_id == guardian_id
            and (row.is_confided or row.is_in_force)
        ),
        None,
    )


def _settle(row: Withholding, by: Actor, reason: str) -> None:
    row.settled_at, row.settled_by_id = clock.now(), by.account_id
    row.settled_reason = reason.strip() or None
