"""What reporters add to a concern under way: what of it nobody has read yet, and that somebody has."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from referrals import clock
from referrals.access import Actor
from referrals.models import AdditionKind, ConcernAddition, Referral


def unread(session: Session, referral: Referral) -> list[ConcernAddition]:
    """The additions that wait to be read, the oldest first. An answer to a return does not: deciding anew reads it."""
    waiting = select(ConcernAddition).where(
        ConcernAddition.referral_id == referral.id,
        ConcernAddition.kind == AdditionKind.ADDITION,
        ConcernAddition.read_at.is_(None),
    )
    return list(session.scalars(waiting.order_by(ConcernAddition.at)))


def note_read(additions: list[ConcernAddition], *, by: Actor) -> None:
    """Keep that `by` has read `additions` now."""
    for addition in additions:
        addition.read_at, addition.read_by_id = clock.now(), by.account_id
