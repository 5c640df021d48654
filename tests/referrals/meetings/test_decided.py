"""What a meeting decided waits for whoever answers for it, until it is said to be done."""

from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from sqlalchemy import select
from sqlalchemy.orm import Session

from referrals import clock, team_review
from referrals.errors import NotAllowed
from referrals.meetings import decided
from referrals.models import Account, MeetingDecision, Referral, SeatAbsence, TeamSeat
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
    ((said, way),) = digest._due(session, cast.counsellor, DUE)
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
    ((said, _way),) = digest._due(session, cast.coordinator, DUE)
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
