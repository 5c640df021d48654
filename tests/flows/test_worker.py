"""The worker's process: it shows that it lives, finds what nobody dispatched, follows the calendar, and ends when told to."""

import json
import os
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, update

from flows import deployments, transport
from referrals import clock, db, steps
from referrals.models import Draft, Heartbeat, Referral, Step, StepKind
from referrals.stages import PLAN_ACTIVE
from referrals.vocabulary import PlanStatus
from tests.factories import a_plan, a_referral
from tests.flows.ground import Instance, PrefectServer, until
from tests.flows.watching import is_quiet, numbers, state, submit


@contextmanager
def running_worker(instance: Instance, **more: str) -> Iterator[subprocess.Popen[bytes]]:
    """The worker as the launcher starts it, until it has registered; ended as the launcher ends it."""
    with log_of(instance).open("wb") as log:
        worker = subprocess.Popen(
            [sys.executable, "-m", "flows.worker"], env=os.environ | instance.environment | more, stderr=log
        )
    try:
        until(lambda: lives(instance))
        yield worker
    finally:
        if worker.poll() is None:
            worker.send_signal(signal.SIGTERM)
            worker.wait(timeout=20)


def log_of(instance: Instance) -> Path:
    return instance.settings.data / "worker.log"


def lives(instance: Instance) -> list[str]:
    with db.reading(instance.database) as session:
        return list(session.scalars(select(Heartbeat.part).where(Heartbeat.part == "worker")))


def a_run_nobody_dispatched(instance: Instance) -> uuid.UUID:
    """A dispatcher claimed a step, made its run, and died before it took it: the id of the run."""
    with db.writing(instance.database) as session:
        step = session.scalars(select(Step).where(Step.kind == StepKind.ADVANCE_REFERRAL)).one()
        claim = steps.claim(session, step.id, holder="gone")
        assert claim is not None
        step_id = claim.step_id
        session.execute(update(Step).values(lease_until=clock.machine_now() + timedelta(minutes=5)))
    with transport.connected(patience=10) as client:
        registered = deployments.register(client)
        run = client.create_flow_run_from_deployment(
            registered.deployment_of(claim.kind),
            parameters={"step_id": str(step_id), "attempt": 1},
            idempotency_key=claim.token,
        )
    return run.id


def is_done(instance: Instance) -> bool:
    with db.reading(instance.database) as session:
        first = session.scalars(select(Step).order_by(Step.created_at)).first()
        return first is not None and first.finished_at is not None


def test_a_worker_shows_that_it_lives_takes_what_nobody_dispatched_and_ends_when_told(
    prefect: PrefectServer, one_instance: Instance
) -> None:
    submit(one_instance)
    run_id = a_run_nobody_dispatched(one_instance)
    with running_worker(one_instance, PREFECT_WORKER_QUERY_SECONDS="1", TRIVSEL_LEASE_SECONDS="300") as worker:
        assert lives(one_instance) == ["worker"]
        until(lambda: is_quiet(one_instance))
        began = time.monotonic()
        worker.send_signal(signal.SIGINT)
        assert worker.wait(timeout=20) == 0
        assert time.monotonic() - began < 15
    assert numbers(one_instance) == (2, 2, 2)
    assert lives(one_instance) == []
    with db.reading(one_instance.database) as session:
        assert session.scalars(select(Step.flow_run_id).order_by(Step.created_at)).first() == run_id
        number = session.scalars(select(Referral.number)).one()
    lines = [json.loads(line) for line in log_of(one_instance).read_text().splitlines()]
    assert {line["part"] for line in lines} == {"worker"}
    assert len([line for line in lines if line["said"].endswith("done") and line["number"] == number]) == 4
    assert [line["said"] for line in lines if line["said"].startswith("sweep: ")]


def test_prefects_own_worker_takes_a_run_too(prefect: PrefectServer, one_instance: Instance) -> None:
    submit(one_instance)
    a_run_nobody_dispatched(one_instance)
    command = ["worker", "start", "--pool", deployments.POOL, "--run-once", "--install-policy", "never"]
    done = subprocess.run(
        [sys.executable, "-m", "prefect", *command], env=os.environ | one_instance.environment,
        timeout=120, check=False, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert is_done(one_instance), done.stdout + done.stderr
    assert numbers(one_instance)[0] == 2


def test_the_day_of_the_follow_up_comes_by_itself(prefect: PrefectServer, one_instance: Instance) -> None:
    """Also when the date of a demonstration is moved forward under a running worker; old drafts go on the same day."""
    with db.writing(one_instance.database) as session:
        referral = a_referral(session, one_instance.cast, PLAN_ACTIVE)
        coordinator = session.merge(one_instance.cast.coordinator, load=False)
        a_plan(session, referral, author=coordinator, status=PlanStatus.ACTIVE, approved_at=clock.now())
        referral_id = referral.id
        now = clock.now()
        session.add(
            Draft(
                code_index="c", token_index="t", language="sv", saved_at=now, expires_on=now.date() + timedelta(days=14)
            )
        )
    clock.use_shift_file(one_instance.settings.shift_file)
    with running_worker(one_instance):
        assert state(one_instance, referral_id) == ("action_plan", "active")
        clock.set_now(now + timedelta(weeks=6, days=1))
        until(lambda: state(one_instance, referral_id) == ("follow_up", "due"))
        until(lambda: is_quiet(one_instance))
    with db.reading(one_instance.database) as session:
        assert session.scalars(select(Draft)).all() == []
    # two papers and two mails of the concern itself, and the mail that the day has come
    assert numbers(one_instance) == (2, 3, 2)


@pytest.mark.parametrize("word", ["paper", "mail"])
def test_a_failure_carries_nothing_of_what_caused_it(word: str) -> None:
    from flows.failures import StepFailed, neutral

    @neutral(word)
    def work() -> None:
        raise OSError("Zebulina")

    with pytest.raises(StepFailed) as caught:
        work()
    assert (caught.value.word, caught.value.again) == (word, True)
    assert caught.value.__context__ is None
    assert caught.value.__cause__ is None
