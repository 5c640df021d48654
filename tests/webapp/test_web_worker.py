"""What the web server answers itself: a request that is too long, or damaged, gets a page of ours and leaves no trace."""

import http.client
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from pathlib import Path

import pytest

#: refuses a body of more than a million bytes as ours does: without reading it
APP = """
import time
from webapp.web_worker import WebWorker

class Impatient(WebWorker):
    head_within, silent_for, body_within, bytes_a_second = 1.0, 1, 1.0, 1000

class Held(WebWorker):
    def wait_for_and_dispatch_events(self, timeout):
        super().wait_for_and_dispatch_events(timeout)
        if self.keepalived_conns:
            time.sleep(self.cfg.keepalive + 0.5)

def app(environ, start):
    if environ["PATH_INFO"] == "/reads":
        try:
            while environ["wsgi.input"].read(1000):
                pass
        except OSError:
            start("400 Gone", [("Content-Length", "4")])
            return [b"gone"]
    if environ["PATH_INFO"] == "/large":
        start("200 OK", [("Content-Length", str(100 * 1_000_000))])
        return (b"x" * 1_000_000 for _ in range(100))
    is_too_much = int(environ.get("CONTENT_LENGTH") or 0) > 1_000_000
    start("413 Too Much" if is_too_much else "200 OK", [("Content-Length", "2")])
    return [b"no" if is_too_much else b"ok"]
"""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[int, Path]]:
    """gunicorn with our worker before the smallest application: its port and its log."""
    yield from running(tmp_path_factory.mktemp("web"), "webapp.web_worker.WebWorker")


@pytest.fixture(scope="module")
def impatient(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[int, Path]]:
    """The same, which waits a second where ours waits thirty."""
    yield from running(tmp_path_factory.mktemp("web"), "smallest.Impatient")


def running(folder: Path, worker: str) -> Iterator[tuple[int, Path]]:
    (folder / "smallest.py").write_text(APP)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [
        *(sys.executable, "-m", "gunicorn", "smallest:app", "--bind", f"127.0.0.1:{port}", "--no-control-socket"),
        *("--worker-class", worker, "--threads", "2", "--logger-class", "webapp.web_log.WebLog"),
    ]
    with (folder / "log").open("wb") as log:
        gunicorn = subprocess.Popen(command, stdout=log, stderr=log, env=os.environ | {"PYTHONPATH": str(folder)})
    deadline = time.monotonic() + 30
    while True:
        try:
            ask(port, b"/")
            break
        except OSError:
            assert time.monotonic() < deadline, (folder / "log").read_text()
            time.sleep(0.05)
    yield port, folder / "log"
    gunicorn.terminate()
    gunicorn.wait()


def ask(port: int, address: bytes, more: bytes = b"", within: float = 10) -> str:
    with socket.create_connection(("127.0.0.1", port), timeout=within) as line:
        line.sendall(b"GET " + address + b" HTTP/1.1\r\nHost: x\r\nConnection: close\r\n" + more + b"\r\n")
        heard = b""
        while piece := line.recv(65_536):
            heard += piece
    return heard.decode()


def test_an_ordinary_address_is_answered_by_the_application(server: tuple[int, Path]) -> None:
    assert ask(server[0], b"/home").endswith("ok")


@pytest.mark.parametrize("length", [9_000, 400_000])
def test_an_address_that_is_too_long_gets_our_own_page(server: tuple[int, Path], length: int) -> None:
    port, log = server
    answer = ask(port, b"/referrals?topic=" + b"Zebulina" * (length // 8))
    assert answer.startswith("HTTP/1.1 414 ")
    for words in (
        "Adressen är längre än vi kan läsa.",
        "Adressen er længere, end vi kan læse.",
        "The address is longer",
    ):
        assert words in answer
    assert "gunicorn" not in answer.lower()
    assert "Zebulina" not in log.read_text()
    assert ask(port, b"/home").endswith("ok")


def test_a_damaged_request_gets_our_own_page(server: tuple[int, Path]) -> None:
    answer = ask(server[0], b"/home", more=b"bad header\x00: Zebulina\r\n")
    assert answer.startswith("HTTP/1.1 400 ")
    assert "We could not read that" in answer
    assert "Zebulina" not in answer + server[1].read_text()


def test_what_gunicorn_logs_are_lines_as_all_of_ours(server: tuple[int, Path]) -> None:
    ask(server[0], b"/home", more=b"bad header\x00: Zebulina\r\n")
    lines = [json.loads(line) for line in server[1].read_text().splitlines()]
    assert {line["part"] for line in lines} == {"web"}
    assert "a request could not be read: InvalidHeaderName" in [line["said"] for line in lines]


def test_too_many_headers_are_not_read(server: tuple[int, Path]) -> None:
    answer = ask(server[0], b"/home", more=b"".join(b"x-%d: y\r\n" % number for number in range(200)))
    assert answer.startswith("HTTP/1.1 431 ")


@pytest.mark.parametrize("length", [1_100_000, 8_000_000])
def test_after_a_body_that_was_too_much_the_connection_ends_as_it_was_said_and_the_next_page_comes(
    server: tuple[int, Path], length: int
) -> None:
    browser = http.client.HTTPConnection("127.0.0.1", server[0], timeout=10)
    for _ in range(2):
        browser.request("POST", "/report", body=b"Zebulina" * (length // 8))
        refused = browser.getresponse()
        assert (refused.status, refused.read()) == (413, b"no")
        assert refused.headers["Connection"] == "close"
        browser.request("GET", "/home")
        page = browser.getresponse()
        assert (page.status, page.read()) == (200, b"ok")
        assert page.headers["Connection"] == "keep-alive"
    browser.close()


def test_an_ordinary_body_leaves_the_connection_open(server: tuple[int, Path]) -> None:
    browser = http.client.HTTPConnection("127.0.0.1", server[0], timeout=10)
    for _ in range(2):
        browser.request("POST", "/report", body=b"Zebulina")
        page = browser.getresponse()
        assert (page.status, page.read(), page.headers["Connection"]) == (200, b"ok", "keep-alive")
    browser.close()


def test_a_request_that_comes_when_its_line_was_just_idle_for_long_enough_is_answered(tmp_path: Path) -> None:
    """As under load: the line is looked at when the time of the one request is over, and the next is there already."""
    servers = running(tmp_path, "smallest.Held")
    port, _log = next(servers)
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=20) as line:
            answers = line.makefile("rb")  # head and body may come apart
            for _ in range(2):
                line.sendall(b"GET /home HTTP/1.1\r\nHost: x\r\n\r\n")
                head = iter(answers.readline, b"\r\n")
                assert next(head).startswith(b"HTTP/1.1 200 ")
                assert b"Content-Length: 2\r\n" in list(head)
                assert answers.read(2) == b"ok"
    finally:
        assert next(servers, None) is None


def test_lines_that_say_nothing_and_half_requests_keep_no_thread_from_the_others(server: tuple[int, Path]) -> None:
    with ExitStack() as lines:
        for number in range(40):
            line = lines.enter_context(socket.create_connection(("127.0.0.1", server[0]), timeout=10))
            line.sendall(b"GET /home HTTP/1.1\r\nHost: x\r\n"[: number * 2])
        assert ask(server[0], b"/home", within=2).endswith("ok")


def test_a_request_that_comes_in_pieces_is_answered_when_it_is_whole(server: tuple[int, Path]) -> None:
    with socket.create_connection(("127.0.0.1", server[0]), timeout=10) as line:
        for piece in (b"GET /ho", b"me HTTP/1.1\r\nHost: x\r\n", b"\r", b"\n"):
            line.sendall(piece)
            time.sleep(0.05)
        assert line.recv(1000).startswith(b"HTTP/1.1 200 ")


def test_a_browser_that_hangs_up_in_the_middle_of_a_request_is_forgotten_at_once(tmp_path: Path) -> None:
    for port, _log in running(tmp_path, "webapp.web_worker.WebWorker"):
        for half in (b"", b"GET /home HTTP/1.1\r\nHost: x\r\n"):
            with socket.create_connection(("127.0.0.1", port), timeout=10) as line:
                line.sendall(half)
                time.sleep(0.1)
        began = time.monotonic()
    assert time.monotonic() - began < 5, "what it still had open it waited for when it was told to end"


def test_a_request_that_never_ends_is_hung_up_on(impatient: tuple[int, Path]) -> None:
    with socket.create_connection(("127.0.0.1", impatient[0]), timeout=10) as line:
        line.sendall(b"GET /home HTTP/1.1\r\nx: ")
        began = time.monotonic()
        with pytest.raises(OSError, match=r"reset|[Bb]roken"):  # noqa: PT012 - whichever of them meets it
            while time.monotonic() - began < 8:
                line.sendall(b"y")
                time.sleep(0.1)
    assert ask(impatient[0], b"/home").endswith("ok")


def test_a_line_that_says_nothing_is_hung_up_on_too(impatient: tuple[int, Path]) -> None:
    with socket.create_connection(("127.0.0.1", impatient[0]), timeout=8) as line:
        assert line.recv(1) == b""


def test_a_body_that_falls_silent_lets_its_thread_go(impatient: tuple[int, Path]) -> None:
    with ExitStack() as lines:
        silent = [
            lines.enter_context(socket.create_connection(("127.0.0.1", impatient[0]), timeout=8)) for _ in range(2)
        ]
        for line in silent:
            line.sendall(b"POST /reads HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nhalf")
        for line in silent:
            assert line.recv(1000).startswith(b"HTTP/1.1 400 ")
    assert ask(impatient[0], b"/home").endswith("ok")


def test_a_body_that_comes_byte_by_byte_lets_its_thread_go(impatient: tuple[int, Path]) -> None:
    """Never silent for long, and never done: on its own it would have its thread for a hundred seconds."""
    with ExitStack() as lines:
        slow = [lines.enter_context(socket.create_connection(("127.0.0.1", impatient[0]), timeout=8)) for _ in range(2)]
        for line in slow:
            line.sendall(b"POST /reads HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n")
        trickle_until_hung_up(slow)
    assert ask(impatient[0], b"/home").endswith("ok")


def test_a_head_that_begins_behind_another_request_and_never_ends_lets_its_thread_go(
    impatient: tuple[int, Path],
) -> None:
    with ExitStack() as lines:
        slow = [lines.enter_context(socket.create_connection(("127.0.0.1", impatient[0]), timeout=8)) for _ in range(2)]
        for line in slow:
            line.sendall(b"GET /home HTTP/1.1\r\nHost: x\r\n\r\nGET /home HTTP/1.1\r\nx: ")
        trickle_until_hung_up(slow)
    assert ask(impatient[0], b"/home").endswith("ok")
    assert "Socket error" not in impatient[1].read_text()


def test_a_slow_body_that_keeps_the_pace_is_read_to_its_end(impatient: tuple[int, Path]) -> None:
    with socket.create_connection(("127.0.0.1", impatient[0]), timeout=10) as line:
        line.sendall(b"POST /reads HTTP/1.1\r\nHost: x\r\nContent-Length: 30000\r\n\r\n")
        for _ in range(15):
            line.sendall(b"y" * 2000)
            time.sleep(0.1)
        assert line.recv(1000).startswith(b"HTTP/1.1 200 ")


def trickle_until_hung_up(lines: list[socket.socket]) -> None:
    """Send a byte on each of `lines` ten times a second: long before what was promised is there, nobody listens any more."""
    deadline = time.monotonic() + 12
    while lines := [line for line in lines if not is_hung_up(line)]:
        assert time.monotonic() < deadline
        for line in lines:
            with suppress(OSError):
                line.sendall(b"y")
        time.sleep(0.1)


def is_hung_up(line: socket.socket) -> bool:
    try:
        return line.recv(1000, socket.MSG_DONTWAIT) == b""
    except BlockingIOError:
        return False
    except OSError:
        return True


def test_a_browser_that_takes_none_of_its_answer_lets_its_thread_go(impatient: tuple[int, Path]) -> None:
    with ExitStack() as lines:
        for _ in range(2):  # as many as there are threads
            line = lines.enter_context(socket.create_connection(("127.0.0.1", impatient[0]), timeout=8))
            line.sendall(b"GET /large HTTP/1.1\r\nHost: x\r\n\r\n")
        time.sleep(0.3)  # both threads are sending by then
        assert ask(impatient[0], b"/home", within=8).endswith("ok")
