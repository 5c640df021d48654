"""The terms of development work and its milestones: which phase it is in, what comes next, and nothing late while schools are closed."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from referrals import clock
from referrals.calendar import closed_days
from referrals.development import cases, stages, targets, terms
from referrals.errors import AlreadyMoved, DevelopmentRefused, NamesSomebody, NotAllowed, TakenAway
from referrals.models import ClosedDay, DevelopmentCase
from referrals.patterns.school_terms import SchoolTerm
from referrals.stages import Stage
from referrals.vocabulary import DevelopmentAct, DevelopmentPhase, DevelopmentProblem, DevelopmentState
from tests.development import AUTUMN, act, begin, carry, close, mark, plan
from tests.people import Cast


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> Callable[[date], date]:
    """Sets which day it is."""

    def be(day: date) -> date:
        monkeypatch.setattr(clock, "now", lambda: datetime(day.year, day.month, day.day, 10, tzinfo=UTC))
        return day

    be(date(2026, 9, 1))
    return be


@pytest.fixture
def begun(session: Session, cast: Cast, at: Callable[[date], date]) -> DevelopmentCase:
    """Work of six terms; schools are closed in summer and over Christmas."""
    for first, last in ((date(2026, 12, 21), date(2027, 1, 8)), (date(2027, 6, 14), date(2027, 8, 16))):
        session.add(ClosedDay(first_on=first, last_on=last, label="Lov"))
    made = begin(session, cast)
    plan(session, cast, made)
    return made


def test_a_case_of_six_terms_shows_its_phase_and_its_next_milestone(
    session: Session, cast: Cast, begun: DevelopmentCase
) -> None:
    """C16: several years on one page."""
    later, sooner = mark(session, cast, begun, date(2028, 5, 3)), mark(session, cast, begun, date(2026, 11, 2))
    shown = terms.stretches(begun, date(2027, 3, 1))
    assert [(one.term.code, one.phase) for one in shown] == [
        ("2026-autumn", DevelopmentPhase.ANALYSIS), ("2027-spring", DevelopmentPhase.PLANNING),
        ("2027-autumn", DevelopmentPhase.CARRYING_OUT), ("2028-spring", DevelopmentPhase.CARRYING_OUT),
        ("2028-autumn", DevelopmentPhase.CARRYING_OUT), ("2029-spring", DevelopmentPhase.FOLLOW_UP),
    ]  # fmt: skip
    assert [one.term.code for one in shown if one.is_now] == ["2027-spring"]
    assert [one.milestones for one in shown] == [(sooner,), (), (), (later,), (), ()]
    assert terms.phase_on(begun, date(2027, 3, 1)) is DevelopmentPhase.PLANNING
    assert terms.phase_on(begun, date(2030, 3, 1)) is None
    assert terms.next_milestone(begun) is sooner
    terms.reach_milestone(session, begun, sooner.id, by=cast.coordinator.actor())
    assert terms.next_milestone(begun) is later


@pytest.mark.parametrize(
    ("due_on", "today", "is_late"),
    [
        (date(2027, 3, 3), date(2027, 3, 3), False),
        (date(2027, 3, 3), date(2027, 3, 4), True),
        # a Friday: on the weekend nothing is late, on Monday it is
        (date(2027, 3, 5), date(2027, 3, 7), False),
        (date(2027, 3, 5), date(2027, 3, 8), True),
        # the last open day before the summer: nothing is late all summer long
        (date(2027, 6, 11), date(2027, 8, 16), False),
        (date(2027, 6, 11), date(2027, 8, 17), True),
        # in the middle of the summer: it moves to the first open day, and that day is still in time
        (date(2027, 7, 1), date(2027, 8, 17), False),
        (date(2027, 7, 1), date(2027, 8, 18), True),
        (date(2026, 12, 24), date(2027, 1, 10), False),
    ],
)
def test_no_milestone_is_falsely_late_in_holidays(
    session: Session, cast: Cast, begun: DevelopmentCase, due_on: date, today: date, *, is_late: bool
) -> None:
    """C16: the second half of its evidence."""
    assert terms.is_late(mark(session, cast, begun, due_on), today, closed_days(session)) is is_late


def test_what_is_reached_or_closed_is_not_late(
    session: Session, cast: Cast, begun: DevelopmentCase, at: Callable[[date], date]
) -> None:
    reached, left = mark(session, cast, begun, date(2026, 9, 2)), mark(session, cast, begun, date(2026, 9, 3))
    terms.reach_milestone(session, begun, reached.id, by=cast.coordinator.actor())
    at(date(2026, 10, 1))
    assert terms.late_ones(session, begun) == [left]
    close(session, cast, begun)
    assert terms.late_ones(session, begun) == []


@pytest.mark.parametrize(
    ("today", "state"),
    [
        (date(2026, 6, 1), DevelopmentState.PLANNED),
        (date(2026, 8, 1), DevelopmentState.UNDER_WAY),
        (date(2027, 7, 15), DevelopmentState.UNDER_WAY),
        (date(2029, 7, 31), DevelopmentState.UNDER_WAY),
        (date(2029, 8, 1), DevelopmentState.TERMS_OVER),
    ],
)
def test_how_far_it_has_come_is_told_by_its_terms(begun: DevelopmentCase, today: date, state: DevelopmentState) -> None:
    assert cases.state_of(begun, today) is state


def test_without_terms_it_has_not_begun_and_closed_stays_closed(session: Session, cast: Cast) -> None:
    made = begin(session, cast)
    assert cases.state_of(made, date(2040, 1, 1)) is DevelopmentState.PLANNED
    close(session, cast, made)
    assert cases.state_of(made, date(2020, 1, 1)) is DevelopmentState.CLOSED


def test_terms_get_another_phase_or_are_taken_out_and_nothing_new_changes_nothing(
    session: Session, cast: Cast, begun: DevelopmentCase
) -> None:
    by, last = cast.head_teacher.actor(), AUTUMN.next.next
    acts = len(begun.events)
    wanted = {"first": AUTUMN, "last": AUTUMN, "phase": DevelopmentPhase.ANALYSIS}
    assert not terms.set_terms(session, begun, by=by, **wanted)
    assert terms.set_terms(session, begun, by=by, first=AUTUMN, last=last, phase=DevelopmentPhase.PLANNING)
    session.expire(begun)
    assert [one.phase for one in terms.stretches(begun, date(2026, 9, 1))][:4] == [
        *[DevelopmentPhase.PLANNING] * 3,
        DevelopmentPhase.CARRYING_OUT,
    ]
    assert terms.set_terms(session, begun, by=by, first=AUTUMN.next, last=last, phase=None)
    session.expire(begun)
    assert [one.term.code for one in terms.stretches(begun, date(2026, 9, 1))] == [
        "2026-autumn", "2028-spring", "2028-autumn", "2029-spring",
    ]  # fmt: skip
    assert len(begun.events) == acts + 2
    assert {one.act for one in begun.events} == {DevelopmentAct.OPEN, DevelopmentAct.SET_TERMS}


def test_terms_backwards_and_more_than_twelve_are_refused(session: Session, cast: Cast, begun: DevelopmentCase) -> None:
    by, phase = cast.coordinator.actor(), DevelopmentPhase.CARRYING_OUT
    for first, last, problem in (
        (AUTUMN.next, AUTUMN, DevelopmentProblem.ORDER),
        (AUTUMN, SchoolTerm(2099, is_autumn=True), DevelopmentProblem.TOO_LONG),
        (SchoolTerm(2030, is_autumn=False), SchoolTerm(2034, is_autumn=False), DevelopmentProblem.TOO_LONG),
    ):
        with pytest.raises(DevelopmentRefused) as refused:
            terms.set_terms(session, begun, by=by, first=first, last=last, phase=phase)
        assert refused.value.problem is problem
    assert len(begun.terms) == 6


def test_a_milestone_names_nobody_and_is_set_reached_reopened_and_dropped_once(
    session: Session, cast: Cast, begun: DevelopmentCase
) -> None:
    by, acts = cast.coordinator.actor(), len(begun.events)
    with pytest.raises(NamesSomebody):
        terms.set_milestone(session, begun, by=by, due_on=date(2027, 3, 3), words="Olle trivs.")
    assert begun.milestones == []
    milestone = mark(session, cast, begun, date(2027, 3, 3))
    with pytest.raises(NotAllowed):
        terms.reach_milestone(session, begun, milestone.id, by=cast.teacher.actor())
    for _ in range(2):
        terms.reach_milestone(session, begun, milestone.id, by=by)
    with pytest.raises(AlreadyMoved):
        terms.drop_milestone(session, begun, milestone.id, by=by)
    with pytest.raises(TakenAway):
        terms.drop_milestone(session, begun, begun.id, by=by)
    for _ in range(2):
        terms.reach_milestone(session, begun, milestone.id, by=by, is_reached=False)
    terms.drop_milestone(session, begun, milestone.id, by=by)
    session.expire(begun)
    assert begun.milestones == []
    assert len(begun.events) == acts + 4


@pytest.mark.parametrize(
    ("agreed", "due"),
    [
        (date(2026, 9, 1), date(2026, 12, 18)),
        # hardly any of the term is left
        (date(2026, 12, 1), date(2027, 6, 11)),
        # in the middle of the summer: nothing falls due before schools have been open for a term
        (date(2027, 7, 10), date(2027, 12, 31)),
        (date(2027, 1, 2), date(2027, 6, 11)),
    ],
)
def test_a_plan_is_followed_up_on_the_last_school_day_of_its_term(
    session: Session, cast: Cast, begun: DevelopmentCase, at: Callable[[date], date], agreed: date, due: date
) -> None:
    at(agreed)
    assert targets.due_for_follow_up(session, date(2029, 1, 1)) == []
    carry(session, cast, begun, Stage.ACTION_PLAN)
    act(session, cast, begun)
    stages.agree_plan(session, begun, by=cast.coordinator.actor())
    at(agreed + timedelta(days=2))
    mark(session, cast, begun, due)  # writing elsewhere in it puts nothing off
    assert targets.due_for_follow_up(session, due - timedelta(days=1)) == []
    assert targets.due_for_follow_up(session, due) == [begun]
    for event in begun.events:
        event.from_stage, event.from_status = event.to_stage, event.to_status
    begun.stage_since = datetime(2020, 1, 1, tzinfo=UTC)  # as one that ran before there were stages
    session.flush()
    assert targets.due_for_follow_up(session, agreed) == [begun]


def test_nothing_is_due_where_schools_are_never_open(session: Session, begun: DevelopmentCase) -> None:
    session.add(ClosedDay(first_on=date(2026, 1, 1), last_on=date(2030, 1, 1), label="Lov"))
    session.flush()
    closed = closed_days(session)
    assert targets.end_of_term(date(2026, 9, 1), closed=closed) == date(2027, 1, 1)
