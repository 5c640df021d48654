"""A web application on a database of its own, the cast of people in it, and browsers for them that check every page."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from flask import Flask
from sqlalchemy import select, update

from referrals import clock, config, db, printing
from referrals.models import Account, Municipality
from referrals.operations import production
from tests.conftest import BOTH, IS_TOLD
from tests.people import settle
from tests.webapp import gallery
from tests.webapp.browsing import Browser
from webapp import create_app
from webapp.accounts import passwords, post, sessions
from webapp.accounts.passwords import hash_password

#: the files whose tests run on both databases in every run: the whole way of a concern, and where people write at once.
#: The other files do so when the run is told: `TRIVSEL_TEST_DATABASE=postgresql ./dev test`
ON_BOTH = {
    "test_action_plan", "test_assessment", "test_at_once", "test_board", "test_closure", "test_conflict", "test_follow_up", "test_home", "test_intake", "test_list_views",
    "test_register", "test_retention", "test_saving", "test_sharing", "test_team_review", "test_triage",
}  # fmt: skip
#: the password of everybody in these tests
PASSWORD = "correct horse battery"


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run the files of `ON_BOTH` on both databases, unless the whole run was told one."""
    if metafunc.definition.path.stem in ON_BOTH and "fresh_database" in metafunc.fixturenames and not IS_TOLD:
        metafunc.parametrize("fresh_database", BOTH, indirect=True)


@pytest.fixture(scope="session", autouse=True)
def quick_hashes() -> Iterator[None]:
    """Hashes that cost little: how much they cost outside tests is a test of its own."""
    patch = pytest.MonkeyPatch()
    patch.setattr(passwords, "_hasher", PasswordHasher(time_cost=1, memory_cost=64, parallelism=1))
    yield
    patch.undo()


@pytest.fixture(scope="session")
def password_hash(quick_hashes: None) -> str:
    """The hash of everybody's password, made once because it takes long on purpose."""
    return hash_password(PASSWORD)


@pytest.fixture
def settings(fresh_database: str, data_folder: Path) -> config.Settings:
    """The settings of an instance with an empty database of this test's own."""
    return config.Settings(database_url=fresh_database, data=data_folder)


@pytest.fixture(scope="session")
def put_together(sqlite_address: str, data_folder: Path) -> Flask:
    """The web application, put together once for all tests: its pages and templates take half a second to be read."""
    return create_app(config.Settings(database_url=sqlite_address, data=data_folder))


@pytest.fixture(scope="session")
def with_gallery(sqlite_address: str, data_folder: Path) -> Flask:
    """The same with the gallery's pages; files that need them let it take the place of `put_together`."""
    application = create_app(config.Settings(database_url=sqlite_address, data=data_folder))
    gallery.add_to(application)
    return application


@pytest.fixture
def settled(settings: config.Settings, password_hash: str) -> config.Settings:
    """The settings of an instance in which the cast is settled, in English, each with the password of these tests."""
    with db.writing(settings.database) as session:
        settle(session)
        for account in session.scalars(select(Account)):
            account.password_hash = password_hash
            account.language = "en"
        session.scalars(select(Municipality)).one().language = "en"
    return settings


@pytest.fixture
def app(settled: config.Settings, put_together: Flask) -> Iterator[Flask]:
    """The web application with the cast settled in its municipality."""
    with lent(put_together, settled) as application:
        yield application


@contextmanager
def lent(application: Flask, settings: config.Settings) -> Iterator[Flask]:
    """An application that was put together for all tests, for one of them, with its settings; what it configures goes with it."""
    configured, extensions = dict(application.config), dict(application.extensions)
    production.open_keys_and_date(settings)
    application.extensions["trivsel"] = settings
    application.testing = True
    try:
        yield application
    finally:
        post.wait_until_sent()
        for kept, before in ((application.config, configured), (application.extensions, extensions)):
            kept.clear()
            kept.update(before)
        clock.use_shift_file(None)
        settings.shift_file.unlink(missing_ok=True)  # the next test begins on today's date


@pytest.fixture
def browser(app: Flask) -> Browser:
    """The browser of somebody who is not signed in."""
    return Browser(app.test_client())


@pytest.fixture
def signed_in(app: Flask, settings: config.Settings) -> Callable[[str], Browser]:
    """Gives the browser of somebody of the cast who is signed in already: `signed_in("karin")`."""

    def sign_in(first_name: str) -> Browser:
        client = app.test_client()
        with db.writing(settings.database) as session, app.test_request_context():
            account = session.scalars(select(Account).where(Account.email.startswith(f"{first_name.lower()}."))).one()
            token = sessions.add_row(session, account)
        with client.session_transaction() as cookie:
            cookie[sessions.TOKEN] = token
        return Browser(client)

    return sign_in


@pytest.fixture
def printed(monkeypatch: pytest.MonkeyPatch, settings: config.Settings) -> list[str]:
    """What is printed outside of steps; somebody else writes meanwhile, and does not wait for it."""
    pages, print_it = list[str](), printing.print_in_time

    def beside_another(html: str) -> bytes:
        with db.writing(settings.database) as session:
            session.execute(update(Municipality).values(name=Municipality.name))
        pages.append(html)
        return print_it(html)

    monkeypatch.setattr(printing, "print_in_time", beside_another)
    return pages
