"""The dispatcher: a thread that finds steps in our database, makes a flow run of each at Prefect, and has it carried out here."""

import threading
import time
import uuid
from concurrent.futures import FIRST_COMPLETED, Future, wait
from contextlib import ExitStack

import httpx
from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.actions import FlowRunCreate, StateCreate
from prefect.client.schemas.filters import FlowRunFilter, FlowRunFilterName
from prefect.client.schemas.objects import FlowRun, StateType
from prefect.exceptions import ObjectNotFound, PrefectHTTPStatusError
from prefect.states import Crashed
from sqlalchemy.exc import SQLAlchemyError

from flows import transport
from flows.deployments import FLOWS, Registered, Registry
from flows.opening import logger
from flows.runs import THREADS, RunPool
from flows.signs_of_life import SignOfLife
from flows.wakeup import waiter_for
from referrals import db, steps
from referrals.errors import LeaseLost
from referrals.models import StepKind
from referrals.steps import Claim, Freed

#: seconds between two looks for steps whose worker is gone
FREE_EVERY = 10.0
#: how many runs may send mail at once: a post office that does not answer must not keep the papers waiting
MAILS = THREADS - 1
#: what Prefect answers when it does not know a flow or a deployment of ours
_FORGOTTEN = frozenset({httpx.codes.NOT_FOUND, httpx.codes.CONFLICT})
#: one begins to send beside others only when those have not come to this mail within so many seconds
MAIL_APART = 1.0


class Dispatcher(threading.Thread):
    """Starts every flow run there is: the outbox is the only way."""

    def __init__(self, registry: Registry, pool: RunPool, *, database: str, api: str, holder: str) -> None:
        super().__init__(name="dispatcher", daemon=True)
        self.registry, self.pool = registry, pool
        self.database, self.api, self.holder = database, api, holder
        self.stopping = threading.Event()
        self.life = SignOfLife(database, holder=holder)
        self._freed_at = -FREE_EVERY
        #: attempts whose run may have been made although the answer that said so was lost
        self._given_back: list[Freed] = []
        self._mails: set[Future[None]] = set()
        self._mail_began = -MAIL_APART

    def run(self) -> None:
        """Look for steps until told to stop. Nothing that fails on the way ends the thread."""
        waiter = waiter_for(self.database)
        while not self.stopping.is_set():
            try:
                self._wait_for_prefect()
                with transport.connected(patience=0) as client:
                    while not self.stopping.is_set():
                        is_more = self._look(client)
                        self.life.show()  # only once it has looked: one that stumbles each time does not work
                        if not is_more:
                            waiter.wait(self.stopping)
            except SQLAlchemyError as error:
                logger().warning("dispatcher: the database does not answer (%s)", type(error).__name__)
                self.stopping.wait(1)
            except (httpx.HTTPError, RuntimeError) as error:
                # Prefect's client wraps what it meets while connecting in a RuntimeError.
                logger().warning("dispatcher: Prefect does not answer (%s)", type(error).__name__)
                self.stopping.wait(0.5)
            except Exception as error:  # noqa: BLE001 - one strange answer must not end all automatic work
                logger().error("dispatcher: %s", type(error).__name__)
                self.stopping.wait(1)
        waiter.close()
        self.life.sign_off()

    def stop(self) -> None:
        """Start nothing more."""
        self.stopping.set()

    def _wait_for_prefect(self) -> None:
        while not self.stopping.is_set() and not transport.answers(self.api):
            self.life.show()  # that Prefect is away is told apart
            self.stopping.wait(0.5)

    def _look(self, client: SyncPrefectClient) -> bool:
        """Start what can be started now; whether to look again at once, because there may be more."""
        self._free_expired(client)
        self.registry.known(client)
        mails = list(self._mails)
        with db.reading(self.database) as session:
            found = steps.waiting(session, limit=8, mail=self._room_for_mail())
        started = False
        for step_id in found:
            if not self.pool.take_place():
                self.pool.wait_for_place(0.5)
                return True
            started |= self._take(client, step_id)
            self.life.show()  # eight runs that a slow Prefect makes take longer than a worker may be silent
        if not started and len(mails) == MAILS:
            wait(mails, timeout=0.05, return_when=FIRST_COMPLETED)  # nobody else tells when there is room for the next
            return True
        return started

    def _room_for_mail(self) -> int:
        """How many runs may be started for mail now: one after the other, since each goes on with what is due."""
        if len(self._mails) == MAILS:
            return 0
        return int(not self._mails or time.monotonic() - self._mail_began >= MAIL_APART)

    def _take(self, client: SyncPrefectClient, step_id: uuid.UUID) -> bool:
        """Claim a step and start its run, in the place taken for it; whether that came about."""
        claim, run = None, None
        held = ExitStack()  # the place and the lease, until the run has ended
        held.callback(self.pool.leave_place)
        try:
            registered = self.registry.known(client)
            with db.writing(self.database) as session:
                claim = steps.claim(session, step_id, holder=self.holder)
            if claim is not None:
                # From now on, and not only while it works: a slow Prefect may take longer to make and begin a run than a lease lasts.
                held.enter_context(steps.KeptLease(step_id, attempt=claim.attempt, database=self.database))
                run = self.create_run(client, claim, registered)
        except (PrefectHTTPStatusError, ObjectNotFound) as error:
            if isinstance(error, ObjectNotFound) or error.response.status_code in _FORGOTTEN:
                logger().warning("dispatcher: Prefect has forgotten our deployments; registering again")
                self.registry.forget()
            else:
                logger().warning("dispatcher: Prefect answered %d", error.response.status_code)
                self.stopping.wait(0.5)
            self._give_back(claim)
        except Exception:
            self._give_back(claim)
            held.close()
            raise
        if run is None or claim is None:
            held.close()
            return False
        under_way = self.pool.submit(FLOWS[claim.kind], run)
        under_way.add_done_callback(lambda _done: held.close())
        if claim.kind is StepKind.SEND_MAIL:
            self._mails.add(under_way)
            self._mail_began = time.monotonic()
            under_way.add_done_callback(self._mails.discard)
        return True

    def create_run(self, client: SyncPrefectClient, claim: Claim, registered: Registered) -> FlowRun:
        """The run for a claim, pending from its first moment, so that no worker of the pool takes it (docs/decisions/0012)."""
        wanted = FlowRunCreate(
            flow_id=registered.flow_id_of(claim.kind),
            deployment_id=registered.deployment_of(claim.kind),
            parameters={"step_id": str(claim.step_id), "attempt": claim.attempt},
            # Random: a deterministic one would meet finished runs when either database was restored from a copy.
            idempotency_key=claim.token,
            name=_name_of(claim),
            state=StateCreate(type=StateType.PENDING),
        )
        answer = client.request("POST", "/flow_runs/", json=wanted.model_dump(mode="json", exclude_unset=True))
        return FlowRun.model_validate(answer.json())

    def _give_back(self, claim: Claim | None) -> None:
        if claim is None:
            return
        self._given_back.append(Freed(claim.step_id, claim.attempt, None))
        try:
            with db.writing(self.database) as session:
                steps.give_back(session, claim.step_id, attempt=claim.attempt)
        except (LeaseLost, SQLAlchemyError):
            logger().warning("dispatcher: step %s waits for its lease to run out", claim.step_id)

    def _free_expired(self, client: SyncPrefectClient) -> None:
        now = time.monotonic()  # a clock that is put back must not keep it from looking
        if now - self._freed_at < min(FREE_EVERY, steps.lease().total_seconds() / 2):
            return
        self._freed_at = now
        with db.writing(self.database) as session:
            freed = steps.free_expired(session)
        for step in freed:
            logger().warning("step %s: nothing was heard of attempt %d; taken back", step.step_id, step.attempt)
        given_back, self._given_back = self._given_back, []
        for step in (*freed, *given_back):
            _close_run(client, step)
            self.life.show()  # a slow Prefect takes as long for each


def _close_run(client: SyncPrefectClient, step: Freed) -> None:
    """Write at Prefect what nothing there notices: that the run's worker is gone, or never came to begin. Best effort."""
    try:
        runs = [step.flow_run_id] if step.flow_run_id else _runs_named(client, _name_of(step))
        for run_id in runs:
            client.set_flow_run_state(run_id, Crashed(message="worker lost"))
    except (httpx.HTTPError, ObjectNotFound):
        logger().info("run %s could not be closed", _name_of(step))


def _runs_named(client: SyncPrefectClient, name: str) -> list[uuid.UUID]:
    return [run.id for run in client.read_flow_runs(flow_run_filter=FlowRunFilter(name=FlowRunFilterName(any_=[name])))]


def _name_of(step: Claim | Freed) -> str:
    return f"step-{step.step_id.hex[:8]}-{step.attempt}"
