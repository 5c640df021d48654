"""C21: from where people came to a consultation round, and which units were missing of those enrolled when it was held."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from flows.rounds import fix_registers
from referrals import clock, db
from referrals.access import Actor
from referrals.errors import NotAllowed
from referrals.models import ConsultationRound, Forum, RoundEnrolment, Unit
from referrals.rounds import attendance
from referrals.vocabulary import SchoolForm
from tests import rounds
from tests.people import Cast, settle

Be = Callable[[datetime], None]


def second_unit(session: Session, cast: Cast) -> Unit:
    """Another school of the team that is enrolled."""
    made = Unit(slug="ekskolan", name="Ekskolan", school_form=SchoolForm.COMPULSORY, forum=cast.forum)
    session.add(made)
    session.flush()
    session.refresh(cast.forum)
    return made


@pytest.fixture
def held(session: Session, cast: Cast, enrolled: RoundEnrolment, at: Be) -> ConsultationRound:
    """A round whose team, of two schools, talks now."""
    second_unit(session, cast)
    slot = rounds.give_slot(session, cast, enrolled)
    at(slot.starts_at)
    return enrolled.round


def listed(found: ConsultationRound) -> list[tuple[str, int | None]]:
    return [(one.unit.name, one.count) for one in attendance.register(found)]


def test_units_that_were_missing_in_a_round_are_listed(session: Session, cast: Cast, held: ConsultationRound) -> None:
    by = cast.manager.actor()
    assert not attendance.is_counted(held)
    counts = {cast.school.id: 4, cast.other_school.id: 9, held.id: 1}
    assert attendance.note_attendance(session, held, by=by, counts=counts)
    assert listed(held) == [("Ekskolan", None), ("Lindskolan", 4)]
    assert attendance.is_counted(held)
    assert not attendance.note_attendance(session, held, by=by, counts={cast.school.id: 4})
    assert attendance.note_attendance(session, held, by=by, counts={})
    assert listed(held) == [("Ekskolan", None), ("Lindskolan", None)]


def test_which_units_were_to_be_represented_is_fixed_when_the_round_is_held(
    session: Session, cast: Cast, held: ConsultationRound
) -> None:
    assert attendance.to_fix(session) == [held]
    assert [attendance.fix_register(session, held) for _ in range(2)] == [True, False]
    assert attendance.to_fix(session) == []
    cast.school.forum = session.get_one(Forum, cast.other_school.forum_id)
    second = Unit(slug="nyskolan", name="Nyskolan", school_form=SchoolForm.COMPULSORY, forum=cast.forum)
    session.add(second)
    session.flush()
    session.expire_all()
    attendance.note_attendance(session, held, by=cast.manager.actor(), counts={cast.school.id: 2, second.id: 3})
    assert listed(held) == [("Ekskolan", None), ("Lindskolan", 2)]


def test_only_who_leads_the_round_counts_and_not_before_it_is_held(
    session: Session, cast: Cast, held: ConsultationRound, at: Be
) -> None:
    for nobody in (cast.coordinator.actor(), cast.head_teacher.actor(), cast.administrator.actor(), Actor()):
        with pytest.raises(NotAllowed):
            attendance.note_attendance(session, held, by=nobody, counts={cast.school.id: 1})
    at(clock.now() - timedelta(seconds=1))
    assert attendance.to_fix(session) == []
    assert not attendance.fix_register(session, held)
    with pytest.raises(NotAllowed):
        attendance.note_attendance(session, held, by=cast.manager.actor(), counts={cast.school.id: 1})
    assert held.attendance == []


def test_the_worker_fixes_it_at_its_next_look(fresh_address: str, at: Be) -> None:
    with db.writing(fresh_address) as session:
        cast = settle(session)
        enrolment = rounds.enrol(session, cast, rounds.lay_round(session, cast))
        begins = rounds.give_slot(session, cast, enrolment).starts_at
    assert fix_registers(fresh_address) == 0
    at(begins)
    assert [fix_registers(fresh_address) for _ in range(2)] == [1, 0]
    db.engine_for(fresh_address).dispose()
