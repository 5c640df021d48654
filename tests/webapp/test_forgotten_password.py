"""A forgotten password: a link by mail that serves once, and an answer that tells nobody who has an account."""

import email
import re
from email import policy

import pytest
from sqlalchemy import select, update

from referrals import db
from referrals.clock import machine_now
from referrals.models import Account, ResetLink
from tests.webapp.browsing import Browser
from tests.webapp.conftest import PASSWORD
from webapp.accounts import post

KARIN = "karin.almkvist@trivsel.invalid"
GOOD = "fyra stolar under vatten"


@pytest.fixture(autouse=True)
def mailbox(data_folder):
    """Gives the mail that has arrived."""
    folder = data_folder / "mail"
    for old in folder.glob("*"):
        old.unlink()

    def read():
        post.wait_until_sent()
        return [email.message_from_bytes(path.read_bytes(), policy=policy.default) for path in folder.glob("*.eml")]

    yield read
    post.wait_until_sent()


def ask(browser, address=KARIN, status=200):
    browser.get("/forgotten-password")
    return browser.submit({"email": address}, status=status)


def link_in(mail):
    return re.search(r"/new-password/\S+", mail.get_body(("plain",)).get_content()).group()


def test_the_link_in_the_mail_leads_to_a_new_password(app, browser, mailbox):
    signed_in_elsewhere = Browser(app.test_client())
    signed_in_elsewhere.get("/sign-in")
    signed_in_elsewhere.submit({"email": KARIN, "password": PASSWORD})
    ask(browser)
    (mail,) = mailbox()
    assert mail["To"] == KARIN
    page = browser.get(link_in(mail))
    assert page.path == "/new-password"
    assert browser.submit({"_new": "kort", "_again": "kort"}, status=422).problems
    page = browser.submit({"_new": GOOD, "_again": GOOD})
    assert page.heading == "Sign in"
    assert "Your new password counts" in page.text
    assert signed_in_elsewhere.get("/account").heading == "Sign in"
    assert browser.submit({"email": KARIN, "password": GOOD}).heading != "Sign in"
    assert len(mailbox()) == 2


def test_the_answer_is_the_same_whether_the_address_is_known_or_not(browser, mailbox):
    known = ask(browser).text.replace(KARIN, "")
    unknown = ask(browser, "nobody@trivsel.invalid").text.replace("nobody@trivsel.invalid", "")
    assert known == unknown
    assert len(mailbox()) == 1


def test_the_page_is_answered_before_anybody_has_looked_for_the_account(browser, monkeypatch):
    looked = []
    monkeypatch.setattr(post, "_hand_over", looked.append)
    ask(browser)
    ask(browser, "nobody@trivsel.invalid")
    assert len(looked) == 2


def test_a_link_serves_once(app, browser, mailbox):
    ask(browser)
    link = link_in(mailbox()[0])
    browser.get(link)
    browser.submit({"_new": GOOD, "_again": GOOD})
    thief = Browser(app.test_client())
    assert thief.get(link, status=410).heading == "This link is no longer good"


def test_a_link_that_ran_out_while_the_page_was_open_changes_nothing(browser, mailbox, settings):
    ask(browser)
    browser.get(link_in(mailbox()[0]))
    with db.writing(settings.database) as session:
        session.execute(update(ResetLink).values(expires_at=machine_now()))
        before = session.scalars(select(Account.password_hash).where(Account.email == KARIN)).one()
    browser.submit({"_new": GOOD, "_again": GOOD}, status=410)
    with db.reading(settings.database) as session:
        assert session.scalars(select(Account.password_hash).where(Account.email == KARIN)).one() == before


def test_looking_at_a_link_spends_nothing_since_mail_programs_do_that_too(app, browser, mailbox):
    ask(browser)
    link = link_in(mailbox()[0])
    Browser(app.test_client()).get(link)
    assert browser.get(link).heading == "Choose a new password"


def test_the_token_stands_in_no_address_once_it_was_taken(browser, mailbox):
    ask(browser)
    link = link_in(mailbox()[0])
    answer = browser.client.get(link)
    assert answer.status_code == 303
    assert link.rsplit("/", 1)[1] not in answer.location


def test_without_a_link_there_is_no_page(browser):
    browser.get("/new-password", status=410)


def test_an_account_that_is_switched_off_gets_no_link(browser, mailbox, settings):
    with db.writing(settings.database) as session:
        session.execute(update(Account).values(is_active=False))
    ask(browser)
    assert mailbox() == []


def test_an_address_that_is_none_is_said_to_be_so(browser):
    assert ask(browser, "karin", status=422).problems


def test_one_browser_asks_only_so_often(browser, mailbox):
    for _ in range(5):
        ask(browser)
    page = ask(browser, status=429)
    assert page.fields(page.form())["email"] == KARIN


def test_nobody_fills_somebodys_mailbox_and_the_links_that_came_stay_good(app, mailbox):
    for _ in range(12):
        ask(Browser(app.test_client()))
    mails = mailbox()
    assert len(mails) == 10
    for mail in mails:
        assert Browser(app.test_client()).get(link_in(mail)).heading == "Choose a new password"


def test_a_post_office_that_is_away_is_logged_without_the_address(browser, monkeypatch, caplog):
    def away(_letter):
        raise OSError("no post office")

    monkeypatch.setattr("referrals.mailer.send", away)
    assert ask(browser).heading == "Look into your mail"
    post.wait_until_sent()
    assert "was not sent: OSError" in caplog.text
    assert KARIN not in caplog.text
