"""The ground of the workflow's tests: a real Prefect server, an instance of ours, and patience."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import httpx

from flows.opening import prepare_environment
from referrals import config
from tests.databases import copy_sqlite
from tests.people import Cast

#: how long (seconds) is waited for what happens by itself: no figure, only patience, also for a machine with much else to do
PATIENCE = 300.0
HOME = Path(tempfile.mkdtemp(prefix="trivsel-prefect-"))
with socket.socket() as _listening:
    _listening.bind(("127.0.0.1", 0))
    PORT: int = _listening.getsockname()[1]
API = f"http://127.0.0.1:{PORT}/api"

# Prefect's library reads its settings when it is imported, once for this process; nobody else's environment is changed by it.
_before = dict(os.environ)
prepare_environment(config.Settings(data=HOME, prefect_api_url=API))
#: the environment in which programs of the tests find this server
PREFECT_ENVIRONMENT = {name: value for name, value in os.environ.items() if _before.get(name) != value}
import flows.engine  # noqa: E402, F401

os.environ.clear()
os.environ.update(_before)


class PrefectServer:
    """A real server with a database of its own, that tests may stop, start and rob of its memory."""

    def __init__(self, home: Path, port: int) -> None:
        self.home, self.port = home, port
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def api(self) -> str:
        return f"http://127.0.0.1:{self.port}/api"

    @property
    def database(self) -> Path:
        return self.home / "prefect" / "prefect.db"

    def start(self, **more: str) -> None:
        if self.process is not None:
            return
        place = ["--host", "127.0.0.1", "--port", str(self.port)]
        with (self.home / "server.log").open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "prefect", "server", "start", *place],
                env=os.environ | PREFECT_ENVIRONMENT | more, stdout=log, stderr=log, stdin=subprocess.DEVNULL, start_new_session=True,
            )  # fmt: skip
        until(self.answers)

    def stop(self) -> None:
        if self.process is None:
            return
        self.process.terminate()
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(timeout=5)
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(timeout=10)
        self.process = None

    def kill(self) -> None:
        """End it as a machine does that loses its power."""
        assert self.process is not None
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(timeout=10)
        self.process = None

    def hang(self) -> None:
        """Let it neither answer nor end, until told to `go_on`."""
        assert self.process is not None
        os.killpg(self.process.pid, signal.SIGSTOP)

    def go_on(self) -> None:
        """Let it go on where it hung."""
        assert self.process is not None
        os.killpg(self.process.pid, signal.SIGCONT)

    def copy_database(self, path: Path) -> None:
        """A copy of its database as it is now, while it runs."""
        copy_sqlite(self.database, path)

    def put_back(self, copy: Path) -> None:
        """Put a copy of its database in the place of what it has now."""
        self.forget_everything()
        shutil.copy(copy, self.database)

    def forget_everything(self) -> None:
        """Delete its database, as somebody might who thinks it holds nothing of importance."""
        assert self.process is None
        for path in self.database.parent.glob("prefect.db*"):
            path.unlink()

    def answers(self) -> bool:
        try:
            return httpx.get(f"{self.api}/health", timeout=2).is_success
        except httpx.HTTPError:
            return False


def until(is_so: Callable[[], object]) -> None:
    """Wait until `is_so` holds; the test fails where it does not within PATIENCE."""
    end = time.monotonic() + PATIENCE
    while not is_so():
        assert time.monotonic() < end, f"waited {PATIENCE} seconds in vain"
        time.sleep(0.05)


@dataclass
class Instance:
    """One instance of ours: its settings, its people, and the environment its programs run in."""

    settings: config.Settings
    cast: Cast
    environment: dict[str, str]

    @property
    def database(self) -> str:
        return self.settings.database
