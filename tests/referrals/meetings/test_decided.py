"""What a meeting decided waits for whoever answers for it, until it is said to be done."""

from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from referrals import clock, team_review
from referrals.access import Role
from referrals.errors import NotAllowed
from referrals.meetings import decided
from referrals.models import Account, Listed, MeetingDecision, Referral, RoleAssignment, SeatAbsence, TeamSeat
from referrals.reminders import digest, waiting
from referrals.stages import Verb
from referrals.vocabulary import PlanStatus
from referrals.work.waiting_items import Waiting
from tests.factories import a_member, a_plan, protected
from tests.people import Cast
from tests.referrals.test_team_review import a_held_meeting, newest

DUE = date(2026, 10, 12)


@pytest.fixture(autouse=True)
def _today(wednesday: time_machine.Traveller) -> None:
    """It is Wednesday the 16th of September 2026."""


def a_decision(session: Session, cast: Cast, name: str, *, text: str = "Lugn start.", approved: bool = True) -> Any:
    """What the meeting of a referral decided, with `name` written down for who answers for it."""
    referral = a_held_meeting(session, cast, decisions=[{"text": text, "responsible": name, "due_on": DUE}])
    if approved:
        team_review.approve_minutes(session, referral, by=cast.head_teacher.actor(), seen=referral.version)
    return session.scalars(select(MeetingDecision).where(MeetingDecision.referral_id == referral.id)).one()


def open_for(session: Session, account: Account, kind: Waiting = Waiting.DECISION) -> list[Any]:
    items = waiting.everything_for(session, account.actor(), today=date(2026, 9, 16))
    return [item.subject_id for item in items if item.kind is kind]


def done(session: Session, decision: MeetingDecision, by: Account, referral: Referral | None = None) -> MeetingDecision:
    where = referral or decision.referral
    return decided.say_done(session, where, by=by.actor(), seen=None, decision_id=decision.id)


def test_a_decision_waits_for_whoever_answers_for_it_from_its_approval_until_it_is_done(
    session: Session, cast: Cast
) -> None:
    decision = a_decision(session, cast, f" {cast.counsellor.name.upper()}  ", approved=False)
    assert decision.responsible_id == cast.counsellor.id
    assert open_for(session, cast.counsellor) == []
    with pytest.raises(NotAllowed):
        done(session, decision, cast.counsellor)
    referral = decision.referral
    team_review.approve_minutes(session, referral, by=cast.head_teacher.actor(), seen=referral.version)
    assert open_for(session, cast.counsellor) == [decision.id]
    assert open_for(session, cast.head_teacher) == open_for(session, cast.coordinator) == []
    cast.counsellor.language = "en"
    ((said, way),) = digest._due(session, cast.counsellor, DUE).own
    assert said.startswith(f"{referral.number}: Do what the team decided, and say so (by 12 Oct 2026;")
    assert (way, "Lugn" in said) == (f"/referrals/{referral.number}", False)
    for other in (cast.head_teacher, cast.teacher, cast.outsider, cast.administrator):
        with pytest.raises(NotAllowed):
            done(session, decision, other)
    for _again in range(2):
        assert done(session, decision, cast.counsellor).done == newest(session, referral)
    assert (newest(session, referral).verb, newest(session, referral).by_id) == (
        Verb.RECORD_DECISION_DONE,
        cast.counsellor.id,
    )
    assert open_for(session, cast.counsellor) == []


def test_the_coordinator_says_it_for_somebody_and_only_of_this_referral(session: Session, cast: Cast) -> None:
    decision, other = (a_decision(session, cast, cast.counsellor.name) for _one in range(2))
    with pytest.raises(NotAllowed):
        done(session, decision, cast.coordinator, other.referral)
    meetings = team_review.meetings_of(session, decision.referral)
    assert decided.to_say_done(meetings, cast.coordinator.actor()) == {decision.id}
    assert [decided.asks(meetings[0], one.actor()) for one in (cast.coordinator, cast.counsellor)] == [False, True]
    assert done(session, decision, cast.coordinator).done is not None
    assert decided.to_say_done(meetings, cast.coordinator.actor()) == frozenset()


def test_a_name_that_nobody_called_has_or_two_have_waits_on_no_list(session: Session, cast: Cast) -> None:
    named = a_decision(session, cast, "Maja Testsson")
    cast.head_teacher.name = cast.counsellor.name
    twice = a_decision(session, cast, cast.counsellor.name)
    assert (named.responsible_id, twice.responsible_id) == (None, None)
    with pytest.raises(NotAllowed):
        done(session, named, cast.coordinator)


def test_what_became_an_action_of_the_plan_in_force_waits_there_alone(session: Session, cast: Cast) -> None:
    first, second = (a_decision(session, cast, cast.counsellor.name, text=text) for text in ("Lugn start.", "Ring hem"))
    plan = a_plan(session, first.referral, author=cast.coordinator, status=PlanStatus.ACTIVE)
    action = plan.goals[0].actions[0]
    action.text = "lugn  start"
    assert set(open_for(session, cast.counsellor)) == {first.id, second.id}
    action.owner_id = cast.counsellor.id
    assert open_for(session, cast.counsellor) == [second.id]
    action.text = "Något annat"
    assert set(open_for(session, cast.counsellor)) == {first.id, second.id}


def test_who_may_not_read_the_minutes_any_more_is_asked_for_nothing(session: Session, cast: Cast) -> None:
    decision = a_decision(session, cast, cast.counsellor.name)
    protected(session, decision.referral, by=cast.coordinator, let_in=(cast.head_teacher,))
    assert open_for(session, cast.counsellor) == []
    with pytest.raises(NotAllowed):
        done(session, decision, cast.counsellor)
    kept = a_decision(session, cast, cast.counsellor.name)
    kept.referral.kept_outside_at = kept.meeting.approved_at
    assert not decided.may_say_done(kept, cast.counsellor.actor())


def test_a_decision_whose_person_no_longer_works_here_waits_for_whoever_keeps_the_referral_moving(
    session: Session, cast: Cast
) -> None:
    decision = a_decision(session, cast, cast.counsellor.name)
    decision.referral.owner_id = cast.coordinator.id
    there = cast.coordinator, cast.second_coordinator, cast.head_teacher

    def left() -> list[list[Any]]:
        return [open_for(session, one, Waiting.LEFT_DECISION) for one in there]

    assert left() == [[], [], []]
    cast.counsellor.is_active = False
    session.flush()
    assert left() == [[decision.id], [], []]
    cast.coordinator.language = "en"
    ((said, _way),) = digest._due(session, cast.coordinator, DUE).own
    assert "See to what a meeting decided: who was to do it no longer works here (by 12 Oct 2026;" in said
    cast.counsellor.is_active = True
    cast.counsellor.roles.clear()
    session.flush()
    assert left() == [[decision.id], [], []]
    # Whoever stands in for a member works here for that time, and says it themself.
    a_member(session, decision.referral, cast.special_educator)
    seat = TeamSeat(forum=cast.forum, account=cast.special_educator)
    hour, now = timedelta(hours=1), clock.now()
    absence = SeatAbsence(seat=seat, stand_in=cast.counsellor, begins_at=now - hour, ends_at=now + hour)
    session.add_all([seat, absence])
    session.flush()
    session.expire_all()
    assert left() == [[], [], []]
    session.delete(absence)
    session.flush()
    session.expire_all()
    assert left() == [[decision.id], [], []]
    done(session, decision, cast.coordinator)
    assert left() == [[], [], []]


def test_a_decision_twice_overdue_is_shown_to_the_head_teacher_until_it_is_done(session: Session, cast: Cast) -> None:
    decision = a_decision(session, cast, cast.counsellor.name)
    referral = decision.referral

    def lying(who: Account, day: date) -> list[tuple[Any, str, Any, bool]]:
        items = waiting.everything_for(session, who.actor(), today=day)
        assert all(one.is_others for one in items if one.subject_id == decision.id)
        return [
            (one.subject_id, one.kind, one.due_on, one.is_stalled) for one in items if one.subject_id == decision.id
        ]

    twice = date(2026, 10, 15)  # three school days from the meeting to its day, and three more
    assert lying(cast.head_teacher, twice - timedelta(days=1)) == []
    assert lying(cast.head_teacher, twice) == [(decision.id, Waiting.OTHERS_DECISION, DUE, True)]
    for nobody in (cast.coordinator, cast.special_educator, cast.administrator):
        assert lying(nobody, twice) == []
    cast.head_teacher.language = "en"
    said = [line for line, _way in digest._due(session, cast.head_teacher, twice).others]
    assert (
        f"{referral.number}: What the team decided does not get done (late since 12 Oct 2026, and has taken"
        in "".join(said)
    )
    plan = a_plan(session, referral, author=cast.coordinator, status=PlanStatus.ACTIVE)
    plan.goals[0].actions[0].text, plan.goals[0].actions[0].owner_id = decision.text, cast.counsellor.id
    assert lying(cast.head_teacher, twice) == [], "it waits as an action"
    plan.goals[0].actions[0].text = "Något annat"
    assert len(lying(cast.head_teacher, twice)) == 1
    done(session, decision, cast.counsellor)
    assert lying(cast.head_teacher, twice) == []


def test_neither_ones_own_decision_nor_one_that_nobody_may_touch_lies_with_others(session: Session, cast: Cast) -> None:
    own, outside, hidden = (
        a_decision(session, cast, name) for name in (cast.head_teacher.name, cast.counsellor.name, cast.counsellor.name)
    )
    outside.referral.kept_outside_at = outside.meeting.approved_at
    protected(session, hidden.referral, by=cast.coordinator)
    session.flush()
    session.execute(delete(Listed).where(Listed.account_id == cast.head_teacher.id))
    session.expire_all()
    items = waiting.everything_for(session, cast.head_teacher.actor(), today=date(2026, 11, 30))
    of_decisions = [one for one in items if one.verb is Verb.RECORD_DECISION_DONE]
    assert [(one.subject_id, one.kind) for one in of_decisions] == [(own.id, Waiting.DECISION)]


def test_who_coordinates_and_leads_reads_once_that_somebody_left_a_decision(session: Session, cast: Cast) -> None:
    decision = a_decision(session, cast, cast.counsellor.name)
    unit_id = decision.referral.unit_id
    cast.head_teacher.roles.append(RoleAssignment(role=Role.COORDINATOR, unit_id=unit_id))
    cast.counsellor.is_active = False
    session.flush()
    items = waiting.everything_for(session, cast.head_teacher.actor(), today=date(2026, 11, 30))
    assert [one.kind for one in items if one.subject_id == decision.id] == [Waiting.LEFT_DECISION]
