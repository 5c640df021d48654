"""Local targets: on the school-day calendar, from the municipality or the rule pack, and never begun again in between."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from sqlalchemy.orm import Session

from referrals import assessment, calendar, clock, triage
from referrals.access import SYSTEM, Actor
from referrals.errors import Incomplete
from referrals.history import record
from referrals.models import ClosedDay, FollowUp, Municipality, Referral
from referrals.rules import rulebook, targets
from referrals.rules.rulebook import Counting, Target
from referrals.stages import (
    CLOSED,
    CLOSURE_PROPOSED,
    FOLLOW_UP_DUE,
    IN_CONSENT,
    IN_TRIAGE,
    MEETING_HELD,
    PARTS_RECEIVED,
    PARTS_REQUESTED,
    PLAN_ACTIVE,
    PLAN_DRAFT,
    SCHEDULED,
    SUBMITTED,
    TO_SCHEDULE,
    WITH_HEAD_TEACHER,
    State,
    Verb,
)
from referrals.vocabulary import DeadlineSource, Domain, FollowUpDecision, PartStatus, PlanStatus
from tests.factories import a_meeting, a_part, a_plan, a_referral, consented
from tests.people import Cast

pytestmark = pytest.mark.usefixtures("wednesday")

WEDNESDAY = date(2026, 9, 16)


def target_of(session: Session, referral: Referral) -> date | None:
    targets.set_target(session, referral)
    return referral.target_on


def test_a_new_concern_has_two_school_days(session: Session, cast: Cast) -> None:
    referral = a_referral(session, cast, SUBMITTED)
    assert target_of(session, referral) == date(2026, 9, 18)


def test_a_closed_referral_has_no_target(session: Session, cast: Cast) -> None:
    referral = a_referral(session, cast, CLOSED, target_on=WEDNESDAY)
    assert target_of(session, referral) is None


def test_a_municipality_may_have_a_target_of_its_own(session: Session, cast: Cast) -> None:
    cast.municipality.targets = {"triage": {"calendar_days": 3}}
    session.flush()
    referral = a_referral(session, cast, IN_TRIAGE)
    assert target_of(session, referral) == date(2026, 9, 21), "Saturday moves to Monday"


def test_a_target_in_weeks_is_calendar_time_and_moves_only_where_its_own_day_is_closed(
    session: Session, cast: Cast
) -> None:
    session.add(ClosedDay(first_on=date(2026, 9, 21), last_on=date(2026, 10, 2), label="Två stängda veckor"))
    session.flush()
    referral = a_referral(session, cast, FOLLOW_UP_DUE)
    assert target_of(session, referral) == date(2026, 10, 28), "closed weeks before are counted"
    session.add(ClosedDay(first_on=date(2026, 10, 28), last_on=date(2026, 10, 30), label="Lov"))
    session.flush()
    assert target_of(session, referral) == date(2026, 11, 2), "it falls on a closed day itself"


@pytest.mark.parametrize("key", [*dict.fromkeys(targets.TARGET_BY_STATE.values()), "revisit"])
def test_each_step_has_the_target_its_rule_pack_gives(session: Session, cast: Cast, key: str) -> None:
    target = rulebook.load("se-2026-07").targets[key]
    cast.municipality.targets = {}
    count = calendar.add_school_days if target.counting is Counting.SCHOOL_DAYS else calendar.add_calendar_days
    expected = count(WEDNESDAY, target.days, closed=calendar.closed_days(session))
    assert targets.default_day(session, "se-2026-07", key, since=WEDNESDAY) == expected


@pytest.mark.parametrize(
    ("own", "source"),
    [
        ({}, DeadlineSource.TARGET),
        ({"triage": {"calendar_days": 3}}, DeadlineSource.LOCAL),
        ({"triage": {"calendar_days": 3, "source": "agreement"}}, DeadlineSource.AGREEMENT),
    ],
)
def test_where_a_target_comes_from_is_known(
    session: Session, cast: Cast, own: dict[str, dict[str, object]], source: DeadlineSource
) -> None:
    cast.municipality.targets = own
    referral = a_referral(session, cast, IN_TRIAGE)
    targets.set_target(session, referral)
    assert targets.source_of(session, referral) is referral.target_source is source


def test_where_the_rule_pack_names_the_law_the_target_is_the_laws(
    session: Session, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    pack = rulebook.load("se-2026-07")
    by_law = Target(2, Counting.SCHOOL_DAYS, DeadlineSource.LAW)
    monkeypatch.setattr(rulebook, "load", lambda _name: replace(pack, targets={**pack.targets, "triage": by_law}))
    cast.municipality.targets = {}
    referral = a_referral(session, cast, IN_TRIAGE)
    targets.set_target(session, referral)
    assert targets.source_of(session, referral) is DeadlineSource.LAW


def test_a_day_people_have_set_is_called_so(session: Session, cast: Cast) -> None:
    referral = a_referral(session, cast, PARTS_REQUESTED)
    a_part(session, referral, cast.counsellor, asked_by=cast.coordinator, due_on=date(2026, 9, 25))
    targets.set_target(session, referral)
    assert targets.source_of(session, referral) is DeadlineSource.SET


def test_a_part_asked_for_by_the_targets_own_day_is_not_said_to_be_set_by_anybody(session: Session, cast: Cast) -> None:
    cast.municipality.targets = {"assessment": {"school_days": 10, "source": "agreement"}}
    referral = a_referral(session, cast, IN_TRIAGE)
    record(session, referral, Verb.SEND_TO_ASSESSMENT, by=cast.coordinator.actor(), to=IN_CONSENT)
    consented(session, referral, cast)
    asked = {
        cast.counsellor: (date(2026, 9, 30), DeadlineSource.AGREEMENT),
        cast.special_educator: (date(2026, 9, 29), DeadlineSource.SET),
    }
    parts = assessment.request_parts(
        session, referral, by=cast.coordinator.actor(), seen=None, domains=list(Domain),
        asked=[{"assessor_id": person.id, "due_on": day} for person, (day, _source) in asked.items()],
    )  # fmt: skip
    assert [(part.due_on, part.due_source) for part in parts] == list(asked.values())
    referral.stage, referral.status = PARTS_REQUESTED.stage, PARTS_REQUESTED.status
    targets.set_target(session, referral)
    assert (referral.target_on, referral.target_source) == (date(2026, 9, 30), DeadlineSource.AGREEMENT)


def test_a_target_from_before_targets_were_changed_keeps_its_day_and_says_so(session: Session, cast: Cast) -> None:
    referral = a_referral(session, cast, IN_TRIAGE)
    targets.set_target(session, referral)
    cast.municipality.targets = {"triage": {"school_days": 4}}
    session.flush()
    assert referral.target_on == date(2026, 9, 18)
    assert targets.source_of(session, referral) is DeadlineSource.EARLIER


@pytest.mark.parametrize("state", [IN_TRIAGE, CLOSED])
def test_where_no_target_day_stands_nothing_is_said_of_its_source(session: Session, cast: Cast, state: State) -> None:
    assert targets.source_of(session, a_referral(session, cast, state)) is None


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


@pytest.mark.parametrize(
    ("returned", "completed", "due"),
    [
        (WEDNESDAY, date(2026, 9, 21), date(2026, 9, 23)),  # none of the two days was used
        (date(2026, 9, 17), date(2026, 9, 21), date(2026, 9, 22)),  # Thursday was
        (date(2026, 9, 18), date(2026, 9, 21), date(2026, 9, 21)),  # both were
        (date(2026, 9, 17), date(2026, 9, 17), date(2026, 9, 18)),  # it came back the same day
        (date(2026, 9, 18), date(2026, 9, 20), date(2026, 9, 18)),  # on a Sunday: no school day passed
        (date(2026, 9, 21), date(2026, 9, 28), date(2026, 9, 18)),  # it was late already, and stays so
    ],
)
def test_the_count_pauses_while_the_concern_is_completed_and_does_not_begin_again(
    session: Session, cast: Cast, wednesday: time_machine.Traveller, returned: date, completed: date, due: date
) -> None:
    referral = a_referral(session, cast, IN_TRIAGE)
    _on(wednesday, returned)
    triage.return_concern(session, referral, by=cast.coordinator.actor(), seen=None, reason="Hur länge?")
    targets.set_target(session, referral)
    assert referral.target_on == targets.default_day(session, referral.rulepack, "completion", since=returned)
    _on(wednesday, completed)
    record(session, referral, Verb.RESUBMIT_CONCERN, by=_reporter(referral), to=SUBMITTED)
    targets.set_target(session, referral)
    assert referral.target_on == due


def test_each_pause_counts_and_each_return_gives_its_reporter_the_whole_time(
    session: Session, cast: Cast, wednesday: time_machine.Traveller
) -> None:
    referral = a_referral(session, cast, IN_TRIAGE)
    for returned, completed in ((17, 18), (18, 22)):
        _on(wednesday, date(2026, 9, returned))
        triage.return_concern(session, referral, by=cast.coordinator.actor(), seen=None, reason="Hur länge?")
        assert targets.counted_since(session, referral) == date(2026, 9, returned)
        _on(wednesday, date(2026, 9, completed))
        record(session, referral, Verb.RESUBMIT_CONCERN, by=_reporter(referral), to=SUBMITTED)
    targets.set_target(session, referral)
    assert referral.target_on == date(2026, 9, 23), "of Friday, Monday and Tuesday none counts"


def test_a_target_in_weeks_is_paused_by_calendar_days(
    session: Session, cast: Cast, wednesday: time_machine.Traveller
) -> None:
    referral = a_referral(session, cast, IN_TRIAGE)
    record(session, referral, Verb.SEND_TO_TEAM, by=cast.coordinator.actor(), to=IN_CONSENT)
    cast.municipality.targets = {"consent": {"calendar_days": 14}}
    _on(wednesday, date(2026, 9, 18))
    record(session, referral, Verb.PROPOSE_CLOSURE, by=cast.coordinator.actor(), to=CLOSURE_PROPOSED, reason="Hjälpt.")
    _on(wednesday, date(2026, 9, 25))
    record(session, referral, Verb.RESUME_WORK, by=cast.coordinator.actor(), to=IN_CONSENT)
    targets.set_target(session, referral)
    assert referral.target_on == date(2026, 10, 7), "Wednesday in two weeks, and the week in between"


def test_a_closure_that_was_proposed_pauses_what_it_leads_back_to(
    session: Session, cast: Cast, wednesday: time_machine.Traveller
) -> None:
    referral = a_referral(session, cast, IN_TRIAGE)
    record(session, referral, Verb.SEND_TO_TEAM, by=cast.coordinator.actor(), to=IN_CONSENT)
    _on(wednesday, date(2026, 9, 17))
    record(session, referral, Verb.PROPOSE_CLOSURE, by=cast.coordinator.actor(), to=CLOSURE_PROPOSED, reason="Hjälpt.")
    targets.set_target(session, referral)
    assert referral.target_on == date(2026, 9, 24), "a count of its own, which nothing before pauses"
    _on(wednesday, date(2026, 9, 21))
    record(session, referral, Verb.RESUME_WORK, by=cast.coordinator.actor(), to=IN_CONSENT)
    targets.set_target(session, referral)
    assert referral.target_on == date(2026, 9, 25), "one of five days was used"


def test_minutes_and_the_plan_count_from_the_meeting_and_not_from_when_they_were_saved(
    session: Session, cast: Cast, wednesday: time_machine.Traveller
) -> None:
    referral = a_referral(session, cast, SCHEDULED)
    meeting = a_meeting(
        session, referral, called_by=cast.coordinator, starts_at=datetime(2026, 9, 16, 22, 30, tzinfo=UTC)
    )
    _on(wednesday, date(2026, 9, 21))
    meeting.held_at = clock.now()
    record(session, referral, Verb.RECORD_MEETING, by=cast.coordinator.actor(), to=MEETING_HELD)
    targets.set_target(session, referral)
    assert referral.target_on == date(2026, 9, 22), "three school days after Thursday, when it already was here"
    _on(wednesday, date(2026, 9, 22))
    record(session, referral, Verb.APPROVE_MINUTES, by=cast.head_teacher.actor(), to=PLAN_DRAFT)
    targets.set_target(session, referral)
    assert referral.target_on == date(2026, 9, 24), "five school days after Thursday"
    assert targets.counted_since(session, referral) == date(2026, 9, 17)


def test_a_meeting_held_before_its_day_counts_from_when_it_was_recorded(session: Session, cast: Cast) -> None:
    referral = a_referral(session, cast, SCHEDULED)
    meeting = a_meeting(session, referral, called_by=cast.coordinator, starts_at=datetime(2026, 9, 30, 8, tzinfo=UTC))
    meeting.held_at = clock.now()
    record(session, referral, Verb.RECORD_MEETING, by=cast.coordinator.actor(), to=MEETING_HELD)
    targets.set_target(session, referral)
    assert referral.target_on == date(2026, 9, 21)


def test_a_plan_that_a_follow_up_sent_back_counts_from_then(
    session: Session, cast: Cast, wednesday: time_machine.Traveller
) -> None:
    referral = a_referral(session, cast, FOLLOW_UP_DUE)
    wednesday.shift(timedelta(days=1))
    record(session, referral, Verb.RECORD_FOLLOW_UP, by=cast.coordinator.actor(), to=PLAN_DRAFT)
    assert targets.counted_since(session, referral) == date(2026, 9, 17)


def test_a_change_of_owner_does_not_begin_the_count_again(
    session: Session, cast: Cast, wednesday: time_machine.Traveller
) -> None:
    referral = a_referral(session, cast, IN_TRIAGE)
    wednesday.shift(timedelta(days=1))
    triage.assign_owner(session, referral, by=cast.coordinator.actor(), seen=None, owner=cast.second_coordinator)
    targets.set_target(session, referral)
    assert referral.target_on == date(2026, 9, 18)


def test_only_a_return_for_a_stated_reason_pauses_the_count(
    session: Session, cast: Cast, wednesday: time_machine.Traveller
) -> None:
    """Stages of one count hand it on whole; the concern that waits for its reporter is the one that leaves a count and returns."""
    referral = a_referral(session, cast, SUBMITTED)
    for verb, to in (
        (Verb.OPEN_TRIAGE, IN_TRIAGE),
        (Verb.ASK_HEAD_TEACHER, WITH_HEAD_TEACHER),
        (Verb.HAND_BACK_TO_COORDINATOR, IN_TRIAGE),
    ):
        wednesday.shift(timedelta(days=1))
        record(session, referral, verb, by=SYSTEM if verb is Verb.OPEN_TRIAGE else _of(cast, verb), to=to)
        assert targets.counted_since(session, referral) == WEDNESDAY
    with pytest.raises(Incomplete):
        triage.return_concern(session, referral, by=cast.coordinator.actor(), seen=None, reason=" ")
    assert targets.counted_since(session, referral) == WEDNESDAY
    triage.return_concern(session, referral, by=cast.coordinator.actor(), seen=None, reason="Hur länge?")
    assert targets.counted_since(session, referral) == date(2026, 9, 19)


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
    assert target_of(session, referral) == date(2026, 10, 2)


@pytest.mark.parametrize(
    ("wanted_by", "target", "source"),
    [
        (date(2026, 10, 6), date(2026, 10, 6), DeadlineSource.SET),
        (date(2026, 9, 25), date(2026, 9, 30), DeadlineSource.TARGET),
    ],
)
def test_a_part_that_was_asked_for_late_makes_nothing_late_by_coming_in(
    session: Session, cast: Cast, wanted_by: date, target: date, source: DeadlineSource
) -> None:
    referral = a_referral(session, cast, PARTS_RECEIVED)
    for assessor, day in ((cast.counsellor, date(2026, 9, 24)), (cast.special_educator, wanted_by)):
        a_part(session, referral, assessor, asked_by=cast.coordinator, due_on=day, status=PartStatus.RECEIVED)
    targets.set_target(session, referral)
    assert (referral.target_on, targets.source_of(session, referral)) == (target, source)


def test_where_no_part_is_out_ten_school_days_count(session: Session, cast: Cast) -> None:
    for state in (PARTS_REQUESTED, PARTS_RECEIVED):
        referral = a_referral(session, cast, state)
        assert target_of(session, referral) == date(2026, 9, 30)


def test_a_meetings_day_is_told_and_does_not_move_the_day_by_which_it_should_be_held(
    session: Session, cast: Cast
) -> None:
    referral, other = a_referral(session, cast, SCHEDULED), a_referral(session, cast, TO_SCHEDULE)
    for number, day in ((1, 22), (2, 28)):
        starts_at = datetime(2026, 9, day, 22, 30, tzinfo=UTC)
        a_meeting(session, referral, called_by=cast.coordinator, starts_at=starts_at, number=number)
    assert target_of(session, referral) == date(2026, 9, 30)
    shown = [referral, other]
    assert targets.meeting_days(session, shown) == {referral.id: date(2026, 9, 29)}, "half past midnight here"
    session.delete(session.get_one(Municipality, cast.municipality.id))
    session.flush()
    assert targets.meeting_days(session, shown) == {referral.id: date(2026, 9, 28)}
    assert targets.meeting_days(session, [other]) == {}


def test_a_running_plan_aims_at_its_follow_up(session: Session, cast: Cast) -> None:
    referral = a_referral(session, cast, PLAN_ACTIVE)
    plan = a_plan(session, referral, author=cast.coordinator, status=PlanStatus.ACTIVE, follow_up_on=date(2026, 10, 28))
    assert target_of(session, referral) == date(2026, 10, 28)
    session.add(
        FollowUp(
            referral=referral, number=1, plan_id=plan.id, held_on=WEDNESDAY, recorded_at=clock.now(),
            by_id=cast.coordinator.id, decision=FollowUpDecision.CONTINUE, next_follow_up_on=date(2026, 12, 2),
        )
    )  # fmt: skip
    session.flush()
    assert target_of(session, referral) == date(2026, 12, 2)


def test_a_follow_up_without_a_plan_has_six_weeks(session: Session, cast: Cast) -> None:
    referral = a_referral(session, cast, FOLLOW_UP_DUE)
    assert target_of(session, referral) == date(2026, 10, 28)


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


def _on(traveller: time_machine.Traveller, day: date) -> None:
    traveller.move_to(datetime(day.year, day.month, day.day, 10, tzinfo=UTC))


def _of(cast: Cast, verb: Verb) -> Actor:
    return (cast.coordinator if verb is Verb.ASK_HEAD_TEACHER else cast.head_teacher).actor()


def _reporter(referral: Referral) -> Actor:
    return Actor(reported=referral.id)
