"""Prefect's server hangs, is slow, or its database or ours is put back from an older copy: nothing is lost, nothing twice."""

import threading
import time
import uuid
from pathlib import Path
from typing import Any

import httpx
import pytest
from prefect.client.schemas.objects import StateType
from sqlalchemy import func, select
from sqlalchemy.orm import InstrumentedAttribute

from flows import deployments, runs, transport
from flows.engine import Engine
from flows.runs import THREADS
from flows.tasks import papers
from referrals import config, db, steps
from referrals.models import Step, StepKind
from tests.databases import kept
from tests.flows.ground import Instance, PrefectServer, until
from tests.flows.test_worker import running_worker
from tests.flows.watching import carry_on, everything_is_there_once, is_held, is_quiet, submit


def test_a_prefect_that_hangs_for_longer_than_a_lease_costs_time_and_nothing_else(
    prefect: PrefectServer, one_engine: Engine, one_instance: Instance
) -> None:
    until(one_engine.registered.is_set)
    referral_ids = [submit(one_instance) for _ in range(2)]
    until(lambda: is_held(one_instance))
    prefect.hang()
    try:
        referral_ids.append(submit(one_instance))  # the form goes on working
        time.sleep(1.5 * steps.lease().total_seconds())
        assert not is_quiet(one_instance)
    finally:
        prefect.go_on()
    until(lambda: is_quiet(one_instance))
    everything_is_there_once(one_instance, referral_ids)


@pytest.mark.parametrize("headers", [{}, {"Prefect-Maintenance": "true"}], ids=["busy", "maintenance"])
def test_a_prefect_that_says_503_for_longer_than_a_lease_costs_time_and_nothing_else(
    one_engine: Engine, one_instance: Instance, monkeypatch: pytest.MonkeyPatch, headers: dict[str, str]
) -> None:
    """Busy for longer than it is asked again, or under maintenance, which is believed at once; to whoever asks for whatever."""
    is_away, refused = threading.Event(), list[str]()
    real, real_async = httpx.HTTPTransport.handle_request, httpx.AsyncHTTPTransport.handle_async_request

    def refuse(request: httpx.Request) -> httpx.Response:
        refused.append(request.url.path)
        return httpx.Response(503, headers=headers, request=request)

    def answer(self: httpx.HTTPTransport, request: httpx.Request) -> httpx.Response:
        return refuse(request) if is_away.is_set() else real(self, request)

    async def answer_async(self: httpx.AsyncHTTPTransport, request: httpx.Request) -> httpx.Response:
        return refuse(request) if is_away.is_set() else await real_async(self, request)

    until(one_engine.registered.is_set)
    monkeypatch.setattr(transport, "BUSY_FOR", 0.5)
    monkeypatch.setattr(httpx.HTTPTransport, "handle_request", answer)
    monkeypatch.setattr(httpx.AsyncHTTPTransport, "handle_async_request", answer_async)
    referral_ids = [submit(one_instance) for _ in range(2)]
    until(lambda: is_held(one_instance))
    is_away.set()
    try:
        referral_ids.append(submit(one_instance))  # the form goes on working
        time.sleep(1.5 * steps.lease().total_seconds())
        assert not is_quiet(one_instance)
        assert refused
    finally:
        is_away.clear()
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


def test_a_step_stays_taken_while_prefect_is_slower_than_a_lease_to_make_and_to_begin_its_run(
    prefect: PrefectServer, one_instance: Instance, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TRIVSEL_LEASE_SECONDS", "1")
    config.current.cache_clear()
    real, found, slow = httpx.HTTPTransport.handle_request, list[steps.Freed](), set[str]()

    def answer_slowly(self: httpx.HTTPTransport, request: httpx.Request) -> httpx.Response:
        what = request.url.path.rpartition("/flow_runs")[2].rpartition("/")[2]
        if request.method == "POST" and what in {"", "set_state"} and what not in slow:
            slow.add(what)
            time.sleep(1.5 * steps.lease().total_seconds())
            with db.writing(
                one_instance.database
            ) as session:  # another worker looks meanwhile for those that fell silent
                found.extend(steps.free_expired(session))
        return real(self, request)

    engine = Engine(config.current(), holder="test")
    engine.start()
    try:
        until(engine.registered.is_set)
        monkeypatch.setattr(httpx.HTTPTransport, "handle_request", answer_slowly)
        referral_ids = [submit(one_instance)]
        until(lambda: is_quiet(one_instance))
    finally:
        assert engine.stop(10)
    assert slow == {"", "set_state"}
    assert found == []
    everything_is_there_once(one_instance, referral_ids)
    with db.reading(one_instance.database) as session:
        assert set(session.scalars(select(Step.attempt))) == {1}


def test_a_worker_takes_no_more_steps_than_it_has_threads_for(
    one_engine: Engine, one_instance: Instance, monkeypatch: pytest.MonkeyPatch
) -> None:
    go_on, real = threading.Event(), papers.printing.print_pdf

    def jammed(html: str) -> bytes:
        go_on.wait(60)
        return real(html)

    monkeypatch.setattr(papers.printing, "print_pdf", jammed)
    referral_ids = [submit(one_instance) for _ in range(THREADS + 3)]
    try:
        until(lambda: _count(one_instance, Step.started_at) == THREADS)
        time.sleep(0.7)  # longer than the dispatcher waits for a place before it looks again
        assert _count(one_instance, Step.holder) == THREADS
    finally:
        go_on.set()
    until(lambda: is_quiet(one_instance))
    everything_is_there_once(one_instance, referral_ids)


def _count(instance: Instance, column: InstrumentedAttribute[Any]) -> int:
    with db.reading(instance.database) as session:
        return session.scalar(select(func.count(column))) or 0


def test_a_run_found_by_polling_takes_no_thread_from_a_step_that_was_given_a_place(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    go_on, began = threading.Event(), list[object]()

    def carry_out(flow: object, _run: object) -> None:
        began.append(flow)
        if flow == "found":
            go_on.wait(60)

    monkeypatch.setattr(runs, "execute", carry_out)
    pool = runs.RunPool()
    found = [pool.queue("found", None) for _ in range(THREADS)]  # type: ignore[arg-type]
    try:
        assert pool.take_place()
        pool.submit("dispatched", None).result(timeout=10)  # type: ignore[arg-type]
    finally:
        go_on.set()
    assert pool.wait_until_idle(10)
    assert all(one.done() for one in found)
    assert sorted(map(str, began)) == ["dispatched"] + ["found"] * THREADS
    pool.close()


def test_a_pool_and_a_deployment_that_somebody_deleted_at_prefect_are_made_again(
    prefect: PrefectServer, one_instance: Instance, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is dispatched meanwhile, so that nobody meets what is missing."""
    monkeypatch.setattr(deployments, "AGAIN_EVERY", 0.3)
    engine = Engine(one_instance.settings, holder="test")
    engine.start()
    try:
        until(engine.registered.is_set)
        with transport.connected(patience=10) as client:
            before = {one.id for one in client.read_deployments()}
            client.delete_deployment(client.read_deployment_by_name("sweep/trivsel").id)
            client.request("DELETE", "/work_pools/{name}", path_params={"name": deployments.POOL})
            until(lambda: len(client.read_deployments()) == len(before))
            until(lambda: all(one.work_pool_name == deployments.POOL for one in client.read_deployments()))
    finally:
        assert engine.stop(10)


def test_a_run_that_prefect_knows_again_from_an_older_copy_does_nothing_a_second_time(
    prefect: PrefectServer, one_instance: Instance, tmp_path: Path
) -> None:
    """When the copy was made, a run waited to be taken. Since then its dispatcher died, and another attempt did the work."""
    referral_ids = [submit(one_instance)]
    run_id = _a_run_that_waits(one_instance)
    prefect.copy_database(tmp_path / "prefect.db")
    carry_on(one_instance)
    everything_is_there_once(one_instance, referral_ids)
    prefect.stop()
    prefect.put_back(tmp_path / "prefect.db")
    prefect.start()
    referral_ids.append(submit(one_instance))
    with running_worker(one_instance, PREFECT_WORKER_QUERY_SECONDS="1"), transport.connected(patience=10) as client:
        until(lambda: client.read_flow_run(run_id).state_type is StateType.CANCELLED)
        until(lambda: is_quiet(one_instance))
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


def test_what_our_older_copy_has_not_done_yet_is_done_although_prefect_has_run_it(
    prefect: PrefectServer, one_instance: Instance
) -> None:
    referral_ids = [submit(one_instance)]
    with kept(one_instance.database) as put_back:
        carry_on(one_instance)
        put_back()
        assert not is_quiet(one_instance)
        carry_on(one_instance)
    everything_is_there_once(one_instance, referral_ids)
