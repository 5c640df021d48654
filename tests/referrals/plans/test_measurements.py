"""Numbers by week: who gives them, for which weeks, how they follow a goal through versions, and what papers know of them."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from referrals import history
from referrals.documents import Paper
from referrals.errors import Incomplete, NotAllowed, WrongStage
from referrals.models import ClosedDay, Goal, Measurement
from referrals.papers import paper_sources
from referrals.plans import measurements, plan_versions
from referrals.plans.measurements import Measured
from referrals.stages import FOLLOW_UP_DUE, IN_CONSENT, IN_TRIAGE, PARTS_REQUESTED, PLAN_ACTIVE, PLAN_DRAFT, Verb
from referrals.vocabulary import DocumentKind, PlanStatus
from schemas.documents import PaperRecipient, PaperSource, document_context
from tests.factories import a_member, a_plan, a_referral

MONDAY = date(2026, 9, 14)
WEEK = timedelta(days=7)


@pytest.fixture
def referral(session, cast, wednesday):
    """A plan in force, with a member who contributes."""
    found = a_referral(session, cast, PLAN_ACTIVE)
    a_plan(session, found, author=cast.coordinator, status=PlanStatus.ACTIVE)
    a_member(session, found, cast.special_educator)
    return found


@pytest.fixture
def plan(session, referral):
    return plan_versions.plan_in_force(session, referral)


@pytest.fixture
def give(session, cast, referral):
    def give(value, *, on=MONDAY, goal=None, counted="", by=cast.coordinator):
        measured = Measured(on, goal.id if goal else None, value, counted)
        return measurements.record_measurement(session, referral, by=by.actor(), seen=None, measured=measured)

    return give


def points(series):
    return [(point.week_on, point.value) for point in series.points]


def test_days_away_come_first_then_the_goals_each_by_week(session, referral, plan, give):
    goal = plan.goals[0]
    give(2.0, on=MONDAY - WEEK)
    give(1.5, on=date(2026, 9, 16), counted="left over in the form")
    give(3.0, goal=goal, counted=" Morgnar i tid ")
    give(4.0, goal=goal, on=MONDAY - WEEK)
    away, mornings = measurements.series_of(session, referral, plan)
    assert (away.goal, away.counted, points(away)) == (None, "", [(MONDAY - WEEK, 2.0), (MONDAY, 1.5)])
    assert (mornings.goal, mornings.counted) == (goal, "Morgnar i tid")
    assert [value for _week, value in points(mornings)] == [4.0, 3.0]
    assert away.points[0].week == 37
    assert measurements.series_of(session, referral, None)[0].goal is None


def test_weeks_without_school_are_left_out_and_open_ones_without_a_number_are_gaps(session, referral, plan, give):
    give(2.0, on=MONDAY - 3 * WEEK)
    give(1.0)
    session.add(ClosedDay(first_on=MONDAY - 2 * WEEK, last_on=MONDAY - 2 * WEEK + timedelta(days=4), label="Lov"))
    session.flush()
    (away,) = measurements.series_of(session, referral, plan)
    assert points(away) == [(MONDAY - 3 * WEEK, 2.0), (MONDAY - WEEK, None), (MONDAY, 1.0)]


def test_a_new_number_takes_the_place_of_the_old_and_an_empty_one_takes_it_away(session, referral, plan, give):
    give(2.0)
    give(3.0)
    assert points(measurements.series_of(session, referral, plan)[0]) == [(MONDAY, 3.0)]
    give(None)
    assert measurements.series_of(session, referral, plan) == []
    assert len(session.scalars(select(Measurement)).all()) == 3


def test_a_goal_keeps_its_numbers_in_the_next_version(session, cast, referral, plan, give):
    give(3.0, goal=plan.goals[0], counted="Morgnar i tid")
    copy = plan_versions.copy_version(session, plan, author_id=cast.coordinator.id, begins_on=MONDAY)
    session.flush()
    (series,) = measurements.series_of(session, referral, copy)
    assert series.goal is copy.goals[0]


@pytest.mark.parametrize(("value", "changes", "missing"), [
    (1.0, {"on": None}, ("on",)), (1.0, {"on": MONDAY + WEEK}, ("on",)), (5.5, {}, ("value",)), (-1.0, {}, ("value",)), (None, {}, ("value",)),
])  # fmt: skip
def test_a_week_to_come_more_days_than_school_and_nothing_to_take_away_are_refused(give, value, changes, missing):
    with pytest.raises(Incomplete) as refused:
        give(value, **changes)
    assert refused.value.missing == missing


def test_a_goal_of_another_plan_and_a_goal_of_which_nobody_knows_what_is_counted_are_refused(
    session, cast, plan, give, referral
):
    with pytest.raises(Incomplete) as refused:
        give(1.0, goal=plan.goals[0])
    assert refused.value.missing == ("counted",)
    with pytest.raises(Incomplete) as refused:
        give(1001.0, goal=plan.goals[0], counted="Morgnar")
    assert refused.value.missing == ("value",)
    other = a_referral(session, cast, PLAN_ACTIVE)
    a_plan(session, other, author=cast.coordinator, status=PlanStatus.ACTIVE)
    stranger = session.scalars(select(Goal).where(Goal.referral_id == other.id)).first()
    with pytest.raises(Incomplete) as refused:
        give(1.0, goal=stranger)
    assert refused.value.missing == ("goal_id",)


def test_in_a_week_without_school_there_is_nothing_to_count(session, give):
    session.add(ClosedDay(first_on=MONDAY, last_on=MONDAY + timedelta(days=4), label="Lov"))
    session.flush()
    with pytest.raises(Incomplete) as refused:
        give(1.0)
    assert refused.value.missing == ("on",)


def test_who_contributes_gives_numbers_and_who_has_nothing_to_do_with_it_does_not(cast, give):
    give(1.0, by=cast.special_educator)
    for one in (cast.outsider, cast.administrator, cast.volunteer, cast.teacher):
        with pytest.raises(NotAllowed):
            give(1.0, by=one)


def test_numbers_begin_with_the_assessment_and_make_no_page_too_old(session, cast, give, referral):
    seen = referral.version
    give(1.0)
    assert history.guard(session, referral, Verb.RECORD_ACTION_STATUS, by=cast.coordinator.actor(), seen=seen)
    for state in (IN_TRIAGE, IN_CONSENT):
        early = a_referral(session, cast, state)
        with pytest.raises(WrongStage):
            measurements.record_measurement(
                session, early, by=cast.coordinator.actor(), seen=None, measured=Measured(MONDAY, None, 1.0)
            )


def test_how_it_was_before_stands_in_the_first_version_of_the_plan(session, cast, wednesday):
    referral, by = a_referral(session, cast, PARTS_REQUESTED), cast.coordinator.actor()

    def give(value, **values):
        measured = Measured(MONDAY, values.pop("goal_id", None), value, **values)
        measurements.record_measurement(session, referral, by=by, seen=None, measured=measured)

    give(2.0)
    referral.stage, referral.status = PLAN_DRAFT.stage, PLAN_DRAFT.status
    plan = a_plan(session, referral, author=cast.coordinator)
    give(1.0, goal_id=plan.goals[0].id, counted="Morgnar i tid")
    plan.status = PlanStatus.ACTIVE
    values = paper_sources.gather(session, referral, Paper(DocumentKind.ACTION_PLAN, "file", "sv"), after=None).values
    assert plan.version == 1
    assert [(one.goal, points(one)) for one in values["series"]] == [
        (None, [(MONDAY, 2.0)]), (plan.goals[0], [(MONDAY, 1.0)]),
    ]  # fmt: skip


def test_without_a_plan_in_force_days_away_can_still_be_counted(session, cast, wednesday):
    bare = a_referral(session, cast, FOLLOW_UP_DUE)
    by = cast.coordinator.actor()
    assert measurements.record_measurement(session, bare, by=by, seen=None, measured=Measured(MONDAY, None, 1.0))


def test_a_paper_holds_what_was_known_then_and_not_the_goal_its_reader_is_not_to_know_of(
    session, referral, plan, give, wednesday
):
    goal = plan.goals[0]
    give(2.0)
    give(3.0, goal=goal, counted="Morgnar")
    paper = Paper(DocumentKind.ACTION_PLAN, "file", "sv")
    values = paper_sources.gather(session, referral, paper, after=None).values
    context = document_context(paper.kind, PaperSource(**values, recipient=PaperRecipient()))
    assert [one["goal"] for one in context["series"]] == [None, goal.text]
    assert context["series"][0]["points"] == [{"week_on": "2026-09-14", "week": 38, "value": 2.0}]
    hidden = PaperSource(**values | {"withheld": frozenset({(goal.id, "")})})
    assert [one["goal"] for one in document_context(paper.kind, hidden)["series"]] == [None]
    before = measurements.series_of(session, referral, plan, until=referral.opened_at - timedelta(days=1))
    assert before == []
