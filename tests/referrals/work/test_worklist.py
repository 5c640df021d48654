"""What waits for whom: one list a person, one verb and one date a line."""

from datetime import date, timedelta

import pytest
import time_machine
from sqlalchemy import select
from sqlalchemy.orm import Session

from referrals import clock, history, intake
from referrals.access import Actor
from referrals.disclosure import coverage
from referrals.models import Account, Concern, Referral, TeamMeeting
from referrals.stages import (
    CLOSED,
    FOLLOW_UP_DUE,
    IN_CONSENT,
    IN_TRIAGE,
    MEETING_HELD,
    OPEN,
    PARTS_RECEIVED,
    PARTS_REQUESTED,
    PLAN_ACTIVE,
    PLAN_DRAFT,
    PLAN_FOR_APPROVAL,
    RETURNED,
    SUBMITTED,
    WITHDRAWN,
    Party,
    State,
    Verb,
    verbs_from,
)
from referrals.vocabulary import ActionStatus, PartStatus, PlanStatus, ProtectionAnswer
from referrals.work import worklist
from referrals.work.waiting_items import Waiting, WaitingItem
from tests.factories import a_consent, a_guardian, a_member, a_part, a_plan, a_referral, protected
from tests.people import Cast

pytestmark = pytest.mark.usefixtures("wednesday")

YESTERDAY, TODAY, TOMORROW = date(2026, 9, 15), date(2026, 9, 16), date(2026, 9, 17)


def waiting(session: Session, person: Account) -> list[WaitingItem]:
    return worklist.waiting_for(session, person.actor(), today=TODAY)


def lines(session: Session, person: Account) -> list[tuple[str, Verb]]:
    return [(item.number, item.verb) for item in waiting(session, person)]


@pytest.mark.parametrize("state", sorted(OPEN, key=str))
def test_every_open_state_has_a_next_action_that_is_possible_there(session: Session, cast: Cast, state: State) -> None:
    referral = a_referral(session, cast, state, target_on=TOMORROW)
    action = worklist.next_action(referral)
    assert action is not None
    assert action.verb in verbs_from(state)
    assert action.due_on == TOMORROW


def test_an_ended_referral_has_no_next_action(session: Session, cast: Cast) -> None:
    assert worklist.next_action(a_referral(session, cast, WITHDRAWN)) is None
    assert worklist.next_action(a_referral(session, cast, CLOSED)) is None


def test_an_assessment_nobody_was_asked_for_waits_for_the_coordinator(session: Session, cast: Cast) -> None:
    referral = a_referral(session, cast, PARTS_REQUESTED)
    action = worklist.next_action(referral)
    assert (action.verb, action.party) == (Verb.REQUEST_PARTS, Party.COORDINATOR)
    assert lines(session, cast.coordinator) == [(referral.number, Verb.REQUEST_PARTS)]
    a_part(session, referral, cast.counsellor, asked_by=cast.coordinator)
    assert worklist.next_action(referral).verb is Verb.SUBMIT_PART
    assert lines(session, cast.coordinator) == []


@pytest.mark.parametrize("state", [SUBMITTED, IN_TRIAGE, IN_CONSENT, PARTS_RECEIVED, FOLLOW_UP_DUE, PLAN_DRAFT])
def test_a_coordinator_sees_what_waits_for_a_decision(session: Session, cast: Cast, state: State) -> None:
    referral = a_referral(session, cast, state)
    assert lines(session, cast.coordinator) == [(referral.number, worklist.NEXT[state][0])]


@pytest.mark.parametrize("state", [RETURNED, PLAN_FOR_APPROVAL, PLAN_ACTIVE])
def test_what_waits_for_somebody_else_reaches_the_coordinator_when_it_is_late(
    session: Session, cast: Cast, state: State
) -> None:
    referral = a_referral(session, cast, state, target_on=TODAY)
    assert waiting(session, cast.coordinator) == []
    referral.target_on = YESTERDAY
    session.flush()
    (item,) = waiting(session, cast.coordinator)
    assert item.due_on == YESTERDAY
    assert item.party is not Party.COORDINATOR


def test_a_concern_ended_for_now_comes_back_on_its_day(session: Session, cast: Cast) -> None:
    referral = a_referral(session, cast, CLOSED, revisit_on=TOMORROW)
    assert waiting(session, cast.coordinator) == []
    referral.revisit_on = TODAY
    session.flush()
    (item,) = waiting(session, cast.coordinator)
    assert (item.verb, item.due_on, item.waits_since) == (Verb.REOPEN_REFERRAL, None, TODAY)


def test_a_colleague_keeps_their_own_referrals(session: Session, cast: Cast) -> None:
    referral = a_referral(session, cast, IN_TRIAGE, owner_id=cast.second_coordinator.id)
    assert lines(session, cast.coordinator) == []
    assert lines(session, cast.second_coordinator) == [(referral.number, Verb.SEND_TO_ASSESSMENT)]


def test_what_somebody_left_behind_waits_for_the_others(session: Session, cast: Cast) -> None:
    referral = a_referral(session, cast, IN_TRIAGE, owner_id=cast.second_coordinator.id)
    cast.second_coordinator.is_active = False
    session.flush()
    assert lines(session, cast.coordinator) == [(referral.number, Verb.SEND_TO_ASSESSMENT)]


def test_another_schools_coordinator_and_the_administrator_see_nothing(session: Session, cast: Cast) -> None:
    for state in (IN_TRIAGE, PLAN_FOR_APPROVAL):
        a_referral(session, cast, state, target_on=YESTERDAY)
    assert waiting(session, cast.outsider) == []
    assert waiting(session, cast.administrator) == []


def test_fear_of_harm_comes_first_then_the_earliest_day(session: Session, cast: Cast) -> None:
    late = a_referral(session, cast, IN_TRIAGE, target_on=YESTERDAY)
    undated = a_referral(session, cast, IN_TRIAGE)
    feared = a_referral(session, cast, IN_TRIAGE, target_on=TOMORROW)
    session.scalars(select(Concern).where(Concern.referral_id == feared.id)).one().protection = ProtectionAnswer.YES
    session.flush()
    items = waiting(session, cast.coordinator)
    assert [item.number for item in items] == [feared.number, late.number, undated.number]
    assert [item.is_urgent for item in items] == [True, False, False]
    assert [item.due_on for item in items] == [TOMORROW, YESTERDAY, None]


def test_a_line_says_where_and_about_what_and_names_nobody(session: Session, cast: Cast) -> None:
    a_referral(session, cast, IN_TRIAGE)
    (item,) = waiting(session, cast.coordinator)
    assert (item.unit, item.topics, item.rulepack) == ("Lindskolan", ("attendance", "peers"), "se-2026-07")
    assert "Mila" not in repr(item)


def test_a_head_teacher_sees_minutes_and_plans_to_approve(session: Session, cast: Cast) -> None:
    minutes, plan = a_referral(session, cast, MEETING_HELD), a_referral(session, cast, PLAN_FOR_APPROVAL)
    a_referral(session, cast, IN_TRIAGE)
    assert set(lines(session, cast.head_teacher)) == {
        (minutes.number, Verb.APPROVE_MINUTES),
        (plan.number, Verb.APPROVE_ACTION_PLAN),
    }


def test_nobody_is_asked_to_approve_their_own_minutes(session: Session, cast: Cast) -> None:
    referral = a_referral(session, cast, MEETING_HELD)
    session.add(
        TeamMeeting(
            referral=referral, number=1, starts_at=clock.now(), minutes=60, place="Rum 12", called_by_id=cast.coordinator.id,
            called=[], guardians_invited=[], minutes_by_id=cast.head_teacher.id,
        )
    )  # fmt: skip
    session.flush()
    assert waiting(session, cast.head_teacher) == []


def test_an_assessor_sees_the_parts_asked_of_them_until_handed_in(session: Session, cast: Cast) -> None:
    referral = a_referral(session, cast, PARTS_REQUESTED)
    part = a_part(session, referral, cast.counsellor, asked_by=cast.coordinator, due_on=TOMORROW)
    (item,) = waiting(session, cast.counsellor)
    assert (item.kind, item.subject_id, item.verb, item.due_on) == (Waiting.PART, part.id, Verb.SUBMIT_PART, TOMORROW)
    assert waiting(session, cast.special_educator) == []
    part.status = PartStatus.RECEIVED
    session.flush()
    assert waiting(session, cast.counsellor) == []


def test_a_part_of_a_closed_referral_waits_for_nobody(session: Session, cast: Cast) -> None:
    a_part(session, a_referral(session, cast, CLOSED), cast.counsellor, asked_by=cast.coordinator)
    assert waiting(session, cast.counsellor) == []


def test_a_plan_waits_for_the_one_who_writes_it(session: Session, cast: Cast) -> None:
    referral = a_referral(session, cast, PLAN_DRAFT)
    a_plan(session, referral, author=cast.special_educator)
    a_member(session, referral, cast.special_educator)
    assert lines(session, cast.special_educator) == [(referral.number, Verb.SUBMIT_ACTION_PLAN)]


def test_a_coordinator_who_writes_the_plan_sees_it_once(session: Session, cast: Cast) -> None:
    referral = a_referral(session, cast, PLAN_DRAFT)
    a_plan(session, referral, author=cast.coordinator)
    assert lines(session, cast.coordinator) == [(referral.number, Verb.SUBMIT_ACTION_PLAN)]


def test_running_actions_wait_for_their_owner(session: Session, cast: Cast) -> None:
    referral = a_referral(session, cast, PLAN_ACTIVE)
    a_member(session, referral, cast.special_educator)
    plan = a_plan(session, referral, author=cast.special_educator, status=PlanStatus.ACTIVE)
    action = plan.goals[0].actions[0]
    (item,) = waiting(session, cast.special_educator)
    assert (item.kind, item.subject_id, item.verb, item.due_on) == (
        Waiting.ACTION, action.id, Verb.RECORD_ACTION_STATUS, action.to_on,
    )  # fmt: skip
    action.status = ActionStatus.DONE
    session.flush()
    assert waiting(session, cast.special_educator) == []


def test_actions_of_a_plan_that_does_not_run_wait_for_nobody(session: Session, cast: Cast) -> None:
    a_plan(
        session,
        a_referral(session, cast, PLAN_FOR_APPROVAL),
        author=cast.special_educator,
        status=PlanStatus.FOR_APPROVAL,
    )
    assert waiting(session, cast.special_educator) == []


def test_the_next_concern_is_the_most_pressing_other_one(session: Session, cast: Cast) -> None:
    first = a_referral(session, cast, IN_TRIAGE, target_on=YESTERDAY)
    second = a_referral(session, cast, SUBMITTED, target_on=TOMORROW)
    a_referral(session, cast, IN_CONSENT, target_on=YESTERDAY)
    following = _next(session, cast, but=None)
    assert following == first.number
    assert _next(session, cast, but=first) == second.number
    second.stage, second.status = IN_CONSENT.stage, IN_CONSENT.status
    session.flush()
    assert _next(session, cast, but=first) is None


def _next(session: Session, cast: Cast, *, but: Referral | None) -> str | None:
    return worklist.next_to_triage(session, cast.coordinator.actor(), today=TODAY, but=but)


def test_what_a_reporter_added_waits_for_the_coordinator_until_it_is_read(session: Session, cast: Cast) -> None:
    referral = a_referral(session, cast, PARTS_REQUESTED, owner=cast.coordinator)
    reporter = Actor(reported=referral.id)
    first = intake.add_to_concern(session, referral, by=reporter, seen=None, text="En sak till.")
    second = intake.add_to_concern(session, referral, by=reporter, seen=None, text="Och en.")
    lines = [line for line in waiting(session, cast.coordinator) if line.kind is Waiting.ADDITION]
    assert {line.subject_id for line in lines} == {first.id, second.id}
    assert {(line.verb, line.party) for line in lines} == {(Verb.READ_ADDITION, Party.COORDINATOR)}
    assert {(line.due_on, line.waits_since) for line in lines} == {(None, clock.now().date())}, "nothing makes it late"
    assert waiting(session, cast.second_coordinator) == []
    history.record(session, referral, Verb.ASSIGN_OWNER, by=cast.coordinator.actor())
    intake.read_addition(session, referral, by=cast.coordinator.actor(), addition=first)
    left = [line for line in waiting(session, cast.coordinator) if line.kind is Waiting.ADDITION]
    assert [line.subject_id for line in left] == [second.id]


def test_an_addition_to_a_concern_in_triage_is_not_one_more_concern_to_decide_about(
    session: Session, cast: Cast
) -> None:
    referral = a_referral(session, cast)
    intake.add_to_concern(session, referral, by=Actor(reported=referral.id), seen=None, text="En sak till.")
    assert [line.is_to_triage for line in waiting(session, cast.coordinator)].count(True) == 1
    assert _next(session, cast, but=referral) is None


def test_a_consent_that_is_about_to_end_waits_for_the_coordinator_until_somebody_asks_again(
    session: Session, cast: Cast, wednesday: time_machine.Traveller
) -> None:
    referral = a_referral(session, cast, PLAN_ACTIVE, target_on=None)
    first = a_guardian(session, referral)
    a_consent(session, first, by=cast.coordinator, until_on=TOMORROW)
    a_consent(session, a_guardian(session, referral), by=cast.coordinator, until_on=TODAY)
    (item,) = waiting(session, cast.coordinator)
    assert (item.kind, item.verb, item.due_on, item.party) == (
        Waiting.CONSENT, Verb.REMIND_OF_CONSENT, TODAY, Party.COORDINATOR,
    )  # fmt: skip
    assert waiting(session, cast.head_teacher) == []
    wednesday.shift(timedelta(hours=1))
    for guardian in coverage.guardians_of(session, referral):
        a_consent(session, guardian, by=cast.coordinator)
    assert waiting(session, cast.coordinator) == []


def test_a_line_about_a_child_with_a_protected_identity_does_not_say_which_school(session: Session, cast: Cast) -> None:
    protected(session, a_referral(session, cast, IN_TRIAGE), by=cast.coordinator)
    (line,) = waiting(session, cast.coordinator)
    assert line.unit == ""
