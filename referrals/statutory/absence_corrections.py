"""Days put right below a limit after something was sent: whoever got it is told, and somebody records that they were."""

from sqlalchemy.orm import Session

from referrals.models import AbsenceStep
from referrals.statutory.absence import newest, rule_of


def is_put_right(session: Session, step: AbsenceStep) -> bool:
    """Whether the days were put right below the limit after it was sent, so that whoever got it is to be told."""
    days = newest(step.pupil, step.quarter_on) or 0.0
    return bool(step.is_sent) and not rule_of(session, step).is_reached(days, of=step.school_days)
