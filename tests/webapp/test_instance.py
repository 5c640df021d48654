"""An instance says in one sentence why it cannot run, and its parts are told to stay in their folder."""

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from referrals import config
from webapp import instance


@pytest.fixture
def own_settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[pytest.MonkeyPatch]:
    monkeypatch.setenv("TRIVSEL_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("TRIVSEL_PORT", "0")
    monkeypatch.setenv("TRIVSEL_PREFECT_PORT", "0")
    config.current.cache_clear()
    yield monkeypatch
    config.current.cache_clear()


@pytest.fixture
def taken_port() -> Iterator[int]:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        yield listening.getsockname()[1]


@pytest.mark.parametrize("name", ["TRIVSEL_PORT", "TRIVSEL_PREFECT_PORT"])
def test_a_port_in_use_is_named_together_with_a_way_out(
    own_settings: pytest.MonkeyPatch, taken_port: int, name: str
) -> None:
    own_settings.setenv(name, str(taken_port))
    with pytest.raises(instance.Refusal, match=rf"Port {taken_port} on 127\.0\.0\.1 is in use.*{name}=\d+ \./dev run"):
        instance.from_settings().refuse_ports_in_use()


def test_settings_that_make_no_sense_are_named_in_one_sentence(own_settings: pytest.MonkeyPatch) -> None:
    own_settings.setenv("TRIVSEL_PORT", "eighty")
    with pytest.raises(instance.Refusal, match="The settings make no sense: port: .*integer"):
        instance.from_settings()


def test_a_data_folder_that_cannot_be_written_is_named(own_settings: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file where the folder should be", encoding="utf-8")
    with pytest.raises(instance.Refusal, match="The data folder .*data cannot be written"):
        instance.from_settings()


def test_an_instance_that_was_given_a_prefect_server_starts_none_of_its_own(own_settings: pytest.MonkeyPatch) -> None:
    own_settings.setenv("TRIVSEL_PREFECT_API_URL", "http://prefect.invalid:4200/api")
    here = instance.from_settings()
    assert not here.runs_prefect
    assert here.environment["PREFECT_API_URL"] == "http://prefect.invalid:4200/api"
    assert here.prefect_url == "http://prefect.invalid:4200"


def test_the_parts_write_only_into_the_data_folder_and_report_to_nobody(
    own_settings: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    own_settings.setenv("PREFECT_PROFILE", "somebody's own")
    told = instance.from_settings().environment
    folder = str(tmp_path / "data")
    for name in ("TRIVSEL_DATA", "XDG_CACHE_HOME", "TMPDIR", "PREFECT_HOME", "PREFECT_SERVER_UI_STATIC_DIRECTORY"):
        assert told[name].startswith(folder), name
    assert told["PREFECT_SERVER_ANALYTICS_ENABLED"] == "false"
    assert told["DO_NOT_TRACK"] == "1"
    assert "PREFECT_PROFILE" not in told
    assert "127.0.0.1" in told["NO_PROXY"]


def test_an_instance_open_to_the_network_is_reached_from_here_by_loopback(own_settings: pytest.MonkeyPatch) -> None:
    own_settings.setenv("TRIVSEL_HOST", "0.0.0.0")
    own_settings.setenv("TRIVSEL_PORT", "8123")
    assert instance.from_settings().url == "http://127.0.0.1:8123"


def test_nobody_answering_is_not_an_error(own_settings: pytest.MonkeyPatch) -> None:
    here = instance.from_settings()
    assert not here.answers("/healthz")
    assert here.readiness() == "the web does not answer"


def test_people_are_sent_to_the_proxy_and_this_machine_asks_the_web_itself(own_settings: pytest.MonkeyPatch) -> None:
    own_settings.setenv("TRIVSEL_PORT", "8123")
    assert instance.from_settings().address == "http://127.0.0.1:8123"
    own_settings.setenv("TRIVSEL_PUBLIC_URL", "https://trivsel.example/")
    config.current.cache_clear()
    here = instance.from_settings()
    assert (here.address, here.url) == ("https://trivsel.example", "http://127.0.0.1:8123")
