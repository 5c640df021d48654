"""The second factor on the pages: set up, asked for, lost, taken away, and required of who looks after the installation."""

from datetime import timedelta
from pathlib import Path

import pyotp
import pytest
import time_machine
from sqlalchemy import select, update

from referrals import config, db
from referrals.clock import machine_now
from referrals.models import Account, OrganisationChange, SecondFactor, WebSession
from referrals.people import second_factor
from tests.webapp.browsing import Browser
from tests.webapp.conftest import PASSWORD
from webapp import create_app
from webapp.accounts import post, sessions

ANTON = "anton.stengrip@trivsel.invalid"
KARIN = "karin.almkvist@trivsel.invalid"


@pytest.fixture(autouse=True)
def letters(data_folder):
    """The mail that leaves, as files."""
    folder = Path(data_folder) / "mail"
    for old in folder.glob("*"):
        old.unlink()
    yield lambda: (post.wait_until_sent(), sorted(path.read_text() for path in folder.glob("*.eml")))[1]
    post.wait_until_sent()


@pytest.fixture
def clock_at_rest():
    with time_machine.travel(machine_now(), tick=False) as traveller:
        yield traveller


@pytest.fixture
def strict(settings, app):
    """The same instance, asking a second factor of administrators."""
    application = create_app(settings.model_copy(update={"second_factor": "administrators"}))
    application.testing = True
    return application


def account(settings, email):
    with db.reading(settings.database) as session:
        return session.scalars(select(Account).where(Account.email == email)).one()


def code_for(settings, email):
    with db.reading(settings.database) as session:
        factor = second_factor.of(session, account(settings, email))
        return pyotp.TOTP(factor.secret).at(int(machine_now().timestamp()))


def give_factor(settings, email):
    """Set a second factor up behind the scenes; its recovery codes."""
    with db.writing(settings.database) as session:
        owner = session.scalars(select(Account).where(Account.email == email)).one()
        factor = second_factor.begin(session, owner)
        return second_factor.confirm(session, owner, pyotp.TOTP(factor.secret).at(int(machine_now().timestamp())))


def sign_in(browser, email, status=200):
    browser.get("/sign-in", query_string={"next": "/board"})
    return browser.submit({"email": email, "password": PASSWORD}, status=status)


def test_a_second_factor_is_set_up_with_a_picture_and_a_code(signed_in, settings, clock_at_rest, letters):
    browser = signed_in("karin")
    page = browser.get("/account")
    assert "Not set up" in page.text
    browser.get("/account/second-factor")
    page = browser.submit({"_current": PASSWORD}, form="begin-form")
    assert page.all("div", role="img")[0].find(".//{*}path") is not None
    with db.reading(settings.database) as session:
        secret = session.scalars(select(SecondFactor)).one().secret
    assert secret in page.text.replace(" ", "")
    page = browser.submit({"code": "000000"}, form="confirm-form", status=422)
    assert page.problems[0].startswith("Code: This code does not fit")
    page = browser.submit({"code": code_for(settings, KARIN)}, form="confirm-form")
    assert page.heading == "Your recovery codes"
    assert len(page.all("li", class_="code")) == second_factor.RECOVERY_CODES
    assert page.response.headers["Cache-Control"] == "no-store"
    assert "Switched on" in browser.get("/account").text
    assert ["Your second factor" in mail or "second_factor" in mail for mail in letters()] == [True]


def test_somebody_else_at_an_open_computer_cannot_set_one_up_without_the_password(signed_in, settings):
    browser = signed_in("karin")
    browser.get("/account/second-factor")
    page = browser.submit({"_current": "wrong"}, form="begin-form", status=422)
    assert page.problems == ["Your password: This is not your password."]
    with db.reading(settings.database) as session:
        assert session.scalars(select(SecondFactor)).all() == []


def test_with_a_second_factor_the_password_alone_opens_nothing(browser, settings, clock_at_rest):
    give_factor(settings, KARIN)
    page = sign_in(browser, KARIN)
    assert page.heading == "Your code"
    for path in ("/", "/board", "/account", "/account/password", "/administration"):
        response = browser.client.get(path)
        assert response.status_code in (200, 303, 404)
        assert "Karin Almkvist" not in response.text
    clock_at_rest.shift(timedelta(seconds=30))
    browser.get("/sign-in/code", query_string={"next": "/board"})
    before = browser.client.get_cookie(f"trivsel-{settings.port}").value
    page = browser.submit({"code": code_for(settings, KARIN)})
    assert page.response.request.path == "/board"
    assert browser.client.get_cookie(f"trivsel-{settings.port}").value != before
    with db.reading(
        settings.database
    ) as session:  # of the half session nothing is left that somebody could come back with
        assert [one.awaits_code for one in session.scalars(select(WebSession))] == [False]


def test_a_half_signed_in_browser_cannot_reach_the_second_factor_it_has_to_show(browser, settings, clock_at_rest):
    give_factor(settings, KARIN)
    sign_in(browser, KARIN)
    assert browser.get("/account/second-factor").heading == "Your code"
    csrf = browser.page.fields(browser.page.form())["csrf_token"]
    for what in ("off", "codes", "begin", "confirm"):
        browser.client.post(f"/account/second-factor/{what}", data={"csrf_token": csrf, "code": "1", "off_code": "1"})
    with db.reading(settings.database) as session:
        assert session.scalars(select(SecondFactor.confirmed_at)).one() is not None


def test_a_wrong_code_says_so_and_after_ten_one_has_to_wait(browser, settings, clock_at_rest):
    give_factor(settings, KARIN)
    sign_in(browser, KARIN)
    for _ in range(10):
        page = browser.submit({"code": "12"}, status=422)
        assert page.problems[0].startswith("Code: This code does not fit")
    clock_at_rest.shift(timedelta(seconds=30))
    page = browser.submit({"code": code_for(settings, KARIN)}, status=429)
    assert page.heading == "Your code"


def test_the_owner_on_a_known_device_is_not_held_up_by_who_knows_the_password(app, settings, clock_at_rest):
    hers, thief = Browser(app.test_client()), Browser(app.test_client())
    sign_in(hers, KARIN)
    hers.send(form=hers.page.all("form", action="/sign-out")[0])
    give_factor(settings, KARIN)
    sign_in(thief, KARIN)
    for status in [422] * 10 + [429]:
        thief.submit({"code": "12"}, status=status)
    clock_at_rest.shift(timedelta(seconds=30))
    sign_in(hers, KARIN)
    assert hers.submit({"code": code_for(settings, KARIN)}).heading != "Your code"


def test_after_ten_minutes_the_password_is_asked_for_again(browser, settings, clock_at_rest):
    give_factor(settings, KARIN)
    sign_in(browser, KARIN)
    with db.writing(settings.database) as session:
        session.execute(
            update(WebSession).values(created_at=machine_now() - sessions.HALF_LIMIT - timedelta(seconds=1))
        )
    assert browser.get("/sign-in/code").heading == "Sign in"


def test_a_recovery_code_lets_one_in_and_says_how_many_are_left(browser, settings, letters):
    codes = give_factor(settings, KARIN)
    for code in codes[:8]:
        sign_in(browser, KARIN)
        page = browser.submit({"code": code})
        browser.send(form=browser.page.all("form", action="/sign-out")[0])
    assert "You have 2 recovery codes left" in page.text
    sign_in(browser, KARIN)
    browser.submit({"code": codes[0]}, status=422)
    assert len(letters()) == 8


def test_new_recovery_codes_need_a_code(signed_in, settings, clock_at_rest):
    give_factor(settings, KARIN)
    browser = signed_in("karin")
    browser.get("/account/second-factor")
    browser.submit({"code": "123"}, form="renew-form", status=422)
    clock_at_rest.shift(timedelta(seconds=30))
    page = browser.submit({"code": code_for(settings, KARIN)}, form="renew-form")
    assert page.heading == "Your recovery codes"


def test_taking_the_second_factor_away_needs_a_code(signed_in, settings, clock_at_rest):
    give_factor(settings, KARIN)
    browser = signed_in("karin")
    browser.get("/account/second-factor")
    browser.submit({"off_code": "123"}, form="off-form", status=422)
    clock_at_rest.shift(timedelta(seconds=30))
    page = browser.submit({"off_code": code_for(settings, KARIN)}, form="off-form")
    assert page.heading == "Your account"
    assert "Not set up" in page.text


def test_who_is_signed_in_fully_is_not_asked_for_a_code_again(signed_in):
    browser = signed_in("karin")
    assert browser.get("/sign-in/code", query_string={"next": "/board"}).response.request.path == "/board"
    csrf = browser.page.all("input", name="csrf_token")[0].get("value")
    answer = browser.client.post("/sign-in/code", data={"csrf_token": csrf, "next": "/board"})
    assert answer.location == "/board"


def test_nobody_reaches_the_second_step_without_the_first(browser):
    assert browser.get("/sign-in/code").heading == "Sign in"


def test_an_administrator_must_set_one_up_before_anything_else(strict, settings, clock_at_rest):
    browser = Browser(strict.test_client())
    page = sign_in(browser, ANTON)
    assert page.heading == "Second factor"
    assert browser.get("/administration").heading == "Second factor"
    browser.submit(form="begin-form")
    page = browser.submit({"code": code_for(settings, ANTON)}, form="confirm-form")
    assert page.heading == "Your recovery codes"
    assert browser.get("/administration").heading == "Administration"
    page = browser.get("/account/second-factor")
    assert not page.all("form", id="off-form")
    csrf = page.all("input", name="csrf_token")[0].get("value")
    browser.client.post("/account/second-factor/off", data={"csrf_token": csrf, "off_code": "1"})
    with db.reading(settings.database) as session:
        assert session.scalars(select(SecondFactor.confirmed_at)).one() is not None


def test_others_may_work_without_one(strict):
    browser = Browser(strict.test_client())
    assert sign_in(browser, KARIN).response.request.path == "/board"


def test_who_becomes_an_administrator_while_signed_in_is_asked_at_once(strict, settings):
    browser = Browser(strict.test_client())
    sign_in(browser, KARIN)
    with db.writing(settings.database) as session:
        from referrals.access import Role
        from referrals.models import RoleAssignment

        karin = session.scalars(select(Account).where(Account.email == KARIN)).one()
        karin.roles.append(RoleAssignment(role=Role.ADMINISTRATOR))
    assert browser.get("/administration").heading == "Second factor"


def test_everybody_can_be_asked(settings, app):
    application = create_app(settings.model_copy(update={"second_factor": "everybody"}))
    application.testing = True
    assert sign_in(Browser(application.test_client()), KARIN).heading == "Second factor"


def test_production_asks_it_of_administrators_and_a_demonstration_of_nobody(settings):
    assert settings.second_factor_of == "optional"
    production = config.Settings.model_construct(**{**settings.model_dump(), "mode": config.Mode.PRODUCTION})
    assert production.second_factor_of == "administrators"


def test_an_administrator_takes_the_second_factor_of_somebody_who_lost_everything(signed_in, settings, clock_at_rest):
    give_factor(settings, KARIN)
    browser = signed_in("anton")
    page = browser.get(f"/administration/people/{account(settings, KARIN).id}")
    form = next(form for form in page.all("form") if (form.get("action") or "").endswith("/sign-in-means"))
    page = browser.submit(form=form)
    assert "has been taken away" in page.text
    with db.reading(settings.database) as session:
        assert session.scalars(select(SecondFactor)).all() == []
        assert len(session.scalars(select(OrganisationChange)).all()) == 2
