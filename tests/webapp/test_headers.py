"""Every answer carries the headers, however it ends; a browser keeps our own files and nothing else.

That every page does, whoever asks, is seen by the walk behind every door in `test_protected_identity`, which asks `lacking`.
"""

import re
import uuid

import pytest

from referrals.stages import IN_TRIAGE
from tests.webapp.browsing import Browser
from tests.webapp.conftest import lent
from tests.webapp.desk import Desk
from tests.webapp.test_guardian_own_page import at_home, code, number, path  # noqa: F401 - fixtures

#: what each answer says, whatever else it is
FIXED = {
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "X-Robots-Tag": "noindex",
}

#: doors whose own page, shown again, sends on: signed in already, no draft was begun, nothing is protected
SENT_ON = {
    "accounts.do_sign_in", "accounts.take_code", "intake.answer_page", "intake.delete_draft", "intake.send",
    "casework.lift_protection",
}  # fmt: skip


def lacking(answer, *, keeps=False):
    """What is wrong with the headers and cookies of an answer; `keeps` for our own files, which a browser may keep."""
    headers = answer.headers
    wrong = {name for name, value in FIXED.items() if headers.get(name) != value}
    policy = headers.get("Content-Security-Policy", "")
    is_for_a_file = policy == "sandbox; default-src 'none'" and headers["Content-Disposition"].startswith("attachment")
    asked = ("default-src 'none'", "base-uri 'none'", "form-action 'self'", "frame-ancestors 'none'")
    if "unsafe" in policy or "*" in policy or not (is_for_a_file or all(part in policy for part in asked)):
        wrong.add("Content-Security-Policy")
    if headers.get("Referrer-Policy") not in {"same-origin", "no-referrer"}:
        wrong.add("Referrer-Policy")
    if "camera=()" not in headers.get("Permissions-Policy", ""):
        wrong.add("Permissions-Policy")
    if ("no-store" in headers.get("Cache-Control", "")) is keeps:
        wrong.add("Cache-Control")
    for cookie in headers.getlist("Set-Cookie"):
        if not all(word in cookie for word in ("HttpOnly", "SameSite=Lax", "Path=/")) or "Domain" in cookie:
            wrong.add("Set-Cookie")
    return wrong


@pytest.fixture
def posts(app, settings):
    """Every door at which something can be sent, with the one referral that is there."""
    words = {"number": Desk(settings).lay(IN_TRIAGE), "slug": "lindskolan", "code": "sv"}
    found = {}
    for rule in app.url_map.iter_rules():
        if "POST" in rule.methods:
            found[rule.endpoint] = rule.rule
            for name in rule.arguments:
                found[rule.endpoint] = re.sub(
                    rf"<[^>]*?{name}>", words.get(name, str(uuid.uuid4())), found[rule.endpoint]
                )
    return found


@pytest.mark.parametrize("person", [None, "karin"])
def test_no_form_is_taken_without_its_own_token_and_the_refusal_carries_them(app, signed_in, posts, person):
    client = signed_in(person).client if person else app.test_client()
    assert len(posts) > 100
    for endpoint, address in posts.items():
        answer = client.post(address, data={"text": "x"})
        sent_on = answer.status_code == 303 and endpoint in SENT_ON
        assert sent_on or answer.status_code in {400, 403}, endpoint
        assert lacking(answer) == set(), endpoint


def test_a_form_that_waited_until_its_link_was_spent_gets_a_page_and_no_fault(browser):
    answer = browser.client.post("/new-password", data={"new_password": "x"})
    assert (answer.status_code, "The page had been open for too long" in answer.text) == (400, True)


def test_a_wrong_way_a_body_too_large_a_page_that_is_not_there_and_our_own_fault_carry_them(with_gallery, settled):
    with lent(with_gallery, settled) as app:
        app.testing = False
        browser = Browser(app.test_client())
        for status, send in {
            404: lambda: browser.client.get("/nothing-here"),
            405: lambda: browser.client.get("/sign-out"),
            413: lambda: browser.client.post("/sign-in", data={"email": "x" * 4_100_000}),
            500: lambda: browser.client.get("/gallery/broken"),
            303: lambda: browser.client.get("/home"),
            200: lambda: browser.client.open("/sign-in", method="HEAD"),
        }.items():
            answer = send()
            assert answer.status_code == status
            assert lacking(answer) == set(), status


def test_our_own_files_carry_them_and_are_kept(app, browser):
    link = next(
        link.get("href") for link in browser.get("/sign-in").all("link") if link.get("href", "").endswith(".css")
    )
    with browser.client.get(link) as answer:
        assert lacking(answer, keeps=True) == set()
    assert lacking(browser.client.get("/assets/x/nothing.css")) == set()


def test_a_guardian_gets_them_on_their_own_pages(at_home):  # noqa: F811
    browser = at_home()
    answers = [browser.client.get(address) for address in ("/guardian/", "/guardian/code", "/home", "/referrals")]
    assert [lacking(answer) for answer in answers] == [set()] * len(answers)
    assert answers[0].status_code == 200
