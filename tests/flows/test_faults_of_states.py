"""Whatever state a run stands in at Prefect, its step is done: within a minute, once, and nothing is left that looks alive there."""

import uuid
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from prefect import runtime, states
from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.objects import FlowRun, State, StateType

from flows import deployments, dispatcher, transport
from flows.tasks import papers
from referrals import config, db, steps
from referrals.models import StepKind
from tests.flows.ground import Instance, PrefectServer
from tests.flows.watching import carry_on, everything_is_there_once, submit

#: every state a run can stand in, by the name that Prefect's pages show; "Completed" is also what somebody sets by hand
TABLE: tuple[Callable[[], State[Any]], ...] = (
    states.Scheduled, states.Late, states.AwaitingRetry, states.AwaitingConcurrencySlot,
    states.Pending, states.Submitting, states.InfrastructurePending,
    states.Running, states.Retrying,
    lambda: states.Paused(timeout_seconds=3600), lambda: states.Suspended(timeout_seconds=3600),
    states.Cancelling, states.Cancelled, states.Completed, states.Failed,
    lambda: State(type=StateType.FAILED, name="TimedOut"), states.Crashed,
)  # fmt: skip
#: what is cancelling, Prefect's server ends after five minutes; what is scheduled again, a worker that polls takes up, to find it taken over
ENDS_BY_ITSELF = {StateType.CANCELLING, StateType.SCHEDULED}


def test_the_table_has_every_state_that_prefect_knows() -> None:
    assert {make().type for make in TABLE} == set(StateType)


def test_a_silent_step_is_found_and_taken_up_within_a_minute() -> None:
    lease = timedelta(seconds=config.Settings.model_fields["lease_seconds"].default)
    assert lease + timedelta(seconds=dispatcher.FREE_EVERY) <= timedelta(seconds=45)


@pytest.fixture(autouse=True)
def quick_printer(monkeypatch: pytest.MonkeyPatch) -> None:
    page = papers.printing.print_pdf("<html lang=en><title>A paper</title><p>A paper</p></html>")
    monkeypatch.setattr(papers.printing, "print_pdf", lambda _html: page)


def test_a_step_left_behind_in_any_state_is_carried_on(prefect: PrefectServer, one_instance: Instance) -> None:
    """A dispatcher took each, its run came to that state, and nobody was heard of again."""
    referral_ids, left = [submit(one_instance) for _ in TABLE], list[uuid.UUID]()
    with transport.connected(patience=10) as client:
        deployment = deployments.register(client).deployment_of(StepKind.ADVANCE_REFERRAL)
        with db.reading(one_instance.database) as session:
            waiting = steps.waiting(session, limit=50)
        for make, step_id in zip(TABLE, waiting, strict=True):
            with db.writing(one_instance.database) as session:
                claim = steps.claim(session, step_id, holder="gone")
                assert claim is not None
            run = client.create_flow_run_from_deployment(
                deployment,
                parameters={"step_id": str(step_id), "attempt": claim.attempt},
                idempotency_key=claim.token,
            )
            with db.writing(one_instance.database) as session:
                steps.start(session, step_id, attempt=claim.attempt, flow_run_id=run.id)
            _set(client, run.id, make())
            left.append(run.id)
        assert [state.name for state in _states(client, left)] == [make().name for make in TABLE]
        carry_on(one_instance)
        assert _still_open(client, left) <= ENDS_BY_ITSELF
    everything_is_there_once(one_instance, referral_ids)


def test_a_run_set_to_any_state_before_it_begins_or_while_it_works_costs_time_and_nothing_else(
    prefect: PrefectServer, one_instance: Instance, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody pauses, cancels or completes it on Prefect's pages, or its server says so by mistake."""
    create, print_pdf = dispatcher.Dispatcher.create_run, papers.printing.print_pdf
    before, meanwhile, set_by_hand = iter(TABLE), iter(TABLE), list[uuid.UUID]()

    def set_next(client: SyncPrefectClient, run_id: uuid.UUID, table: Iterator[Callable[[], State[Any]]]) -> None:
        if run_id not in set_by_hand and (make := next(table, None)):
            set_by_hand.append(run_id)
            _set(client, run_id, make())

    def create_and_set(self: dispatcher.Dispatcher, client: SyncPrefectClient, *more: Any) -> FlowRun:
        run = create(self, client, *more)
        set_next(client, run.id, before)
        return run

    def print_and_set(html: str) -> bytes:
        with transport.connected(patience=10) as client:
            set_next(client, uuid.UUID(str(runtime.flow_run.id)), meanwhile)
        return print_pdf(html)

    monkeypatch.setattr(dispatcher.Dispatcher, "create_run", create_and_set)
    monkeypatch.setattr(papers.printing, "print_pdf", print_and_set)
    referral_ids = [submit(one_instance) for _ in (*TABLE, *TABLE)]
    carry_on(one_instance)
    assert (list(before), list(meanwhile)) == ([], [])
    everything_is_there_once(one_instance, referral_ids)
    with transport.connected(patience=10) as client:
        assert _still_open(client, set_by_hand) <= ENDS_BY_ITSELF


def _set(client: SyncPrefectClient, run_id: uuid.UUID, state: State[Any]) -> None:
    if state.is_cancelling():
        client.set_flow_run_state(run_id, states.Running(), force=True)  # one that waits goes to Cancelled at once
    client.set_flow_run_state(run_id, state, force=True)


def _states(client: SyncPrefectClient, run_ids: list[uuid.UUID]) -> list[State[Any]]:
    return [state for run_id in run_ids if (state := client.read_flow_run(run_id).state) is not None]


def _still_open(client: SyncPrefectClient, run_ids: list[uuid.UUID]) -> set[StateType]:
    """The states of those runs that look alive."""
    return {state.type for state in _states(client, run_ids) if not state.is_final()}
