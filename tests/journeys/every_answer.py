"""Sends every form of a page in a second tab as nobody should, inspects the page that refuses it, and takes all of it back."""

import re
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from typing import Any
from urllib.parse import urlsplit

from flask import Flask
from playwright.sync_api import BrowserContext, Page
from sqlalchemy.engine import make_url
from werkzeug.exceptions import HTTPException

_FORM = re.compile(r'<form\b[^>]*\baction="([^"]*)" method="post"')
_ACTIONS = "() => [...document.querySelectorAll('form[method=post]')].map((form) => new URL(form.action).pathname)"

#: as if nobody had filled anything in: without asking the page's scripts, and with no button pressed
_EMPTY = """
(place) => {
  const form = document.querySelectorAll("form[method=post]")[place];
  for (const field of form.elements) {
    if (field.matches("[type=radio], [type=checkbox]")) field.checked = false;
    else if (field.matches("select, textarea, input:not([type=hidden], [type=submit])")) field.value = "";
  }
}
"""
#: as if the page had been open over the weekend
_SPEND = """
(place) => { document.querySelectorAll("form[method=post]")[place].elements.csrf_token.value = "spent"; }
"""
_SEND = """
(place) => { HTMLFormElement.prototype.submit.call(document.querySelectorAll("form[method=post]")[place]); }
"""
#: what would be answered, without going there; 0 is another page, to which the answer leads on
_TRY = """
async (place) => {
  const form = document.querySelectorAll("form[method=post]")[place];
  const answer = await fetch(form.action, {method: "post", redirect: "manual", body:
    form.enctype === "multipart/form-data" ? new FormData(form) : new URLSearchParams(new FormData(form))});
  return (answer.headers.get("Content-Type") || "").startsWith("text/html") ? answer.status : 0;
}
"""


class Answers:
    """Looks at what forms answer that are sent emptied, or with a spent token where they ask for nothing; at each once."""

    def __init__(self, app: Flask, address: str, context: BrowserContext, inspect: Callable[[Page], None]) -> None:
        self._addresses = app.url_map.bind("")
        self._file = str(make_url(address).database)
        self._context, self._inspect = context, inspect
        self._tab: Page | None = None
        #: the endpoints whose answers were inspected, each with the status of the page
        self.seen: dict[str, int] = {}

    def of_page(self, page: Page) -> None:
        """Send the page's forms as far as their answers were not seen yet."""
        if self._new_form(page) is None:
            return
        if self._tab is None:
            self._tab = self._context.new_page()
        self._tab.goto(page.url)
        while (found := self._new_form(self._tab)) is not None:
            self._look_at_answer(self._tab, *found)
            if self._new_form(self._tab) is None:  # a page that refuses one of its forms mostly still has the others
                self._tab.goto(page.url)

    def is_new_in(self, html: str) -> bool:
        """Whether a page has a form whose answer was not seen yet."""
        return any(self._endpoint_of(action) not in {"", *self.seen} for action in _FORM.findall(html))

    def _look_at_answer(self, tab: Page, place: int, endpoint: str) -> None:
        tab.evaluate(_EMPTY, place)
        with self._taken_back():
            is_page = tab.evaluate(_TRY, place)
        if not is_page:
            tab.evaluate(_SPEND, place)
        with self._taken_back():
            with tab.expect_navigation() as arrived:
                tab.evaluate(_SEND, place)
            self._inspect(tab)
        self.seen[endpoint] = arrived.value.status

    def _new_form(self, page: Page) -> tuple[int, str] | None:
        for place, action in enumerate(page.evaluate(_ACTIONS)):
            endpoint = self._endpoint_of(action)
            if endpoint and endpoint not in self.seen:
                return place, endpoint
        return None

    @contextmanager
    def _taken_back(self) -> Iterator[None]:
        cookies: Any = self._context.cookies()
        with closing(sqlite3.connect(self._file)) as live, closing(sqlite3.connect(":memory:")) as before:
            live.backup(before)
            yield
            before.backup(live)
        self._context.clear_cookies()
        self._context.add_cookies(cookies)

    def _endpoint_of(self, action: str) -> str:
        try:
            return str(self._addresses.match(urlsplit(action).path, method="POST")[0])
        except HTTPException:
            return ""
