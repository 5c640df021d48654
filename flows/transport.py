"""How the workflow talks to Prefect: patiently, with one client a thread, and without heartbeats that nothing reads."""

import random
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import httpx
from prefect.client.orchestration import SyncPrefectClient
from prefect.context import SyncClientContext
from prefect.settings import PREFECT_CLIENT_MAX_RETRIES, PREFECT_FLOWS_HEARTBEAT_FREQUENCY, temporary_settings

#: seconds for which a server that says it is busy is asked again; one that is kept in order (`Prefect-Maintenance`) is not
BUSY_FOR = 60.0

#: set when the process is asked to end, so that nobody goes on waiting for a server
stopping = threading.Event()


class PatientTransport(httpx.HTTPTransport):
    """Asks again within milliseconds when the server is busy, and soon when it is away; Prefect's client sleeps 2, 4, 8 … s.

    `patience` is how long (seconds) it waits for a server that does not answer at all; a busy one is asked for `BUSY_FOR`.
    """

    def __init__(self, *, patience: float) -> None:
        super().__init__()
        self.patience = patience

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send `request`; raises httpx.ConnectError once patience is at its end."""
        began = time.monotonic()
        while True:
            waited = time.monotonic() - began
            try:
                response = super().handle_request(request)
            except httpx.ConnectError:
                if waited > self.patience or stopping.wait(0.3):
                    raise
                continue
            busy = response.status_code == 503 and "Prefect-Maintenance" not in response.headers
            if not busy or waited > BUSY_FOR or stopping.is_set():
                return response
            response.close()
            time.sleep(random.uniform(0.005, 0.04))  # noqa: S311 - only spreads out who asks again when


@contextmanager
def connected(*, patience: float) -> Iterator[SyncPrefectClient]:
    """Prefect's client for the thread that enters it. Flow runs started in the block use it too, and send no heartbeats."""
    quiet = {PREFECT_FLOWS_HEARTBEAT_FREQUENCY: None, PREFECT_CLIENT_MAX_RETRIES: 0 if patience == 0 else 3}
    with temporary_settings(quiet), _client_of(PatientTransport(patience=patience)) as client:
        yield client


class Lines:
    """The lines to Prefect of a pool's threads, each entered once and kept: it costs 30 ms each time."""

    def __init__(self) -> None:
        self._kept = threading.local()
        self._transports: list[PatientTransport] = []

    def connect_for_life(self) -> None:
        """Enter in this thread what `connected` enters, and stay."""
        transport = PatientTransport(patience=60.0)
        self._transports.append(transport)
        self._kept.stack = stack = ExitStack()
        stack.enter_context(temporary_settings({PREFECT_FLOWS_HEARTBEAT_FREQUENCY: None}))
        stack.enter_context(_client_of(transport))

    def close(self) -> None:
        """Hang up, from whichever thread; those who still talk are cut off."""
        for transport in self._transports:
            transport.close()


@contextmanager
def _client_of(transport: PatientTransport) -> Iterator[SyncPrefectClient]:
    with SyncClientContext(httpx_settings={"transport": transport}) as context:
        # Whoever asks for a client without settings gets this one; else Prefect's engine makes a new one for each run (0011).
        context._httpx_settings = None  # noqa: SLF001 - nothing public says so
        yield context.client


def answers(api: str) -> bool:
    """Whether Prefect's server at the address `api` is there."""
    try:
        return httpx.get(f"{api}/health", timeout=2.0).is_success
    except httpx.HTTPError:
        return False
