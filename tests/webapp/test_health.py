"""What the machines that watch an installation are told."""

import uuid
from datetime import timedelta

from sqlalchemy import text

from referrals import db
from referrals.clock import machine_now
from referrals.models import Heartbeat
from webapp import health


def test_the_web_says_that_it_is_alive_whatever_the_other_parts_do(app):
    assert app.test_client().get("/healthz").json == {"status": "ok"}


def test_ready_names_the_parts_that_are_not_up(app):
    answer = app.test_client().get("/readyz")
    assert answer.status_code == 503
    assert answer.json == {
        "status": "starting",
        "parts": {"database": False, "disk": True, "prefect": False, "worker": False},
    }


def test_ready_when_database_prefect_and_worker_are(app, settings, monkeypatch):
    with db.writing(settings.database) as session:
        session.execute(text("CREATE TABLE alembic_version (version_num VARCHAR(32))"))
        session.execute(text("INSERT INTO alembic_version VALUES (:newest)"), {"newest": health.newest_migration()})
        session.add(Heartbeat(part="worker", holder=uuid.uuid4().hex, seen_at=machine_now() - timedelta(seconds=5)))
    monkeypatch.setattr(health, "prefect_answers", lambda _settings: True)
    answer = app.test_client().get("/readyz")
    assert (answer.status_code, answer.json["status"]) == (200, "ok")


def test_on_a_database_of_an_older_version_it_is_not_ready(app, settings):
    with db.writing(settings.database) as session:
        session.execute(text("CREATE TABLE alembic_version (version_num VARCHAR(32))"))
        session.execute(text("INSERT INTO alembic_version VALUES ('0001')"))
    answer = app.test_client().get("/readyz")
    assert (answer.status_code, answer.json["parts"]["database"]) == (503, False)


def test_a_worker_that_has_been_silent_for_long_is_gone(app, settings):
    with db.writing(settings.database) as session:
        session.add(Heartbeat(part="worker", holder=uuid.uuid4().hex, seen_at=machine_now() - timedelta(minutes=5)))
    assert app.test_client().get("/readyz").json["parts"]["worker"] is False


def test_a_database_that_does_not_answer_is_no_part_that_is_up(settings):
    away = settings.model_copy(update={"database_url": "sqlite:////nowhere/at/all.sqlite"})
    assert not health.database_answers(away)
    assert not health.worker_lives(away)


def test_without_room_on_the_disk_it_is_not_ready(app, monkeypatch):
    monkeypatch.setattr(health, "LEAST_FREE", 10**18)
    assert app.test_client().get("/readyz").json["parts"]["disk"] is False


def test_a_file_is_kept_by_browsers_until_it_changes(app):
    client = app.test_client()
    address = next(part for part in client.get("/sign-in").text.split('"') if part.endswith("trivsel.css"))
    with client.get(address) as newest, client.get("/assets/old/trivsel.css") as older:
        assert "immutable" in newest.headers["Cache-Control"]
        assert older.headers["Cache-Control"] == "no-cache"


def test_only_what_pages_load_is_served(app):
    assert app.test_client().get("/assets/any/packages.py").status_code == 404
    assert app.test_client().get("/assets/any/package.json").status_code == 404
    assert app.test_client().get("/assets/any/../forms.py").status_code == 404
