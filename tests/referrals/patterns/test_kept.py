"""A term is counted once: whoever reads at several moments, while things happen that belong to a term that is over, has nothing to subtract."""

import json
import threading
from collections.abc import Callable
from datetime import UTC, date, datetime
from itertools import pairwise

import pytest
import time_machine
from sqlalchemy import select
from sqlalchemy.orm import Session

from referrals import db
from referrals.errors import NotAllowed
from referrals.models import FollowUp, Referral, TermFigures, Unit
from referrals.patterns import kept
from referrals.patterns.figures import Table, Wait
from referrals.patterns.school_terms import SchoolTerm
from referrals.patterns.suppression import FEWEST
from referrals.stages import Verb
from tests.people import Cast, settle
from tests.referrals.patterns.lived import a_course, count_what_is_due, counted_anew, decided, in_areas

AUTUMN, SPRING, NEXT = SchoolTerm(2025, is_autumn=True), SchoolTerm(2026, is_autumn=False), SchoolTerm(2026, is_autumn=True)  # fmt: skip

Told = tuple[Table, ...]


@pytest.fixture
def school(session: Session, cast: Cast, wednesday: time_machine.Traveller) -> Unit:
    """North: fourteen concerns of the spring at Lindskolan, twelve at Askskolan. South: nine at the third school."""
    third = in_areas(session, cast)
    for unit, count in ((cast.school, 14), (cast.other_school, 12), (third, 9)):
        for number in range(count):
            a_course(session, cast, unit, guardians_heard=number % 2 == 0, topics=["peers", "attendance"][: number % 3])
    return third


def what_happens_late(session: Session, cast: Cast, third: Unit) -> list[Callable[[], None]]:
    """Each belongs to the spring, and happens once it is counted."""
    at_lindskolan = session.scalars(select(Referral).where(Referral.unit_id == cast.school.id)).all()
    one = next(referral for referral in at_lindskolan if referral.topics == ["peers"])

    def a_late_follow_up() -> None:
        row = session.scalars(select(FollowUp).where(FollowUp.referral_id == one.id)).one()
        row.guardians_heard, row.child_declined = not row.guardians_heard, True

    def late_meetings() -> None:
        for referral in at_lindskolan:
            decided(session, referral, Verb.RECORD_MEETING, after=90)

    def a_concern_written_down_late() -> None:
        a_course(session, cast, third)

    def what_is_kept_outside() -> None:
        one.topics = []

    def a_school_moves() -> None:
        third.area = "North"

    def a_school_is_new() -> None:
        session.add(Unit(slug="ny", name="Nya skolan", school_form=third.school_form, forum=cast.forum, area="West"))

    return [
        a_late_follow_up, late_meetings, a_concern_written_down_late, what_is_kept_outside, a_school_moves, a_school_is_new,
    ]  # fmt: skip


def test_what_an_attacker_reads_at_several_moments_leaves_nothing_under_five_to_subtract(
    session: Session, cast: Cast, school: Unit, wednesday: time_machine.Traveller
) -> None:
    told: list[Told] = []
    anew: list[Told] = []

    def read() -> None:
        count_what_is_due(session)
        told.append(kept.of_term(session, SPRING, by=cast.manager.actor()).tables)
        anew.append(tuple(counted_anew(session, SPRING)))

    for moment in (date(2026, 5, 1), date(2026, 7, 31), date(2026, 8, 31), date(2026, 9, 1)):
        wednesday.move_to(datetime(moment.year, moment.month, moment.day, 12, tzinfo=UTC))
        a_course(session, cast, cast.school)
        read()
    late = what_happens_late(session, cast, school)
    for happens in late:
        happens()
        session.flush()
        read()

    assert told[:3] == [(), (), ()], "before it is counted nothing is told"
    assert told[3] != ()
    assert {*told[3:]} == {told[3]}, "and then always the same"
    # Each of it would have changed the page, had it been counted anew: whoever subtracts would have learnt it.
    assert [before != after for before, after in pairwise(anew[3:])] == [True] * len(late)


def test_what_is_kept_is_what_is_told_and_leads_to_nobody(session: Session, cast: Cast, school: Unit) -> None:
    assert count_what_is_due(session) == [SPRING]
    found = session.scalars(select(TermFigures)).one()
    told = kept.of_term(session, SPRING, by=cast.manager.actor())
    assert list(told.tables) == counted_anew(session, SPRING)
    assert told.concerns == 35
    assert any(isinstance(cell, Wait) for table in told.tables for row in table.rows for cell in row.cells)
    written = json.dumps(found.told, ensure_ascii=False)
    for referral in session.scalars(select(Referral)):
        assert not {str(referral.id), referral.number, referral.child_name} & set(written.replace('"', " ").split())
    assert {*found.told["areas"]} == {str(unit.id) for unit in (cast.school, cast.other_school, school)}
    counts = [cell for table in told.tables for row in table.rows for cell in row.cells if isinstance(cell, int)]
    assert min(counts) >= FEWEST


@pytest.mark.parametrize("day", [date(2026, 8, 31), date(2026, 9, 1)])
def test_a_term_is_due_a_month_after_it_is_over(
    session: Session, cast: Cast, wednesday: time_machine.Traveller, day: date
) -> None:
    a_course(session, cast, cast.school)
    wednesday.move_to(datetime(day.year, day.month, day.day, 12, tzinfo=UTC))
    assert kept.due(session) == ([SPRING] if day.month == 9 else [])
    assert (SPRING.counted_on, NEXT.counted_on) == (date(2026, 9, 1), date(2027, 2, 1))


def test_the_terms_go_from_the_first_concern_or_count_to_today(
    session: Session, cast: Cast, wednesday: time_machine.Traveller
) -> None:
    assert kept.terms(session) == [NEXT]
    session.add(TermFigures(term=AUTUMN.code, counted_at=datetime(2026, 2, 1, tzinfo=UTC), told={}))
    session.flush()
    assert kept.terms(session) == [NEXT, SPRING, AUTUMN]
    a_course(session, cast, cast.school).opened_at = datetime(2025, 7, 31, 20, tzinfo=UTC)
    session.flush()
    assert kept.terms(session) == [NEXT, SPRING, AUTUMN, SchoolTerm(2025, is_autumn=False)]
    assert kept.due(session) == [SchoolTerm(2025, is_autumn=False), SPRING]


def test_of_two_who_count_at_once_one_is_kept(fresh_address: str, wednesday: time_machine.Traveller) -> None:
    with db.writing(fresh_address) as session:
        cast = settle(session)
        for _ in range(5):
            a_course(session, cast, cast.school)
    begin, kept_by = threading.Barrier(2, timeout=20), list[bool]()

    def count() -> None:
        begin.wait()
        with db.writing(fresh_address) as session:
            kept_by.append(kept.keep(session, SPRING))

    threads = [threading.Thread(target=count) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert sorted(kept_by) == [False, True]
    with db.reading(fresh_address) as session:
        assert session.scalars(select(TermFigures.term)).all() == [SPRING.code]


@pytest.mark.parametrize("who", ["coordinator", "head_teacher", "administrator", "researcher", "teacher"])
def test_nobody_reads_it_but_the_management_and_elected_members(session: Session, cast: Cast, who: str) -> None:
    with pytest.raises(NotAllowed):
        kept.of_term(session, SPRING, by=getattr(cast, who).actor())
