"""From where people came to a learning seminar: how many from each unit, and which units were missing."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from referrals import clock
from referrals.errors import NotAllowed
from referrals.learning import attendance, seminars
from referrals.models import Seminar, SeminarAttendance, Unit
from referrals.vocabulary import SchoolForm
from tests.lessons import plan, publish
from tests.people import Cast


def held(session: Session, cast: Cast) -> Seminar:
    """A seminar that has begun."""
    found = plan(session, cast, [publish(session, cast)])
    found.starts_at = clock.now() - timedelta(hours=1)
    session.flush()
    return found


def test_units_that_were_missing_at_a_seminar_are_listed(session: Session, cast: Cast) -> None:
    """C21."""
    found, by = held(session, cast), cast.coordinator.actor()
    assert [one.count for one in attendance.register(session, found)] == [None, None]
    assert attendance.note_attendance(session, found, by=by, counts={cast.school.id: 4, cast.other_school.id: 0})
    session.expire(found)
    register = attendance.register(session, found)
    assert [(one.unit, one.count) for one in register] == [(cast.other_school, None), (cast.school, 4)]
    assert not attendance.note_attendance(session, found, by=by, counts={cast.school.id: 4})
    assert attendance.note_attendance(
        session, found, by=by, counts={cast.school.id: 5, cast.other_school.id: 1, found.id: 9}
    )
    session.expire(found)
    assert [one.count for one in attendance.register(session, found)] == [1, 5]
    assert attendance.note_attendance(session, found, by=cast.manager.actor(), counts={})
    assert session.scalars(select(SeminarAttendance)).all() == []


def test_which_units_there_were_is_fixed_when_it_is_counted(session: Session, cast: Cast) -> None:
    found, by = held(session, cast), cast.coordinator.actor()
    both = {cast.school.id: 4, cast.other_school.id: 1}
    attendance.note_attendance(session, found, by=by, counts=both)
    session.add(Unit(slug="ekskolan", name="Ekskolan", school_form=SchoolForm.COMPULSORY, forum=cast.forum))
    session.flush()
    session.expire(found)
    assert [(one.unit, one.count) for one in attendance.register(session, found)] == [
        (cast.other_school, 1),
        (cast.school, 4),
    ]
    assert not attendance.note_attendance(session, found, by=by, counts=both)
    assert attendance.note_attendance(session, found, by=by, counts={})
    assert len(attendance.register(session, found)) == 3


def test_who_came_said_again_of_a_seminar_counted_before_the_units_were_fixed_fixes_nothing(
    session: Session, cast: Cast
) -> None:
    found, by = held(session, cast), cast.coordinator.actor()
    found.attendance = [SeminarAttendance(unit_id=cast.school.id, count=4)]
    session.flush()
    assert not attendance.note_attendance(session, found, by=by, counts={cast.school.id: 4})
    assert not found.is_register_fixed
    assert attendance.note_attendance(session, found, by=by, counts={cast.school.id: 5})
    assert found.is_register_fixed
    assert {one.unit_id: one.count for one in found.attendance} == {cast.school.id: 5, cast.other_school.id: 0}


def test_only_who_may_change_it_counts_and_not_before_it_has_begun(session: Session, cast: Cast) -> None:
    ahead = plan(session, cast, [publish(session, cast)])
    with pytest.raises(NotAllowed):
        attendance.note_attendance(session, ahead, by=cast.coordinator.actor(), counts={cast.school.id: 1})
    found = held(session, cast)
    with pytest.raises(NotAllowed):
        attendance.note_attendance(session, found, by=cast.counsellor.actor(), counts={cast.school.id: 1})
    attendance.note_attendance(session, found, by=cast.coordinator.actor(), counts={cast.school.id: 1})
    seminars.call_off_seminar(session, found, by=cast.coordinator.actor())
    assert session.scalars(select(SeminarAttendance)).all() == []
