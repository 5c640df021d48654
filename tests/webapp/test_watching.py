"""What is noted of each answer: its route, its status, how long it took and the referral it was about, and nothing of who asked."""

import json
import logging

import pytest
from prometheus_client.parser import text_string_to_metric_families

from referrals.operations import logs
from referrals.stages import PLAN_ACTIVE
from tests.webapp import test_intake
from tests.webapp.desk import Desk
from webapp import create_app

TOKEN = {"Authorization": "Bearer watch"}


@pytest.fixture
def lines(caplog):
    """What the log says until now, read as whoever watches it does."""
    caplog.set_level(logging.INFO)
    caplog.handler.setFormatter(logs.lines("web"))
    return lambda: [json.loads(line) for line in caplog.text.splitlines()]


def figures(client):
    families = {
        one.name: one.samples for one in text_string_to_metric_families(client.get("/metrics", headers=TOKEN).text)
    }
    return {
        (one.labels["route"], one.labels["method"], one.labels["status"]): one.value
        for one in families.get("trivsel_request_seconds", ())
        if one.name.endswith("_count")
    }


def test_a_page_and_a_refusal_are_noted_with_the_number_only_of_a_referral_that_somebody_may_see(
    signed_in, settings, lines
):
    number = Desk(settings).lay(PLAN_ACTIVE, "active")
    signed_in("karin").get(f"/referrals/{number}")
    signed_in("otto").get(f"/referrals/{number}", status=404)
    signed_in("karin").get("/referrals/Maja-Mila", status=404)
    seen, *refused = lines()
    assert (seen["route"], seen["method"], seen["status"], seen["number"]) == ("casework.referral", "GET", 200, number)
    assert (seen["part"], seen["said"], seen["ms"] >= 0) == ("web", "answered", True)
    assert [one["status"] for one in refused] == [404, 404]
    assert "number" not in str(refused)
    assert "Maja" not in str(refused)


def test_a_whole_concern_leaves_nothing_of_itself_in_the_log(app, browser, signed_in, lines):
    app.testing = False
    page = test_intake.send_staff(browser)
    number = test_intake.shown_code(page, "reference-number")
    browser.client.post("/start", data="Malou%FFProvsson", headers={"Referer": "/Malou", "User-Agent": "Malou"})
    signed_in("karin").get(f"/referrals/{number}")
    told = str(lines())
    assert "intake.send" in told
    assert number in told
    for typed in (
        "Malou",
        "Provsson",
        "Lena",
        "Mentorsson",
        "0000-11 22 33",
        "4B",
        "tyst",
        "Karin",
        "karin",
        "127.0.0.1",
        test_intake.shown_code(page),
    ):
        assert typed not in told


def test_protection_reports_machines_and_files_are_in_neither_log_nor_figures(settings, app, signed_in, lines):
    signed_in("kim").get("/protection/new")
    watched = create_app(settings.model_copy(update={"metrics_token": "watch"})).test_client()
    for path in (
        "/healthz",
        "/protection",
        "/protection/00000000-0000-0000-0000-000000000001",
        "/guardian/reports/00000000-0000-0000-0000-000000000001",
    ):
        watched.get(path)
    assert lines() == []
    assert figures(watched) == {}


def test_the_figures_count_answers_by_route_method_and_kind_of_status(settings, app):
    watched = create_app(settings.model_copy(update={"metrics_token": "watch"})).test_client()
    watched.get("/sign-in")
    watched.get("/sign-in")
    watched.get("/nothing-here")
    watched.open("/sign-in", method="PROPFIND")
    assert figures(watched) == {
        ("accounts.sign_in", "GET", "2xx"): 2.0,
        ("none", "GET", "4xx"): 1.0,
        ("none", "other", "4xx"): 1.0,
    }


def test_a_fault_of_ours_is_noted_under_its_route_with_its_class_and_place(app, browser, lines, monkeypatch):
    app.testing = False

    def broken():
        raise ZeroDivisionError("Zebulina")

    broken.guards = app.view_functions["accounts.sign_in"].guards
    monkeypatch.setitem(app.view_functions, "accounts.sign_in", broken)
    browser.get("/sign-in", status=500)
    fault, answer = lines()
    assert "ZeroDivisionError at accounts.sign_in, " in fault["said"]
    assert (fault["route"], answer["status"]) == ("accounts.sign_in", 500)
    assert "Zebulina" not in str(fault)
