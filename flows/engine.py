"""The parts of one worker process put together: pool of threads, dispatcher, timers, and the worker that polls."""

import asyncio
import threading
import time
from typing import TYPE_CHECKING, Any, Final

from prefect.workers.base import BaseJobConfiguration, BaseVariables, BaseWorker, BaseWorkerResult

from flows import attempts, transport
from flows.deployments import POOL, Registry
from flows.dispatcher import Dispatcher
from flows.opening import logger
from flows.runs import RunPool
from flows.timers import Timers
from referrals import config

if TYPE_CHECKING:
    import anyio.abc
    from prefect.client.schemas.objects import FlowRun

#: seconds between two looks at Prefect for runs that nobody dispatched
HEARTBEAT_SECONDS: Final = 15


class InProcessResult(BaseWorkerResult):
    """What became of a run that was found by polling."""


class InProcessWorker(BaseWorker[BaseJobConfiguration, BaseVariables, InProcessResult]):
    """Takes what the dispatcher did not: scheduled flows, runs retried from Prefect's pages, a dispatcher that died half way.

    It has a type of its own; the pool is of type `process`, so that Prefect's stock worker can take the same runs.
    """

    type = "trivsel-in-process"
    job_configuration = BaseJobConfiguration
    registry: Registry
    runs: RunPool

    async def run(
        self,
        flow_run: "FlowRun",
        configuration: BaseJobConfiguration,
        task_status: "anyio.abc.TaskStatus[int] | None" = None,
    ) -> InProcessResult:
        """Carry out one run in a thread of the process's pool."""
        if task_status is not None:
            task_status.started(1)
        flow = await asyncio.to_thread(self._flow_of, flow_run)
        if flow is None:
            return InProcessResult(identifier=str(flow_run.id), status_code=1)
        await asyncio.wrap_future(self.runs.queue(flow, flow_run))
        return InProcessResult(identifier=str(flow_run.id), status_code=0)

    def _flow_of(self, flow_run: "FlowRun") -> Any:
        with transport.connected(patience=10) as client:
            return self.registry.known(client).flow_of(flow_run.deployment_id)


class Engine:
    """One worker process's parts."""

    def __init__(self, settings: config.Settings, *, holder: str) -> None:
        self.settings, self.holder = settings, holder
        self.registry, self.pool = Registry(), RunPool()
        #: set once Prefect knows our deployments
        self.registered = threading.Event()
        self.dispatcher = Dispatcher(
            self.registry, self.pool, database=settings.database, api=settings.prefect_api, holder=holder
        )
        self.timers = Timers(settings.database, is_ready=self.registered)
        self._starting = threading.Thread(target=self._register, name="registering", daemon=True)

    def start(self) -> None:
        """Start everything that has a thread; comes back at once."""
        transport.stopping.clear()
        attempts.ending.clear()
        self.timers.start()
        self._starting.start()

    def polling_worker(self) -> InProcessWorker:
        """The worker that polls, for the process's own event loop."""
        worker = InProcessWorker(
            work_pool_name=POOL,
            name=f"trivsel-{self.holder}",
            create_pool_if_not_found=False,
            heartbeat_interval_seconds=HEARTBEAT_SECONDS,
        )
        worker.registry, worker.runs = self.registry, self.pool
        return worker

    def stop(self, grace: float) -> bool:
        """End: start nothing more, wait `grace` seconds for what is under way; whether all of it ended."""
        self.dispatcher.stop()
        self.timers.stop()
        attempts.ending.set()
        until = time.monotonic() + grace
        if self.dispatcher.is_alive():
            self.dispatcher.join(grace)
        self.timers.join(max(0.5, until - time.monotonic()))
        quiet = self.pool.wait_until_idle(max(0.0, until - time.monotonic()))
        transport.stopping.set()
        self.pool.close()
        return quiet and not self.dispatcher.is_alive()

    def _register(self) -> None:
        """Wait for Prefect as long as it takes, tell it of us, then begin to dispatch."""
        while not self.dispatcher.stopping.is_set():
            if not transport.answers(self.settings.prefect_api):
                self.dispatcher.stopping.wait(0.3)
                continue
            try:
                with transport.connected(patience=5) as client:
                    self.registry.known(client)
            except Exception as error:  # noqa: BLE001 - a server that is just starting fails in many ways
                logger().warning("worker: cannot register yet (%s)", type(error).__name__)
                self.dispatcher.stopping.wait(0.5)
                continue
            logger().info("worker: registered")
            self.registered.set()
            self.dispatcher.start()
            return
