"""More boards are open than the web has threads: pages are answered as ever, and a board without a place is told so."""

import http.client
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from pathlib import Path

import pytest
from flask import Flask

from referrals import config
from tests.programs import web
from tests.referrals.post_office import free_port

#: as on the smallest machine that docs/operating.md recommends
THREADS = 8
#: an answer that had waited for a stream to end would take minutes
AT_ONCE = 5.0


@pytest.fixture
def port(app: Flask, settings: config.Settings, data_folder: Path) -> Iterator[int]:
    """The port of a web of its own, on this test's database."""
    number = free_port()
    program = web(number, data_folder, environment={"TRIVSEL_DATABASE_URL": settings.database}, threads=THREADS)
    try:
        program.start()
        yield number
    finally:
        program.kill()


@pytest.fixture
def cookie(app: Flask, signed_in) -> str:
    """The cookie of somebody who is signed in."""
    name = app.config["SESSION_COOKIE_NAME"]
    return f"{name}={signed_in('karin').client.get_cookie(name).value}"


def open_stream(port: int, cookie: str) -> tuple[socket.socket, bytes]:
    """A board's line to `/live`, and the first that is said on it."""
    line = socket.create_connection(("127.0.0.1", port), timeout=AT_ONCE)
    line.sendall(f"GET /live HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nCookie: {cookie}\r\n\r\n".encode())
    heard = b""
    while b"\n\n" not in heard:
        piece = line.recv(65_536)
        assert piece, heard
        heard += piece
    assert heard.startswith(b"HTTP/1.1 200 "), heard
    return line, heard


def ask(port: int, cookie: str, path: str) -> int:
    """The status of a page, which must come at once."""
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=AT_ONCE)
    line.request("GET", path, headers={"Cookie": cookie})
    answer = line.getresponse()
    answer.read()
    line.close()
    return answer.status


def test_open_boards_never_stop_the_web_and_a_board_that_is_closed_gives_its_place_to_another(
    port: int, cookie: str
) -> None:
    with ExitStack() as boards:
        opened = []
        for _ in range(THREADS + 3):
            line, said = open_stream(port, cookie)
            boards.enter_context(line)
            opened.append((line, b"event: full\n" in said))
        assert [is_full for _line, is_full in opened] == [False] * (THREADS // 2) + [True] * (THREADS // 2 + 3)
        for path in ("/healthz", "/home", "/board"):
            assert ask(port, cookie, path) == 200
        opened[0][0].close()
        has_place, until = False, time.monotonic() + 20
        while not has_place and time.monotonic() < until:
            time.sleep(0.2)
            with suppress(TimeoutError):
                line, said = open_stream(port, cookie)
                boards.enter_context(line)
                has_place = b"event: full\n" not in said
        assert has_place
        assert ask(port, cookie, "/board") == 200
