"""What Prefect must know of us: one work pool and a deployment for each flow. Told again where Prefect has forgotten."""

import contextlib
import threading
import time
import uuid
from dataclasses import dataclass
from typing import Any, Final

from prefect import Flow
from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.actions import WorkPoolCreate
from prefect.exceptions import ObjectAlreadyExists
from prefect.utilities.callables import parameter_schema
from prefect.workers.process import ProcessWorker

from flows.development import advance_development
from flows.mail import send_mail
from flows.referral import advance_referral
from flows.sweep import sweep
from referrals.models import StepKind

POOL: Final = "trivsel"
DEPLOYMENT: Final = "trivsel"
#: seconds until Prefect is told again: that somebody deleted the pool there, or a deployment, is not noticed by those who only poll
AGAIN_EVERY: Final = 600.0

#: which flow does the work of a step
FLOWS: Final[dict[StepKind, Flow[..., Any]]] = {
    StepKind.ADVANCE_REFERRAL: advance_referral,
    StepKind.ADVANCE_DEVELOPMENT: advance_development,
    StepKind.SEND_MAIL: send_mail,
}
ALL_FLOWS: Final[tuple[Flow[..., Any], ...]] = (*FLOWS.values(), sweep)


@dataclass(frozen=True)
class Registered:
    """Ids of our flows and of their deployments on one Prefect server, by the flows' names."""

    flows: dict[str, uuid.UUID]
    by_flow: dict[str, uuid.UUID]

    def flow_id_of(self, kind: StepKind) -> uuid.UUID:
        """The flow that does the work of such a step."""
        return self.flows[FLOWS[kind].name]

    def deployment_of(self, kind: StepKind) -> uuid.UUID:
        """The deployment whose runs do the work of such a step."""
        return self.by_flow[FLOWS[kind].name]

    def flow_of(self, deployment_id: uuid.UUID | None) -> Flow[..., Any] | None:
        """The flow a deployment belongs to, if it is one of ours."""
        return next((flow for flow in ALL_FLOWS if self.by_flow[flow.name] == deployment_id), None)


class Registry:
    """What one process knows of its deployments; shared by its threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._known: Registered | None = None
        self._told_at = 0.0

    def known(self, client: SyncPrefectClient) -> Registered:
        """The deployments, registered if this process has not for ten minutes, or has been told to forget."""
        with self._lock:
            if self._known is None or time.monotonic() - self._told_at > AGAIN_EVERY:
                self._known = register(client)
                self._told_at = time.monotonic()
            return self._known

    def forget(self) -> None:
        """Register again at the next use: Prefect no longer knows what we registered."""
        with self._lock:
            self._known = None


def register(client: SyncPrefectClient) -> Registered:
    """Make pool, flows and deployments where they are missing; the same ids come back where they are not.

    The pool is of Prefect's own type `process`, so that a stock worker can take the same runs.
    """
    template = ProcessWorker.get_default_base_job_template()
    with contextlib.suppress(ObjectAlreadyExists):  # made by another worker, or before
        client.create_work_pool(WorkPoolCreate(name=POOL, type="process", base_job_template=template))
    flows = {flow.name: client.create_flow(flow) for flow in ALL_FLOWS}
    return Registered(flows, {flow.name: _deploy(client, flow, flows[flow.name]) for flow in ALL_FLOWS})


def _deploy(client: SyncPrefectClient, flow: Flow[..., Any], flow_id: uuid.UUID) -> uuid.UUID:
    return client.create_deployment(
        flow_id,
        DEPLOYMENT,
        work_pool_name=POOL,
        entrypoint=f"{flow.fn.__module__}.{flow.fn.__name__}",
        parameter_openapi_schema=parameter_schema(flow.fn).model_dump_for_openapi(),
        enforce_parameter_schema=False,
    )
