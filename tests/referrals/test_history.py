"""The one door through which a stage changes."""

import threading
import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import set_committed_value

from referrals import clock, db, history, team_review, triage
from referrals.access import SYSTEM, Actor
from referrals.errors import AlreadyMoved, NotAllowed, WrongStage
from referrals.models import Referral, Step, TeamMeeting
from referrals.rules.targets import TARGET_BY_STATE
from referrals.stages import (
    CLOSED,
    IN_CONSENT,
    IN_TRIAGE,
    MOVES,
    PLAN_ACTIVE,
    RETURNED,
    SUBMITTED,
    TO_SCHEDULE,
    Party,
    Stage,
    Verb,
)
from referrals.vocabulary import Profession
from tests.factories import a_guardian, a_referral
from tests.people import Cast, settle


def test_a_move_leaves_a_row_with_who_when_and_why(session: Session, cast: Cast) -> None:
    referral = a_referral(session, cast)
    row = history.record(
        session, referral, Verb.SEND_TO_ASSESSMENT, by=cast.coordinator.actor(), to=IN_CONSENT, reason="Nio dagar borta"
    )
    assert referral.state == IN_CONSENT
    assert (row.number, row.by, row.by_party, row.reason) == (2, cast.coordinator, Party.COORDINATOR, "Nio dagar borta")
    assert (row.from_stage, row.to_stage, row.is_move) == (Stage.TRIAGE, Stage.CONSENT, True)


def test_a_move_leaves_one_step_for_the_workflow(session: Session, cast: Cast) -> None:
    referral = a_referral(session, cast)
    row = history.record(session, referral, Verb.SEND_TO_ASSESSMENT, by=cast.coordinator.actor(), to=IN_CONSENT)
    assert session.query(Step).filter_by(history_id=row.id).count() == 1


def test_a_quiet_verb_leaves_a_row_but_no_step(session: Session, cast: Cast) -> None:
    referral = a_referral(session, cast)
    row = history.record(session, referral, Verb.ASSIGN_OWNER, by=cast.coordinator.actor())
    assert not row.is_move
    assert session.query(Step).filter_by(history_id=row.id).count() == 0


def test_a_new_stage_starts_its_own_clock_and_drops_the_old_target(session: Session, cast: Cast) -> None:
    referral = a_referral(session, cast)
    before = referral.stage_since
    history.record(session, referral, Verb.SEND_TO_TEAM, by=cast.coordinator.actor(), to=IN_CONSENT)
    assert referral.stage_since > before
    assert referral.target_on is None


def test_a_target_never_outlives_what_it_was_set_for(session: Session, cast: Cast) -> None:
    for move in MOVES:
        for before, after in ((before, after) for before in move.frm for after in move.to):
            if TARGET_BY_STATE.get(before) == TARGET_BY_STATE.get(after):
                continue
            referral = a_referral(session, cast, before, target_on=date(2026, 11, 27))
            history._compare_and_set(session, referral, expected=referral.version, to=after)
            assert referral.target_on is None, f"{move.verb}: {before} to {after}"


def test_an_end_closes_the_referral_for_the_open_lists(session: Session, cast: Cast) -> None:
    referral = a_referral(session, cast)
    history.record(session, referral, Verb.END_AT_TRIAGE, by=cast.coordinator.actor(), to=CLOSED)
    assert not referral.is_open
    assert referral.state == CLOSED


def test_who_comes_second_is_told_who_was_first_and_changes_nothing(session: Session, cast: Cast) -> None:
    referral = a_referral(session, cast)
    seen = referral.version
    history.record(session, referral, Verb.RETURN_CONCERN, by=cast.coordinator.actor(), to=RETURNED, seen=seen)
    with pytest.raises(AlreadyMoved) as second:
        history.record(
            session, referral, Verb.SEND_TO_TEAM, by=cast.second_coordinator.actor(), to=IN_CONSENT, seen=seen
        )
    assert second.value.who == cast.coordinator.name
    assert referral.state == RETURNED


def test_two_in_the_very_same_moment_cannot_both_move(session: Session, cast: Cast) -> None:
    referral = a_referral(session, cast)
    stale = referral.version
    history.record(session, referral, Verb.ASSIGN_OWNER, by=cast.coordinator.actor())
    referral.version = stale  # as a second session would still have it in memory
    session.expunge(referral)
    session.add(referral)
    with session.no_autoflush, pytest.raises(AlreadyMoved):
        history._compare_and_set(session, referral, expected=stale, to=RETURNED)


def test_of_two_who_decide_in_the_same_moment_the_second_hears_who_was_first(fresh_address: str) -> None:
    with db.writing(fresh_address) as session:
        cast = settle(session)
        referral = a_referral(session, cast, TO_SCHEDULE)
        a_guardian(session, referral, told_by=cast.coordinator)
        identity, seen, called = referral.id, referral.version, [cast.coordinator.id]
        both = {one.name: one.actor() for one in (cast.coordinator, cast.second_coordinator)}
    has_read = threading.Barrier(
        1 if fresh_address.startswith("sqlite") else 2
    )  # there the second waits before it reads

    def call_the_team(by: Actor) -> str | None:
        try:
            with db.writing(fresh_address) as session:
                found = session.get_one(Referral, identity)
                assert found.version >= seen
                has_read.wait(10)
                team_review.schedule_meeting(
                    session, found, by=by, seen=seen, starts_at=clock.now() + timedelta(days=3), place="Rum 12",
                    called=called, without=list(Profession), on_closed_day=True,
                )  # fmt: skip
        except AlreadyMoved as second:
            return second.who
        return None

    with ThreadPoolExecutor(2) as people:
        heard = list(people.map(call_the_team, both.values()))
    assert sorted(name is None for name in heard) == [False, True]
    assert next(name for name in heard if name) == list(both)[heard.index(None)]
    with db.reading(fresh_address) as session:
        assert session.scalar(select(func.count()).select_from(TeamMeeting)) == 1


def test_what_the_workflow_carried_on_meanwhile_makes_no_page_stale(session: Session, cast: Cast) -> None:
    referral = a_referral(session, cast, SUBMITTED)
    seen = referral.version
    history.record(session, referral, Verb.OPEN_TRIAGE, by=SYSTEM, to=IN_TRIAGE)
    row = history.record(session, referral, Verb.SEND_TO_TEAM, by=cast.coordinator.actor(), to=IN_CONSENT, seen=seen)
    assert (row.number, row.from_stage, referral.state) == (3, Stage.TRIAGE, IN_CONSENT)


def test_a_decision_in_the_moment_of_the_workflow_starts_from_where_it_carried_the_referral(
    session: Session, cast: Cast
) -> None:
    referral = a_referral(session, cast, SUBMITTED)
    seen = referral.version
    history.record(session, referral, Verb.OPEN_TRIAGE, by=SYSTEM, to=IN_TRIAGE)
    for name, value in {"version": seen, "stage": SUBMITTED.stage, "status": SUBMITTED.status}.items():
        set_committed_value(referral, name, value)  # as another session would have read it just before
    row = history.record(session, referral, Verb.SEND_TO_TEAM, by=cast.coordinator.actor(), to=IN_CONSENT)
    assert (row.number, row.from_stage, referral.state) == (3, Stage.TRIAGE, IN_CONSENT)


def test_a_person_beside_the_workflow_makes_a_page_stale_and_is_the_one_named(session: Session, cast: Cast) -> None:
    referral = a_referral(session, cast, SUBMITTED)
    seen = referral.version
    history.record(session, referral, Verb.ASSIGN_OWNER, by=cast.second_coordinator.actor())
    history.record(session, referral, Verb.OPEN_TRIAGE, by=SYSTEM, to=IN_TRIAGE)
    with pytest.raises(AlreadyMoved) as second:
        history.record(session, referral, Verb.SEND_TO_TEAM, by=cast.coordinator.actor(), to=IN_CONSENT, seen=seen)
    assert second.value.who == cast.second_coordinator.name


def test_what_the_workflow_made_impossible_is_refused_by_its_stage(session: Session, cast: Cast) -> None:
    referral = a_referral(session, cast, SUBMITTED)
    seen = referral.version
    history.record(session, referral, Verb.OPEN_TRIAGE, by=SYSTEM, to=IN_TRIAGE)
    with pytest.raises(WrongStage):
        history.record(session, referral, Verb.OPEN_TRIAGE, by=cast.coordinator.actor(), to=IN_TRIAGE, seen=seen)


def test_a_decision_stands_where_the_workflow_was_quicker_by_a_moment(fresh_address: str) -> None:
    with db.writing(fresh_address) as session:
        cast = settle(session)
        referral = a_referral(session, cast, SUBMITTED)
        identity, seen, coordinator = referral.id, referral.version, cast.coordinator.actor()
    if fresh_address.startswith("sqlite"):  # there nobody else writes once somebody has begun to
        _carry_to_triage(fresh_address, identity)
    with db.writing(fresh_address) as session:
        found = session.get_one(Referral, identity)
        if not fresh_address.startswith("sqlite"):
            _carry_to_triage(fresh_address, identity)
            assert found.state == SUBMITTED
        triage.return_concern(session, found, by=coordinator, seen=seen, reason="När började det?")
    with db.reading(fresh_address) as session:
        happened = [row.verb for row in session.get_one(Referral, identity).history]
    assert happened == [Verb.SUBMIT_CONCERN, Verb.OPEN_TRIAGE, Verb.RETURN_CONCERN]


def _carry_to_triage(address: str, identity: uuid.UUID) -> None:
    with db.writing(address) as session:
        triage.open_triage(session, session.get_one(Referral, identity), by=SYSTEM)


def test_a_concern_that_another_coordinator_took_up_is_stale(session: Session, cast: Cast) -> None:
    referral = a_referral(session, cast, SUBMITTED)
    seen = referral.version
    triage.open_triage(session, referral, by=cast.coordinator.actor())
    with pytest.raises(AlreadyMoved):
        triage.send_to_team(session, referral, by=cast.second_coordinator.actor(), seen=seen, reason="Räcker redan.")


def test_a_version_nobody_can_have_seen_is_stale(session: Session, cast: Cast) -> None:
    referral = a_referral(session, cast, SUBMITTED)
    with pytest.raises(AlreadyMoved):
        triage.send_to_team(
            session, referral, by=cast.coordinator.actor(), seen=referral.version + 1, reason="Räcker redan."
        )  # fmt: skip


def test_a_coordinator_of_another_school_may_do_nothing(session: Session, cast: Cast) -> None:
    referral = a_referral(session, cast)
    with pytest.raises(NotAllowed):
        history.record(session, referral, Verb.RETURN_CONCERN, by=cast.outsider.actor(), to=RETURNED)


def test_an_administrator_may_do_nothing_to_a_referral(session: Session, cast: Cast) -> None:
    referral = a_referral(session, cast)
    with pytest.raises(NotAllowed):
        history.record(session, referral, Verb.RETURN_CONCERN, by=cast.administrator.actor(), to=RETURNED)


def test_a_reporter_with_another_referrals_code_may_do_nothing(session: Session, cast: Cast) -> None:
    referral, other = a_referral(session, cast, RETURNED), a_referral(session, cast, RETURNED)
    with pytest.raises(NotAllowed):
        history.record(session, referral, Verb.RESUBMIT_CONCERN, by=Actor(reported=other.id), to=SUBMITTED)


def test_a_verb_that_does_not_fit_the_stage_is_refused(session: Session, cast: Cast) -> None:
    referral = a_referral(session, cast, PLAN_ACTIVE)
    with pytest.raises(WrongStage) as refused:
        history.record(session, referral, Verb.RETURN_CONCERN, by=cast.coordinator.actor(), to=RETURNED)
    assert (refused.value.verb, refused.value.stage) == (Verb.RETURN_CONCERN, Stage.ACTION_PLAN)


def test_a_verb_cannot_lead_where_the_table_does_not_say(session: Session, cast: Cast) -> None:
    referral = a_referral(session, cast)
    with pytest.raises(WrongStage):
        history.record(session, referral, Verb.RETURN_CONCERN, by=cast.coordinator.actor(), to=CLOSED)
