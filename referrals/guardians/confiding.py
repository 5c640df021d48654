"""That a child said something in confidence: from that moment on no guardian reads it until the child was asked.

Apart from `withholding`, which knows every kind of piece, so that the part of an assessment can be marked as it is handed in.
"""

import uuid

from sqlalchemy.orm import Session

from referrals import clock, history
from referrals.access import Actor
from referrals.models import Referral, Withholding
from referrals.stages import Verb
from referrals.vocabulary import PieceKind


def begin(
    session: Session, referral: Referral, *, by: Actor, seen: int | None, kind: PieceKind, object_id: uuid.UUID, name: str = ""
) -> Withholding:  # fmt: skip
    """Keep the piece from every guardian from now on, with a row in the history; `object_id` and `name` are its lasting ones.

    Raises what `history.guard` raises.
    """
    now = clock.now()
    row = Withholding(
        referral=referral, kind=kind, object_id=object_id, name=name, at=now, holds_since=now, by_id=by.account_id
    )
    session.add(row)
    session.flush()
    history.record(session, referral, Verb.MARK_CONFIDED, by=by, seen=seen)
    return row
