"""Guessing is slowed down, and nobody can use that to keep somebody else out; never by the network address alone."""

import pytest
from sqlalchemy import select

from referrals import db
from referrals.models import Draft, KnownDevice
from referrals.people import sign_in
from tests.webapp.browsing import Browser
from tests.webapp.conftest import PASSWORD
from webapp.accounts import paces

KARIN = "karin.almkvist@trivsel.invalid"
HENRIK = "henrik.rosenby@trivsel.invalid"


def type_in(browser, email, password, status):
    browser.get("/sign-in")
    return browser.submit({"email": email, "password": password}, status=status)


def guess(browser, email, times=sign_in.STRANGERS.most):
    for _ in range(times):
        type_in(browser, email, "wrong", 422)


@pytest.fixture
def attacker(app):
    return Browser(app.test_client())


def test_after_ten_wrong_passwords_one_has_to_wait_and_the_page_keeps_what_was_typed(attacker):
    guess(attacker, KARIN)
    page = type_in(attacker, KARIN, PASSWORD, 429)
    assert page.heading == "Sign in"
    assert "Too many tries" in page.text
    assert page.fields(page.form())["email"] == KARIN
    assert PASSWORD not in page.response.text
    assert 0 < int(page.response.headers["Retry-After"]) <= 900


def test_throwing_the_cookies_away_does_not_help_who_guesses(app, attacker):
    guess(attacker, KARIN)
    type_in(Browser(app.test_client()), KARIN, "wrong", 429)


def test_who_has_signed_in_here_before_gets_in_while_somebody_else_guesses(app, attacker):
    hers = Browser(app.test_client())
    assert type_in(hers, KARIN, PASSWORD, 200).heading != "Sign in"
    hers.send(form=hers.page.all("form", action="/sign-out")[0])
    guess(attacker, KARIN)
    type_in(attacker, KARIN, PASSWORD, 429)
    assert type_in(hers, KARIN, PASSWORD, 200).heading != "Sign in"


def test_guessing_at_one_account_holds_up_nobody_else_at_the_same_address_of_the_network(app, attacker):
    guess(attacker, KARIN)
    assert type_in(Browser(app.test_client()), HENRIK, PASSWORD, 200).heading != "Sign in"


def test_a_known_device_may_not_guess_for_ever_either(app):
    hers = Browser(app.test_client())
    type_in(hers, KARIN, PASSWORD, 200)
    hers.send(form=hers.page.all("form", action="/sign-out")[0])
    guess(hers, KARIN)
    type_in(hers, KARIN, PASSWORD, 429)


def test_an_unknown_address_is_slowed_down_like_a_known_one(attacker):
    guess(attacker, "nobody@trivsel.invalid")
    type_in(attacker, "nobody@trivsel.invalid", "wrong", 429)


def test_the_device_cookie_is_for_the_server_only_and_kept_as_a_digest(app, settings):
    client = app.test_client()
    type_in(Browser(client), KARIN, PASSWORD, 200)
    cookie = client.get_cookie(f"trivsel-device-{settings.port}")
    assert cookie.http_only
    assert cookie.same_site == "Lax"
    with db.reading(settings.database) as session:
        assert cookie.value not in session.scalars(select(KnownDevice.token_digest)).all()


def test_a_browser_that_begins_concern_after_concern_waits_and_keeps_its_page(app, settings, monkeypatch):
    monkeypatch.setattr(paces, "BEGINNINGS", paces.Limit("few", most=2, within=paces.BEGINNINGS.within))
    busy, other = Browser(app.test_client()), Browser(app.test_client())
    for browser, status in ((busy, 200), (busy, 200), (busy, 429), (other, 200)):
        browser.get("/u/lindskolan")
        form = next(form for form in browser.page.all("form") if form.get("action") == "/start")
        page = browser.submit(form=form, button=("door", "staff"), status=status)
        if status == 429:
            assert "Too many tries" in page.text
            assert [form for form in page.all("form") if form.get("action") == "/start"]
    with db.reading(settings.database) as session:
        assert len(session.scalars(select(Draft.id)).all()) == 3


def test_all_browsers_together_have_a_limit_against_programs(app, monkeypatch):
    monkeypatch.setattr(paces, "ALL_BEGINNINGS", paces.Limit("very few", most=1, within=paces.BEGINNINGS.within))
    for status in (200, 429):
        browser = Browser(app.test_client())
        browser.get("/")
        form = next(form for form in browser.page.all("form") if form.get("action") == "/start")
        browser.submit(form=form, button=("door", "staff"), status=status)
