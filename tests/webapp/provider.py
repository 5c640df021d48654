"""A real provider of sign-ins in a process of its own, and somebody who goes there and back with a browser's redirects."""

import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

import requests
from flask.testing import FlaskClient
from werkzeug.test import TestResponse


def free_port() -> int:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return int(listening.getsockname()[1])


@contextmanager
def running_provider(*words: str) -> Iterator[str]:
    """Start the provider; gives its address."""
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "-W", "ignore", "-m", "oidc_provider_mock", "--port", str(port), *words],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    address = f"http://127.0.0.1:{port}"
    try:
        _wait_for(address, process)
        yield address
    finally:
        process.terminate()
        process.wait(10)


def _wait_for(address: str, process: "subprocess.Popen[bytes]") -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until:
        assert process.poll() is None, "the provider ended"
        try:
            requests.get(address, timeout=1)
        except requests.ConnectionError:
            time.sleep(0.1)
        else:
            return
    raise AssertionError("the provider does not answer")


def know_person(provider: str, subject: str, **claims: object) -> None:
    """Let the provider say these things of the person it calls `subject`."""
    requests.put(f"{provider}/users/{subject}", json=claims, timeout=10).raise_for_status()


def go_there(client: FlaskClient, next_page: str = "") -> str:
    """Follow the link on the sign-in page; the address at the provider."""
    answer = client.get("/sign-in/municipal", query_string={"next": next_page})
    assert answer.status_code == 303, answer.text
    return answer.location


def sign_in_there(address: str, subject: str, *, deny: bool = False) -> str:
    """Sign in at the provider as `subject`; the address it sends the browser back to, on our side."""
    assert re.search(r"<form", requests.get(address, timeout=10).text)
    typed = {"action": "deny"} if deny else {"sub": subject}
    answer = requests.post(address, data=typed, timeout=10, allow_redirects=False)
    assert answer.status_code in (302, 303), answer.text
    back = urlsplit(answer.headers["Location"])
    return f"{back.path}?{back.query}"


def go_and_come_back(client: FlaskClient, subject: str, next_page: str = "") -> TestResponse:
    """The whole way: there, signed in, and back."""
    return client.get(sign_in_there(go_there(client, next_page), subject))
