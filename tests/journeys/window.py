"""One person's browser window: pages are used as people use them, by what is written on them, and each page is inspected."""

import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, ConsoleMessage, Locator, Page, Request, Response

from tests.journeys.inspection import Inspector
from tests.journeys.words import Words

#: how long (seconds) is waited for what happens by itself: no figure, only patience, also for a machine with much else to do
PATIENCE = 180.0


class Window:
    """A window that is open on one instance, in one language."""

    def __init__(self, context: BrowserContext, url: str, words: Words, *, inspector: Inspector | None) -> None:
        self.url, self.words, self._inspector = url, words, inspector
        self.page: Page = context.new_page()
        self._within: list[Locator] = []
        self.complaints: list[str] = []
        #: when the last page pressed for was answered, in seconds of this machine's clock
        self.answered_at = 0.0
        self.page.on("console", self._listen)
        self.page.on("pageerror", lambda error: self.complaints.append(f"script error: {error}"))
        self.page.on("request", self._watch)
        self.page.on("response", self._see)
        self.page.on("dialog", lambda dialog: dialog.accept())

    # ------------------------------------------------------------------------------------------------ pages
    def open(self, path: str) -> "Window":
        """Type an address."""
        self.page.goto(self.url + path)
        return self.arrived()

    def look_again(self) -> "Window":
        """Load the page anew."""
        self.page.reload()
        return self.arrived()

    def arrived(self) -> "Window":
        """Wait until the page stands, and inspect it."""
        self.page.wait_for_load_state("load")
        if self._inspector:
            self._inspector.look_at(self.page)
        assert not self.complaints, f"{self.page.url}: {self.complaints}"
        return self

    @property
    def path(self) -> str:
        """The path of the page that is open."""
        return urlsplit(self.page.url).path

    @property
    def heading(self) -> str:
        """The page's main heading."""
        return " ".join(self.page.locator("h1").inner_text().split())

    @property
    def text(self) -> str:
        """All words of the main part."""
        return " ".join(self.page.locator("main").inner_text().split())

    def says(self, english: str, **values: object) -> bool:
        """Whether these words stand on the page."""
        return self.words(english, **values) in self.text

    def wait_until(self, is_so: Callable[[], bool], what: str, *, seconds: float = PATIENCE) -> float:
        """Look at the page again and again until it is so; the seconds it took."""
        return self._wait(is_so, what, seconds=seconds, look=True)

    def watch_until(self, is_so: Callable[[], bool], what: str, *, seconds: float = PATIENCE) -> float:
        """Wait without touching anything until it is so; the seconds it took."""
        return self._wait(is_so, what, seconds=seconds, look=False)

    def _wait(self, is_so: Callable[[], bool], what: str, *, seconds: float, look: bool) -> float:
        began = time.monotonic()
        while not is_so():
            assert time.monotonic() - began < seconds, (
                f"{what} did not come in {seconds} s; {self.path}: {self.text[:600]}"
            )
            self.page.wait_for_timeout(100 if not look else 400)
            if look:
                self.page.reload()
        if look:
            self.arrived()
        return time.monotonic() - began

    # ------------------------------------------------------------------------------------------------ parts of a page
    @contextmanager
    def within(self, english: str, **values: object) -> Iterator["Window"]:
        """Do the following in the group (fieldset or section) that is headed so."""
        name = self.words(english, **values)
        self._within.append(self._one(self._place.get_by_role("group", name=_begins(name)), name))
        try:
            yield self
        finally:
            self._within.pop()

    @contextmanager
    def at(self, place: Locator) -> Iterator["Window"]:
        """Do the following in this part of the page."""
        self._within.append(place)
        try:
            yield self
        finally:
            self._within.pop()

    def field(self, english: str, **values: object) -> Locator:
        """The field with this label."""
        label = self.words(english, **values)
        return self._one(self._place.get_by_label(_begins(label)), label)

    def button(self, english: str, **values: object) -> Locator:
        """The button with these words."""
        name = self.words(english, **values)
        return self._one(self._place.get_by_role("button", name=_begins(name)), name)

    def link(self, english: str, **values: object) -> Locator:
        """The link with these words."""
        name = self.words(english, **values)
        return self._one(self._place.get_by_role("link", name=_begins(name)), name)

    # ------------------------------------------------------------------------------------------------ deeds
    def write(self, english: str, text: str) -> None:
        """Write into a field (a date in the form 2026-09-16)."""
        self.field(english).fill(text)

    def choose(self, english: str, option: str) -> None:
        """Choose from a list by the words shown there."""
        self.field(english).select_option(label=option)

    def choose_beginning(self, english: str, option: str) -> None:
        """Choose from a list the first line that begins so."""
        found = self.field(english)
        value = found.locator("option", has_text=re.compile("^\\s*" + re.escape(option))).first.get_attribute("value")
        found.select_option(value=value)

    def tick(self, english: str, **values: object) -> None:
        """Tick a box, or answer with this answer."""
        self.field(english, **values).check()

    def answer(self, question: str, answer: str) -> None:
        """Answer a question by the words of one answer."""
        with self.within(question):
            self.tick(answer)

    def press(self, english: str, **values: object) -> "Window":
        """Press a button that leads to a page."""
        return self.leads(self.button(english, **values))

    def follow(self, english: str, **values: object) -> "Window":
        """Follow a link."""
        return self.leads(self.link(english, **values))

    def leads(self, what: Locator) -> "Window":
        """Click on what leads to a page."""
        with self.page.expect_navigation(wait_until="commit"):
            what.click()
        self.answered_at = time.time()
        return self.arrived()

    def fetch(self, link: Locator) -> bytes:
        """Download what a link leads to."""
        href = link.get_attribute("href")
        assert href
        answer = self.page.request.get(self.url + href)
        assert answer.ok, f"{href}: {answer.status}"
        return answer.body()

    def close(self) -> None:
        """Close the window; nothing may have gone wrong unseen."""
        assert not self.complaints, self.complaints
        self.page.close()

    # ------------------------------------------------------------------------------------------------ within
    @property
    def _place(self) -> Locator | Page:
        return self._within[-1] if self._within else self.page

    def _one(self, found: Locator, name: str) -> Locator:
        visible = found.filter(visible=True)
        assert visible.count(), f"{self.path} shows no “{name}”; it says: {self.text[:800]}"
        return visible.first

    def _listen(self, message: ConsoleMessage) -> None:
        # A page that refuses a form answers 422, one that is not there 404: the browser notes it, and nothing is wrong.
        own_answer = "Failed to load resource" in message.text and message.location["url"] == self.page.url
        if message.type in {"error", "warning"} and not own_answer:
            self.complaints.append(f"console: {message.text} ({message.location['url']})")

    def _watch(self, request: Request) -> None:
        if not request.url.startswith((self.url, "data:", "blob:")):
            self.complaints.append(f"asked another host: {request.url}")

    def _see(self, answer: Response) -> None:
        if answer.status >= 500:
            self.complaints.append(f"{answer.status} from {answer.url}")


def _begins(words: str) -> re.Pattern[str]:
    """Names that begin with these words, whatever blanks, marks such as "required" or hidden additions follow."""
    return re.compile(r"^\s*" + r"\s+".join(re.escape(word) for word in words.split()), re.IGNORECASE)
