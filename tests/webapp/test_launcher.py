"""The launcher keeps a data folder to one instance, and ends when it is told to, in whichever way."""

import fcntl
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from webapp import launcher
from webapp.parts import Part


@pytest.fixture
def surroundings(tmp_path: Path, own_database: object) -> dict[str, str]:
    own = {"TRIVSEL_DATA": str(tmp_path / "data"), "TRIVSEL_PORT": "0", "TRIVSEL_PREFECT_PORT": "0"}
    return dict(os.environ) | own


@pytest.fixture
def starting(surroundings: dict[str, str]) -> Iterator[subprocess.Popen[str]]:
    """A launcher in the middle of its start, begun as a script begins it: with SIGINT ignored."""
    launcher = subprocess.Popen(
        ["bash", "-c", f"trap '' INT; exec {sys.executable} -m webapp.launcher"],
        env=surroundings,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    log = Path(surroundings["TRIVSEL_DATA"]) / "logs" / "prefect.log"
    deadline = time.monotonic() + 20
    while not log.exists():
        assert time.monotonic() < deadline, "the launcher did not start"
        time.sleep(0.02)
    yield launcher
    launcher.terminate()  # killed, it would leave behind what it was just starting
    launcher.communicate(timeout=60)


def processes_of(folder: str) -> list[str]:
    """The numbers of all processes that were told to live in this data folder."""
    mark = f"TRIVSEL_DATA={folder}".encode()
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if mark in (process / "environ").read_bytes().split(b"\0"):
                found.append(process.name)
        except OSError:
            continue
    return found


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_every_way_to_stop_leaves_no_process(
    starting: subprocess.Popen[str], surroundings: dict[str, str], number: signal.Signals
) -> None:
    deadline = time.monotonic() + 30
    while len(processes_of(surroundings["TRIVSEL_DATA"])) < 2:
        assert time.monotonic() < deadline, "the launcher started no part"
        time.sleep(0.05)
    starting.send_signal(number)
    said, _ = starting.communicate(timeout=90)
    assert starting.returncode == 0
    assert said.endswith("Trivsel has stopped.\n")
    assert processes_of(surroundings["TRIVSEL_DATA"]) == []


def test_what_a_killed_launcher_was_starting_ends_by_itself(
    starting: subprocess.Popen[str], surroundings: dict[str, str]
) -> None:
    starting.kill()
    starting.wait(timeout=30)
    deadline = time.monotonic() + 30
    while processes_of(surroundings["TRIVSEL_DATA"]):
        assert time.monotonic() < deadline, "a part lives on"
        time.sleep(0.05)


def test_what_a_killed_instance_left_does_not_count_as_a_running_one(surroundings: dict[str, str]) -> None:
    facts = Path(surroundings["TRIVSEL_DATA"]) / "running.json"
    facts.parent.mkdir()
    facts.write_text("{}", encoding="utf-8")
    looks = (
        "from webapp import launcher as l; l.Launcher.run = lambda self: print(self.here.facts_file.exists()); l.main()"
    )
    done = subprocess.run(
        [sys.executable, "-c", looks], env=surroundings, capture_output=True, text=True, check=False, timeout=30
    )
    assert (done.stdout, done.stderr) == ("False\n", "")


def test_an_end_that_is_wanted_while_the_cast_is_listed_does_not_wait_for_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    endless = tmp_path / "endless"
    endless.write_text("#!/bin/sh\nexec sleep 600\n")
    endless.chmod(0o755)
    here: Any = SimpleNamespace(environment=dict(os.environ))
    ending = launcher.Launcher(here, country=None)
    ending.wanted_end = True
    with monkeypatch.context() as patch:
        patch.setattr(sys, "executable", str(endless))
        with pytest.raises(launcher.Stop):
            ending._list_cast()


def test_a_reader_of_its_words_that_is_gone_ends_nothing() -> None:
    """As in `./dev run | head`."""
    reading, writing = os.pipe()
    os.close(reading)
    speaks = "from webapp.launcher import say; say('one'); say('two')"
    done = subprocess.run(
        [sys.executable, "-c", speaks], stdout=writing, stderr=subprocess.PIPE, text=True, check=False, timeout=30
    )
    os.close(writing)
    assert (done.returncode, done.stderr) == (0, "")


def test_a_second_instance_on_the_same_folder_is_refused(surroundings: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    with (tmp_path / "data" / "launcher.lock").open("w", encoding="ascii") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        second = subprocess.run(
            [sys.executable, "-m", "webapp.launcher"],
            env=surroundings,
            capture_output=True,
            text=True,
            check=False,
            timeout=30,
        )
    assert second.returncode == 1
    assert second.stderr.startswith("A Trivsel already runs on the data folder")


def test_what_is_written_at_run_time_is_for_its_owner_only(
    starting: subprocess.Popen[str], surroundings: dict[str, str]
) -> None:
    folder = Path(surroundings["TRIVSEL_DATA"])
    for path in (folder, folder / "logs", folder / "logs" / "prefect.log"):
        assert path.stat().st_mode & 0o077 == 0, path


def test_where_its_output_is_no_terminal_it_passes_on_how_far_the_set_up_is_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "logs").mkdir()
    said = "print('a year of work: 0 %', '3 added', 'a year of work: 10 %', sep='\\n')"

    def part(name: str, *, command: list[str], **more: Any) -> Part:
        assert command[-2:] == ["demo-municipality", "--with-year"]
        return Part(name, command=[sys.executable, "-c", said], **more)

    monkeypatch.setattr(launcher, "Part", part)
    here: Any = SimpleNamespace(folder=tmp_path, environment=dict(os.environ), is_demo=True)
    launcher.Launcher(here, country=None)._prepare()
    assert capsys.readouterr().out == "a year of work: 0 %\na year of work: 10 %\n"


@pytest.mark.parametrize(("took", "said"), [(0, "(ready in 8.2 s)"), (63, "(ready in 8.2 s, after 63 s of set-up)")])
def test_it_says_what_the_seconds_are_that_one_waited(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], took: int, said: str
) -> None:
    here: Any = SimpleNamespace(
        url="", prefect_url="", address="here", is_demo=False, folder=tmp_path, facts_file=tmp_path / "facts"
    )
    launcher.Launcher(here, country=None, set_up_took=took)._announce(8.24)
    assert f"Trivsel runs {said}. Open here\n" in capsys.readouterr().out
