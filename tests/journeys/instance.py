"""A whole running instance for journeys: started as a newcomer starts it, shifted in time, and ended by its own process id."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from referrals import clock

#: a Wednesday in term; the same day in every journey's beginning
BEGINNING = datetime.fromisoformat("2026-09-16T09:00:00+02:00")
#: an empty home, an empty place for passing files, an empty working folder
PLACES = ("home", "passing", "work")
STARTS_WITHIN, WITH_YEAR, ENDS_WITHIN = 120.0, 600.0, 30.0


class Instance:
    """One municipality's Trivsel, with its server, worker and web."""

    def __init__(self, country: str, folder: Path, process: subprocess.Popen[bytes], database: str) -> None:
        facts = json.loads((folder / "running.json").read_text(encoding="utf-8"))
        self.country, self.folder, self._process, self.database = country, folder, process, database
        self.language = {"se": "sv", "dk": "da"}[country]
        self.url: str = facts["url"]

    def said(self) -> str:
        """What it printed, from its start on."""
        return said_by(self.folder).read_text(encoding="utf-8")

    def logged(self, part: str) -> list[dict[str, object]]:
        """What one part has written into its log, line by line; each is one of JSON."""
        log = (self.folder / "logs" / f"{part}.log").read_text(encoding="utf-8")
        return [json.loads(line) for line in log.splitlines()]

    def strays(self) -> list[str]:
        """What its parts wrote, or hold open to write, outside its folder: below a home, a place for passing files or a working
        folder that were empty, or anywhere else on this machine."""
        written = {one for one in elsewhere(self.folder).rglob("*") if one.name not in PLACES}
        held = {path for process in [self._process.pid, *children(self._process.pid)] for path in _held_open(process)}
        own = (self.folder, Path("/dev"), said_by(self.folder))
        return sorted(str(one) for one in written | held if not any(one.is_relative_to(place) for place in own))

    @property
    def today(self) -> date:
        """The day it is for people there."""
        shift = float((self.folder / "shift").read_text(encoding="ascii"))
        return (datetime.now(ZoneInfo("Europe/Stockholm")) + timedelta(seconds=shift)).date()

    def set_now(self, wanted: datetime) -> None:
        """Let it be `wanted` for all parts at once."""
        clock.use_shift_file(self.folder / "shift")
        try:
            clock.set_now(wanted)
        finally:
            clock.use_shift_file(None)

    def process_of(self, part: str) -> int:
        """The process id of one part, found among the launcher's own children by the words it was started with."""
        words = {"prefect": "prefect server start", "worker": "flows.worker", "web": "gunicorn"}[part]
        for child in children(self._process.pid):
            if words in _command(child):
                return child
        raise LookupError(f"no part {part} runs")

    @contextmanager
    def without(self, part: str) -> Iterator[None]:
        """End a part as a crash would, and let nothing start it again as long as this lasts."""
        os.kill(self._process.pid, signal.SIGSTOP)
        try:
            os.kill(self.process_of(part), signal.SIGKILL)
            yield
        finally:
            os.kill(self._process.pid, signal.SIGCONT)


@contextmanager
def running(country: str, folder: Path, **more: str) -> Iterator[Instance]:
    """Start the demonstration of `country` in `folder`, with settings of its own if wanted, and end all of it afterwards."""
    with _started(country, folder, "--empty", within=STARTS_WITHIN, more=more) as instance:
        yield instance


@contextmanager
def running_with_year(country: str, folder: Path) -> Iterator[Instance]:
    """The same as a newcomer meets it: a new folder gets its year of invented work first."""
    with _started(country, folder, within=WITH_YEAR, more={}) as instance:
        yield instance


@contextmanager
def _started(country: str, folder: Path, *words: str, within: float, more: dict[str, str]) -> Iterator[Instance]:
    log = said_by(folder)
    for place in PLACES:
        (elsewhere(folder) / place).mkdir(parents=True, exist_ok=True)
    with log.open("wb") as said:
        process = subprocess.Popen(
            [sys.executable, "-m", "webapp.launcher", *words, "--country", country],
            cwd=elsewhere(folder) / "work",
            env=_environment(folder) | more,
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        _wait_until_ready(process, folder, log, within=within)
        yield Instance(country, folder, process, more.get("TRIVSEL_DATABASE_URL", f"sqlite:///{folder}/trivsel.sqlite"))
    finally:
        _end(process)


def elsewhere(folder: Path) -> Path:
    """Where the instance of this folder would write if it did not keep to its folder."""
    return folder.with_name(f"{folder.name}-elsewhere")


def said_by(folder: Path) -> Path:
    """Where what the launcher prints goes."""
    return folder.with_name(f"{folder.name}.log")


def _environment(folder: Path) -> dict[str, str]:
    inherited = {
        name: value for name, value in os.environ.items() if not name.startswith(("TRIVSEL_", "PREFECT_", "XDG_"))
    }
    return inherited | {
        "HOME": str(elsewhere(folder) / "home"),
        "TMPDIR": str(elsewhere(folder) / "passing"),
        "PYTHONDONTWRITEBYTECODE": "1",  # as ./dev run has it: the modules were compiled when all was set up
        "TRIVSEL_DATA": str(folder),
        "TRIVSEL_PORT": "0",
        "TRIVSEL_PREFECT_PORT": "0",
        "TRIVSEL_HOLD_MINUTES": "0",
        "TRIVSEL_NOW": BEGINNING.isoformat(),
    }


def _wait_until_ready(process: subprocess.Popen[bytes], folder: Path, log: Path, *, within: float) -> None:
    deadline = time.monotonic() + within
    while not (folder / "running.json").exists():
        assert process.poll() is None, f"the instance ended while starting:\n{log.read_text(encoding='utf-8')[-2000:]}"
        assert time.monotonic() < deadline, f"not ready in time:\n{log.read_text(encoding='utf-8')[-2000:]}"
        time.sleep(0.1)


def _end(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(ENDS_WITHIN)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def children(parent: int) -> list[int]:
    """The processes that a process started and that still run."""
    found: list[int] = []
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(FileNotFoundError, ProcessLookupError):
            # what follows the name, which may hold blanks: the state, then the parent
            after_name = (folder / "stat").read_text(encoding="utf-8").rpartition(")")[2].split()
            if int(after_name[1]) == parent:
                found.append(int(folder.name))
    return found


def _held_open(process: int) -> list[Path]:
    """The files a process has open to write; what was removed meanwhile, and what is no file, left out."""
    held: list[Path] = []
    for link in Path(f"/proc/{process}/fd").glob("*"):
        with suppress(FileNotFoundError):
            flags = int(Path(f"/proc/{process}/fdinfo/{link.name}").read_text(encoding="ascii").split()[3], 8)
            if flags & os.O_ACCMODE != os.O_RDONLY and link.is_file():
                held.append(link.readlink())
    return held


def _command(process: int) -> str:
    return Path(f"/proc/{process}/cmdline").read_bytes().replace(b"\0", b" ").decode()
