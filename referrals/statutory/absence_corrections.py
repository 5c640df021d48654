"""Days put right below a limit after something was sent: whoever got it is told, and somebody records that they were."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from referrals import clock
from referrals.access import Actor
from referrals.errors import NotAllowed
from referrals.keeping import audit
from referrals.models import AbsenceCount, AbsenceStep, AbsentPupil, What
from referrals.statutory.absence import newest, read_anew, rule_of
from referrals.statutory.absence_keepers import is_kept_by, may_keep

#: how the log names that whoever got it was told
_TOLD = "tell_absence_put_right"


def is_put_right(session: Session, step: AbsenceStep) -> bool:
    """Whether the days were put right below the limit after it was sent, so that whoever got it is to be told."""
    days = newest(step.pupil, step.quarter_on) or 0.0
    return bool(step.is_sent) and not rule_of(session, step).is_reached(days, of=step.school_days)


def is_to_tell(session: Session, step: AbsenceStep) -> bool:
    """Whether nobody has recorded yet that whoever got it was told of the days as they stand by now."""
    return is_put_right(session, step) and not _is_told(step)


def waiting_for(session: Session, actor: Actor) -> list[AbsenceStep]:
    """What `actor` sent and whoever got it is to be told about, the oldest correction first."""
    # The numbers are sealed: only where one was entered since is there anything to open.
    entered_since = select(AbsenceCount.id).where(
        AbsenceCount.pupil_id == AbsenceStep.pupil_id, AbsenceCount.quarter_on == AbsenceStep.quarter_on,
        AbsenceCount.entered_at >= AbsenceStep.decided_at,
    )  # fmt: skip
    rows = (
        select(AbsenceStep)
        .where(
            AbsenceStep.is_sent.is_(True), entered_since.exists(), AbsenceStep.pupil.has(is_kept_by(session, actor)),
        )
        .options(selectinload(AbsenceStep.pupil).selectinload(AbsentPupil.counts))
    )  # fmt: skip
    found = [step for step in session.scalars(rows) if is_to_tell(session, step)]
    return sorted(found, key=lambda step: (put_right_at(step), step.pupil.number))


def record_told(session: Session, step: AbsenceStep, *, by: Actor) -> None:
    """Record that whoever got it was told. Again changes nothing. Raises NotAllowed, also where nothing was put right."""
    read_anew(session, step.pupil)
    if not may_keep(session, step.pupil, by) or not is_put_right(session, step):
        raise NotAllowed(_TOLD)
    if _is_told(step):
        return
    step.put_right_told_at = clock.now()
    session.flush()
    audit.append(session, What.DID, by=by, chain=step.pupil_id, subject=_TOLD)


def put_right_at(step: AbsenceStep) -> datetime:
    """When the days that stand by now were entered."""
    return next(count.entered_at for count in step.pupil.counts if count.quarter_on == step.quarter_on)


def _is_told(step: AbsenceStep) -> bool:
    return step.put_right_told_at is not None and step.put_right_told_at >= put_right_at(step)
