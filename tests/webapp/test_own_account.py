"""One's own account: where one is signed in, and another password."""

import inspect

import pytest
from argon2 import PasswordHasher
from sqlalchemy import select

from referrals import clock, db
from referrals.models import Account, Reminder, WebSession
from referrals.vocabulary import Rhythm
from tests.webapp.conftest import PASSWORD
from webapp.accounts import passwords, post
from webapp.accounts.browsers import kind_of
from webapp.accounts.passwords import fault_of

GOOD = "fyra stolar under vatten"


@pytest.fixture(autouse=True)
def nothing_on_its_way():
    yield
    post.wait_until_sent()


def rows(settings):
    with db.reading(settings.database) as session:
        return session.scalars(select(WebSession)).all()


def button_of(page, path_end):
    return next(form for form in page.all("form") if (form.get("action") or "").endswith(path_end))


def test_the_list_says_when_and_in_which_kind_of_browser_and_which_is_this_one(browser, settings):
    firefox = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"
    browser.get("/sign-in")
    data = {**browser.page.fields(browser.page.form()), "email": "karin.almkvist@trivsel.invalid", "password": PASSWORD}
    browser.client.post("/sign-in", data=data, headers={"User-Agent": firefox})
    page = browser.get("/account")
    assert "Firefox, Windows This one" in page.text
    assert [row.browser for row in rows(settings)] == ["Firefox, Windows"]


def test_one_browser_is_signed_out_from_another(signed_in, settings):
    here, there = signed_in("karin"), signed_in("karin")
    page = here.get("/account")
    theirs = [form for form in page.all("form") if (form.get("action") or "").endswith("/end")]
    assert len(theirs) == 2
    with there.client.session_transaction() as cookie:
        token = cookie["token"]
    from webapp.accounts.sessions import _digest

    other = next(row for row in rows(settings) if row.token_digest == _digest(token))
    page = here.submit(form=button_of(page, f"{other.id}/end"))
    assert "That browser has been signed out" in page.text
    assert there.get("/account").heading == "Sign in"


def test_every_other_browser_is_signed_out_at_once(signed_in, settings):
    here, there, elsewhere = (signed_in("karin") for _ in range(3))
    henrik = signed_in("henrik")
    page = here.get("/account")
    here.submit(form=button_of(page, "/end-others"))
    assert there.get("/account").heading == "Sign in"
    assert elsewhere.get("/account").heading == "Sign in"
    assert henrik.get("/account").heading == "Your account"
    assert not [form for form in here.page.all("form") if (form.get("action") or "").endswith("/end-others")]


def test_ending_ones_own_session_signs_out(signed_in):
    browser = signed_in("karin")
    page = browser.get("/account")
    assert browser.submit(form=button_of(page, "/end")).heading == "Sign in"
    assert browser.get("/account").heading == "Sign in"


def test_nobody_ends_the_session_of_somebody_else(signed_in, settings):
    karin = signed_in("karin")
    hers = rows(settings)[0].id
    henrik = signed_in("henrik")
    page = henrik.get("/account")
    csrf = page.all("input", name="csrf_token")[0].get("value")
    henrik.client.post(f"/account/sessions/{hers}/end", data={"csrf_token": csrf})
    assert karin.get("/account").heading == "Your account"


def test_a_new_password_needs_the_old_one_and_signs_out_everywhere_else(signed_in, browser):
    here, there = signed_in("karin"), signed_in("karin")
    here.get("/account/password")
    page = here.submit({"_current": "wrong", "_new": GOOD, "_again": GOOD}, status=422)
    assert page.problems == ["Your password now: This is not your password."]
    assert GOOD not in page.response.text
    page = here.submit({"_current": PASSWORD, "_new": GOOD, "_again": GOOD})
    assert "Your new password counts from now on" in page.text
    assert there.get("/account").heading == "Sign in"
    browser.get("/sign-in")
    browser.submit({"email": "karin.almkvist@trivsel.invalid", "password": PASSWORD}, status=422)
    page = browser.submit({"email": "karin.almkvist@trivsel.invalid", "password": GOOD})
    assert page.heading != "Sign in"


def test_guessing_the_old_password_at_an_open_computer_is_slowed_down(signed_in):
    browser = signed_in("karin")
    browser.get("/account/password")
    for status in [422] * 10 + [429]:
        browser.submit({"_current": "wrong", "_new": GOOD, "_again": GOOD}, status=status)


@pytest.mark.parametrize(
    ("chosen", "again", "why"),
    [
        ("kort", "kort", "12 to 200 characters"),
        ("x" * 201, "x" * 201, "12 to 200 characters"),
        ("aaaaaaaaaaaa", "aaaaaaaaaaaa", "among the first"),
        ("Password12345", "Password12345", "among the first"),
        ("karin.almkvist1", "karin.almkvist1", "among the first"),
        (GOOD, "fyra stolar", "not the same"),
    ],
)
def test_a_password_that_others_would_guess_is_refused_with_the_reason(chosen, again, why):
    _field, sentence = fault_of(chosen, again, known=("karin.almkvist@trivsel.invalid", "Karin Almkvist"))
    assert why in sentence


def test_spaces_and_any_letters_may_stand_in_a_password():
    assert fault_of("Ærlig 山 grøn sång!", "Ærlig 山 grøn sång!", known=("karin",)) is None


@pytest.mark.parametrize(
    ("told", "kind"),
    [
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Mobile/15E148 Safari/604.1",
            "Safari, iPhone",
        ),
        ("Mozilla/5.0 (X11; CrOS x86_64) AppleWebKit/537.36 Chrome/140.0 Safari/537.36", "Chrome, Chromebook"),
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/140.0 Safari/537.36 Edg/140.0", "Edge, Windows"),
        ("curl/8.0", ""),
    ],
)
def test_a_browser_is_called_by_the_words_people_know_it_by(told, kind):
    assert kind_of(told) == kind


def test_outside_tests_a_password_costs_a_guesser_memory_and_time():
    made = PasswordHasher()
    assert made.memory_cost >= 19 * 1024
    assert made.time_cost >= 2
    assert inspect.getsource(passwords).count("_hasher = PasswordHasher()") == 1


def test_everybody_chooses_how_often_they_are_reminded(signed_in, settings):
    browser = signed_in("karin")
    browser.get("/account")
    page = browser.submit({"reminders": "weekly"})
    assert "Your reminders come as you chose from now on." in page.text
    with db.reading(settings.database) as session:
        chosen = select(Account.reminders).where(Account.email.startswith("karin."))
        assert session.scalars(chosen).one() is Rhythm.WEEKLY


def test_a_rhythm_there_is_not_is_refused(signed_in):
    browser = signed_in("karin")
    browser.get("/account")
    browser.submit({"reminders": "hourly"}, status=422)


def test_whoever_is_not_reached_by_mail_learns_it_where_they_sign_in(signed_in, settings):
    browser = signed_in("karin")
    assert "came back" not in browser.get("/account").text
    with db.writing(settings.database) as session:
        karin = session.scalars(select(Account).where(Account.email.startswith("karin."))).one()
        now = clock.machine_now()
        row = Reminder(
            account_id=karin.id, day=now.date(), message_id="<1@trivsel.invalid>", tried_at=now, returned_at=now
        )
        session.add(row)
    assert "your address takes none. Ask an administrator" in browser.get("/account").text
