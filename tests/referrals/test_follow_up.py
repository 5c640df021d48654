"""The follow-up: was it done, did it help, what do the child and the guardians think, and what comes next."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
import time_machine
from sqlalchemy.orm import Session

from referrals import access, clock, follow_up
from referrals.errors import AlreadyMoved, Incomplete, NotAllowed, WrongStage
from referrals.follow_up import ActionAnswer, FollowUpInput, GoalAnswer, GuardianAnswer
from referrals.models import CONSENT, ActionPlan, ClosedDay, Disclosure, FollowUp, Goal, PlannedAction, Referral
from referrals.plans import plan_versions
from referrals.stages import CLOSURE_PROPOSED, FOLLOW_UP_DUE, PLAN_ACTIVE, PLAN_DRAFT, TO_SCHEDULE, State
from referrals.vocabulary import (
    ActionStatus,
    Arena,
    Custody,
    FollowUpDecision,
    GoalResult,
    Helped,
    LossCause,
    PieceKind,
    PlanStatus,
    Recipient,
    WhyNot,
)
from tests.factories import a_consent, a_guardian, a_member, a_plan, a_referral
from tests.people import Cast

START = date(2026, 9, 16)  # a Wednesday
SIX_WEEKS = timedelta(weeks=6)


@pytest.fixture(autouse=True)
def six_weeks_later(wednesday: time_machine.Traveller) -> time_machine.Traveller:
    """Plans begin on the Wednesday, and it is the day of the follow-up now."""
    return wednesday


def with_plan(session: Session, cast: Cast, state: State = FOLLOW_UP_DUE) -> tuple[Referral, ActionPlan]:
    referral = a_referral(session, cast, state)
    plan = a_plan(session, referral, author=cast.coordinator, status=PlanStatus.ACTIVE)
    for action in plan_versions.actions_of(plan):
        action.status = ActionStatus.ONGOING
    return referral, plan


def all_said(plan: ActionPlan, **values: object) -> FollowUpInput:
    said = FollowUpInput(
        held_on=clock.now().date(),
        actions=[
            ActionAnswer(action_id=action.id, times_done=1, helped=Helped.PARTLY, loss_cause=LossCause.STAFF_ABSENT)
            for action in plan_versions.actions_of(plan)
        ],
        goals=[GoalAnswer(goal_id=goal.id, result=GoalResult.CLOSER, note="Bättre") for goal in plan.goals],
        child_view="Det är lugnare nu.",
        learned="Måndagar är svårast.",
        decision=FollowUpDecision.CONTINUE,
        reason="Det hjälper.",
        next_follow_up_on=clock.now().date() + SIX_WEEKS,
    )
    return replace(said, **values)  # type: ignore[arg-type]


def test_the_workflow_opens_the_follow_up_when_its_day_has_come(
    session: Session, cast: Cast, wednesday: time_machine.Traveller
) -> None:
    referral, plan = with_plan(session, cast, PLAN_ACTIVE)
    assert follow_up.due_for_follow_up(session, START) == []
    assert follow_up.due_for_follow_up(session, START + SIX_WEEKS) == [referral]
    assert follow_up.open_follow_up(session, referral, by=access.SYSTEM) is plan
    assert referral.state == FOLLOW_UP_DUE
    assert referral.history[-1].by_id is None
    assert follow_up.due_for_follow_up(session, START + SIX_WEEKS) == []
    with pytest.raises(WrongStage):
        follow_up.open_follow_up(session, referral, by=access.SYSTEM)


def test_the_coordinator_may_follow_up_early_and_others_may_not(session: Session, cast: Cast) -> None:
    referral, _plan = with_plan(session, cast, PLAN_ACTIVE)
    a_member(session, referral, cast.counsellor)
    for other in (cast.counsellor, cast.head_teacher, cast.outsider):
        with pytest.raises(NotAllowed):
            follow_up.open_follow_up(session, referral, by=other.actor())
    follow_up.open_follow_up(session, referral, by=cast.coordinator.actor(), seen=referral.version)
    assert referral.state == FOLLOW_UP_DUE


def test_who_opens_it_in_the_moment_in_which_its_day_came_finds_it_open(session: Session, cast: Cast) -> None:
    referral, _plan = with_plan(session, cast, PLAN_ACTIVE)
    version, by = referral.version, cast.coordinator.actor()
    follow_up.open_follow_up(session, referral, by=access.SYSTEM)
    follow_up.open_early(session, referral, by=by, seen=version)
    assert (referral.state, referral.version) == (FOLLOW_UP_DUE, version + 1)
    with pytest.raises(NotAllowed):
        follow_up.open_early(session, referral, by=cast.outsider.actor())
    with pytest.raises(WrongStage):
        follow_up.open_early(session, with_plan(session, cast, CLOSURE_PROPOSED)[0], by=by)


def test_without_a_plan_in_force_there_is_nothing_to_follow_up(session: Session, cast: Cast) -> None:
    referral = a_referral(session, cast, PLAN_ACTIVE)
    a_plan(session, referral, author=cast.coordinator)
    with pytest.raises(WrongStage):
        follow_up.open_follow_up(session, referral, by=cast.coordinator.actor())
    assert plan_versions.plan_in_force(session, referral) is None


def test_a_follow_up_keeps_what_was_said_and_the_plan_goes_on(session: Session, cast: Cast) -> None:
    referral, plan = with_plan(session, cast)
    seen = referral.version
    said = all_said(plan)
    row = follow_up.record_follow_up(session, referral, by=cast.coordinator.actor(), seen=seen, follow_up=said)
    assert (row.number, row.plan_id, row.by_id) == (1, plan.id, cast.coordinator.id)
    assert (row.child_view, row.learned, row.recorded_at) == ("Det är lugnare nu.", "Måndagar är svårast.", clock.now())
    assert [(goal.result, goal.note) for goal in row.goal_results] == [(GoalResult.CLOSER, "Bättre")]
    assert referral.state == PLAN_ACTIVE
    newest = referral.history[-1]
    assert (newest.choice, newest.reason, newest.by_id) == ("continue", "Det hjälper.", cast.coordinator.id)
    assert plan.status is PlanStatus.ACTIVE
    with pytest.raises(AlreadyMoved):
        follow_up.record_follow_up(session, referral, by=cast.coordinator.actor(), seen=seen, follow_up=said)
    with pytest.raises(WrongStage):
        follow_up.record_follow_up(session, referral, by=cast.coordinator.actor(), follow_up=said)
    assert len(plan_versions.follow_ups(session, referral)) == 1


def test_only_the_coordinator_records_a_follow_up(session: Session, cast: Cast) -> None:
    referral, plan = with_plan(session, cast)
    for other in (cast.head_teacher, cast.outsider):
        with pytest.raises(NotAllowed):
            follow_up.record_follow_up(session, referral, by=other.actor(), follow_up=all_said(plan))


def test_the_next_day_comes_from_the_newest_follow_up(
    session: Session, cast: Cast, wednesday: time_machine.Traveller
) -> None:
    referral, plan = with_plan(session, cast)
    assert plan_versions.next_follow_up_on(session, plan) == plan.follow_up_on
    wednesday.shift(SIX_WEEKS)
    next_on = START + 2 * SIX_WEEKS - timedelta(days=7)
    said = all_said(plan, next_follow_up_on=next_on)
    follow_up.record_follow_up(session, referral, by=cast.coordinator.actor(), follow_up=said)
    assert plan_versions.next_follow_up_on(session, plan) == next_on
    assert follow_up.due_for_follow_up(session, START + SIX_WEEKS) == []
    assert follow_up.due_for_follow_up(session, next_on) == [referral]


def test_after_a_follow_up_without_a_next_day_the_evaluation_is_next(session: Session, cast: Cast) -> None:
    referral, plan = with_plan(session, cast)
    said = all_said(plan, decision=FollowUpDecision.CLOSE)
    row = follow_up.record_follow_up(session, referral, by=cast.coordinator.actor(), follow_up=said)
    assert row.next_follow_up_on is None
    assert plan_versions.next_follow_up_on(session, plan) == plan.evaluation_on


@pytest.mark.parametrize(
    ("decision", "state"),
    [
        (FollowUpDecision.CONTINUE, PLAN_ACTIVE),
        (FollowUpDecision.ADJUST, PLAN_DRAFT),
        (FollowUpDecision.STEP_DOWN, PLAN_DRAFT),
        (FollowUpDecision.STEP_UP, TO_SCHEDULE),
        (FollowUpDecision.CLOSE, CLOSURE_PROPOSED),
    ],
)
def test_the_decision_leads_on(session: Session, cast: Cast, decision: FollowUpDecision, state: State) -> None:
    referral, plan = with_plan(session, cast)
    said = all_said(plan, decision=decision)
    follow_up.record_follow_up(session, referral, by=cast.coordinator.actor(), follow_up=said)
    assert referral.state == state
    assert plan.status is PlanStatus.ACTIVE
    begun = plan_versions.plan_in_writing(session, referral)
    if state == PLAN_DRAFT:
        assert begun is not None
        assert (begun.version, begun.author_id, begun.follow_up_on) == (2, cast.coordinator.id, None)
        assert begun.goals[0].text == plan.goals[0].text
    else:
        assert begun is None


def test_a_version_that_is_already_begun_is_gone_on_with(session: Session, cast: Cast) -> None:
    referral, plan = with_plan(session, cast)
    begun = a_plan(session, referral, author=cast.coordinator, version=2)
    said = all_said(plan, decision=FollowUpDecision.ADJUST)
    follow_up.record_follow_up(session, referral, by=cast.coordinator.actor(), follow_up=said)
    assert plan_versions.plan_in_writing(session, referral) is begun


def test_closed_days_are_not_planned(session: Session, cast: Cast) -> None:
    _referral, plan = with_plan(session, cast)
    action = plan_versions.actions_of(plan)[0]
    until = START + timedelta(days=13)  # Tuesday: ten open days in two weeks
    count = {
        times: follow_up.times_planned(session, _with_times(session, plan, times), until)[action.id]
        for times in (0, 1, 2, 5)
    }
    assert count == {0: 1, 1: 2, 2: 4, 5: 10}
    session.add(ClosedDay(first_on=START, last_on=START + timedelta(days=4), label="Lov"))
    session.flush()
    assert follow_up.times_planned(session, plan, until)[action.id] == 7
    action.to_on = START + timedelta(days=6)
    assert follow_up.times_planned(session, plan, until)[action.id] == 2
    assert follow_up.times_planned(session, plan, START - timedelta(days=1))[action.id] == 0


def test_an_action_without_an_end_is_planned_until_the_follow_up(session: Session, cast: Cast) -> None:
    _referral, plan = with_plan(session, cast)
    action = plan_versions.actions_of(plan)[0]
    action.to_on = None
    assert follow_up.times_planned(session, plan, START + timedelta(days=6))[action.id] == 5


def _with_times(session: Session, plan: ActionPlan, times: int) -> ActionPlan:
    plan_versions.actions_of(plan)[0].times_a_week = times
    session.flush()
    return plan


def test_times_lost_need_a_cause(session: Session, cast: Cast, wednesday: time_machine.Traveller) -> None:
    referral, plan = with_plan(session, cast)
    wednesday.shift(timedelta(days=6))  # five open days
    action = plan_versions.actions_of(plan)[0]
    three = ActionAnswer(action_id=action.id, times_done=3, helped=Helped.YES)
    with pytest.raises(Incomplete) as refused:
        follow_up.record_follow_up(
            session, referral, by=cast.coordinator.actor(), follow_up=all_said(plan, actions=[three])
        )
    assert refused.value.missing == ("actions-0-loss_cause",)
    six = replace(three, times_done=6, loss_cause=LossCause.OTHER, note="Även en lördag.")
    unexplained = all_said(plan, actions=[replace(six, note=None)])
    with pytest.raises(Incomplete) as refused:
        follow_up.record_follow_up(session, referral, by=cast.coordinator.actor(), follow_up=unexplained)
    assert refused.value.missing == ("actions-0-times_done",)
    row = follow_up.record_follow_up(
        session, referral, by=cast.coordinator.actor(), follow_up=all_said(plan, actions=[six])
    )
    (result,) = row.action_results
    assert (result.times_done, result.times_planned, result.note) == (6, 5, "Även en lördag.")
    assert (result.loss_cause, result.helped) == (LossCause.NONE, Helped.YES)


def test_a_cause_of_loss_is_kept(session: Session, cast: Cast, wednesday: time_machine.Traveller) -> None:
    referral, plan = with_plan(session, cast)
    wednesday.shift(timedelta(days=6))
    row = follow_up.record_follow_up(session, referral, by=cast.coordinator.actor(), follow_up=all_said(plan))
    assert row.action_results[0].loss_cause is LossCause.STAFF_ABSENT


def test_everything_that_must_be_said_is_asked_for(session: Session, cast: Cast) -> None:
    referral, plan = with_plan(session, cast)
    a_guardian(session, referral)
    today = clock.now().date()
    incomplete = all_said(
        plan,
        held_on=today + timedelta(days=1),
        actions=[],
        goals=[],
        child_view=None,
        reason="",
        next_follow_up_on=None,
    )
    with pytest.raises(Incomplete) as refused:
        follow_up.record_follow_up(session, referral, by=cast.coordinator.actor(), follow_up=incomplete)
    expected = {"held_on", "reason", "next_follow_up_on", "actions", "child_view", "guardians-0-view"}
    assert set(refused.value.missing) == expected
    for goals in ([], [*all_said(plan).goals, *all_said(plan).goals]):
        without_goals = all_said(plan, goals=goals, next_follow_up_on=today)
        with pytest.raises(Incomplete) as refused:
            follow_up.record_follow_up(session, referral, by=cast.coordinator.actor(), follow_up=without_goals)
        assert set(refused.value.missing) == {"goals", "next_follow_up_on", "guardians-0-view"}
    assert session.query(FollowUp).count() == 0


def test_each_guardian_is_asked_and_may_keep_silent(session: Session, cast: Cast) -> None:
    referral, plan = with_plan(session, cast)
    mother = a_guardian(session, referral)
    father = a_guardian(session, referral, name="Tor Testsson")
    a_guardian(session, referral, name="Otto Granne", custody=Custody.OTHER)
    a_guardian(session, referral, name="Får inte kontaktas", may_contact=False)
    assert set(follow_up.guardians_to_ask(session, referral)) == {mother, father}
    answers = [
        GuardianAnswer(guardian_id=mother.id, view="Det går bättre hemma."),
        GuardianAnswer(guardian_id=father.id, declined=True),
    ]
    said = all_said(plan, guardians=answers, child_view=None, child_declined=True)
    row = follow_up.record_follow_up(session, referral, by=cast.coordinator.actor(), follow_up=said)
    assert row.child_declined
    views = {view["name"]: view for view in row.guardian_views or []}
    assert views["Maja Testsson"]["view"] == "Det går bättre hemma."
    assert views["Tor Testsson"] == {
        "guardian_id": str(father.id),
        "name": "Tor Testsson",
        "view": "",
        "declined": True,
    }


def test_a_consent_that_ended_in_the_period_is_known_as_the_cause(
    session: Session, cast: Cast, six_weeks_later: time_machine.Traveller
) -> None:
    referral, plan = with_plan(session, cast)
    (action,) = plan_versions.actions_of(plan)
    given = a_consent(session, a_guardian(session, referral), by=cast.coordinator)
    held_on = START + SIX_WEEKS
    assert follow_up.consent_lost(session, plan, held_on) == {}
    action.owner = cast.social_worker
    lost = follow_up.consent_lost(session, plan, held_on)[action.id]
    assert (lost.ended_on, lost.why) == (given.until_on + timedelta(days=1), WhyNot.EXPIRED)
    assert follow_up.consent_lost(session, plan, given.until_on) == {}
    action.owner = None
    assert follow_up.consent_lost(session, plan, held_on) == {}
    shared = Disclosure(
        referral=referral, kind=PieceKind.RENDERING, object_id=action.id, holds=[], categories=[], at=clock.now(),
        recipient=Recipient.SOCIAL_SERVICES, by_id=cast.coordinator.id, ground="necessary", consent_ids=[],
    )  # fmt: skip
    session.add(shared)
    session.flush()
    assert follow_up.consent_lost(session, plan, held_on) == {}, "it did not rest on the consent"
    shared.ground = CONSENT
    session.flush()
    assert action.id in follow_up.consent_lost(session, plan, held_on)
    action.owner, action.from_on = cast.social_worker, None
    assert follow_up.consent_lost(session, plan, held_on) == {}


def test_a_new_version_counts_its_own_times_from_the_day_after_the_follow_up(session: Session, cast: Cast) -> None:
    referral, plan = with_plan(session, cast)
    goal = plan.goals[0]
    day = clock.now().date()
    running, over, later, undated = (
        replaced(goal, text) for text in ("Pågår", "Tiden är ute", "Börjar sen", "Utan dag")
    )
    goal.actions = [running, over, later, undated]
    running.from_on, running.to_on = plan.valid_from, None
    over.from_on, over.to_on = plan.valid_from, day - timedelta(days=1)
    later.from_on, later.to_on = day + timedelta(days=30), None
    undated.from_on = undated.to_on = None
    session.flush()
    session.expire(goal)
    said = all_said(plan, decision=FollowUpDecision.ADJUST)
    follow_up.record_follow_up(session, referral, by=cast.coordinator.actor(), follow_up=said)
    begun = plan_versions.newest_version(session, referral)
    assert begun is not None
    assert begun.valid_from == day + timedelta(days=1)
    assert {action.text: action.from_on for action in plan_versions.actions_of(begun)} == {
        "Pågår": day + timedelta(days=1), "Tiden är ute": plan.valid_from, "Börjar sen": day + timedelta(days=30),
        "Utan dag": None,
    }  # fmt: skip
    assert next(action.from_on for action in plan_versions.actions_of(plan)) == plan.valid_from


def replaced(goal: Goal, text: str) -> PlannedAction:
    return PlannedAction(
        referral=goal.referral, position=len(text), status=ActionStatus.ONGOING, arena=Arena.SCHOOL, text=text,
        owner_name="Maja", times_a_week=2,
    )  # fmt: skip
