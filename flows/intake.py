"""Intake, as far as no person is needed: a new concern is carried to triage."""

from sqlalchemy.orm import Session

from referrals import triage
from referrals.access import SYSTEM
from referrals.errors import AlreadyMoved, WrongStage
from referrals.models import History
from referrals.stages import SUBMITTED, Verb

#: after these a concern waits to be taken up
ARRIVALS = frozenset({Verb.SUBMIT_CONCERN, Verb.RESUBMIT_CONCERN})


def open_triage(session: Session, row: History) -> None:
    """Carry a concern that has just come in to triage, unless a coordinator already has, or does in this very moment."""
    if row.verb not in ARRIVALS or row.referral.state != SUBMITTED:
        return
    try:
        triage.open_triage(session, row.referral, by=SYSTEM)
    except (AlreadyMoved, WrongStage):
        session.refresh(row.referral)
