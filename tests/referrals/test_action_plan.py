"""The action plan: written together, approved by somebody else, carried out, and kept in every version."""

import uuid
from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy.orm import Session

from referrals import access, action_plan, clock
from referrals.action_plan import ActionInput, GoalInput, PlanInput
from referrals.errors import AlreadyMoved, Incomplete, NotAllowed, NotCovered, PlanIncomplete, SameAuthor, WrongStage
from referrals.models import ActionPlan, Referral
from referrals.plans import plan_versions
from referrals.stages import (
    MEETING_HELD,
    PLAN_ACTIVE,
    PLAN_DRAFT,
    PLAN_FOR_APPROVAL,
    PLAN_RETURNED,
    State,
    Verb,
)
from referrals.vocabulary import ActionStatus, Arena, Domain, InformationCategory, PlanStatus
from tests.factories import a_member, a_plan, a_referral, consented
from tests.people import Cast

START = date(2026, 9, 16)

pytestmark = pytest.mark.usefixtures("wednesday")


def a_complete_input(cast: Cast, **values: object) -> PlanInput:
    action = ActionInput(
        text="Lugn start med mentor kl. 8.10.",
        how="Mentor möter vid grinden.",
        owner_id=cast.special_educator.id,
        from_on=START,
        to_on=START + timedelta(weeks=6),
        times_a_week=5,
    )
    at_home = ActionInput(
        text="Väska packas kvällen före.",
        owner_name="Maja, vårdnadshavare",
        arena=Arena.HOME,
        from_on=START + timedelta(days=1),
        to_on=START + timedelta(weeks=6),
    )
    goal = GoalInput(
        domain=Domain.SAFETY,
        categories=["attendance"],
        text="Mila är i skolan varje dag.",
        baseline="Borta nio dagar i september.",
        target="Borta högst en dag i månaden.",
        plain="Du kommer till skolan varje dag.",
        actions=[action, at_home],
    )
    complete = PlanInput(
        valid_from=START,
        valid_to=START + timedelta(weeks=12),
        lead_id=cast.counsellor.id,
        follow_up_on=START + timedelta(weeks=6),
        follow_up_by_id=cast.coordinator.id,
        evaluation_on=START + timedelta(weeks=12),
        evaluation_by_id=cast.head_teacher.id,
        background="Mila kommer sent och sover dåligt.",
        child_voice="Jag vill ha en lugn start.",
        guardians_view="Vi märker samma sak hemma.",
        if_worse="Ring samordnaren samma dag.",
        goals=[goal],
    )
    return replace(complete, **values)  # type: ignore[arg-type]


def drafted(session: Session, cast: Cast, state: State = PLAN_DRAFT, **values: object) -> Referral:
    referral = a_referral(session, cast, state)
    action_plan.draft_action_plan(session, referral, by=cast.coordinator.actor(), plan=a_complete_input(cast, **values))
    return referral


def for_approval(session: Session, cast: Cast) -> tuple[Referral, ActionPlan]:
    referral = drafted(session, cast)
    return referral, action_plan.submit_action_plan(session, referral, by=cast.coordinator.actor())


def test_a_plan_can_be_saved_before_it_is_complete(session: Session, cast: Cast) -> None:
    referral = a_referral(session, cast, PLAN_DRAFT)
    half = PlanInput(background="Mila kommer sent.", goals=[GoalInput(text="I skolan varje dag")])
    plan = action_plan.draft_action_plan(session, referral, by=cast.coordinator.actor(), seen=1, plan=half)
    assert (plan.version, plan.status, plan.author_id) == (1, PlanStatus.DRAFT, cast.coordinator.id)
    assert referral.state == PLAN_DRAFT
    assert plan.goals[0].category_values == []
    assert referral.history[-1].verb is Verb.DRAFT_ACTION_PLAN
    assert referral.history[-1].by_id == cast.coordinator.id


def test_saving_again_changes_the_same_version(session: Session, cast: Cast) -> None:
    referral = drafted(session, cast)
    member = a_member(session, referral, cast.counsellor)
    changed = a_complete_input(cast, background="Nytt.", goals=[])
    plan = action_plan.draft_action_plan(session, referral, by=member.actor(), plan=changed)
    session.expire_all()
    assert (plan.version, plan.background, plan.goals) == (1, "Nytt.", [])
    assert plan.author_id == cast.counsellor.id
    assert len(plan_versions.versions(session, referral)) == 1


def test_a_plan_that_ends_before_it_begins_or_one_of_its_actions_does_is_not_sent(session: Session, cast: Cast) -> None:
    before = START - timedelta(days=1)
    (goal,) = a_complete_input(cast).goals
    action, at_home = goal.actions
    goals = [replace(goal, actions=[action, replace(at_home, to_on=before)])]
    referral = drafted(session, cast, goals=goals, valid_to=before)
    with pytest.raises(PlanIncomplete) as refused:
        action_plan.submit_action_plan(session, referral, by=cast.coordinator.actor())
    assert refused.value.missing == ("valid_to", "goals-0-actions-1-to_on")


def test_two_people_cannot_save_over_each_other(session: Session, cast: Cast) -> None:
    referral = drafted(session, cast)
    with pytest.raises(AlreadyMoved) as refused:
        action_plan.draft_action_plan(
            session, referral, by=cast.second_coordinator.actor(), seen=1, plan=a_complete_input(cast)
        )
    assert refused.value.who == cast.coordinator.name


def test_only_people_who_work_here_can_be_chosen(session: Session, cast: Cast) -> None:
    referral = a_referral(session, cast, PLAN_DRAFT)
    cast.counsellor.is_active = False
    stranger = ActionInput(owner_id=uuid.uuid4())
    plan = PlanInput(lead_id=cast.counsellor.id, goals=[GoalInput(actions=[stranger])])
    with pytest.raises(Incomplete) as refused:
        action_plan.draft_action_plan(session, referral, by=cast.coordinator.actor(), plan=plan)
    assert set(refused.value.missing) == {"lead_id", "goals-0-actions-0-owner_id"}
    assert plan_versions.versions(session, referral) == []


def test_whoever_only_answers_for_actions_is_given_nothing_of_the_plan_as_a_whole(session: Session, cast: Cast) -> None:
    referral, leisure = a_referral(session, cast, PLAN_DRAFT), cast.leisure_worker.id
    consented(session, referral, cast)
    own = [GoalInput(actions=[ActionInput(owner_id=leisure)])]
    plan = PlanInput(lead_id=leisure, follow_up_by_id=leisure, evaluation_by_id=leisure, goals=own)
    with pytest.raises(Incomplete) as refused:
        action_plan.draft_action_plan(session, referral, by=cast.coordinator.actor(), plan=plan)
    assert refused.value.missing == ("lead_id", "follow_up_by_id", "evaluation_by_id")
    action_plan.draft_action_plan(session, referral, by=cast.coordinator.actor(), plan=PlanInput(goals=own))


def test_somebody_outside_the_referral_cannot_write_its_plan(session: Session, cast: Cast) -> None:
    referral = a_referral(session, cast, PLAN_DRAFT)
    nobody = access.Actor(roles=cast.coordinator.actor().roles)
    for actor in (cast.outsider.actor(), cast.counsellor.actor(), cast.head_teacher.actor(), access.SYSTEM, nobody):
        with pytest.raises(NotAllowed):
            action_plan.draft_action_plan(session, referral, by=actor, plan=PlanInput())


def test_a_plan_is_not_written_before_the_minutes_are_approved(session: Session, cast: Cast) -> None:
    referral = a_referral(session, cast, MEETING_HELD)
    with pytest.raises(WrongStage):
        action_plan.draft_action_plan(session, referral, by=cast.coordinator.actor(), plan=PlanInput())


def test_a_complete_plan_goes_for_approval(session: Session, cast: Cast) -> None:
    referral, plan = for_approval(session, cast)
    assert (referral.state, plan.status) == (PLAN_FOR_APPROVAL, PlanStatus.FOR_APPROVAL)
    with pytest.raises(WrongStage):
        action_plan.submit_action_plan(session, referral, by=cast.coordinator.actor())


def test_an_incomplete_plan_says_what_is_missing(session: Session, cast: Cast) -> None:
    referral = a_referral(session, cast, PLAN_DRAFT)
    with pytest.raises(PlanIncomplete) as refused:
        action_plan.submit_action_plan(session, referral, by=cast.coordinator.actor())
    assert "goals" in refused.value.missing
    goals = [GoalInput(text="Ett mål"), GoalInput(domain=Domain.HEALTH, actions=[ActionInput(how="så")])]
    halfway = a_complete_input(cast, goals=goals, if_worse=None)
    action_plan.draft_action_plan(session, referral, by=cast.coordinator.actor(), plan=halfway)
    with pytest.raises(PlanIncomplete) as refused:
        action_plan.submit_action_plan(session, referral, by=cast.coordinator.actor())
    assert {"if_worse", "goals-0-domain", "goals-0-actions", "goals-0-plain", "goals-1-text"} < set(
        refused.value.missing
    )
    assert {"goals-1-actions-0-text", "goals-1-actions-0-owner_id"} < set(refused.value.missing)
    assert "goals-0-text" not in refused.value.missing
    assert "lead_id" not in refused.value.missing
    assert referral.state == PLAN_DRAFT


def test_every_goal_in_a_plan_has_at_least_one_domain(session: Session, cast: Cast) -> None:
    """C03: the first part of its evidence."""
    referral, (goal,) = a_referral(session, cast, PLAN_DRAFT), a_complete_input(cast).goals
    for domain in (None, Domain.LEARNING):
        plan = a_complete_input(cast, goals=[goal, replace(goal, domain=domain)])
        action_plan.draft_action_plan(session, referral, by=cast.coordinator.actor(), plan=plan)
        if domain is None:
            with pytest.raises(PlanIncomplete) as refused:
                action_plan.submit_action_plan(session, referral, by=cast.coordinator.actor())
            assert refused.value.missing == ("goals-1-domain",)
    action_plan.submit_action_plan(session, referral, by=cast.coordinator.actor())
    sent = plan_versions.newest_version(session, referral)
    assert sent is not None
    assert [one.domain for one in sent.goals] == [Domain.SAFETY, Domain.LEARNING]


def test_a_plan_without_goals_is_not_complete(session: Session, cast: Cast) -> None:
    referral = drafted(session, cast, goals=[])
    with pytest.raises(PlanIncomplete) as refused:
        action_plan.submit_action_plan(session, referral, by=cast.coordinator.actor())
    assert refused.value.missing == ("goals",)


def test_a_plan_is_returned_with_comments(session: Session, cast: Cast) -> None:
    referral, plan = for_approval(session, cast)
    with pytest.raises(Incomplete):
        action_plan.return_action_plan(session, referral, by=cast.head_teacher.actor(), comments="")
    words = "Skriv vem som möter på måndagar."
    action_plan.return_action_plan(session, referral, by=cast.head_teacher.actor(), comments=words)
    assert (referral.state, plan.status, plan.comments) == (PLAN_RETURNED, PlanStatus.RETURNED, words)
    assert referral.history[-1].reason == words
    action_plan.draft_action_plan(session, referral, by=cast.coordinator.actor(), plan=a_complete_input(cast))
    assert referral.state == PLAN_RETURNED
    action_plan.submit_action_plan(session, referral, by=cast.coordinator.actor())
    assert referral.state == PLAN_FOR_APPROVAL


def test_an_approved_plan_is_carried_out(session: Session, cast: Cast) -> None:
    referral, plan = for_approval(session, cast)
    action_plan.approve_action_plan(session, referral, by=cast.head_teacher.actor(), seen=referral.version)
    assert (referral.state, plan.status) == (PLAN_ACTIVE, PlanStatus.ACTIVE)
    assert (plan.approved_by_id, plan.approved_at) == (cast.head_teacher.id, clock.now())
    begun, later = plan_versions.actions_of(plan)
    assert (begun.status, later.status) == (ActionStatus.ONGOING, ActionStatus.PLANNED)
    assert plan.goals[0].category_values == [InformationCategory.ATTENDANCE]
    members = {held.account_id for held in referral.memberships}
    assert members == {cast.counsellor.id, cast.special_educator.id, cast.coordinator.id, cast.head_teacher.id}
    with pytest.raises(WrongStage):
        action_plan.approve_action_plan(session, referral, by=cast.head_teacher.actor())


def test_who_wrote_on_a_plan_does_not_approve_it(session: Session, cast: Cast) -> None:
    referral = drafted(session, cast)
    action_plan.draft_action_plan(session, referral, by=cast.second_coordinator.actor(), plan=a_complete_input(cast))
    action_plan.submit_action_plan(session, referral, by=cast.second_coordinator.actor())
    for writer in (cast.coordinator, cast.second_coordinator):
        with pytest.raises(SameAuthor):
            action_plan.approve_action_plan(session, referral, by=writer.actor())
    assert referral.state == PLAN_FOR_APPROVAL
    action_plan.approve_action_plan(session, referral, by=cast.head_teacher.actor())


def test_a_new_version_replaces_the_old_one_which_stays_as_it_was(session: Session, cast: Cast) -> None:
    referral = a_referral(session, cast, PLAN_DRAFT)
    old = a_plan(session, referral, author=cast.coordinator, status=PlanStatus.ACTIVE)
    new = action_plan.draft_action_plan(
        session, referral, by=cast.coordinator.actor(), plan=a_complete_input(cast, background="Nu bättre.")
    )
    assert (new.version, old.status) == (2, PlanStatus.ACTIVE)
    assert plan_versions.plan_in_force(session, referral) is old
    action_plan.submit_action_plan(session, referral, by=cast.coordinator.actor())
    action_plan.approve_action_plan(session, referral, by=cast.head_teacher.actor())
    assert (old.status, old.background) == (PlanStatus.REPLACED, "Mila kommer sent.")
    assert plan_versions.plan_in_force(session, referral) is new


def test_nothing_to_approve_is_refused(session: Session, cast: Cast) -> None:
    referral = a_referral(session, cast, PLAN_FOR_APPROVAL)
    with pytest.raises(PlanIncomplete):
        action_plan.approve_action_plan(session, referral, by=cast.head_teacher.actor())


def running(session: Session, cast: Cast) -> tuple[Referral, ActionPlan]:
    referral, plan = for_approval(session, cast)
    action_plan.approve_action_plan(session, referral, by=cast.head_teacher.actor())
    return referral, plan


def test_the_owner_says_how_an_action_stands(session: Session, cast: Cast) -> None:
    referral, plan = running(session, cast)
    action = plan_versions.actions_of(plan)[0]
    seen = referral.version
    told = {"action_id": action.id, "status": ActionStatus.HINDERED, "reason": "Mentor är sjuk."}
    owner = cast.special_educator.actor()
    action_plan.record_action_status(session, referral, by=owner, seen=seen, **told)
    assert (action.status, action.status_reason) == (ActionStatus.HINDERED, "Mentor är sjuk.")
    assert (action.status_by_id, action.status_at) == (cast.special_educator.id, clock.now())
    row = referral.history[-1]
    assert (row.choice, row.reason, referral.state) == ("hindered", "Mentor är sjuk.", PLAN_ACTIVE)
    with pytest.raises(AlreadyMoved):
        action_plan.record_action_status(session, referral, by=owner, seen=seen, **told)


def test_a_hindered_action_needs_a_reason(session: Session, cast: Cast) -> None:
    referral, plan = running(session, cast)
    action = plan_versions.actions_of(plan)[0]
    by = cast.coordinator.actor()
    for status, missing in ((ActionStatus.NOT_DONE, "reason"), (ActionStatus.HANDED_OVER, "status")):
        with pytest.raises(Incomplete) as refused:
            action_plan.record_action_status(session, referral, by=by, action_id=action.id, status=status)
        assert refused.value.missing == (missing,)
    action_plan.record_action_status(session, referral, by=by, action_id=action.id, status=ActionStatus.DONE)
    assert action.status is ActionStatus.DONE


def test_others_do_not_say_how_somebodys_action_stands(session: Session, cast: Cast) -> None:
    referral, plan = running(session, cast)
    action = plan_versions.actions_of(plan)[1]
    by = cast.special_educator.actor()
    for action_id in (action.id, uuid.uuid4()):
        with pytest.raises(NotAllowed):
            action_plan.record_action_status(session, referral, by=by, action_id=action_id, status=ActionStatus.DONE)
    assert action.status is ActionStatus.PLANNED


def test_without_a_plan_no_action_has_a_status(session: Session, cast: Cast) -> None:
    referral = a_referral(session, cast, PLAN_ACTIVE)
    with pytest.raises(NotAllowed):
        action_plan.record_action_status(
            session, referral, by=cast.coordinator.actor(), action_id=uuid.uuid4(), status=ActionStatus.DONE
        )


def test_a_copy_keeps_what_still_runs_and_leaves_the_day_open(session: Session, cast: Cast) -> None:
    _referral, plan = running(session, cast)
    done, _still_running = plan_versions.actions_of(plan)
    done.status = ActionStatus.DONE
    copy = plan_versions.copy_version(session, plan, author_id=cast.coordinator.id, begins_on=date(2026, 11, 19))
    session.flush()
    assert (copy.version, copy.follow_up_on, copy.background) == (2, None, plan.background)
    assert copy.valid_from == date(2026, 11, 19)
    assert [goal.text for goal in copy.goals] == [goal.text for goal in plan.goals]
    assert [action.owner_name for action in plan_versions.actions_of(copy)] == ["Maja, vårdnadshavare"]
    assert len(plan_versions.actions_of(plan)) == 2
    assert action_plan.missing_in(copy) == ["follow_up_on"]


def test_somebody_whom_consent_does_not_reach_has_no_part_in_the_plan(session: Session, cast: Cast) -> None:
    referral, plan = for_approval(session, cast)
    with pytest.raises(Incomplete):
        action_plan.draft_action_plan(
            session,
            a_referral(session, cast, PLAN_DRAFT),
            by=cast.coordinator.actor(),
            plan=PlanInput(lead_id=cast.social_worker.id),
        )
    plan.lead_id = cast.social_worker.id  # as after a consent that was withdrawn since
    with pytest.raises(NotCovered):
        action_plan.approve_action_plan(session, referral, by=cast.head_teacher.actor())
    assert referral.state == PLAN_FOR_APPROVAL
