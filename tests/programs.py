"""Programs of ours that tests start, kill as a machine does that loses its power, and start again."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import httpx


class Program:
    """A program in a process group of its own. `is_up` says whether it has started."""

    def __init__(self, command: list[str], *, environment: dict[str, str], is_up: Callable[[], object]) -> None:
        self.command, self.environment, self.is_up = command, environment, is_up
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it, again if need be, and wait until it is up; fails where it ends before, or is not up in three minutes."""
        if self.process is not None:
            self.kill()
        self.process = subprocess.Popen(
            self.command, env=os.environ | self.environment, stdin=subprocess.DEVNULL, start_new_session=True
        )
        deadline = time.monotonic() + 180
        while not self.is_up():
            assert self.process.poll() is None, "it ended while it was starting"
            assert time.monotonic() < deadline, "it was not up in time"
            time.sleep(0.05)

    def kill(self) -> None:
        """End all of it at once, whatever it is doing."""
        assert self.process is not None
        with suppress(ProcessLookupError):  # it ended itself
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(timeout=10)


def web(port: int, folder: Path, *, environment: dict[str, str], before: str = "", threads: int = 8) -> Program:
    """The web as the launcher starts it, on `port`; `before` is Python that its process does first."""
    command = [
        *(sys.executable, "-c", f"{before}\nfrom gunicorn.app.wsgiapp import run\nrun()"),
        *("webapp.application:make_application()", "--bind", f"127.0.0.1:{port}", "--no-control-socket"),
        *("--worker-class", "webapp.web_worker.WebWorker", "--threads", str(threads), "--worker-tmp-dir", str(folder)),
        *("--log-level", "warning"),
    ]
    return Program(command, environment=environment, is_up=lambda: _answers(f"http://127.0.0.1:{port}/healthz"))


def worker(*, environment: dict[str, str]) -> Program:
    """The worker as the launcher starts it. It is not waited for: what it does is seen elsewhere."""
    return Program([sys.executable, "-m", "flows.worker"], environment=environment, is_up=lambda: True)


def _answers(address: str) -> bool:
    try:
        return httpx.get(address, timeout=2, trust_env=False).is_success
    except httpx.HTTPError:
        return False
