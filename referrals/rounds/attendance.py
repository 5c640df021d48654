"""From which schools and preschools people came to a consultation round: how many from each, never who, and which were missing.

Which units were to be represented is fixed once, when the first team talks: who joins or leaves a team later changes nothing of it.
"""

import uuid
from collections.abc import Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from referrals import clock
from referrals.access import Actor
from referrals.errors import NotAllowed
from referrals.learning.attendance import Came, listed
from referrals.models import ConsultationRound, RoundAttendance, RoundSlot
from referrals.rounds import enrolling, people


def register(found: ConsultationRound) -> list[Came]:
    """The units that were enrolled when it was held, by name, with how many came from each; none before that."""
    return listed((one.unit for one in found.attendance), {one.unit_id: one.count for one in found.attendance})


def is_counted(found: ConsultationRound) -> bool:
    """Whether somebody has said how many came."""
    return any(one.count is not None for one in found.attendance)


def may_note(session: Session, found: ConsultationRound, actor: Actor) -> bool:
    """Whether they say how many came: whoever leads the round, once it is being held."""
    return people.may_lead(actor) and people.are_held(session) and _has_begun(found)


def to_fix(session: Session) -> list[ConsultationRound]:
    """The rounds that have begun and of which nothing says yet which units are to be represented."""
    begun = select(RoundSlot.round_id).where(RoundSlot.enrolment_id.is_not(None), RoundSlot.starts_at <= clock.now())
    rows = select(ConsultationRound).where(ConsultationRound.id.in_(begun), ~ConsultationRound.attendance.any())
    return list(session.scalars(rows.order_by(ConsultationRound.id)))


def fix_register(session: Session, found: ConsultationRound) -> bool:
    """Fix it for one round, from the teams that are enrolled now; whether that is new. Before it begins, and again, changes nothing."""
    session.refresh(found, with_for_update=True)
    if found.attendance or not _has_begun(found):
        return False
    units = {unit.id for enrolment in found.enrolments for unit in enrolment.forum.all_units}
    found.attendance = [RoundAttendance(id=uuid.uuid4(), unit_id=unit_id, count=None) for unit_id in units]
    session.flush()
    return bool(units)


def note_attendance(
    session: Session, found: ConsultationRound, *, by: Actor, counts: Mapping[uuid.UUID, int | None]
) -> bool:
    """Say how many came from each unit; one with none is one that was missing. Whether anything is new. Raises NotAllowed."""
    if not may_note(session, found, by):
        raise NotAllowed("note_round_attendance")
    fix_register(session, found)
    before = {one.unit_id: one.count for one in found.attendance}
    for one in found.attendance:
        one.count = counts.get(one.unit_id) or 0
    session.flush()
    if before == {one.unit_id: one.count for one in found.attendance}:
        return False
    enrolling.log(session, found, "note_round_attendance", by=by)
    return True


def _has_begun(found: ConsultationRound) -> bool:
    return any(slot.enrolment_id is not None and slot.starts_at <= clock.now() for slot in found.slots)
