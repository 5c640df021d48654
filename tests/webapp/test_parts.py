"""A part of an instance ends with everything it started, whatever it thinks of it."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from webapp.parts import Part

#: starts a child of its own, prints its number, and both refuse to end politely
STUBBORN = """
import os, signal, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
child = os.fork()
if child:
    print(child, flush=True)
time.sleep(60)
"""

#: a child that asks to be told of its parent's death when that has come already, and another whose parent lives
BEREFT = """
import os
from webapp.parts import as_a_child
first = os.fork()
if first == 0:
    mine = os.getpid()
    if os.fork() == 0:
        while os.getppid() == mine:
            pass
        as_a_child(mine)
        print("bereft", flush=True)
    os._exit(0)
os.waitpid(first, 0)
mine = os.getpid()
if (second := os.fork()) == 0:
    as_a_child(mine)
    print("in order", flush=True)
    os._exit(0)
os.waitpid(second, 0)
"""


@pytest.fixture
def part(tmp_path: Path) -> Iterator[Callable[[str], Part]]:
    made: list[Part] = []

    def make(program: str) -> Part:
        log = tmp_path / "part.log"
        made.append(Part("worker", command=[sys.executable, "-c", program], log=log, environment=dict(os.environ)))
        made[-1].start()
        return made[-1]

    yield make
    for one in made:
        one.make_sure()


def wait_until(true: Callable[[], object]) -> None:
    deadline = time.monotonic() + 10
    while not true():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.02)


def is_running(number: int) -> bool:
    """Whether a process runs; one that ended but was not yet fetched by its parent does not."""
    try:
        state = Path(f"/proc/{number}/stat").read_text(encoding="ascii").rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


def test_a_part_that_will_not_end_is_ended_with_its_children(part: Callable[[str], Part]) -> None:
    stubborn = part(STUBBORN)
    wait_until(lambda: stubborn.last_words().isdigit())
    child = int(stubborn.last_words())
    stubborn.ask_to_end()
    time.sleep(0.2)
    assert stubborn.is_alive
    stubborn.make_sure()
    assert not stubborn.is_alive
    wait_until(lambda: not is_running(child))


def test_a_part_that_died_is_named_with_how_and_where_its_log_is(part: Callable[[str], Part]) -> None:
    short = part("import sys; print('no such table'); sys.exit(3)")
    wait_until(lambda: not short.is_alive)
    assert short.exit_status == 3
    assert short.obituary == f"The part “worker” ended with status 3. Its log is {short.log}."
    assert short.last_words() == "no such table"


def test_a_part_that_was_killed_says_so(part: Callable[[str], Part]) -> None:
    killed = part("import os; os.kill(os.getpid(), 9)")
    wait_until(lambda: not killed.is_alive)
    assert "was ended by SIGKILL" in killed.obituary


def test_a_part_rests_after_a_death_and_its_log_is_kept(part: Callable[[str], Part]) -> None:
    short = part("print('here I was')")
    wait_until(lambda: not short.is_alive)
    short.rest(5)
    assert short.is_resting
    assert 0 < short.rest_left <= 5
    assert short.deaths == 1
    short.start()
    assert not short.is_resting
    wait_until(lambda: not short.is_alive)
    assert short.log.read_text(encoding="utf-8") == "here I was\nhere I was\n"
    assert short.last_words() == "here I was"


def test_a_part_that_never_started_has_nothing_to_end(tmp_path: Path) -> None:
    idle = Part("web", command=["unused"], log=tmp_path / "web.log", environment={})
    idle.ask_to_end()
    idle.make_sure()
    assert not idle.is_alive
    assert idle.exit_status is None


def test_a_child_does_not_begin_whose_parent_was_killed_before_it_could_ask_to_be_told() -> None:
    done = subprocess.run([sys.executable, "-c", BEREFT], capture_output=True, text=True, check=False, timeout=30)
    assert (done.stdout, done.stderr) == ("in order\n", "")
