"""Local targets: on the school-day calendar, from the municipality or the rule pack, and never begun again in between."""

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from sqlalchemy.orm import Session

from referrals import clock, targets, triage
from referrals.access import SYSTEM, Actor
from referrals.history import record
from referrals.models import FollowUp, Municipality, Referral, TeamMeeting
from referrals.stages import (
    CLOSED,
    FOLLOW_UP_DUE,
    IN_CONSENT,
    IN_TRIAGE,
    PARTS_RECEIVED,
    PARTS_REQUESTED,
    PLAN_ACTIVE,
    PLAN_DRAFT,
    SCHEDULED,
    SUBMITTED,
    Verb,
)
from referrals.vocabulary import FollowUpDecision, PlanStatus
from tests.factories import a_part, a_plan, a_referral
from tests.people import Cast

pytestmark = pytest.mark.usefixtures("wednesday")

WEDNESDAY = date(2026, 9, 16)


def test_a_new_concern_has_two_school_days(session: Session, cast: Cast) -> None:
    referral = a_referral(session, cast, SUBMITTED)
    assert targets.target_on(session, referral, since=WEDNESDAY) == date(2026, 9, 18)


def test_a_closed_referral_has_no_target(session: Session, cast: Cast) -> None:
    referral = a_referral(session, cast, CLOSED, target_on=WEDNESDAY)
    assert targets.target_on(session, referral, since=WEDNESDAY) is None
    targets.set_target(session, referral)
    assert referral.target_on is None


def test_a_municipality_may_have_a_target_of_its_own(session: Session, cast: Cast) -> None:
    cast.municipality.targets = {"triage": {"calendar_days": 3}}
    session.flush()
    referral = a_referral(session, cast, IN_TRIAGE)
    assert targets.target_on(session, referral, since=WEDNESDAY) == date(2026, 9, 21), "Saturday moves to Monday"


def test_without_a_municipality_the_rule_pack_counts(session: Session, cast: Cast) -> None:
    referral = a_referral(session, cast, IN_TRIAGE)
    session.delete(session.get_one(Municipality, cast.municipality.id))
    session.flush()
    targets.set_target(session, referral)
    assert referral.target_on == date(2026, 9, 18)


def test_setting_the_target_twice_changes_nothing_and_makes_no_version(session: Session, cast: Cast) -> None:
    referral = a_referral(session, cast, IN_TRIAGE)
    before = referral.version
    targets.set_target(session, referral)
    targets.set_target(session, referral)
    assert (referral.target_on, referral.version) == (date(2026, 9, 18), before)


def test_the_count_of_the_initial_assessment_begins_with_the_concern(
    session: Session, cast: Cast, wednesday: time_machine.Traveller
) -> None:
    referral = a_referral(session, cast, SUBMITTED)
    wednesday.shift(timedelta(days=1))
    triage.open_triage(session, referral, by=SYSTEM)
    targets.set_target(session, referral)
    assert referral.target_on == date(2026, 9, 18)


def test_the_count_begins_again_once_the_concern_was_completed(
    session: Session, cast: Cast, wednesday: time_machine.Traveller
) -> None:
    referral = a_referral(session, cast, IN_TRIAGE)
    triage.return_concern(session, referral, by=cast.coordinator.actor(), seen=None, reason="Hur länge?")
    targets.set_target(session, referral)
    assert referral.target_on == date(2026, 9, 23), "five school days for the reporter"
    wednesday.shift(timedelta(days=5))
    record(session, referral, Verb.RESUBMIT_CONCERN, by=_reporter(referral), to=SUBMITTED)
    targets.set_target(session, referral)
    assert referral.target_on == date(2026, 9, 23)


def test_a_change_of_owner_does_not_begin_the_count_again(
    session: Session, cast: Cast, wednesday: time_machine.Traveller
) -> None:
    referral = a_referral(session, cast, IN_TRIAGE)
    wednesday.shift(timedelta(days=1))
    triage.assign_owner(session, referral, by=cast.coordinator.actor(), seen=None, owner=cast.second_coordinator)
    targets.set_target(session, referral)
    assert referral.target_on == date(2026, 9, 18)


def test_late_in_the_evening_it_is_already_tomorrow_here(
    session: Session, cast: Cast, wednesday: time_machine.Traveller
) -> None:
    wednesday.move_to(datetime(2026, 9, 16, 22, 30, tzinfo=UTC))
    referral = a_referral(session, cast, SUBMITTED)
    targets.set_target(session, referral)
    assert referral.target_on == date(2026, 9, 21)


def test_parts_that_are_out_set_the_day(session: Session, cast: Cast) -> None:
    referral = a_referral(session, cast, PARTS_REQUESTED)
    a_part(session, referral, cast.counsellor, asked_by=cast.coordinator, due_on=date(2026, 9, 25))
    a_part(session, referral, cast.special_educator, asked_by=cast.coordinator, due_on=date(2026, 10, 2))
    assert targets.target_on(session, referral, since=WEDNESDAY) == date(2026, 10, 2)


def test_where_no_part_is_out_ten_school_days_count(session: Session, cast: Cast) -> None:
    for state in (PARTS_REQUESTED, PARTS_RECEIVED):
        referral = a_referral(session, cast, state)
        assert targets.target_on(session, referral, since=WEDNESDAY) == date(2026, 9, 30)


def test_a_scheduled_meeting_sets_the_day(session: Session, cast: Cast) -> None:
    referral = a_referral(session, cast, SCHEDULED)
    assert targets.target_on(session, referral, since=WEDNESDAY) == date(2026, 9, 30)
    for number, day in ((1, 22), (2, 28)):
        starts = datetime(2026, 9, day, 22, 30, tzinfo=UTC)
        session.add(
            TeamMeeting(
                referral=referral, number=number, starts_at=starts, minutes=60, place="Rum 12",
                called_by_id=cast.coordinator.id, called=[], guardians_invited=[],
            )
        )  # fmt: skip
    session.flush()
    assert targets.target_on(session, referral, since=WEDNESDAY) == date(2026, 9, 29), "half past midnight here"
    session.delete(session.get_one(Municipality, cast.municipality.id))
    session.flush()
    assert targets.target_on(session, referral, since=WEDNESDAY) == date(2026, 9, 28)


def test_a_running_plan_aims_at_its_follow_up(session: Session, cast: Cast) -> None:
    referral = a_referral(session, cast, PLAN_ACTIVE)
    plan = a_plan(session, referral, author=cast.coordinator, status=PlanStatus.ACTIVE, follow_up_on=date(2026, 10, 28))
    assert targets.target_on(session, referral, since=WEDNESDAY) == date(2026, 10, 28)
    session.add(
        FollowUp(
            referral=referral, number=1, plan_id=plan.id, held_on=WEDNESDAY, recorded_at=clock.now(),
            by_id=cast.coordinator.id, decision=FollowUpDecision.CONTINUE, next_follow_up_on=date(2026, 12, 2),
        )
    )  # fmt: skip
    session.flush()
    assert targets.target_on(session, referral, since=WEDNESDAY) == date(2026, 12, 2)


def test_a_follow_up_without_a_plan_has_six_weeks(session: Session, cast: Cast) -> None:
    referral = a_referral(session, cast, FOLLOW_UP_DUE)
    assert targets.target_on(session, referral, since=WEDNESDAY) == date(2026, 10, 28)


def test_an_older_row_of_another_stage_ends_the_count(session: Session, cast: Cast) -> None:
    referral = a_referral(session, cast, IN_TRIAGE)
    triage.send_to_team(session, referral, by=cast.coordinator.actor(), seen=None, reason="Det räcker.")
    assert referral.state == IN_CONSENT
    targets.set_target(session, referral)
    assert referral.target_on == date(2026, 9, 23)


def test_a_referral_whose_history_does_not_lead_here_counts_from_its_stage(session: Session, cast: Cast) -> None:
    referral = a_referral(session, cast, IN_TRIAGE)
    referral.stage, referral.status = PLAN_DRAFT.stage, PLAN_DRAFT.status
    session.flush()
    targets.set_target(session, referral)
    assert referral.target_on == date(2026, 9, 23)


def _reporter(referral: Referral) -> Actor:
    return Actor(reported=referral.id)
