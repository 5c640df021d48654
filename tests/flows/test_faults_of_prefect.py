"""Prefect's server hangs, is slow, or its database or ours is put back from an older copy: nothing is lost, nothing twice."""

import time
import uuid
from pathlib import Path

import httpx
import pytest
from prefect.client.schemas.objects import StateType
from sqlalchemy import select

from flows import deployments, transport
from flows.engine import Engine
from referrals import db, steps
from referrals.models import Step, StepKind
from tests.databases import kept
from tests.flows.ground import Instance, PrefectServer, until
from tests.flows.test_worker import running_worker
from tests.flows.watching import everything_is_there_once, is_quiet, submit


def _is_held(instance: Instance) -> bool:
    with db.reading(instance.database) as session:
        return any(session.scalars(select(Step.holder)))


def test_a_prefect_that_hangs_for_longer_than_a_lease_costs_time_and_nothing_else(
    prefect: PrefectServer, one_engine: Engine, one_instance: Instance
) -> None:
    until(one_engine.registered.is_set)
    referral_ids = [submit(one_instance) for _ in range(2)]
    until(lambda: _is_held(one_instance), seconds=60)
    prefect.hang()
    try:
        referral_ids.append(submit(one_instance))  # the form goes on working
        time.sleep(1.5 * steps.lease().total_seconds())
        assert not is_quiet(one_instance)
    finally:
        prefect.go_on()
    until(lambda: is_quiet(one_instance))
    everything_is_there_once(one_instance, referral_ids)


def test_a_prefect_that_answers_slowly_costs_time_and_nothing_else(
    one_engine: Engine, one_instance: Instance, monkeypatch: pytest.MonkeyPatch
) -> None:
    until(one_engine.registered.is_set)
    real = httpx.HTTPTransport.handle_request

    def slow(self: httpx.HTTPTransport, request: httpx.Request) -> httpx.Response:
        time.sleep(0.3)
        return real(self, request)

    monkeypatch.setattr(httpx.HTTPTransport, "handle_request", slow)
    referral_ids = [submit(one_instance) for _ in range(2)]
    until(lambda: is_quiet(one_instance))
    everything_is_there_once(one_instance, referral_ids)


def test_a_run_that_prefect_knows_again_from_an_older_copy_does_nothing_a_second_time(
    prefect: PrefectServer, one_instance: Instance, tmp_path: Path
) -> None:
    """When the copy was made, a run waited to be taken. Since then its dispatcher died, and another attempt did the work."""
    referral_ids = [submit(one_instance)]
    run_id = _a_run_that_waits(one_instance)
    prefect.copy_database(tmp_path / "prefect.db")
    _carry_on(one_instance)
    everything_is_there_once(one_instance, referral_ids)
    prefect.stop()
    prefect.put_back(tmp_path / "prefect.db")
    prefect.start()
    referral_ids.append(submit(one_instance))
    with running_worker(one_instance, PREFECT_WORKER_QUERY_SECONDS="1"), transport.connected(patience=10) as client:
        until(lambda: client.read_flow_run(run_id).state_type is StateType.CANCELLED, seconds=60)
        until(lambda: is_quiet(one_instance), seconds=60)
    everything_is_there_once(one_instance, referral_ids)


def _a_run_that_waits(instance: Instance) -> uuid.UUID:
    with db.writing(instance.database) as session:
        (step_id,) = steps.waiting(session, limit=5)
        claim = steps.claim(session, step_id, holder="gone")
        assert claim is not None
    with transport.connected(patience=10) as client:
        run = client.create_flow_run_from_deployment(
            deployments.register(client).deployment_of(StepKind.ADVANCE_REFERRAL),
            parameters={"step_id": str(step_id), "attempt": claim.attempt},
            idempotency_key=claim.token,
        )
    return run.id


def _carry_on(instance: Instance) -> None:
    engine = Engine(instance.settings, holder="test")
    engine.start()
    try:
        until(lambda: is_quiet(instance), seconds=60)
    finally:
        assert engine.stop(10)


def test_what_our_older_copy_has_not_done_yet_is_done_although_prefect_has_run_it(
    prefect: PrefectServer, one_instance: Instance
) -> None:
    referral_ids = [submit(one_instance)]
    with kept(one_instance.database) as put_back:
        _carry_on(one_instance)
        put_back()
        assert not is_quiet(one_instance)
        _carry_on(one_instance)
    everything_is_there_once(one_instance, referral_ids)
