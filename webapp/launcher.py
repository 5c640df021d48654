"""Starts the parts of one instance (Prefect's server, the worker, the web), watches them, and stops them all again."""

import argparse
import fcntl
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from webapp import instance
from webapp.instance import Instance, Refusal
from webapp.parts import Part
from webapp.watch import tells_how_far

#: a part that ran this long (seconds) is forgiven its earlier deaths
FORGIVEN_AFTER = 60.0
LONGEST_PAUSE = 30.0
#: how long (seconds) parts may take to come up on a slow machine, and to end politely
START_WITHIN = 180.0
END_WITHIN = 8.0
THREADS = 32
LOG_LIMIT_BYTES = 5_000_000


class Stop(Exception):
    """Somebody asked for the end; carries the exit status."""


class Launcher:
    """One instance and its parts, from the first sign of life to the last."""

    def __init__(self, here: Instance, *, country: str | None, is_empty: bool = False, set_up_took: int = 0) -> None:
        """Take note of what is to run, and of how many seconds its set-up took before; nothing is started yet."""
        self.here = here
        self.set_up_took = set_up_took
        self.country = country
        self.is_empty = is_empty
        self.wanted_end = False
        self.impatient = False
        self.parts: list[Part] = []

    def run(self) -> None:
        """Start everything, say where it is, and keep it running until somebody wants the end."""
        started = time.monotonic()
        self._listen_for_signals()
        try:
            if self.here.runs_prefect:
                self._start("prefect", self._prefect_command())
            self._prepare()
            self._start("worker", [sys.executable, "-m", "flows.worker"])
            self._start("web", self._web_command())
            self._wait_until_ready()
            self._announce(time.monotonic() - started)
            self._watch()
        finally:
            self._end_all()

    # -------------------------------------------------------------------------------------------- the parts
    def _prefect_command(self) -> list[str]:
        place = ["--host", "127.0.0.1", "--port", str(self.here.prefect_port)]
        return [sys.executable, "-m", "prefect", "server", "start", *place]

    def _web_command(self) -> list[str]:
        return [
            *(sys.executable, "-m", "gunicorn", "webapp.application:make_application()"),
            *("--bind", f"{self.here.host}:{self.here.port}"),
            *("--worker-class", "webapp.web_worker.WebWorker", "--workers", "1", "--threads", str(THREADS)),
            *("--logger-class", "webapp.web_log.WebLog"),
            *("--worker-tmp-dir", str(self.here.folder / "tmp")),
            *("--graceful-timeout", "3", "--log-level", "warning", "--no-control-socket"),
        ]

    def _start(self, name: str, command: list[str]) -> None:
        log = self.here.folder / "logs" / f"{name}.log"
        if log.exists() and log.stat().st_size > LOG_LIMIT_BYTES:
            log.replace(log.with_suffix(".log.1"))
        part = Part(name, command=command, log=log, environment=self.here.environment)
        part.start()
        self.parts.append(part)

    # -------------------------------------------------------------------------------------------- the start
    def _prepare(self) -> None:
        """Bring the tables up to date and see to the municipality, while Prefect is still starting."""
        if not self.here.is_demo:
            self._cli("migrate")
            self._cli("ready")
            return
        chosen = ["--country", self.country] if self.country else []
        filled = [] if self.is_empty else ["--with-year"]
        self._cli("demo-municipality", *chosen, *filled)  # brings the tables up to date as well

    def _cli(self, *words: str) -> None:
        log = self.here.folder / "logs" / "setup.log"
        command = [sys.executable, "-m", "webapp.cli", *words]
        part = Part("setup", command=command, log=log, environment=self.here.environment, tells=sys.stderr.isatty())
        part.start()
        self.parts.append(part)
        while part.is_alive:
            self._pause(0.02)
            _pass_on(part)
        _pass_on(part)
        self.parts.remove(part)
        if part.exit_status != 0:
            raise Refusal(f"The set-up step `trivsel {' '.join(words)}` failed:\n{part.last_words()}")

    def _wait_until_ready(self) -> None:
        said, began = False, time.monotonic()
        while not self.here.answers("/readyz"):
            for part in self.parts:
                if not part.is_alive:
                    raise Refusal(f"{part.obituary}\n{part.last_words()}")
            waited = time.monotonic() - began
            if waited > START_WITHIN:
                raise Refusal(
                    f"Not ready after {START_WITHIN:.0f} seconds; {self.here.readiness()}. "
                    f"The logs are in {self.here.folder / 'logs'}."
                )
            if not said and waited > 5 and self.here.answers("/healthz"):
                say(f"{self.here.url} answers; the rest is still starting.")
                said = True
            self._pause(0.1)

    def _announce(self, seconds: float) -> None:
        facts = {"url": self.here.url, "prefect": self.here.prefect_url, "pid": os.getpid()}
        self.here.facts_file.write_text(json.dumps(facts) + "\n", encoding="utf-8")
        before = f", after {self.set_up_took} s of set-up" if self.set_up_took else ""
        say(f"\nTrivsel runs (ready in {seconds:.1f} s{before}). Open {self.here.address}\n")
        if self.here.is_demo:
            self._list_cast()
        say(f"\nTechnical view (Prefect's pages): {self.here.prefect_url}")
        say(f"Data and logs: {self.here.folder}\nCtrl-C stops all of it.")

    def _list_cast(self) -> None:
        # In a session of its own: Ctrl-C is for the launcher, which then ends in order.
        command = [sys.executable, "-m", "webapp.cli", "cast"]
        with subprocess.Popen(command, env=self.here.environment, start_new_session=True) as listing:  # noqa: S603 - our own words only
            try:
                while listing.poll() is None:
                    self._pause(0.02)
            finally:
                listing.kill()

    # -------------------------------------------------------------------------------------------- the watch
    def _watch(self) -> None:
        while True:
            for part in self.parts:
                if part.is_alive:
                    if part.deaths and part.age > FORGIVEN_AFTER:
                        part.deaths = 0
                elif not part.is_resting:
                    part.rest(min(2.0**part.deaths, LONGEST_PAUSE))
                    say(f"{part.obituary} It is started again in {part.rest_left:.0f} s.")
                elif part.rest_left <= 0:
                    part.start()
            self._pause(0.2)

    def _pause(self, seconds: float) -> None:
        if self.wanted_end:
            raise Stop
        time.sleep(seconds)  # a signal cuts it short only by its handler, so it is kept short
        if self.wanted_end:
            raise Stop

    # -------------------------------------------------------------------------------------------- the end
    def _listen_for_signals(self) -> None:
        def wish(_number: int, _frame: FrameType | None) -> None:
            self.impatient = self.wanted_end
            self.wanted_end = True

        # Set even where a script has put us into the background and SIGINT came to us ignored.
        signal.signal(signal.SIGINT, wish)
        signal.signal(signal.SIGTERM, wish)
        if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:  # `nohup` means what it says
            signal.signal(signal.SIGHUP, wish)

    def _end_all(self) -> None:
        """Ask politely, the server last because the worker still tells it things; then make sure of each group."""
        self.here.facts_file.unlink(missing_ok=True)
        server = [part for part in self.parts if part.name == "prefect"]
        for group in ([part for part in self.parts if part not in server], server):
            for part in group:
                part.ask_to_end()
            deadline = time.monotonic() + END_WITHIN
            while any(part.is_alive for part in group) and time.monotonic() < deadline and not self.impatient:
                time.sleep(0.02)
        for part in self.parts:
            part.make_sure()


def say(text: str) -> None:
    """Tell the person at the terminal, at once. A terminal or a reader that is gone is no reason to end."""
    try:
        print(text, flush=True)
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # or Python itself stumbles over it at the end


def _pass_on(part: Part) -> None:
    """Say how far a part is, where it can only say so in its log: on a terminal it does so itself."""
    for line in part.new_lines():
        if tells_how_far(line):
            say(line)


@contextmanager
def _only_one(here: Instance) -> Iterator[None]:
    """Hold the data folder for ourselves: two instances on one folder would answer for each other."""
    with (here.folder / "launcher.lock").open("a+", encoding="ascii") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise Refusal(
                f"A Trivsel already runs on the data folder {here.folder}: "
                "stop it, or choose another folder with TRIVSEL_DATA (and other ports)."
            ) from None
        yield


def main() -> None:
    """The program behind `./dev run`."""
    parser = argparse.ArgumentParser(
        prog="./dev run", description="Start Trivsel: Prefect's server, the worker, the web."
    )
    parser.add_argument(
        "--country", choices=["se", "dk"], help="which demonstration municipality a new data folder gets"
    )
    parser.add_argument(
        "--empty", action="store_true", help="leave out the year of invented work that a new data folder gets"
    )
    # what ./dev did before us, installing packages for one: our own clock did not run yet
    parser.add_argument("--set-up-took", type=int, default=0, help=argparse.SUPPRESS)
    given = parser.parse_args()
    os.umask(0o077)  # what is written here is about children: nobody else on the machine reads it
    try:
        here = instance.from_settings()
        with _only_one(here):
            here.refuse_ports_in_use()
            here.facts_file.unlink(missing_ok=True)  # of one that was killed
            shutil.rmtree(here.folder / "tmp", ignore_errors=True)
            (here.folder / "tmp").mkdir()
            Launcher(here, country=given.country, is_empty=given.empty, set_up_took=given.set_up_took).run()
    except Stop:
        say("Trivsel has stopped.")
    except Refusal as refusal:
        sys.exit(str(refusal))


if __name__ == "__main__":
    main()
