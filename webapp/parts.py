"""One part of a running instance: a process group of its own, with its log, its deaths and its end."""

import ctypes
import os
import signal
import subprocess
import sys
import time
from functools import partial
from pathlib import Path

_PR_SET_PDEATHSIG = 1


class Part:
    """A process that is started, watched and stopped together with everything it started itself."""

    def __init__(
        self, name: str, *, command: list[str], log: Path, environment: dict[str, str], tells: bool = False
    ) -> None:
        """Describe the part; `start` starts it. One that `tells` shows on our terminal how far it is, and why it fails."""
        self.name = name
        self.log = log
        self.tells = tells
        self.deaths = 0
        self._command = command
        self._environment = environment
        self._process: subprocess.Popen[bytes] | None = None
        self._started_at = 0.0
        self._resting_until: float | None = None
        self._log_began_at = 0
        self._log_read_to = 0

    def start(self) -> None:
        """Start it (again), its words going to its log."""
        self._resting_until = None
        self._started_at = time.monotonic()
        with self.log.open("ab") as log:
            self._log_began_at = self._log_read_to = log.tell()
            self._process = subprocess.Popen(  # noqa: S603 - our own words only
                self._command,
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=None if self.tells else subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=partial(as_a_child, os.getpid()),  # noqa: PLW1509 - the launcher has one thread
            )

    @property
    def is_alive(self) -> bool:
        """Whether its first process runs."""
        return self._process is not None and self._process.poll() is None

    @property
    def exit_status(self) -> int | None:
        """How it ended; None while it runs."""
        return self._process.poll() if self._process else None

    @property
    def age(self) -> float:
        """Seconds since it was last started."""
        return time.monotonic() - self._started_at

    @property
    def obituary(self) -> str:
        """Which part ended, how, and where its log is."""
        status = self.exit_status or 0
        how = f"was ended by {signal.Signals(-status).name}" if status < 0 else f"ended with status {status}"
        return f"The part “{self.name}” {how}. Its log is {self.log}."

    def last_words(self, lines: int = 12) -> str:
        """The end of what it wrote since its last start."""
        with self.log.open("rb") as log:
            log.seek(self._log_began_at)
            return "\n".join(log.read().decode("utf-8", errors="replace").strip().splitlines()[-lines:])

    def new_lines(self) -> list[str]:
        """The lines it has written since this was asked before; of a line that is not whole yet nothing."""
        with self.log.open("rb") as log:
            log.seek(self._log_read_to)
            whole = log.read().rpartition(b"\n")
        self._log_read_to += len(whole[0]) + len(whole[1])
        return whole[0].decode("utf-8", errors="replace").splitlines()

    # ------------------------------------------------------------------------------------------------ dying
    def rest(self, seconds: float) -> None:
        """Count a death, end what it left running, and wait before the next start."""
        self.make_sure()
        self.deaths += 1
        self._resting_until = time.monotonic() + seconds

    @property
    def is_resting(self) -> bool:
        """Whether it is dead and waits for its next start."""
        return self._resting_until is not None

    @property
    def rest_left(self) -> float:
        """Seconds until its next start."""
        return (self._resting_until or 0.0) - time.monotonic()

    def ask_to_end(self) -> None:
        """TERM to the whole group."""
        self._signal_group(signal.SIGTERM)

    def make_sure(self) -> None:
        """KILL what is left of the group, whether or not its first process is gone."""
        self._signal_group(signal.SIGKILL)
        if self._process is not None:
            self._process.wait()

    def _signal_group(self, number: signal.Signals) -> None:
        if self._process is not None:
            try:
                os.killpg(self._process.pid, number)
            except ProcessLookupError:
                return


def as_a_child(parent: int) -> None:
    """In the new process: hear SIGINT again, and do not outlive a launcher that was killed, `parent`."""
    for number in (
        signal.SIGINT,
        signal.SIGTERM,
    ):  # our own handlers would swallow what comes before the program begins
        signal.signal(number, signal.SIG_DFL)
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != parent:  # killed before we asked to be told: nobody tells us now
            os._exit(1)
