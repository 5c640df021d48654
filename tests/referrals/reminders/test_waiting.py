"""What somebody is reminded of: what waits for them, and to a head teacher what has lain for too long with others."""

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from referrals import clock
from referrals.meetings import conflict
from referrals.models import Account, ClosedDay, Concern, Listed, PlannedAction, Referral
from referrals.reminders import waiting
from referrals.stages import IN_TRIAGE, PLAN_ACTIVE, PLAN_FOR_APPROVAL, TO_SCHEDULE, State, Verb
from referrals.vocabulary import ActionStatus, PlanStatus, ProtectionAnswer
from referrals.work.waiting_items import WaitingItem
from tests.factories import a_part, a_plan, a_referral, protected
from tests.people import Cast
from tests.referrals.test_queries import counted_queries

pytestmark = pytest.mark.usefixtures("wednesday")

WEDNESDAY = date(2026, 9, 16)
FRIDAY = date(2026, 9, 18)
TUESDAY = date(2026, 9, 22)


def due(session: Session, cast: Cast, day: date, state: State = IN_TRIAGE) -> Referral:
    """A referral whose count began on Wednesday and whose target is `day`."""
    return a_referral(session, cast, state, target_on=day)


def stalled(session: Session, person: Account, today: date) -> list[WaitingItem]:
    return [item for item in waiting.everything_for(session, person.actor(), today=today) if item.is_stalled]


def test_a_head_teacher_is_told_once_it_was_late_for_as_long_as_it_was_meant_to_take(
    session: Session, cast: Cast
) -> None:
    referral = due(session, cast, FRIDAY)
    assert waiting.stalls_on(session, referral, due_on=FRIDAY) == TUESDAY, "two school days, and two more"
    assert stalled(session, cast.head_teacher, TUESDAY - timedelta(days=1)) == []
    (item,) = stalled(session, cast.head_teacher, TUESDAY)
    assert (item.number, item.verb, item.due_on) == (referral.number, Verb.SEND_TO_ASSESSMENT, FRIDAY)
    assert item.is_others
    assert not item.is_to_triage, "it is nothing for them to go through"


def test_what_lies_though_harm_is_feared_is_marked_and_stands_first(session: Session, cast: Cast) -> None:
    earlier, feared = due(session, cast, WEDNESDAY), due(session, cast, FRIDAY)
    session.scalars(select(Concern).where(Concern.referral_id == feared.id)).one().protection = ProtectionAnswer.YES
    session.flush()
    found = [(item.number, item.is_urgent) for item in stalled(session, cast.head_teacher, TUESDAY)]
    assert found == [(feared.number, True), (earlier.number, False)]


def test_closed_days_do_not_make_it_late(session: Session, cast: Cast) -> None:
    session.add(ClosedDay(first_on=date(2026, 9, 21), last_on=date(2026, 9, 25), label="Lov"))
    session.flush()
    assert waiting.stalls_on(session, due(session, cast, FRIDAY), due_on=FRIDAY) == date(2026, 9, 29)


def test_six_weeks_are_not_waited_out_a_second_time(session: Session, cast: Cast) -> None:
    referral = due(session, cast, date(2026, 10, 28), PLAN_ACTIVE)
    assert waiting.stalls_on(session, referral, due_on=date(2026, 10, 28)) == date(2026, 11, 11), "ten school days"


def test_what_was_due_on_its_first_day_is_late_twice_on_the_second(session: Session, cast: Cast) -> None:
    assert waiting.stalls_on(session, due(session, cast, WEDNESDAY), due_on=WEDNESDAY) == date(2026, 9, 17)


@pytest.mark.parametrize("person", ["coordinator", "special_educator", "outsider", "administrator"])
def test_nobody_else_is_told_that_it_lies(session: Session, cast: Cast, person: str) -> None:
    due(session, cast, FRIDAY)
    assert stalled(session, getattr(cast, person), TUESDAY) == []


def test_what_waits_for_the_head_teacher_stands_there_already(session: Session, cast: Cast) -> None:
    referral = due(session, cast, FRIDAY, PLAN_FOR_APPROVAL)
    for day, is_stalled in ((TUESDAY - timedelta(days=1), False), (TUESDAY, True)):
        items = waiting.everything_for(session, cast.head_teacher.actor(), today=day)
        assert [(item.number, item.is_stalled) for item in items] == [(referral.number, is_stalled)]
    assert not items[0].is_others


def test_the_coordinator_is_told_that_a_head_teacher_let_it_lie_for_twice_as_long(session: Session, cast: Cast) -> None:
    referral = due(session, cast, FRIDAY, PLAN_FOR_APPROVAL)
    (item,) = stalled(session, cast.coordinator, TUESDAY)
    assert (item.number, item.verb) == (referral.number, Verb.APPROVE_ACTION_PLAN)
    assert item.is_others


def with_action(session: Session, cast: Cast, **values: Any) -> tuple[Referral, PlannedAction]:
    """A plan in force with an action that was to be done from Wednesday to Friday."""
    referral = due(session, cast, date(2026, 10, 28), PLAN_ACTIVE)
    plan = a_plan(session, referral, author=cast.coordinator, status=PlanStatus.ACTIVE)
    action = plan.goals[0].actions[0]
    given = {"owner_id": cast.counsellor.id, "from_on": WEDNESDAY, "to_on": FRIDAY, "status": ActionStatus.ONGOING}
    for name, value in (given | values).items():
        setattr(action, name, value)
    session.flush()
    return referral, action


def test_an_action_late_for_twice_as_long_as_meant_is_shown_to_the_head_teacher(session: Session, cast: Cast) -> None:
    referral, action = with_action(session, cast)
    assert stalled(session, cast.head_teacher, TUESDAY - timedelta(days=1)) == []
    (item,) = stalled(session, cast.head_teacher, TUESDAY)
    assert (item.number, item.subject_id, item.due_on) == (referral.number, action.id, FRIDAY)
    assert item.is_others
    assert stalled(session, cast.coordinator, TUESDAY) == []


def test_more_actions_do_not_mean_more_looks_at_the_closed_days(session: Session, cast: Cast) -> None:
    def looks(number: int) -> int:
        for _ in range(number):
            with_action(session, cast)
        session.expire_all()
        with counted_queries(session) as asked:
            assert stalled(session, cast.head_teacher, TUESDAY)
        return len([one for one in asked if "FROM closed_day" in one])

    few = looks(1)
    assert looks(4) == few


def test_a_hindered_action_is_shown_to_the_head_teacher_at_once(session: Session, cast: Cast) -> None:
    _referral, action = with_action(session, cast, status=ActionStatus.HINDERED, status_at=clock.now(), to_on=TUESDAY)
    (item,) = waiting.everything_for(session, cast.head_teacher.actor(), today=WEDNESDAY)
    assert (item.subject_id, item.due_on, item.waits_since, item.is_stalled) == (action.id, None, WEDNESDAY, False)


@pytest.mark.parametrize("values", [{"status": ActionStatus.DONE}, {"owner_id": "head_teacher"}])
def test_an_action_that_is_done_or_their_own_is_not(session: Session, cast: Cast, values: dict[str, Any]) -> None:
    if "owner_id" in values:
        values = {"owner_id": cast.head_teacher.id}
    with_action(session, cast, **values)
    assert stalled(session, cast.head_teacher, TUESDAY) == []


def test_an_action_of_a_child_whose_list_leaves_the_head_teacher_out_is_not(session: Session, cast: Cast) -> None:
    referral, _action = with_action(session, cast)
    protected(session, referral, by=cast.coordinator)
    session.execute(delete(Listed).where(Listed.account_id == cast.head_teacher.id))
    session.expire_all()
    assert stalled(session, cast.head_teacher, TUESDAY) == []


def test_what_is_held_for_a_conflict_of_interest_stays_hidden(session: Session, cast: Cast) -> None:
    conflict.hold(session, due(session, cast, FRIDAY))
    session.flush()
    assert stalled(session, cast.head_teacher, TUESDAY) == []


def test_a_part_is_ones_own_even_without_the_role(session: Session, cast: Cast) -> None:
    a_part(session, due(session, cast, FRIDAY, TO_SCHEDULE), cast.counsellor, asked_by=cast.coordinator, due_on=FRIDAY)
    (item,) = waiting.everything_for(session, cast.counsellor.actor(), today=TUESDAY)
    assert not item.is_others
