"""Patterns against a spring that can be counted by hand, by area and school, and never by person."""

import pytest
import time_machine
from sqlalchemy import select
from sqlalchemy.orm import Session

from referrals.models import Unit
from referrals.patterns import elsewhere
from referrals.patterns.figures import Heading, Table, Wait
from referrals.patterns.school_terms import SchoolTerm
from referrals.stages import Verb
from referrals.vocabulary import ClosureReason, Domain, GoalResult, Helped
from tests.factories import protected
from tests.people import Cast
from tests.referrals.patterns.lived import a_course, counted_anew, decided, in_areas, lines_anew

SPRING = SchoolTerm(2026, is_autumn=False)


@pytest.fixture
def lived(session: Session, cast: Cast, wednesday: time_machine.Traveller) -> None:
    """North: twelve concerns at Lindskolan, eight at Askskolan. South: seven at the third school."""
    third = in_areas(session, cast)
    for number in range(12):
        answers = {"child_declined": True, "helped": Helped.NO} if number < 6 else {}
        a_course(session, cast, cast.school, topics=["peers", "attendance"] if number < 6 else ["peers"], **answers)
    for _ in range(8):
        a_course(session, cast, cast.other_school, topics=["attendance"], domain=Domain.LEARNING)
    for _ in range(7):
        reason = ClosureReason.MOVED
        a_course(
            session, cast, third, topics=["other"], reason=reason, result=GoalResult.UNCHANGED, guardians_heard=False
        )


def rows(table: Table, heading: Heading) -> dict[str, tuple[object, ...]]:
    return {row.label: row.cells for row in table.under(heading) if row.is_shown}


def test_a_term_by_area_and_school_is_what_was_counted_by_hand(session: Session, cast: Cast, lived: None) -> None:
    found = counted_anew(session, SPRING)
    whole, north, south = found
    assert [(table.name, table.columns) for table in found] == [
        ("", ("North", "South")), ("North", (cast.other_school.name, cast.school.name)), ("South", ("Tredje skolan",)),
    ]  # fmt: skip
    assert rows(whole, Heading.ACCESS) == {"Came in": (27, 20, 7)}, (
        "all were taken up: that none was left tells of each"
    )
    assert rows(north, Heading.ACCESS)["Came in"] == (20, 8, 12)
    assert rows(south, Heading.ACCESS)["Came in"] == (7, 7)
    assert rows(whole, Heading.WAITING) == {"First answer from the team": (Wait(2, 2), Wait(2, 2), Wait(2, None))}
    # None of the seven in the south, and no child of the eight at Askskolan: zero is a small number, and the north's 12 would tell it.
    # And of friends not even the twelve: who takes each of the three schools to have fewer than five knows four of each;
    # so it is with learning, of which there are eight in two areas.
    assert rows(whole, Heading.TOPICS) == {"Attendance": (14, None, None)}
    assert rows(whole, Heading.DOMAINS) == {"Safety": (19, 12, 7)}
    assert rows(whole, Heading.OUTCOMES) == {
        "The goals are reached": (20, None, None), "The child has moved": (7, None, None),
        "At least one goal of the plan was reached": (20, None, None),
    }  # fmt: skip
    # Who knows that no guardian was heard in the south would know from their sum that each was in the north.
    assert rows(whole, Heading.FAMILY) == {
        "Families followed up": (27, 20, 7), "The child said how it is": (21, None, None),
        "At least one thing helped, or did in part": (21, None, None),
    }  # fmt: skip


def test_the_dashboard_splits_by_domain(session: Session, cast: Cast, wednesday: time_machine.Traveller) -> None:
    """C03: the second part of its evidence, by area."""
    third = in_areas(session, cast)
    for domain, schools in {Domain.SAFETY: (6, 7), Domain.LEARNING: (7, 9), Domain.HEALTH: (2, 1)}.items():
        for unit, number in zip((cast.school, third), schools, strict=True):
            for _ in range(number):
                a_course(session, cast, unit, domain=domain)
    shown = rows(counted_anew(session, SPRING)[0], Heading.DOMAINS)
    assert shown == {"Safety": (13, 6, 7), "Learning": (16, 7, 9)}  # health: three, and they are told nowhere


def test_a_number_that_leaves_fewer_than_five_of_its_whole_is_not_shown(
    session: Session, cast: Cast, lived: None
) -> None:
    for _ in range(3):
        a_course(session, cast, cast.school)
    found = counted_anew(session, SPRING)[0]
    assert rows(found, Heading.FAMILY)["The child said how it is"][0] == 24  # six did not
    for _ in range(4):
        referral = a_course(session, cast, cast.school)
        protected(session, referral, by=cast.coordinator)
    assert rows(counted_anew(session, SPRING)[0], Heading.ACCESS)["Came in"][0] == 34


def test_what_was_answered_first_counts_and_only_in_its_own_term(session: Session, cast: Cast, lived: None) -> None:
    for number in range(6):
        referral = a_course(session, cast, cast.school)
        if number < 5:
            referral.history[-1].verb = Verb.END_AT_TRIAGE
            decided(session, referral, Verb.SEND_TO_TEAM, after=30)
    session.expire_all()
    access = rows(counted_anew(session, SPRING)[0], Heading.ACCESS)
    assert access["Came in"] == (33, 26, 7)
    assert access["Of them taken up during the term"] == (28, None, None), "of the seven in the south none was left"


def test_a_municipality_without_areas_has_one_table_by_school(
    session: Session, cast: Cast, wednesday: time_machine.Traveller
) -> None:
    for _ in range(5):
        a_course(session, cast, cast.school)
        a_course(session, cast, cast.other_school)
    (table,) = counted_anew(session, SPRING)
    assert (table.name, table.columns) == ("", (cast.other_school.name, cast.school.name))
    assert rows(table, Heading.ACCESS)["Came in"] == (10, 5, 5)


def test_schools_of_which_nobody_said_where_they_lie_stand_by_themselves(
    session: Session, cast: Cast, wednesday: time_machine.Traveller
) -> None:
    in_areas(session, cast, ("North", "", ""))
    tables = counted_anew(session, SPRING)
    assert tables[0].columns == ("North", "")


def test_what_the_lead_times_leave_out_is_left_out_here_and_the_other_way_round(
    session: Session, cast: Cast, lived: None
) -> None:
    for unit in session.scalars(select(Unit)):
        unit.area = "North"
    session.flush()
    here = counted_anew(session, SPRING)
    *there, _everywhere = lines_anew(session, SPRING)
    by_school = {
        name: cell
        for table in here
        for name, cell in zip(table.columns, rows(table, Heading.ACCESS)["Came in"][1:], strict=True)
    }
    assert {line.name: line.concerns for line in there}.items() <= by_school.items()


def test_each_domain_has_its_names_elsewhere() -> None:
    assert [one.domain for one in elsewhere.MAPPING] == list(Domain)
    words = " · ".join(one.shanarri for one in elsewhere.MAPPING).split(" · ")
    assert sorted(words) == [
        "Achieving", "Active", "Healthy", "Included", "Nurtured", "Respected", "Responsible", "Safe",
    ]  # fmt: skip
