"""A walk through every page there is: finds who may open which, opens it in a browser, inspects it, and remembers what it saw."""

import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

from flask import Flask
from flask.testing import FlaskClient
from playwright.sync_api import BrowserContext, Page
from sqlalchemy import select
from werkzeug.exceptions import HTTPException
from werkzeug.serving import ThreadedWSGIServer, make_server

from referrals import db
from referrals.models import Account
from tests.journeys.inspection import Inspector, on_paper
from tests.journeys.window import Window
from tests.webapp.test_protection_doors import addresses
from webapp.accounts import sessions

#: the quick way out leads to another host
ENDS_THE_VISIT = ("intake.leave",)
#: 400 is how the way back from the municipality's sign-in refuses; it has no other page
SAY_SOMETHING = (200, 400)


@contextmanager
def served(app: Flask) -> Iterator[str]:
    """The application behind an address of this machine, as long as the test runs and its last request."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    assert isinstance(server, ThreadedWSGIServer)
    server.daemon_threads = False  # those are not waited for
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


class Noting(Inspector):
    """An inspector that keeps which endpoints answered with the pages it looked at."""

    def __init__(self, app: Flask) -> None:
        super().__init__()
        self._addresses = app.url_map.bind("")
        self.endpoints: set[str] = set()

    def look_at(self, page: Page) -> None:
        """Inspect it, and keep whose page it was unless it only said that there is nothing."""
        super().look_at(page)
        if page.evaluate("performance.getEntriesByType('navigation')[0].responseStatus") in SAY_SOMETHING:
            self.endpoints.add(self.endpoint_of(page.url))

    def barriers(self, page: Page) -> list[str]:
        """By day, and the first time also on paper and by night, in which only the colours are others."""
        found = super().barriers(page)
        if self.endpoint_of(page.url) in self.endpoints:
            return found
        found += on_paper(page)
        page.emulate_media(color_scheme="dark")
        found += [f"by night: {one}" for one in self.violations(page, {"type": "rule", "values": ["color-contrast"]})]
        page.emulate_media(color_scheme="light")
        return found

    def endpoint_of(self, path: str) -> str:
        """Which endpoint answers at this address; nothing where none does."""
        try:
            return str(self._addresses.match(urlsplit(path).path, method="GET")[0])
        except HTTPException:
            return ""


class Walk:
    """One browser that is everybody of the cast in turn."""

    def __init__(self, app: Flask, address: str, context: BrowserContext, window: Window, noting: Noting) -> None:
        self._app, self._address, self._context = app, address, context
        self.window, self._noting = window, noting

    @property
    def seen(self) -> set[str]:
        """The endpoints whose pages were inspected."""
        return self._noting.endpoints

    def be(self, first_name: str) -> FlaskClient:
        """From now on the browser is this person's; what it can ask can also be asked without it."""
        client = self._app.test_client()
        with db.writing(self._address) as session, self._app.test_request_context():
            account = session.scalars(select(Account).where(Account.email.startswith(f"{first_name}."))).one()
            token = sessions.add_row(session, account)
        with client.session_transaction() as cookie:
            cookie[sessions.TOKEN] = token
        name = self._app.config["SESSION_COOKIE_NAME"]
        kept = client.get_cookie(name)
        assert kept is not None
        self._context.clear_cookies()
        self._context.add_cookies([{"name": name, "value": kept.value, "url": self.window.url}])
        return client

    def be_nobody(self) -> None:
        """From now on the browser belongs to somebody who is not signed in."""
        self._context.clear_cookies()

    def look(self, person: str, *paths: str) -> None:
        """Open these pages as they stand now, whether such a page was seen before or not."""
        self.be(person)
        for path in paths:
            self.window.open(path)

    def look_around(self, number: str, *people: str, again: bool = False) -> None:
        """As each of `people`, open every page they may see now: those not seen yet, or `again` all of this referral."""
        with db.reading(self._address) as session:
            found = set(addresses(self._app, session, number, uuid.uuid4()))
        # of one page first the address that names no language, which is shown in the one this browser reads
        paths = sorted(found, key=lambda path: (path.count("/"), path))
        if again:
            paths = [path for path in paths if f"/{number}" in path]
        for person in people:
            client = self.be(person)
            seen = set() if again else self._noting.endpoints
            for path in paths:
                endpoint = self._noting.endpoint_of(path)
                if endpoint in seen or endpoint in ENDS_THE_VISIT:
                    continue
                answer = client.get(path)
                if answer.status_code == 200 and answer.mimetype == "text/html":
                    self.window.open(path)
                    seen.add(endpoint)
