"""The demonstration's driver: the whole way once against a real instance, and one sentence where a step does not come."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import httpx
import pikepdf
import pytest
from sqlalchemy import update

from referrals import clock, db
from referrals.models import Account
from referrals.vocabulary import DocumentKind
from tests.webapp.conftest import PASSWORD
from webapp import demo, demo_window
from webapp.accounts.passwords import DEMO_PASSWORD, hash_password
from webapp.demo_cast import find_cast
from webapp.demo_journey import Journey
from webapp.demo_window import Stopped, Window
from webapp.demo_world import World


@pytest.fixture
def window(app) -> Iterator[Window]:
    """A window on the web alone: there is no engine behind it."""
    opened = Window("http://localhost", whose="Karin", transport=httpx.WSGITransport(app=app))
    yield opened
    opened.close()


def sign_in(window: Window, password: str = PASSWORD) -> None:
    window.open("/sign-in")
    window.send(window.page.form("password"), {"email": "karin.almkvist@trivsel.invalid", "password": password})


@pytest.mark.engine
def test_one_concern_travels_through_an_instance_of_its_own_and_leaves_every_document(tmp_path):
    folder, own = tmp_path / "papers", {"TMPDIR": str(tmp_path), "TRIVSEL_DATA": str(tmp_path / "nothing-runs-here")}
    done = subprocess.run(
        [sys.executable, "-m", "webapp.demo", "--out", str(folder), "--country", "dk"],
        env=dict(os.environ) | own, capture_output=True, text=True, check=False, timeout=300,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr + done.stdout
    files = sorted(folder.iterdir())
    lines = done.stdout.splitlines()
    assert {line.split()[1] for line in lines if line.endswith("kB")} == {file.name for file in files}
    for kind in set(DocumentKind) - {
        DocumentKind.ABSENCE_WARNING,
        DocumentKind.ABSENCE_REPORT,
        DocumentKind.PROTECTION_REPORT,
        DocumentKind.PAGE_CODE,
        DocumentKind.PLAN_FOR_SERVICE,
        DocumentKind.HAND_OVER,
        DocumentKind.SERVICE_REFERRAL,
        DocumentKind.SUPPORT_REPORT,
        DocumentKind.SUPPORT_INVESTIGATION,
        DocumentKind.SUPPORT_PROGRAMME,
        DocumentKind.NO_SUPPORT_PROGRAMME,
        DocumentKind.SUPPORT_REVIEW,
        DocumentKind.SUPPORT_PROGRAMME_ENDED,
        DocumentKind.ABSENCE_NOTICE,
        DocumentKind.ABSENCE_INVESTIGATION,
        DocumentKind.DEGRADING_REPORT,
        DocumentKind.DEGRADING_INVESTIGATION,
        DocumentKind.EDUCATIONAL_REQUEST,
        DocumentKind.EDUCATIONAL_ASSESSMENT,
        DocumentKind.EDUCATIONAL_DECISION,
    }:  # never a paper of a referral, or only once it is shared
        copy = re.compile(rf"-{kind.replace('_', '-')}-1(-guardian-\d)?-da\.pdf$")
        assert [file for file in files if copy.search(file.name)], kind
    for file in files:
        with pikepdf.open(file) as pdf:
            assert str(pdf.Root.Lang).startswith(file.stem[-2:])
    assert lines[-1].startswith(f"{len(files)} documents in {folder}")
    assert not list(tmp_path.glob("trivsel-demo-*"))
    assert processes_under(tmp_path) == []


@pytest.mark.parametrize(
    ("number", "words"),
    [(signal.SIGINT, "told to end.\n"), (signal.SIGTERM, "told to end.\n"), (signal.SIGKILL, "one of its own\n")],
)
def test_a_demonstration_that_is_ended_in_the_middle_leaves_no_process(tmp_path, number, words):
    own = {"TMPDIR": str(tmp_path), "TRIVSEL_DATA": str(tmp_path / "nothing-runs-here")}
    demonstration = subprocess.Popen(
        [sys.executable, "-m", "webapp.demo", "--out", str(tmp_path / "papers")],
        env=dict(os.environ) | own, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip
    until(lambda: len(processes_under(tmp_path / "trivsel-demo-")) > 1)
    demonstration.send_signal(number)
    said, _ = demonstration.communicate(timeout=30)
    assert said.endswith(words)
    assert "Traceback" not in said
    until(lambda: processes_under(tmp_path) == [])


def until(came: Callable[[], bool]) -> None:
    """Wait until it came; fails where it does not."""
    deadline = time.monotonic() + 30
    while not came():
        assert time.monotonic() < deadline, "it did not come"
        time.sleep(0.05)


def processes_under(folder: Path) -> list[str]:
    """The numbers of all processes that were told to live below this folder."""
    mark = f"TRIVSEL_DATA={folder}".encode()
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if mark in (process / "environ").read_bytes():
                found.append(process.name)
        except OSError:
            continue
    return found


def test_the_cast_is_found_on_the_sign_in_page(window):
    cast = find_cast(window)
    assert (cast.unit, cast.coordinator.name, cast.head_teacher.name) == (
        "lindskolan",
        "Karin Almkvist",
        "Henrik Rosenby",
    )
    assert (cast.administrator.name, len(cast.assessors)) == ("Anton Stengrip", 8)


def test_where_there_is_no_engine_the_receipt_is_what_does_not_come(app, settings, tmp_path, monkeypatch):
    with db.writing(settings.database) as session:
        session.execute(update(Account).values(password_hash=hash_password(DEMO_PASSWORD)))
    monkeypatch.setattr(demo_window, "LOOK_FOR", 0.5)
    world = World("http://localhost", tmp_path, transport=httpx.WSGITransport(app=app))
    with pytest.raises(Stopped, match="the receipt did not come within 0 seconds"):
        list(Journey(world).papers())
    assert world.number
    world.close()
    assert clock.shift() < timedelta(seconds=1)
    settings.shift_file.unlink(missing_ok=True)
    assert list(tmp_path.glob("*.pdf")) == []


def test_what_a_page_refuses_is_said_in_its_own_words(window):
    with pytest.raises(Stopped, match="Karin, “Sign in”: .*do not belong together"):
        sign_in(window, "wrong")


def test_a_page_that_is_not_for_somebody_is_named(window):
    sign_in(window)
    with pytest.raises(Stopped, match="Karin could not open /administration: There is nothing here for you to see"):
        window.open("/administration")


def test_a_form_takes_only_what_it_asks_for(window):
    page = window.open("/sign-in")
    with pytest.raises(Stopped, match="the page has no field child_name"):
        window.send(page.form("password"), {"child_name": "Alva"})
    with pytest.raises(Stopped, match="has no form with child_name"):
        page.form("child_name")
    window.open("/")
    window.send(window.page.form("door"), {}, press=("door", "staff"))
    with pytest.raises(Stopped, match="the field protection does not offer perhaps"):
        window.send(window.page.form("protection"), {"protection": "perhaps"})


def test_a_link_that_is_not_there_is_missed(window):
    window.open("/sign-in")
    with pytest.raises(Stopped, match="Karin finds no link /nowhere on the page “Sign in”"):
        window.follow("/nowhere")


def test_a_page_that_is_no_document_is_not_kept(window):
    with pytest.raises(Stopped, match="was given no document at /sign-in"):
        window.download("/sign-in")


def test_an_instance_that_does_not_answer_is_no_running_one(tmp_path):
    assert demo._running(tmp_path) is None
    (tmp_path / "running.json").write_text(json.dumps({"url": "http://127.0.0.1:9"}))
    assert demo._running(tmp_path) is None
    with pytest.raises(Stopped, match="the instance does not answer"):
        Window("http://127.0.0.1:9", whose="Karin").open("/")


def test_the_program_ends_with_status_1_and_one_sentence(tmp_path):
    (tmp_path / "file").write_text("")
    done = subprocess.run(
        [sys.executable, "-m", "webapp.demo", "--out", str(tmp_path / "file")],
        capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert done.returncode == 1
    assert done.stderr == f"The demonstration stopped: {tmp_path / 'file'}: File exists.\n"
