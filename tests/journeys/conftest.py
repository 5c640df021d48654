"""Running instances and browser windows for journeys: one instance a country, one at a time; every window inspects its pages."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, sync_playwright
from sqlalchemy import update

from referrals import clock, config, db
from referrals.models import Account
from tests import straight_way
from tests.conftest import CHOSEN, IS_TOLD
from tests.journeys import instance as instances
from tests.journeys.every_language import InDanish
from tests.journeys.every_page import Noting, Walk, served
from tests.journeys.inspection import Inspector
from tests.journeys.instance import Instance
from tests.journeys.window import Window
from tests.journeys.words import Words
from tests.people import settle
from tests.postgres import a_database
from tests.webapp.desk import cast_of
from tests.webapp.provider import running_provider
from webapp import create_app
from webapp.accounts.passwords import hash_password

#: where each country's instance keeps its rows
DATABASES = {"se": CHOSEN, "dk": CHOSEN if IS_TOLD else "postgresql"}
PLACES = [
    pytest.param(country, marks=pytest.mark.postgres if kind == "postgresql" else ())
    for country, kind in DATABASES.items()
]
#: a browser that talks to nobody but the page, and needs no sandbox where the tests run as root
FLAGS = [
    "--no-sandbox", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run",
    "--disable-default-apps", "--disable-features=Translate,OptimizationHints,MediaRouter", "--disable-dev-shm-usage",
]  # fmt: skip
#: Kim's, where a journey types it
PASSWORD = "fyra stolar under vatten"
LOCALES = {"sv": "sv-SE", "da": "da-DK", "en": "en-GB"}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """All journeys drive a browser."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="package", params=PLACES)
def instance(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Instance]:
    """A whole running instance of one country; the other country's is started when this one has ended.

    Unless the run was told one database for all, the Danish one is on PostgreSQL, so that each run makes journeys on both.
    """
    with ExitStack() as stack:
        more = {}
        if DATABASES[request.param] == "postgresql":
            database = a_database(request.getfixturevalue("postgres_server"), f"journeys_{request.param}")
            more["TRIVSEL_DATABASE_URL"] = stack.enter_context(database)
        folder = tmp_path_factory.mktemp(f"instance-{request.param}")
        yield stack.enter_context(instances.running(request.param, folder, **more))


@pytest.fixture(scope="module")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """The browser. Ended with each file, since its event loop must not run beside other tests' own."""
    home = str(tmp_path_factory.mktemp("home"))
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path="/usr/bin/chromium", args=FLAGS, env={"HOME": home, "XDG_CONFIG_HOME": home}
        )
        yield browser
        browser.close()


@pytest.fixture(scope="package")
def inspector() -> Inspector:
    """Remembers which pages it has seen."""
    return Inspector()


@pytest.fixture
def words(instance: Instance) -> Words:
    """The words on the pages of this country."""
    return Words(instance.language)


Opener = Callable[..., Window]


@pytest.fixture
def new_window(chromium: Browser, instance: Instance, inspector: Inspector) -> Iterator[Opener]:
    """Opens windows of people who share nothing: `new_window()`."""
    with windows_on(instance, chromium, inspector) as open_one:
        yield open_one


@contextmanager
def windows_on(instance: Instance, chromium: Browser, inspector: Inspector | None) -> Iterator[Opener]:
    """What opens windows on one instance; nothing may have gone wrong unseen in any of them."""
    contexts: list[BrowserContext] = []
    windows: list[Window] = []

    def open_one(*, language: str = "", scripts: bool = True, wide: int = 1280) -> Window:
        context = chromium.new_context(
            locale=LOCALES[language or instance.language],
            java_script_enabled=scripts,
            viewport={"width": wide, "height": 900},
            reduced_motion="reduce",
        )
        context.set_default_timeout(60_000)
        contexts.append(context)
        windows.append(
            Window(
                context,
                instance.url,
                Words(language or instance.language),
                inspector=inspector if scripts else None,
            )
        )
        return windows[-1]

    yield open_one
    complaints = [window.complaints for window in windows if window.complaints]
    for context in contexts:
        context.close()
    assert not complaints


# ---------------------------------------------------------------------------------------------------- the application alone
@pytest.fixture(scope="module")
def provider() -> Iterator[str]:
    """The municipality's own sign-in: some pages are there only where there is one."""
    with running_provider() as address:
        yield address


@pytest.fixture
def app(fresh_database: str, data_folder: Path, provider: str) -> Iterator[Flask]:
    """The application with the cast in its municipality, in Swedish, whose words are the longer ones."""
    chosen = config.Settings(
        database_url=fresh_database, data=data_folder, oidc_issuer=provider, oidc_client_id="trivsel", oidc_client_secret="hush",
        oidc_guardian_acr="loa3",
    )  # fmt: skip
    with db.writing(chosen.database) as session:
        cast = settle(session)
        cast.municipality.keeps_protected_outside = True
        cast.counsellor.password_hash = hash_password(PASSWORD)
    yield create_app(chosen)
    clock.use_shift_file(None)
    chosen.shift_file.unlink(missing_ok=True)


@pytest.fixture
def address(fresh_database: str) -> str:
    """Where the application's rows are."""
    return fresh_database


@pytest.fixture
def walk(app: Flask, address: str, chromium: Browser) -> Iterator[Walk]:
    """One browser for everybody."""
    with served(app) as url:
        context = chromium.new_context(locale="sv-SE", viewport={"width": 1280, "height": 900}, reduced_motion="reduce")
        context.set_default_timeout(60_000)
        noting = Noting(app)
        yield Walk(app, address, context, Window(context, url, Words("sv"), inspector=noting), noting)
        context.close()


@pytest.fixture
def walk_in_danish(app: Flask, address: str, chromium: Browser) -> Iterator[Walk]:
    """The same for people who all read Danish; what their forms answer is looked at in the other language."""
    with db.writing(address) as session:
        session.execute(update(Account).values(language="da"))
    with served(app) as url:
        context = chromium.new_context(locale="da-DK", viewport={"width": 1280, "height": 900}, reduced_motion="reduce")
        context.set_default_timeout(60_000)
        noting = InDanish(app)
        yield Walk(app, address, context, Window(context, url, Words("da"), inspector=noting), noting)
        context.close()


@pytest.fixture
def number(app: Flask, address: str) -> str:
    """A concern that has just come in."""
    with db.writing(address) as session:
        return straight_way.submit(session, cast_of(session).school).number
