"""The threads in which flow runs are carried out, each with one Prefect client for its life."""

import threading
from concurrent.futures import Future, ThreadPoolExecutor, wait
from typing import Any

from prefect import Flow
from prefect.client.schemas.objects import FlowRun
from prefect.exceptions import Abort, Pause
from prefect.flow_engine import run_flow

from flows.failures import StepFailed
from flows.opening import logger
from flows.transport import Lines

#: more only fight for the interpreter
THREADS = 4


class RunPool:
    """Carries out flow runs: `threads` at a time of what was dispatched, and one at a time of what was found by polling.

    Apart, so that a place stands for a thread: a step whose run waited for one would be held by a worker that does not work at it.
    """

    def __init__(self, threads: int = THREADS) -> None:
        self._lines = Lines()
        connect = self._lines.connect_for_life
        self._executor = ThreadPoolExecutor(threads, thread_name_prefix="run", initializer=connect)
        self._polled = ThreadPoolExecutor(1, thread_name_prefix="polled", initializer=connect)
        self._free = threading.Semaphore(threads)
        self._under_way: set[Future[None]] = set()

    def take_place(self) -> bool:
        """Take one of the places, if there is one; `leave_place` gives it back."""
        return self._free.acquire(blocking=False)

    def wait_for_place(self, seconds: float) -> None:
        """Wait at most `seconds` for a place to become free, without taking it."""
        if self._free.acquire(timeout=seconds):
            self._free.release()

    def leave_place(self) -> None:
        """Give a place back: nothing came of it, or the run in it has ended."""
        self._free.release()

    def submit(self, flow: Flow[..., Any], run: FlowRun) -> Future[None]:
        """Carry out `run` in the place that was taken for it."""
        return self._begin(self._executor, flow, run)

    def queue(self, flow: Flow[..., Any], run: FlowRun) -> Future[None]:
        """Carry out `run` after those queued before it: for what the worker found by polling."""
        return self._begin(self._polled, flow, run)

    def _begin(self, executor: ThreadPoolExecutor, flow: Flow[..., Any], run: FlowRun) -> Future[None]:
        future = executor.submit(execute, flow, run)
        self._under_way.add(future)
        future.add_done_callback(self._under_way.discard)
        return future

    def wait_until_idle(self, seconds: float) -> bool:
        """Wait at most `seconds` for everything under way; whether all of it has ended."""
        return not wait(list(self._under_way), timeout=seconds).not_done

    def close(self) -> None:
        """Take no more, and hang up: what is still under way cannot tell Prefect any more, but can commit."""
        for executor in (self._executor, self._polled):
            executor.shutdown(wait=False, cancel_futures=True)
        self._lines.close()


def execute(flow: Flow[..., Any], run: FlowRun) -> None:
    """Carry out one run in this thread. Never raises: what became of the work stands in our own database.

    For a run that says which deployment it belongs to, Prefect's engine first opens a line over which it would be told of a
    suspension, and nothing of ours is ever suspended (docs/decisions/0011). The run itself is read again right after.
    """
    try:
        run_flow(flow, flow_run=run.model_copy(update={"deployment_id": None}), parameters=run.parameters)
    except (Abort, Pause):
        logger().info("run %s is somebody else's", run.id)
    except StepFailed:
        pass  # told and written where it happened
    except Exception as error:  # noqa: BLE001 - Prefect went away under the run, or forgot it: our commit stands
        logger().warning("run %s ended with %s", run.id, type(error).__name__)
