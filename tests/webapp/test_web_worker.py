"""What the web server answers itself: a request that is too long, or damaged, gets a page of ours and leaves no trace."""

import http.client
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

#: refuses a body of more than a million bytes as ours does: without reading it
APP = """
def app(environ, start):
    is_too_much = int(environ.get("CONTENT_LENGTH") or 0) > 1_000_000
    start("413 Too Much" if is_too_much else "200 OK", [("Content-Length", "2")])
    return [b"no" if is_too_much else b"ok"]
"""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[int, Path]]:
    """gunicorn with our worker before the smallest application: its port and its log."""
    folder = tmp_path_factory.mktemp("web")
    (folder / "smallest.py").write_text(APP)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [
        *(sys.executable, "-m", "gunicorn", "smallest:app", "--bind", f"127.0.0.1:{port}", "--no-control-socket"),
        *("--worker-class", "webapp.web_worker.WebWorker", "--threads", "2", "--pythonpath", str(folder)),
        *("--logger-class", "webapp.web_log.WebLog"),
    ]
    with (folder / "log").open("wb") as log:
        running = subprocess.Popen(command, stdout=log, stderr=log, env=dict(os.environ))
    deadline = time.monotonic() + 30
    while True:
        try:
            ask(port, b"/")
            break
        except OSError:
            assert time.monotonic() < deadline, (folder / "log").read_text()
            time.sleep(0.05)
    yield port, folder / "log"
    running.terminate()
    running.wait()


def ask(port: int, address: bytes, more: bytes = b"") -> str:
    with socket.create_connection(("127.0.0.1", port), timeout=10) as line:
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
