"""Signing in and out, sessions that run out, and the choice of language."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from referrals import db
from referrals.clock import machine_now
from referrals.models import Account, WebSession
from tests.webapp.conftest import PASSWORD
from webapp.accounts import sessions
from webapp.accounts.passwords import DEMO_PASSWORD, password_matches

KARIN = {"email": "karin.almkvist@trivsel.invalid", "password": PASSWORD}


def the_session(settings):
    with db.reading(settings.database) as session:
        return session.scalars(select(WebSession)).one_or_none()


def test_staff_sign_in_with_e_mail_and_password(browser, settings):
    browser.get("/sign-in")
    browser.send(KARIN)
    assert the_session(settings) is not None


def test_the_database_keeps_only_a_digest_of_the_token(browser, settings):
    browser.get("/sign-in")
    browser.send(KARIN)
    with browser.client.session_transaction() as cookie:
        token = cookie[sessions.TOKEN]
    assert token not in the_session(settings).token_digest


def test_a_wrong_password_says_so_at_the_field_and_keeps_the_address(browser, settings):
    browser.get("/sign-in")
    page = browser.submit({**KARIN, "password": "wrong"}, status=422)
    assert page.problems == [
        "E-mail address: This address and this password do not belong together. Check both and try again."
    ]
    assert page.fields(page.form())["email"] == KARIN["email"]
    assert the_session(settings) is None


def test_an_unknown_address_gets_the_same_answer_as_a_wrong_password(browser):
    browser.get("/sign-in")
    unknown = browser.submit({"email": "nobody@trivsel.invalid", "password": PASSWORD}, status=422)
    assert unknown.problems == [
        "E-mail address: This address and this password do not belong together. Check both and try again."
    ]


def test_an_account_that_is_switched_off_cannot_sign_in(browser, settings):
    with db.writing(settings.database) as session:
        session.execute(update(Account).values(is_active=False))
    browser.get("/sign-in")
    browser.submit(KARIN, status=422)


def test_signing_in_gives_a_new_cookie_and_signing_out_ends_the_session(signed_in, settings):
    browser = signed_in("karin")
    browser.get("/nothing-here", status=404)
    before = the_session(settings).token_digest
    with browser.client.session_transaction() as cookie:
        csrf = cookie["csrf_token"]
    browser.send(form=browser.page.all("form", action="/sign-out")[0])
    assert the_session(settings) is None
    with browser.client.session_transaction() as cookie:
        assert sessions.TOKEN not in cookie
        assert cookie.get("csrf_token") != csrf
    assert before


@pytest.mark.parametrize("path", ["https://evil.example/", "//evil.example/", "/\\evil.example", "/nothing-here"])
def test_signing_in_leads_only_to_pages_of_ours(browser, path):
    browser.get("/sign-in", query_string={"next": path})
    response = browser.send(KARIN)
    assert response.status_code == 303
    assert "evil" not in response.location
    assert "nothing" not in response.location


@pytest.mark.parametrize(
    ("column", "limit"), [("last_seen_at", sessions.IDLE_LIMIT), ("created_at", sessions.ABSOLUTE_LIMIT)]
)
def test_a_session_runs_out(signed_in, settings, column, limit):
    browser = signed_in("karin")
    with db.writing(settings.database) as session:
        session.execute(update(WebSession).values({column: machine_now() - limit - timedelta(seconds=1)}))
    assert browser.get("/sign-in").heading == "Sign in"


def test_a_click_keeps_the_session_alive(signed_in, settings):
    browser = signed_in("karin")
    earlier = machine_now() - timedelta(minutes=30)
    with db.writing(settings.database) as session:
        session.execute(update(WebSession).values(last_seen_at=earlier))
    browser.get("/nothing-here", status=404)
    assert the_session(settings).last_seen_at > earlier + timedelta(minutes=29)


def test_the_demonstration_shows_its_cast_with_their_password(browser):
    page = browser.get("/sign-in")
    assert "Karin Almkvist" in page.text
    assert DEMO_PASSWORD in page.text


def test_nobodys_password_takes_part_in_a_sign_in_but_never_fits():
    assert not password_matches(None, "")


def test_the_language_switch_keeps_what_was_typed(browser):
    browser.get("/sign-in")
    page = browser.submit({"email": "half.an@address"}, button=("_language", "sv"))
    assert page.tree.get("lang") == "sv"
    assert page.fields(page.form())["email"] == "half.an@address"
    assert page.problems == []
    assert browser.get("/sign-in").tree.get("lang") == "sv"


def test_the_language_can_be_switched_on_a_page_without_a_form(browser):
    browser.get("/nothing-here", status=404)
    form = browser.page.all("form", action="/language")[0]
    browser.submit(form=form, button=("language", "da"))
    assert browser.get("/sign-in").tree.get("lang") == "da"


def test_an_unknown_language_changes_nothing(browser):
    browser.get("/sign-in")
    assert browser.submit(button=("_language", "xx")).tree.get("lang") == "en"


def test_the_browser_is_greeted_in_its_own_language(browser):
    page = browser.get("/sign-in", headers={"Accept-Language": "da-DK,da;q=0.9,en;q=0.5"})
    assert page.tree.get("lang") == "da"


def test_an_open_board_alone_keeps_nobody_signed_in(app, signed_in, settings):
    karin = signed_in("karin")
    karin.get("/home")
    with db.writing(settings.database) as session:
        row = session.scalars(select(WebSession)).one()
        row.last_seen_at -= timedelta(minutes=30)
        before = row.last_seen_at
    karin.client.get("/board", headers={"HX-Request": "true"})
    with db.reading(settings.database) as session:
        assert session.scalars(select(WebSession.last_seen_at)).one() == before
    karin.get("/board")
    with db.reading(settings.database) as session:
        assert session.scalars(select(WebSession.last_seen_at)).one() > before
