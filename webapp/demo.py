"""The program behind `./dev demo`: drives one invented concern through a running instance and leaves every document in a folder."""

import argparse
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import httpx
from pydantic import ValidationError

from referrals import config
from webapp.demo_journey import Journey
from webapp.demo_window import Stopped
from webapp.demo_world import World
from webapp.instance import faults
from webapp.parts import as_a_child

#: seconds an instance of our own may take to start, and to end
STARTS_WITHIN, ENDS_WITHIN = 180.0, 30.0


def main() -> None:
    """Drive it. The exit status is 1, with one sentence, where a step does not come."""
    parser = argparse.ArgumentParser(
        prog="./dev demo",
        description="One invented concern from the public form to closure; every document into a folder.",
    )
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="where the documents go")
    parser.add_argument("--country", choices=["se", "dk"], help="for an instance of its own, where none is running")
    given = parser.parse_args()
    for number in (
        signal.SIGINT,
        signal.SIGTERM,
        signal.SIGHUP,
    ):  # by themselves not all would let the instance end first
        signal.signal(number, lambda _number, _frame: sys.exit("The demonstration was told to end."))
    started = time.monotonic()
    try:
        given.out.mkdir(parents=True, exist_ok=True)
        with _instance(given.country) as url:
            count = drive(url, given.out)
    except Stopped as stopped:
        sys.exit(f"The demonstration stopped: {stopped}.")
    except ValidationError as error:
        sys.exit(f"The settings make no sense: {faults(error)}.")
    except OSError as error:
        sys.exit(f"The demonstration stopped: {error.filename}: {error.strerror}.")
    print(f"{count} documents in {given.out} after {time.monotonic() - started:.0f} s")


def drive(url: str, folder: Path) -> int:
    """Drive one concern through the instance at `url`, print a line for each document, and say how many there were."""
    world, count = World(url, folder), 0
    try:
        for paper in Journey(world).papers():
            print(f"{paper.stage:12} {paper.file.name:58} {paper.file.stat().st_size / 1000:6.0f} kB", flush=True)
            count += 1
        if world.stays_on:
            print(f"The instance's date had been moved before; it is {world.stays_on} there now.")
    finally:
        world.close()
    return count


@contextmanager
def _instance(country: str | None) -> Iterator[str]:
    """The address of the instance of our data folder if it runs, otherwise of one that is started for this and ended again."""
    running = _running(config.Settings().data)
    if running:
        print(f"Driving the instance at {running}", flush=True)
        yield running
        return
    with tempfile.TemporaryDirectory(prefix="trivsel-demo-") as folder:
        data, log = Path(folder) / "data", Path(folder) / "launcher.log"
        print("No instance is running: starting one of its own", flush=True)
        process = _start(data, log=log, country=country)
        try:
            yield _wait_until_ready(process, data, log=log)
        finally:
            _end(process)


def _running(data: Path) -> str | None:
    """The address of the instance that lives in the folder `data`, if it is ready."""
    try:
        url = str(json.loads((data / "running.json").read_text(encoding="utf-8"))["url"])
        return url if httpx.get(f"{url}/healthz", timeout=5.0, trust_env=False).is_success else None
    except (OSError, ValueError, KeyError, httpx.HTTPError):
        return None


def _start(data: Path, *, log: Path, country: str | None) -> "subprocess.Popen[bytes]":
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("TRIVSEL_", "PREFECT_"))}
    own = {"TRIVSEL_DATA": str(data), "TRIVSEL_PORT": "0", "TRIVSEL_PREFECT_PORT": "0"}
    chosen = ["--country", country] if country else []
    with log.open("wb") as words:
        return subprocess.Popen(  # noqa: S603 - our own words only
            [sys.executable, "-m", "webapp.launcher", "--empty", *chosen],
            env=inherited | own,
            stdin=subprocess.DEVNULL,
            stdout=words,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            preexec_fn=partial(as_a_child, os.getpid()),  # noqa: PLW1509 - one thread; a killed demonstration leaves nothing running either
        )


def _wait_until_ready(process: "subprocess.Popen[bytes]", data: Path, *, log: Path) -> str:
    deadline = time.monotonic() + STARTS_WITHIN
    while (url := _running(data)) is None:
        if process.poll() is not None:
            last = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()[-1:]
            raise Stopped(f"the instance did not start: {''.join(last)}")
        if time.monotonic() > deadline:
            raise Stopped(f"the instance was not ready within {STARTS_WITHIN:.0f} seconds")
        time.sleep(0.1)
    return url


def _end(process: "subprocess.Popen[bytes]") -> None:
    if process.poll() is None:
        process.send_signal(signal.SIGINT)
    try:
        process.wait(ENDS_WITHIN)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


if __name__ == "__main__":
    main()
