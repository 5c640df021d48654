"""Hosts of their own: a machine that can make network namespaces does not lose them in silence."""

import shutil
from pathlib import Path

import pytest

from tests.flows.hosts import Host, Way, a_host, way

REACHED = {"database": "postgresql+psycopg://postgres@/x?host=/nowhere", "api": "http://127.0.0.1:1/api"}


@pytest.fixture
def allowed(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """A process that may make namespaces, on a machine that has what makes them, told nothing."""
    monkeypatch.delenv("TRIVSEL_HOSTS", raising=False)
    monkeypatch.setattr(Path, "read_text", lambda *_: "CapInh:\t0\nCapEff:\t0000000000201000\n")
    monkeypatch.setattr(shutil, "which", lambda _name: "/sbin/ip")
    return monkeypatch


def test_namespaces_are_made_wherever_they_may_be_made_and_nowhere_else(allowed: pytest.MonkeyPatch) -> None:
    assert way() is Way.NAMESPACES
    allowed.setattr(Path, "read_text", lambda *_: "CapEff:\t0000000000200000\n")
    assert way() is Way.STOPPED
    allowed.setenv("TRIVSEL_HOSTS", "namespaces")
    assert way() is Way.NAMESPACES


def test_a_machine_without_what_makes_them_stops_processes(allowed: pytest.MonkeyPatch) -> None:
    allowed.setattr(shutil, "which", lambda _name: None)
    assert way() is Way.STOPPED


def test_what_may_be_made_and_fails_is_an_error_and_can_be_done_without(
    allowed: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    ip = tmp_path / "ip"
    ip.write_bytes(b"#!/bin/sh\necho Operation not permitted >&2\nexit 1\n")
    ip.chmod(0o700)
    allowed.setenv("PATH", str(tmp_path))
    with pytest.raises(OSError, match="Operation not permitted\n.*TRIVSEL_HOSTS=stopped"), a_host(0, **REACHED):
        pass
    allowed.setenv("TRIVSEL_HOSTS", "stopped")
    with a_host(0, **REACHED) as host:
        assert type(host) is Host
