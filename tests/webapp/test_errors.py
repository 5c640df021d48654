"""What people see when something cannot be done."""

import logging
import re

import pytest

from referrals import errors as core
from webapp import error_answers


@pytest.fixture
def put_together(with_gallery):
    return with_gallery


@pytest.mark.parametrize("status", [400, 404, 413, 429, 500, 503])
def test_every_status_has_a_page_in_plain_words(browser, status):
    page = browser.get(f"/gallery/error/{status}", status=status)
    assert page.response.headers["Cache-Control"] == "no-store"
    assert str(status) not in page.heading


@pytest.mark.parametrize("status", [401, 403])
def test_forbidden_looks_like_not_found(browser, status):
    assert browser.get(f"/gallery/error/{status}", status=404).text == browser.get("/nothing-here", status=404).text


def test_a_wrong_method_says_which_are_possible(browser, app):
    response = browser.client.get("/sign-out")
    assert response.status_code == 405
    assert set(response.headers["Allow"].split(", ")) == {"OPTIONS", "POST"}


def test_our_own_fault_gives_a_number_and_the_log_has_the_number_and_no_personal_data(browser, app, caplog):
    app.testing = False
    with caplog.at_level(logging.ERROR):
        page = browser.get("/gallery/broken", status=500)
    number = re.search(r"Number to tell us: ([0-9a-f]{8})", page.text)[1]
    assert f"incident {number}: ZeroDivisionError" in caplog.text
    assert "Mila" not in caplog.text
    assert "Mila" not in page.response.text


def test_a_busy_database_is_said_to_be_busy(browser):
    assert browser.get("/gallery/busy", status=503).heading == "Just now it does not work"


def test_a_body_too_large_gets_a_page(browser):
    browser.get("/gallery/everything")
    page = browser.submit({"seen": "x" * 4_100_000}, status=413)
    assert page.heading == "That was too much at once"


def test_a_hundred_thousand_characters_reach_the_form_and_get_an_error_there(browser):
    browser.get("/gallery/everything")
    page = browser.submit({"name": "Mila", "seen": "å" * 100_000, "protection": "no"}, status=422)
    assert page.problems == ["What have you seen or heard? Too long."]
    assert page.fields(page.form())["seen"] == "å" * 100_000


@pytest.mark.parametrize("body", [b"name=%FF%FE", b"name=\xff\xfe"])
def test_a_damaged_text_gets_a_page(browser, body):
    response = browser.client.post(
        "/gallery/everything", data=body, headers={"Content-Type": "application/x-www-form-urlencoded"}
    )
    assert response.status_code == 400
    assert "We could not read that" in response.text


def test_a_script_in_a_text_is_shown_as_text(browser):
    browser.get("/gallery/everything")
    page = browser.submit({"seen": "<script>alert(1)</script></textarea><b>"}, status=422)
    assert page.fields(page.form())["seen"] == "<script>alert(1)</script></textarea><b>"
    assert all(script.get("src") for script in page.all("script"))


def test_errors_stand_in_the_summary_and_at_their_fields_and_nothing_typed_is_lost(browser):
    browser.get("/gallery/everything")
    page = browser.submit({"seen": "Absent", "topics": ["peers"]}, status=422)
    assert page.problems == ["The child's name: Fill this in.", "Is the child in danger? Choose one of the answers."]
    assert page.title.startswith("Error: What have you seen?")
    assert page.all("input", id="f-name")[0].get("aria-invalid") == "true"
    assert page.fields(page.form())["seen"] == "Absent"
    assert page.fields(page.form()).getlist("topics") == ["peers"]


def test_what_was_done_is_said_once_on_the_next_page(browser):
    browser.get("/gallery/everything")
    assert "It was saved." in browser.submit({"name": "Mila", "seen": "Absent", "protection": "no"}).text
    assert "It was saved." not in browser.get("/gallery/everything").text


def test_every_refusal_of_the_core_has_words_of_its_own(app):
    kinds = [kind for kind in vars(core).values() if isinstance(kind, type) and issubclass(kind, core.ReferralError)]
    never_shown = {core.SealBroken, core.SetupFileInvalid, core.LeaseLost, core.AuditBroken, core.KeysStillUsed}
    never_shown |= {core.StartRefused, core.BackupRefused}  # the command line says it, and nothing starts
    # the pages of signing in say these at the field or beside the button
    never_shown |= {core.WrongFactor, core.NotKnownHere, core.AssuranceTooLow}
    # so do a form with files, one that shares a paper, and the pages of a team's seats and dates, of rounds and of development work
    never_shown |= {core.MeetingMoved}  # said on the page on which somebody answers a call
    never_shown |= {core.DevelopmentRefused}
    never_shown |= {
        core.FileRefused,
        core.NotLookedAt,
        core.SeatRefused,
        core.AgendaRefused,
        core.RoundRefused,
        core.ExportRefused,
    }
    assert [kind.__name__ for kind in kinds if kind not in never_shown and kind not in error_answers.OF_CORE] == []


def test_nothing_may_come_from_another_host_or_stand_inline(browser):
    headers = browser.get("/sign-in").response.headers
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert headers["Content-Security-Policy"].startswith("default-src 'none'; script-src 'self'; style-src 'self'")
    assert headers["Cache-Control"] == "no-store"
    assert headers["X-Content-Type-Options"] == "nosniff"
    for refused in ("form-action 'self'", "base-uri 'none'", "frame-ancestors 'none'"):
        assert refused in headers["Content-Security-Policy"]


def test_no_other_site_learns_where_somebody_was_or_shows_our_pages_in_its_own(browser):
    headers = browser.get("/sign-in").response.headers
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Cross-Origin-Opener-Policy"] == headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert headers["X-Robots-Tag"] == "noindex"
    assert all(f"{sense}=()" in headers["Permissions-Policy"] for sense in ("camera", "geolocation", "microphone"))


def test_the_cookie_is_out_of_reach_for_scripts_and_other_sites(browser):
    cookie = browser.get("/sign-in").response.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
