"""How long unlawful absence is kept: who still stands in a list once the quarters are over, and whose row goes by itself."""

import uuid
from dataclasses import dataclass
from datetime import date
from typing import Final

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session, selectinload

from referrals import here
from referrals.access import SYSTEM, Actor
from referrals.keeping import audit
from referrals.models import AbsenceCount, AbsenceStep, AbsentPupil, Unit, What
from referrals.statutory.absence import quarters
from referrals.statutory.absence_keepers import is_kept_by

#: how the log names that a row went by itself
_OUTLIVED: Final = "let_absent_pupil_go"


@dataclass(frozen=True)
class Earlier:
    """A pupil of whom nothing is entered any more, and what was decided about them or still waits, the newest first."""

    pupil: AbsentPupil
    steps: list[AbsenceStep]


def earlier(session: Session, unit: Unit, *, by: Actor) -> list[Earlier]:
    """Everybody of the school whose absence `by` keeps and about whom something stands that no list of this quarter or the last leads to, the newest first."""
    rows = select(AbsentPupil).where(
        AbsentPupil.unit_id == unit.id, AbsentPupil.steps.any(), ~_is_counted(here.today(session)),
        is_kept_by(session, by),
    )  # fmt: skip
    found = [
        Earlier(pupil, sorted(pupil.steps, key=lambda step: (step.quarter_on, step.prepared_at), reverse=True))
        for pupil in session.scalars(rows.options(selectinload(AbsentPupil.steps)))
    ]
    return sorted(found, key=lambda one: (-one.steps[0].quarter_on.toordinal(), one.pupil.name or "", one.pupil.number))


def outlived(session: Session, *, today: date) -> list[uuid.UUID]:
    """Whom nothing holds any more: no number for this quarter or the last, nothing decided about them and nothing that waits."""
    return list(session.scalars(select(AbsentPupil.id).where(_is_outlived(today)).order_by(AbsentPupil.id)))


def let_go(session: Session, pupil_id: uuid.UUID, *, today: date) -> bool:
    """Delete the row of somebody whom nothing holds any more, and every number; whether it went. What was entered meanwhile keeps it."""
    rows = select(AbsentPupil).where(AbsentPupil.id == pupil_id, _is_outlived(today))
    pupil = session.scalars(rows).one_or_none()
    if pupil is None:
        return False
    audit.append(session, What.DID, by=SYSTEM, chain=pupil_id, subject=_OUTLIVED)
    session.delete(pupil)
    session.flush()
    return True


def _is_counted(today: date) -> ColumnElement[bool]:
    return AbsentPupil.counts.any(AbsenceCount.quarter_on.in_(quarters(today)))


def _is_outlived(today: date) -> ColumnElement[bool]:
    return ~AbsentPupil.steps.any() & ~_is_counted(today)
