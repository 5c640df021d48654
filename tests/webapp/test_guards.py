"""Who gets past which door, and what becomes of what they typed when they do not."""

from datetime import timedelta

import pytest
from sqlalchemy import delete, select, update

from referrals import db
from referrals.clock import machine_now
from referrals.models import Account, KeptForm, Municipality, Referral, Unit, WebSession
from tests.factories import a_referral
from tests.people import Cast
from tests.webapp.conftest import PASSWORD
from webapp.accounts import sessions


@pytest.fixture
def put_together(with_gallery):
    return with_gallery


@pytest.fixture
def number(app, settings):
    """The reference number of a referral at the cast's school."""
    with db.writing(settings.database) as session:
        school = session.scalars(select(Unit).where(Unit.slug == "lindskolan")).one()
        nobody = dict.fromkeys(Cast.__dataclass_fields__)
        place = {"school": school, "municipality": session.scalars(select(Municipality)).one()}
        return a_referral(session, Cast(**nobody | place)).number


def stored_group(settings):
    with db.reading(settings.database) as session:
        return session.scalars(select(Referral)).one().child_group


def let_sessions_run_out(settings):
    with db.writing(settings.database) as session:
        session.execute(
            update(WebSession).values(last_seen_at=machine_now() - sessions.IDLE_LIMIT - timedelta(seconds=1))
        )


def sign_in(browser, first_name, next_page):
    names = {"karin": "karin.almkvist", "sanna": "sanna.brolund"}
    browser.get("/sign-in", query_string={"next": next_page})
    return browser.submit({"email": f"{names[first_name]}@trivsel.invalid", "password": PASSWORD})


def test_a_page_for_staff_asks_to_sign_in_first_and_then_opens(browser, number):
    page = browser.get(f"/gallery/referrals/{number}/note")
    assert page.heading == "Sign in"
    page = browser.submit({"email": "karin.almkvist@trivsel.invalid", "password": PASSWORD})
    assert page.heading == f"Note on {number}"


def test_the_coordinator_of_the_school_may_look_and_decide(signed_in, number):
    browser = signed_in("karin")
    assert browser.get(f"/gallery/referrals/{number}").heading == f"Referral {number}"
    assert browser.get(f"/gallery/referrals/{number.lower()}/note").heading == f"Note on {number}"


def test_unknown_and_forbidden_look_exactly_alike(signed_in, number):
    browser = signed_in("otto")
    forbidden = browser.get(f"/gallery/referrals/{number}", status=404)
    unknown = browser.get("/gallery/referrals/HTL-0000-0000", status=404)
    nowhere = browser.get("/nothing-here", status=404)
    assert forbidden.text == unknown.text == nowhere.text
    assert forbidden.heading == "There is nothing here for you to see"


def test_who_may_look_but_not_decide_gets_the_same_404(signed_in, number):
    browser = signed_in("henrik")
    browser.get(f"/gallery/referrals/{number}")
    browser.get(f"/gallery/referrals/{number}/note", status=404)


def test_a_page_for_one_role_is_not_there_for_another(signed_in):
    assert signed_in("anton").get("/gallery/for-administrators").heading == "Administration"
    signed_in("karin").get("/gallery/for-administrators", status=404)


@pytest.mark.parametrize("path", ["/gallery/unguarded", "/gallery/twice"])
def test_a_route_with_no_guard_or_two_answers_nobody(signed_in, path):
    assert "nobody should read this" not in signed_in("anton").get(path, status=404).text


def test_a_post_is_kept_when_all_goes_well(signed_in, settings, number):
    browser = signed_in("karin")
    browser.get(f"/gallery/referrals/{number}/note")
    browser.submit({"text": "5A"})
    assert stored_group(settings) == "5A"


@pytest.mark.parametrize(
    ("typed", "status", "words"),
    [
        ("first", 409, "Sanna Brolund was first"),
        ("same author", 409, "Somebody else must approve this"),
        ("busy", 503, "Just now it does not work"),
        ("refused", 409, "This cannot be done now"),
    ],
)
def test_a_refusal_shows_the_form_again_with_what_was_typed_and_saves_nothing(
    signed_in, settings, number, typed, status, words
):
    browser = signed_in("karin")
    browser.get(f"/gallery/referrals/{number}/note")
    page = browser.submit({"text": typed}, status=status)
    assert words in page.text
    assert page.fields(page.form())["text"] == typed
    assert stored_group(settings) == "4B"


def test_a_form_that_was_sent_elsewhere_comes_back_on_its_page_and_its_text_is_not_lost(signed_in, number):
    browser = signed_in("karin")
    browser.get(f"/gallery/referrals/{number}")
    page = browser.submit(form="elsewhere", button=("text", "A long text somebody typed"), status=409)
    assert page.heading == f"Referral {number}"
    assert "Parts are still missing" in page.text
    assert (
        "What you typed Nothing of it has been saved. Copy what you still need. A long text somebody typed" in page.text
    )


def test_the_session_runs_out_while_somebody_writes_and_the_text_waits_for_them(signed_in, settings, number):
    browser = signed_in("karin")
    browser.get(f"/gallery/referrals/{number}/note")
    let_sessions_run_out(settings)
    page = browser.submit({"text": "Mila was absent again"})
    assert page.heading == "Sign in"
    assert "You were signed out meanwhile. Sign in, and what you typed stands there again." in page.text
    with db.reading(settings.database) as session:
        assert b"Mila" not in session.scalars(select(KeptForm)).one().fields
    page = browser.submit({"email": "karin.almkvist@trivsel.invalid", "password": PASSWORD})
    assert page.heading == f"Note on {number}"
    assert page.fields(page.form())["text"] == "Mila was absent again"
    assert "You were signed out while you wrote" in page.text
    assert stored_group(settings) == "4B"
    page = browser.submit()
    assert stored_group(settings) == "Mila was absent again"
    with db.reading(settings.database) as session:
        assert session.scalars(select(KeptForm)).all() == []


def test_somebody_else_at_the_same_computer_does_not_get_what_was_typed(signed_in, settings, number):
    browser = signed_in("karin")
    browser.get(f"/gallery/referrals/{number}/note")
    let_sessions_run_out(settings)
    browser.submit({"text": "Mila was absent again"})
    page = browser.submit({"email": "sanna.brolund@trivsel.invalid", "password": PASSWORD})
    assert page.heading == f"Note on {number}"
    assert page.fields(page.form())["text"] == "4B"


def test_a_browser_that_forgot_who_was_signed_in_says_so_and_gives_the_form_back(signed_in, settings, number):
    browser = signed_in("karin")
    browser.get(f"/gallery/referrals/{number}/note")
    browser.client.delete_cookie(browser.client.application.config["SESSION_COOKIE_NAME"])
    page = browser.submit({"text": "Mila was absent again, says 5A.\nTwice.", "new_password": "x" * 30}, status=403)
    assert page.heading == "You are no longer signed in"
    assert "open for too long" not in page.text
    assert "Copy what you still need. Mila was absent again, says 5A. Twice." in page.text
    assert "x" * 30 not in page.response.text
    with db.reading(settings.database) as session:
        assert session.scalars(select(KeptForm)).all() == []
    again = page.all("form", action=f"/gallery/referrals/{number}/note")[0]
    browser.submit(form=again, status=403)  # still nobody: asked for the same, and the words are still there
    karin = signed_in("karin")
    karin.page = browser.page
    page = karin.submit(form=browser.page.all("form", action=f"/gallery/referrals/{number}/note")[0], status=400)
    assert page.heading == f"Note on {number}"
    assert page.fields(page.form())["text"] == "Mila was absent again, says 5A.\nTwice."
    assert stored_group(settings) == "4B"
    karin.submit()
    assert stored_group(settings) == "Mila was absent again, says 5A.\nTwice."


def test_who_was_signed_out_elsewhere_is_told_so_too_and_a_button_alone_leads_to_the_sign_in(
    signed_in, settings, number
):
    browser = signed_in("karin")
    page = browser.get(f"/gallery/referrals/{number}/note")
    with db.writing(settings.database) as session:
        session.execute(delete(WebSession))
    assert browser.submit({"text": "5A"}, status=403).heading == "You are no longer signed in"
    address, token = f"/gallery/referrals/{number}/note", page.fields(page.form())["csrf_token"]
    typing = {"csrf_token": token, "text": "5A", "_typing": "yes"}
    said = browser.client.post(address, data=typing, headers={"HX-Request": "true"})
    assert (said.status_code, said.headers["Trivsel-Saved"]) == (403, "no")
    answer = browser.client.post(address, data={"csrf_token": token})
    assert (answer.status_code, answer.location) == (303, "/sign-in?next=%2F")


def test_a_guardians_browser_that_forgot_everything_still_shows_what_was_typed(browser):
    answer = browser.client.post("/guardian/own-words", data={"text": "Så här ser det ut för oss hemma."})
    assert "Så här ser det ut för oss hemma." in answer.text


def test_a_form_without_its_protection_is_shown_again_with_what_was_typed(signed_in, settings, number):
    browser = signed_in("karin")
    browser.get(f"/gallery/referrals/{number}/note")
    page = browser.submit({"text": "Mila was absent again", "csrf_token": "forged"}, status=400)
    assert "The page had been open for too long" in page.text
    assert page.fields(page.form())["text"] == "Mila was absent again"
    assert stored_group(settings) == "4B"


def test_where_a_form_cannot_be_shown_again_no_button_is_spoken_of_that_is_not_there(signed_in, number):
    for token in ("forged", ""):
        answer = signed_in("karin").client.post(f"/gallery/referrals/{number}/elsewhere", data={"csrf_token": token})
        assert answer.status_code == 400
        assert "go back, load the page again, and press the button once more" in answer.text


def test_a_row_is_added_and_removed_without_a_script_and_nothing_typed_is_lost(browser):
    browser.get("/gallery/everything")
    page = browser.submit({"name": "Mila", "goals-0-domain": "health"}, button=("_add", "goals"))
    fields = page.fields(page.form())
    assert (fields["name"], fields["goals-0-domain"], fields["goals-1-domain"]) == ("Mila", "health", "")
    page = browser.submit({"goals-1-domain": "safety"}, button=("_remove", "goals-0"))
    fields = page.fields(page.form())
    assert (fields["name"], fields["goals-0-domain"]) == ("Mila", "safety")
    assert "goals-1-domain" not in fields


def test_a_change_of_language_never_sends_the_form(signed_in, settings, number):
    browser = signed_in("karin")
    browser.get(f"/gallery/referrals/{number}/note")
    page = browser.submit({"text": "5A"}, button=("_language", "sv"))
    assert page.fields(page.form())["text"] == "5A"
    assert stored_group(settings) == "4B"


def test_the_municipality_stands_on_every_page(browser, settings):
    with db.reading(settings.database) as session:
        name = session.scalars(select(Municipality.name)).one()
        assert session.scalars(select(Account)).all()
    assert name in browser.get("/sign-in").title


def test_a_form_without_its_token_is_refused_alike_where_there_is_nothing_to_see_and_where_there_is_nothing(
    signed_in, number
):
    client = signed_in("otto").client
    forbidden = client.post(f"/gallery/referrals/{number}/note", data={"text": "x"})
    unknown = client.post("/gallery/referrals/HTL-0000-0000/note", data={"text": "x"})
    assert (forbidden.status_code, unknown.status_code) == (400, 400)
    assert "The page had been open for too long" in forbidden.text
