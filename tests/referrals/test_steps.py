"""Automatic work: taken once, finished once, given back, given up, tried again."""

import threading
import uuid
from datetime import timedelta
from pathlib import Path
from unittest.mock import Mock

import pytest
import time_machine
from sqlalchemy import select, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from referrals import clock, config, db, notifications, steps, triage
from referrals.access import Actor
from referrals.errors import LeaseLost, NotAllowed
from referrals.models import Referral, Step, StepKind
from tests.factories import a_referral
from tests.people import Cast, settle


@pytest.fixture
def referral(session: Session, cast: Cast, wednesday: time_machine.Traveller) -> Referral:
    return a_referral(session, cast)


@pytest.fixture
def step(session: Session, referral: Referral) -> Step:
    return session.scalars(select(Step)).one()


def again(session: Session, step: Step) -> Step:
    session.refresh(step)
    return step


def test_a_decision_leaves_one_step_that_waits(session: Session, step: Step) -> None:
    assert steps.waiting(session, limit=5) == [step.id]
    assert steps.unfinished(session, step.referral) == [step]


@pytest.mark.parametrize("until_the_next", [timedelta(seconds=1), timedelta(hours=-1)])
def test_what_follows_one_decision_is_done_before_what_follows_the_next(
    session: Session, step: Step, cast: Cast, wednesday: time_machine.Traveller, until_the_next: timedelta
) -> None:
    """Also where the machine's clock was put back in between, or the next decision fell on a machine whose clock is behind."""
    wednesday.shift(timedelta(seconds=1))
    elsewhere = session.scalars(select(Step).where(Step.referral_id == a_referral(session, cast).id)).one()
    wednesday.shift(until_the_next)
    triage.send_to_team(session, step.referral, by=cast.coordinator.actor(), seen=None, reason="Genast.")
    second = session.scalars(select(Step).where(Step.referral_id == step.referral_id, Step.id != step.id)).one()
    assert steps.waiting(session, limit=5) == [step.id, elsewhere.id]
    steps.claim(session, step.id, holder="one")
    assert steps.claim(session, second.id, holder="two") is None
    steps.finish(session, step.id, attempt=1)
    assert steps.claim(session, second.id, holder="two") is not None


def test_only_one_worker_gets_a_step(session: Session, step: Step) -> None:
    first = steps.claim(session, step.id, holder="one")
    second = steps.claim(session, step.id, holder="two")
    assert first is not None
    assert (first.attempt, second) == (1, None)
    assert steps.waiting(session, limit=5) == []
    assert again(session, step).holder == "one"


def test_whoever_ends_a_step_takes_the_next_one_of_the_same_referral(
    session: Session, step: Step, cast: Cast, wednesday: time_machine.Traveller
) -> None:
    wednesday.shift(timedelta(seconds=1))
    elsewhere = session.scalars(select(Step).where(Step.referral_id == a_referral(session, cast).id)).one()
    triage.send_to_team(session, step.referral, by=cast.coordinator.actor(), seen=None, reason="Genast.")
    second = session.scalars(select(Step).where(Step.referral_id == step.referral_id, Step.id != step.id)).one()
    steps.claim(session, step.id, holder="one")
    assert steps.take_next(session, step, holder="one") is None, "the first one is still under way"
    steps.finish(session, step.id, attempt=1)
    claim = steps.take_next(session, step, holder="one")
    assert claim is not None
    assert (claim.step_id, claim.attempt, again(session, second).holder) == (second.id, 1, "one")
    steps.finish(session, second.id, attempt=1)
    assert steps.take_next(session, second, holder="one") is None
    assert steps.waiting(session, limit=5) == [elsewhere.id]


def test_whoever_has_sent_a_mail_takes_the_one_that_is_due_longest(
    session: Session, step: Step, cast: Cast, wednesday: time_machine.Traveller
) -> None:
    notifications.write(session, step.history)
    wednesday.shift(timedelta(seconds=1))
    elsewhere = session.scalars(select(Step).where(Step.referral_id == a_referral(session, cast).id)).one()
    notifications.write(session, elsewhere.history)
    mails = session.scalars(select(Step).where(Step.kind == StepKind.SEND_MAIL).order_by(Step.created_at)).all()
    assert len(mails) >= 3
    assert steps.take_next(session, mails[0], holder="one") is None, "their minutes in hand are not over"
    wednesday.shift(timedelta(minutes=config.current().hold_minutes))
    steps.claim(session, mails[0].id, holder="one")
    taken = []
    while claim := steps.take_next(session, mails[0], holder="one"):
        taken.append(claim.step_id)
    assert sorted(taken) == sorted(mail.id for mail in mails[1:])
    before = [mail.id for mail in mails[1:] if mail.referral_id == step.referral_id]
    assert taken[: len(before)] == before


def test_each_attempt_has_a_random_word_of_its_own(session: Session, step: Step) -> None:
    first = steps.claim(session, step.id, holder="one")
    steps.give_back(session, step.id, attempt=1)
    second = steps.claim(session, step.id, holder="one")
    assert first is not None
    assert second is not None
    assert second.attempt == 2
    assert first.token != second.token


def test_work_that_is_done_is_not_done_again(session: Session, step: Step) -> None:
    steps.claim(session, step.id, holder="one")
    steps.start(session, step.id, attempt=1)
    steps.finish(session, step.id, attempt=1)
    assert again(session, step).finished_at is not None
    assert steps.waiting(session, limit=5) == []
    assert steps.claim(session, step.id, holder="two") is None
    with pytest.raises(LeaseLost):
        steps.finish(session, step.id, attempt=1)


def test_an_attempt_that_was_taken_over_can_change_nothing(session: Session, step: Step) -> None:
    steps.claim(session, step.id, holder="one")
    steps.give_back(session, step.id, attempt=1)
    steps.claim(session, step.id, holder="two")
    for late in (
        lambda: steps.start(session, step.id, attempt=1),
        lambda: steps.renew(session, step.id, attempt=1),
        lambda: steps.hold(session, step.id, attempt=1),
        lambda: steps.finish(session, step.id, attempt=1),
        lambda: steps.give_back(session, step.id, attempt=1),
        lambda: steps.fail(session, step.id, attempt=1, word="paper"),
    ):
        with pytest.raises(LeaseLost):
            late()
    assert again(session, step).holder == "two"


def test_work_that_is_not_heard_of_any_more_is_taken_back(
    session: Session, step: Step, wednesday: time_machine.Traveller
) -> None:
    steps.claim(session, step.id, holder="one")
    wednesday.shift(steps.lease() - timedelta(seconds=1))
    steps.renew(session, step.id, attempt=1)
    wednesday.shift(timedelta(seconds=2))
    assert steps.free_expired(session) == []
    wednesday.shift(steps.lease())
    assert steps.free_expired(session) == [steps.Freed(step.id, 1, None)]
    assert steps.free_expired(session) == []
    assert steps.waiting(session, limit=5) == [step.id]


def test_a_clock_that_is_put_back_holds_no_step_for_longer(
    session: Session, step: Step, wednesday: time_machine.Traveller
) -> None:
    steps.claim(session, step.id, holder="one")
    wednesday.shift(timedelta(seconds=-20))  # a little is no reason: clocks of two machines differ
    assert steps.free_expired(session) == []
    wednesday.shift(timedelta(hours=-1))
    assert steps.free_expired(session) == [steps.Freed(step.id, 1, None)]
    steps.claim(session, step.id, holder="two")
    steps.fail(session, step.id, attempt=2, word="mail")
    assert steps.waiting(session, limit=5) == []
    wednesday.shift(timedelta(hours=-1))
    assert steps.waiting(session, limit=5) == [step.id]


def test_a_clock_that_is_put_forward_costs_an_attempt_and_nothing_else(
    session: Session, step: Step, wednesday: time_machine.Traveller
) -> None:
    steps.claim(session, step.id, holder="one")
    wednesday.shift(timedelta(hours=1))
    assert steps.free_expired(session) == [steps.Freed(step.id, 1, None)]
    steps.claim(session, step.id, holder="two")
    with pytest.raises(LeaseLost):
        steps.finish(session, step.id, attempt=1)
    steps.finish(session, step.id, attempt=2)
    assert again(session, step).finished_at is not None


def test_a_failure_of_the_outside_world_is_tried_again_after_a_pause_and_then_given_up(
    session: Session, step: Step, wednesday: time_machine.Traveller
) -> None:
    for number, pause in enumerate(steps.PAUSES, start=1):
        steps.claim(session, step.id, holder="one")
        assert not steps.fail(session, step.id, attempt=number, word="mail")
        assert steps.waiting(session, limit=5) == []
        wednesday.shift(pause)
        assert steps.waiting(session, limit=5) == [step.id]
    steps.claim(session, step.id, holder="one")
    assert steps.fail(session, step.id, attempt=len(steps.PAUSES) + 1, word="mail")
    assert again(session, step).failed_with == "mail"
    assert steps.failed(session, step.referral) == [step]
    assert steps.waiting(session, limit=5) == []
    wednesday.shift(timedelta(days=1))
    assert steps.free_expired(session) == []


def test_a_mail_goes_on_being_tried_for_a_day_while_a_person_sees_that_it_did_not_go(
    session: Session, step: Step, wednesday: time_machine.Traveller
) -> None:
    step.kind = StepKind.SEND_MAIL
    session.flush()
    for number, pause in enumerate((*steps.PAUSES, *steps.LATER), start=1):
        is_seen = number > len(steps.PAUSES)
        assert steps.claim(session, step.id, holder="one")
        assert steps.failed(session, step.referral) == []
        assert steps.fail(session, step.id, attempt=number, word="mail") == is_seen
        assert steps.failed(session, step.referral) == [step] * is_seen
        assert steps.waiting(session, limit=5) == []
        wednesday.shift(pause)
        assert (again(session, step).tried_again_at is not None) == is_seen
        assert steps.waiting(session, limit=5) == [step.id]
    assert sum(steps.LATER, timedelta()) > timedelta(days=1)
    assert steps.claim(session, step.id, holder="one")
    assert steps.fail(session, step.id, attempt=number + 1, word="mail")
    assert again(session, step).tried_again_at is None
    wednesday.shift(timedelta(days=2))
    assert steps.waiting(session, limit=5) == []


def test_what_another_try_cannot_mend_is_given_up_at_once(session: Session, step: Step) -> None:
    steps.claim(session, step.id, holder="one")
    assert steps.fail(session, step.id, attempt=1, word="refused", again=False)
    assert steps.failed(session, step.referral) == [step]


def test_administrators_see_what_failed_and_how_much_waits(session: Session, step: Step, cast: Cast) -> None:
    a_referral(session, cast)
    assert (steps.all_failed(session), steps.count_waiting(session)) == ([], 2)
    steps.claim(session, step.id, holder="one")
    steps.fail(session, step.id, attempt=1, word="refused", again=False)
    assert (steps.all_failed(session), steps.count_waiting(session)) == ([step], 1)


def test_a_coordinator_lets_failed_work_be_tried_again(session: Session, step: Step, cast: Cast) -> None:
    steps.claim(session, step.id, holder="one")
    steps.fail(session, step.id, attempt=1, word="paper", again=False)
    again(session, step)
    with pytest.raises(NotAllowed):
        steps.retry(session, step, by=cast.outsider.actor())
    with pytest.raises(NotAllowed):
        steps.retry(session, step, by=Actor())
    steps.retry(session, step, by=cast.coordinator.actor())
    steps.retry(session, step, by=cast.administrator.actor())
    assert steps.waiting(session, limit=5) == [step.id]
    assert (step.failures, step.failed_with) == (0, None)


def test_mail_that_can_still_be_stopped_is_not_taken_yet(
    session: Session, step: Step, wednesday: time_machine.Traveller
) -> None:
    step.not_before = clock.now() + timedelta(minutes=10)
    session.flush()
    assert steps.waiting(session, limit=5) == []
    wednesday.shift(timedelta(minutes=10))
    assert steps.waiting(session, limit=5) == [step.id]


def a_step_in(address: str) -> Step:
    with db.writing(address) as session:
        a_referral(session, settle(session))
    with db.writing(address) as session:
        step = session.scalars(select(Step)).one()
        steps.claim(session, step.id, holder="one")
        session.expunge(step)
    return step


@pytest.fixture
def short_lease(monkeypatch: pytest.MonkeyPatch, data_folder: Path) -> timedelta:
    wanted = config.Settings(data=data_folder, lease_seconds=1)
    monkeypatch.setattr(steps, "current", lambda: wanted)
    return steps.lease()


def until(address: str, step: Step) -> float:
    with db.reading(address) as session:
        held = session.get_one(Step, step.id).lease_until
        assert held is not None
        return held.timestamp()


def test_a_lease_is_kept_for_as_long_as_the_work_lasts(fresh_address: str, short_lease: timedelta) -> None:
    step = a_step_in(fresh_address)
    before = until(fresh_address, step)
    with steps.KeptLease(step.id, attempt=1, database=fresh_address):
        threading.Event().wait(0.5)
    assert until(fresh_address, step) > before


def test_who_works_on_is_told_when_the_step_was_taken_over(fresh_database: str, short_lease: timedelta) -> None:
    step = a_step_in(fresh_database)
    with steps.KeptLease(step.id, attempt=1, database=fresh_database) as kept:
        with db.writing(fresh_database) as session:
            steps.give_back(session, step.id, attempt=1)
        assert kept.lost.wait(5)


def test_a_lease_outlives_a_database_that_is_away_for_a_moment(
    fresh_database: str, short_lease: timedelta, monkeypatch: pytest.MonkeyPatch
) -> None:
    step = a_step_in(fresh_database)
    before = until(fresh_database, step)
    failed = threading.Event()

    def away_once(session: Session, step_id: object, *, attempt: int) -> None:
        if not failed.is_set():
            failed.set()
            raise OperationalError("away", {}, Exception("away"))
        real(session, step_id, attempt=attempt)  # type: ignore[arg-type]

    real = steps.renew
    monkeypatch.setattr(steps, "renew", away_once)
    with steps.KeptLease(step.id, attempt=1, database=fresh_database) as kept:
        assert failed.wait(5)
        threading.Event().wait(0.5)
        assert not kept.lost.is_set()
    assert until(fresh_database, step) > before


@pytest.mark.parametrize("is_told", [True, False])
def test_a_lease_is_not_renewed_for_ever(
    fresh_database: str, short_lease: timedelta, monkeypatch: pytest.MonkeyPatch, is_told: bool
) -> None:
    monkeypatch.setattr(steps, "LONGEST", timedelta())
    step, told = a_step_in(fresh_database), threading.Event()
    before = until(fresh_database, step)
    with steps.KeptLease(step.id, attempt=1, database=fresh_database, at_last=told.set if is_told else None) as kept:
        kept._thread.join(5)
        assert not kept._thread.is_alive()
    assert (told.is_set(), until(fresh_database, step)) == (is_told, before)


def test_work_that_does_not_come_to_an_end_is_told_of_although_its_step_was_taken_over(
    fresh_database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    told, rounds, renew = threading.Event(), threading.Semaphore(0), Mock(side_effect=LeaseLost)

    def lease() -> timedelta:
        rounds.release()
        return timedelta(seconds=0.1)

    monkeypatch.setattr(steps, "lease", lease)
    monkeypatch.setattr(steps, "renew", renew)
    with steps.KeptLease(uuid.uuid4(), attempt=1, database=fresh_database, at_last=told.set) as kept:
        assert kept.lost.wait(5)
        while rounds.acquire(blocking=False):
            pass
        assert rounds.acquire(timeout=5)
        assert rounds.acquire(timeout=5)  # it went round once more
        assert not told.is_set()
        monkeypatch.setattr(steps, "LONGEST", timedelta())
        assert told.wait(5)
    assert renew.call_count == 1


def test_a_host_cut_off_in_the_middle_of_a_transaction_keeps_nobody_from_freeing_what_others_left(
    fresh_postgres: str,
) -> None:
    step = a_step_in(fresh_postgres)
    with db.writing(fresh_postgres) as session:
        session.get_one(Step, step.id).lease_until = clock.machine_now() - timedelta(seconds=1)
    with Session(db.engine_for(fresh_postgres)) as silent:
        steps.hold(silent, step.id, attempt=1)
        with db.writing(fresh_postgres) as session:
            session.execute(text("SET LOCAL lock_timeout = '2s'"))
            assert steps.free_expired(session) == []
    with db.writing(fresh_postgres) as session, db.writing(fresh_postgres) as at_once:
        assert steps.free_expired(session) == [steps.Freed(step.id, 1, None)]
        assert steps.free_expired(at_once) == []
