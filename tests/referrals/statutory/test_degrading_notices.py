"""Whoever asks for advice about nobody by name has a duty of their own, one press away: the head teacher learns that two are to talk, and nothing else."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from referrals.access import Actor
from referrals.errors import NotAllowed
from referrals.models import AuditEvent, DegradingNotice
from referrals.people import practices
from referrals.reminders import errands
from referrals.statutory import degrading_notices as notices
from referrals.vocabulary import Practice
from tests.people import Cast


@pytest.fixture
def given(session: Session, cast: Cast) -> DegradingNotice:
    return notices.tell_head_teacher(session, cast.school.id, by=cast.teacher.actor())


def people_of(cast: Cast) -> list[str]:
    return [name for name in Cast.__dataclass_fields__ if hasattr(getattr(cast, name), "email")]


def test_a_notice_names_no_place_no_class_and_nobody_and_leads_nowhere(
    session: Session, given: DegradingNotice
) -> None:
    columns = {column.name for column in DegradingNotice.__table__.columns}
    assert columns == {"id", "number", "unit_id", "given_by_id", "given_at", "heard_at", "heard_by_id"}
    targets = {key.column.table.name for key in DegradingNotice.__table__.foreign_keys}
    assert targets == {"unit", "account"}
    leads_here = [
        key for table in DegradingNotice.metadata.tables.values() for key in table.foreign_keys
        if key.column.table is DegradingNotice.__table__
    ]  # fmt: skip
    assert leads_here == []


def test_the_head_teacher_hears_it_in_words_that_tell_nothing_and_says_when_they_have_talked(
    session: Session, cast: Cast, given: DegradingNotice
) -> None:
    head, today = cast.head_teacher.actor(), given.given_at.date()
    (errand,) = errands.everything_for(session, head, today=today, until=today)
    said = errands.said(errand, today=today, language="sv")
    assert said.startswith(f"{given.number}: Prata med en kollega som har vänt sig till dig")
    assert not any(word in said for word in (cast.school.name, cast.teacher.name.split()[0], "kränk"))
    assert notices.waiting_for(session, head) == [given]
    assert notices.waiting_for(session, cast.teacher.actor()) == []
    with pytest.raises(NotAllowed):
        notices.hear(session, given, by=cast.teacher.actor())
    for _ in range(2):
        notices.hear(session, given, by=head)
    assert (given.heard_by, notices.waiting_for(session, head)) == (cast.head_teacher, [])
    events = select(AuditEvent.subject, AuditEvent.by_id).where(AuditEvent.chain_id == given.id)
    assert [tuple(one) for one in session.execute(events.order_by(AuditEvent.number))] == [
        ("tell_head_teacher", cast.teacher.id),
        ("hear_degrading_notice", cast.head_teacher.id),
    ]


def test_whoever_gave_it_and_the_head_teacher_know_of_it_and_nobody_else(
    session: Session, cast: Cast, given: DegradingNotice
) -> None:
    knows = {name for name in people_of(cast) if notices.known_to(session, getattr(cast, name).actor())}
    assert knows == {"teacher", "head_teacher"}
    assert not notices.may_read(session, given, Actor())
    assert notices.known_to(session, Actor()) == []


def test_the_own_staff_give_it_to_the_head_teacher_of_their_own_unit_where_there_is_one(
    session: Session, cast: Cast
) -> None:
    tells = {name for name in people_of(cast) if notices.units_to_tell(session, getattr(cast, name).actor())}
    # the head teacher has nobody to tell but the organiser, and the other school has no head teacher
    assert tells == {"coordinator", "second_coordinator", "special_educator", "counsellor", "school_nurse", "teacher"}
    for somebody in (cast.head_teacher.actor(), cast.outsider.actor(), cast.manager.actor(), Actor()):
        with pytest.raises(NotAllowed):
            notices.tell_head_teacher(session, cast.school.id, by=somebody)
    cast.head_teacher.is_active = False
    session.flush()
    assert notices.units_to_tell(session, cast.teacher.actor()) == []


def test_it_stays_a_duty_where_the_municipality_does_no_consultations(session: Session, cast: Cast) -> None:
    practices.switch(session, set(Practice) - {Practice.CONSULTATION}, by=cast.administrator.actor())
    assert notices.tell_head_teacher(session, cast.school.id, by=cast.teacher.actor()).unit_id == cast.school.id
    with pytest.raises(NotAllowed):
        notices.tell_head_teacher(session, cast.school.id, by=cast.outsider.actor())


def test_where_the_law_does_not_ask_it_of_staff_there_is_no_such_notice(session: Session, cast: Cast) -> None:
    assert notices.units_to_tell(session, cast.teacher.actor()) == [cast.school]
    cast.municipality.rulepack_version = "dk-2026-07"
    session.flush()
    assert notices.units_to_tell(session, cast.teacher.actor()) == []
    with pytest.raises(NotAllowed):
        notices.tell_head_teacher(session, cast.school.id, by=cast.teacher.actor())
