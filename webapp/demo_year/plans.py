"""The later half of a child's referral: the plan, how it goes, what the follow-ups find, and the closing."""

from collections.abc import Generator
from datetime import datetime, timedelta

from referrals import action_plan, closure, follow_up, team_review, triage
from referrals.access import SYSTEM
from referrals.disclosure import coverage, hand_over, handed_over
from referrals.meetings import decided
from referrals.models import ActionPlan, PlannedAction
from referrals.plans import plan_versions
from referrals.vocabulary import (
    ActionStatus,
    Arena,
    ClosureReason,
    Domain,
    FollowUpDecision,
    GoalResult,
    Helped,
    LossCause,
    Profession,
    Recipient,
)
from webapp.demo_year.course import Course

#: school days after which a plan that is drafted begins, is followed up, and evaluated; and how long it holds beyond that
_BEGINS, _FOLLOWED_UP, _EVALUATED, _HOLDS = 5, 30, 60, timedelta(weeks=12)
#: how many of a hundred planned times came about, at least and at most
_CAME_ABOUT = (75, 100)


def carry_plan_out(course: Course) -> Generator[datetime, None, None]:
    """From the draft to the closing, with a follow-up in the middle and one at the end."""
    yield from _agree(course)
    for occasion in ("follow_up", "evaluation"):
        yield from _work(course, occasion)
        yield from _follow_up(course, is_last=occasion == "evaluation")
        if course.child.turn == "handed_over":
            yield from _hand_over(course)
            return
    yield course.later(2, stage="closure")
    _close(course)


def _agree(course: Course) -> Generator[datetime, None, None]:
    session, referral = course.session, course.referral
    yield course.later(2, stage="plan")
    action_plan.draft_action_plan(session, referral, by=course.by, plan=_plan(course))
    yield course.later(1, stage="draft")
    action_plan.submit_action_plan(session, referral, by=course.by)
    if course.child.turn == "plan_returned":
        yield course.later(1)
        action_plan.return_action_plan(session, referral, by=course.head, comments=course.word("plan_returned"))
        yield course.later(1, stage="again")
        action_plan.draft_action_plan(session, referral, by=course.by, plan=_plan(course))
        yield course.later()
        action_plan.submit_action_plan(session, referral, by=course.by)
    yield course.later(1, stage="approval")
    action_plan.approve_action_plan(session, referral, by=course.head)
    for decision_id in decided.to_say_done(team_review.meetings_of(session, referral), course.by):
        decided.say_done(session, referral, by=course.by, seen=None, decision_id=decision_id)


def _plan(course: Course) -> action_plan.PlanInput:
    theme, say, world, lead = course.theme, course.say, course.world, course.coordinator.id
    begins, followed_up_on = world.after(course.day, _BEGINS), world.after(course.day, _FOLLOWED_UP)
    often, second_often = theme.times_a_week
    evaluated_on = world.after(course.day, _EVALUATED)
    does = world.somebody(course.unit, Profession.SPECIAL_EDUCATOR)
    actions = (
        action_plan.ActionInput(
            text=say(theme.action), how=say(theme.how), owner_id=does.id, arena=Arena.SCHOOL, from_on=begins,
            to_on=evaluated_on, times_a_week=often,
        ),
        action_plan.ActionInput(
            text=say(theme.second_action), owner_name=course.child.reporter, arena=Arena.SCHOOL, from_on=begins,
            to_on=evaluated_on, times_a_week=second_often,
        ),
    )  # fmt: skip
    goal = action_plan.GoalInput(
        domain=Domain(theme.domain), categories=(theme.category,), text=say(theme.goal), baseline=say(theme.baseline),
        target=say(theme.target), plain=say(theme.plain), actions=actions,
    )  # fmt: skip
    return action_plan.PlanInput(
        valid_from=begins, valid_to=evaluated_on + _HOLDS, lead_id=lead, follow_up_on=followed_up_on, follow_up_by_id=lead,
        evaluation_on=evaluated_on, evaluation_by_id=lead, background=say(theme.situation), child_voice=say(course.child.voice),
        guardians_view=say(theme.home), if_worse=say(theme.if_worse), goals=(goal,),
    )  # fmt: skip


def _work(course: Course, occasion: str) -> Generator[datetime, None, None]:
    """What happens between two occasions: somebody says how their action goes; then its day has come."""
    session, referral = course.session, course.referral
    plan = _in_force(course)
    yield course.later(10)
    for action in plan_versions.actions_of(plan):
        if action.owner is not None:
            action_plan.record_action_status(
                session, referral, by=action.owner.actor(), action_id=action.id, status=ActionStatus.ONGOING,
                reason=course.say(course.theme.midway),
            )  # fmt: skip
    day = plan.follow_up_on if occasion == "follow_up" else plan.evaluation_on
    assert day is not None  # noqa: S101 - this module wrote it
    yield course.on(course.world.at(day, 5))
    follow_up.open_follow_up(session, referral, by=SYSTEM)


def _follow_up(course: Course, *, is_last: bool) -> Generator[datetime, None, None]:
    yield course.later(1, stage="evaluation" if is_last else "follow_up")
    session, referral, theme, say, plan = course.session, course.referral, course.theme, course.say, _in_force(course)
    planned = follow_up.times_planned(session, plan, course.day)
    said = follow_up.FollowUpInput(
        held_on=course.day,
        actions=[_answer(course, action, planned[action.id]) for action in plan_versions.actions_of(plan)],
        goals=[
            follow_up.GoalAnswer(
                goal_id=goal.id, result=GoalResult.REACHED if is_last else GoalResult.CLOSER, note=say(theme.midway)
            )
            for goal in plan.goals
        ],
        guardians=[
            follow_up.GuardianAnswer(guardian_id=one.id, view=course.word("guardian_thinks"))
            for one in coverage.guardians_of(session, referral)
        ],
        child_view=say(theme.childs_view), learned=say(theme.learned),
        decision=FollowUpDecision.CLOSE if is_last else FollowUpDecision.CONTINUE,
        reason=course.word("why_close" if is_last else "why_continue"),
        next_follow_up_on=None if is_last else max(plan.evaluation_on or course.day, course.world.after(course.day, 1)),
    )  # fmt: skip
    follow_up.record_follow_up(session, referral, by=course.by, follow_up=said)


def _answer(course: Course, action: PlannedAction, planned: int) -> follow_up.ActionAnswer:
    choice = course.world.choice
    done = round(planned * choice.randint(*_CAME_ABOUT) / 100)
    lost = choice.choice((LossCause.CHILD_ABSENT, LossCause.STAFF_ABSENT)) if done < planned else LossCause.NONE
    return follow_up.ActionAnswer(action_id=action.id, times_done=done, loss_cause=lost, helped=Helped.YES)


def _hand_over(course: Course) -> Generator[datetime, None, None]:
    """The family moves: the team at the other school takes over what the guardians allow."""
    session, referral, world = course.session, course.referral, course.world
    yield course.later(5)
    to = world.unit(world.book.teams["other_unit"])
    pieces = handed_over.offerable(session, referral, to=Recipient.RECEIVING_SCHOOL, on=course.day)
    offer = hand_over.Offer(
        to_unit_id=to.id,
        chosen=[one.key for one in pieces],
        purpose=course.word("moves"),
        contact=course.coordinator.name,
    )
    made = hand_over.offer_hand_over(session, referral, by=course.by, seen=None, offer=offer)
    yield course.later(2)
    taker = world.somebody(to, Profession.COORDINATOR).actor()
    taken = hand_over.accept_hand_over(session, made, by=taker)
    yield course.later(1)
    triage.send_to_assessment(session, taken, by=taker, seen=None, reason=course.word("taken_over"))


def _close(course: Course) -> None:
    plan, theme, say = _in_force(course), course.theme, course.say
    decided = closure.ClosureInput(
        reason=ClosureReason.GOALS_REACHED, summary=say(theme.summary), if_needed_again=say(theme.if_needed_again),
        outcomes=[closure.Outcome(goal_id=goal.id, result=GoalResult.REACHED) for goal in plan.goals],
        endings=[closure.Ending(action_id=one.id, status=ActionStatus.DONE) for one in plan_versions.running_actions(plan)],
    )  # fmt: skip
    closure.close_referral(course.session, course.referral, by=course.by, closure=decided)


def _in_force(course: Course) -> ActionPlan:
    plan = plan_versions.plan_in_force(course.session, course.referral)
    assert plan is not None  # noqa: S101 - the head teacher approved one
    return plan
