"""From which schools and preschools people came to a learning seminar: how many from each, never who, and which were missing.

What a register is holds for consultation rounds too; see `referrals/rounds/attendance.py`.
"""

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from referrals import clock
from referrals.access import Actor
from referrals.errors import NotAllowed
from referrals.keeping import audit
from referrals.learning import seminars
from referrals.models import Seminar, SeminarAttendance, Unit, What


@dataclass(frozen=True)
class Came:
    """A unit, and how many came from it; None where nobody did."""

    unit: Unit
    count: int | None


def listed(units: Iterable[Unit], counts: Mapping[uuid.UUID, int | None]) -> list[Came]:
    """These units by name, with how many came from each."""
    return [Came(unit, counts.get(unit.id) or None) for unit in sorted(units, key=lambda unit: unit.name)]


def register(session: Session, found: Seminar) -> list[Came]:
    """Every unit the municipality had when somebody counted, and before that has now, by name, with how many came from it."""
    there = [one.unit for one in found.attendance] if found.is_register_fixed else session.scalars(select(Unit))
    return listed(there, {one.unit_id: one.count for one in found.attendance})


def may_note(found: Seminar, actor: Actor) -> bool:
    """Whether they say how many came: whoever may change the seminar, once it has begun."""
    return found.starts_at <= clock.now() and seminars.may_change(found, actor)


def note_attendance(session: Session, found: Seminar, *, by: Actor, counts: Mapping[uuid.UUID, int | None]) -> bool:
    """Say how many came from each unit; a unit with none is one that was missing. Whether anything is new. Raises NotAllowed.

    Which units there are is fixed with that, until nobody is counted any more.
    """
    session.refresh(found, with_for_update=True)
    if not may_note(found, by):
        raise NotAllowed("note_attendance")
    came = {one.unit.id: counts.get(one.unit.id) or 0 for one in register(session, found)}
    wanted = came if any(came.values()) else {}
    there = {one.unit_id: one for one in found.attendance}
    # Where it was counted before the units were fixed, one from which nobody came has no row.
    compared = {unit_id: count for unit_id, count in wanted.items() if count or found.is_register_fixed}
    if compared == {unit_id: one.count for unit_id, one in there.items()}:
        return False
    found.is_register_fixed = bool(wanted)
    found.attendance = [
        there.get(unit_id) or SeminarAttendance(id=uuid.uuid4(), unit_id=unit_id, count=count)
        for unit_id, count in wanted.items()
    ]
    for one in found.attendance:
        one.count = wanted[one.unit_id]
    session.flush()
    audit.append(session, What.DID, by=by, chain=found.id, subject="note_attendance")
    return True
