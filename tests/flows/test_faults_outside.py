"""What surrounds the workflow hurts: Prefect, a second worker, the whole machine. Nothing is lost, nothing twice, nothing stuck."""

import random
import time
import uuid
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
from prefect.client.schemas.objects import StateType
from sqlalchemy import select
from sqlalchemy.orm import Session

from flows import deployments, transport
from flows.engine import Engine
from referrals import db, steps
from referrals.models import Step
from tests.bench.concerns import send_at_last
from tests.flows.ground import Instance, PrefectServer, until
from tests.flows.watching import (
    all_are_in_triage_once,
    everything_is_there_once,
    is_quiet,
    is_stopped_with_a_step,
    submit,
)
from tests.programs import web, worker
from tests.referrals.post_office import free_port
from webapp.demo_window import Stopped


def test_two_workers_at_once_both_work_and_do_everything_once(
    one_engine: Engine, one_instance: Instance, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, took = steps.claim, set[str]()

    def claim(session: Session, step_id: uuid.UUID, *, holder: str) -> steps.Claim | None:
        taken = real(session, step_id, holder=holder)
        if taken is not None:
            took.add(holder)
        return taken

    monkeypatch.setattr(steps, "claim", claim)
    second = Engine(one_instance.settings, holder="second")
    second.start()
    until(lambda: one_engine.registered.is_set() and second.registered.is_set())
    referral_ids = [submit(one_instance) for _ in range(6)]
    until(lambda: is_quiet(one_instance))
    assert second.stop(10)
    transport.stopping.clear()  # the first goes on
    assert took == {"test", "second"}
    everything_is_there_once(one_instance, referral_ids)


def test_a_run_whose_dispatcher_died_before_it_began_is_closed(prefect: PrefectServer, one_instance: Instance) -> None:
    """Only its name leads to it, and it would stand as pending for ever."""
    referral_id = submit(one_instance)
    with transport.connected(patience=10) as client:
        dispatcher = Engine(one_instance.settings, holder="gone").dispatcher
        with db.writing(one_instance.database) as session:
            claim = steps.claim(session, steps.waiting(session, limit=1)[0], holder="gone")
            assert claim is not None
        run = dispatcher.create_run(client, claim, deployments.register(client))  # as far as it came
        assert client.read_flow_run(run.id).state_type is StateType.PENDING
    engine = Engine(one_instance.settings, holder="test")
    engine.start()
    try:
        until(lambda: is_quiet(one_instance))
        with transport.connected(patience=10) as client:
            assert client.read_flow_run(run.id).state_type is StateType.CRASHED
    finally:
        assert engine.stop(10)
    everything_is_there_once(one_instance, [referral_id])


def test_a_run_that_was_made_although_the_answer_was_lost_is_closed(
    one_engine: Engine, one_instance: Instance, monkeypatch: pytest.MonkeyPatch
) -> None:
    until(one_engine.registered.is_set)
    real, made = httpx.HTTPTransport.handle_request, list[uuid.UUID]()

    def lose_the_first(self: httpx.HTTPTransport, request: httpx.Request) -> httpx.Response:
        answer = real(self, request)
        if request.url.path.endswith("/flow_runs/") and not made:
            answer.read()
            made.append(uuid.UUID(answer.json()["id"]))
            raise httpx.ReadError("cut", request=request)
        return answer

    monkeypatch.setattr(httpx.HTTPTransport, "handle_request", lose_the_first)
    referral_id = submit(one_instance)
    until(lambda: is_quiet(one_instance))
    with transport.connected(patience=10) as client:
        until(lambda: client.read_flow_run(made[0]).state_type is StateType.CRASHED)
    everything_is_there_once(one_instance, [referral_id])


def test_a_prefect_that_is_slow_busy_and_cuts_lines_costs_time_and_nothing_else(
    one_engine: Engine, one_instance: Instance, monkeypatch: pytest.MonkeyPatch
) -> None:
    until(one_engine.registered.is_set)
    real, choice, hurt = httpx.HTTPTransport.handle_request, random.Random(4), list[int]()

    def unreliable(self: httpx.HTTPTransport, request: httpx.Request) -> httpx.Response:
        number = choice.randrange(12)
        hurt.append(number)
        if number == 0:
            return httpx.Response(503, request=request)
        if number == 1:
            raise httpx.ReadTimeout("nothing came", request=request)
        if number == 2:
            time.sleep(0.3)
        answer = real(self, request)
        if number == 3:  # done, but the answer is lost
            answer.close()
            raise httpx.ReadError("cut", request=request)
        return answer

    monkeypatch.setattr(httpx.HTTPTransport, "handle_request", unreliable)
    referral_ids = [submit(one_instance) for _ in range(3)]
    until(lambda: is_quiet(one_instance))
    assert {0, 1, 2, 3} <= set(hurt)
    monkeypatch.undo()
    everything_is_there_once(one_instance, referral_ids)


def test_worker_web_and_prefect_killed_at_once_and_started_again_go_on_where_they_were(
    prefect: PrefectServer, one_instance: Instance
) -> None:
    """While the worker holds a step and somebody fills in the public form."""
    port, met = free_port(), list[Stopped]()
    environment = one_instance.environment | {"TRIVSEL_PORT": str(port)}
    parts = [worker(environment=environment), web(port, one_instance.settings.data, environment=environment)]
    try:
        for part in parts:
            part.start()
        for _ in range(4):
            submit(one_instance)
        until(lambda: is_stopped_with_a_step(parts[0], one_instance))
        with ThreadPoolExecutor(1) as somebody:
            sent = somebody.submit(send_at_last, f"http://127.0.0.1:{port}", met)
            for killed in (*parts, prefect):
                killed.kill()
            assert not is_quiet(one_instance)
            for started in (*parts, prefect):
                started.start()
            sent.result()
        until(lambda: is_quiet(one_instance))
    finally:
        for part in parts:
            if part.process is not None:
                part.kill()
    assert met
    all_are_in_triage_once(one_instance, 5)
    with db.reading(one_instance.database) as session:
        assert max(session.scalars(select(Step.attempt))) > 1
