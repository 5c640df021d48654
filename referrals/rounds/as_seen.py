"""Nobody in a team writes over what a colleague has written since the page was opened: what stood there is sent along as a short word."""

import hashlib
from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.exc import InvalidRequestError
from sqlalchemy.orm import Session

from referrals import clock
from referrals.errors import AlreadyMoved, TakenAway
from referrals.models import Account, AuditEvent, LearningQuestion, RoundEnrolment, What


def as_it_stands(row: LearningQuestion | RoundEnrolment, names: Sequence[str]) -> str:
    """A short word for what these fields hold now, other once any of them was changed: the form sends it along."""
    return hashlib.sha256(repr([getattr(row, name) for name in names]).encode()).hexdigest()[:16]


def require_as_seen(
    session: Session, row: LearningQuestion | RoundEnrolment, names: Sequence[str], *, verb: str, seen: str | None
) -> None:
    """Let everybody else who writes in it wait, and read it anew; None for who has seen nothing. `verb` is what changes these fields.

    Raises TakenAway where it is gone, and AlreadyMoved where somebody has changed these fields since they stood as `seen`.
    """
    try:
        session.refresh(row, with_for_update=True)
    except InvalidRequestError:
        raise TakenAway from None
    if seen is None or seen == as_it_stands(row, names):
        return
    chain = row.round_id if isinstance(row, RoundEnrolment) else row.enrolment.round_id
    done = select(AuditEvent, Account).join(Account, AuditEvent.by_id == Account.id).where(AuditEvent.chain_id == chain)
    about_it = done.where(AuditEvent.object_id == row.id, AuditEvent.what == What.DID)
    newest = about_it.order_by((AuditEvent.subject == verb).desc(), AuditEvent.number.desc()).limit(1)
    found = session.execute(newest).first()
    if found is None:  # a version that never was, sent for what nobody has done anything with here
        raise AlreadyMoved(verb, "system", clock.now())
    event, account = found
    at = clock.now() - (clock.machine_now() - event.at)  # a demonstration has a date of its own
    raise AlreadyMoved(verb, account.name, at, by_id=account.id)
