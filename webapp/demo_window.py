"""A browser without a screen: it opens pages, follows their links, fills in their forms and sends them, as a person would."""

import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import TypeAlias
from urllib.parse import urlsplit

import httpx

_VOID = frozenset(
    {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
)
_NOT_SENT = frozenset({"submit", "button", "reset", "image"})
#: seconds between two looks at a page on which something is to appear, and in all
LOOK_EVERY, LOOK_FOR = 0.3, 90.0

Values: TypeAlias = Mapping[str, str | list[str]]


class Stopped(Exception):
    """A step did not come; says which and why in one sentence."""


@dataclass
class Control:
    """One field of a form: its name, what stands in it, and what can be chosen."""

    name: str
    kind: str
    value: str = ""
    is_chosen: bool = False
    label_for: str = ""
    #: of a date: the first day one can choose
    earliest: str = ""
    #: of a list to choose from: value and words
    options: list[tuple[str, str]] = field(default_factory=list)


@dataclass
class Form:
    """One form of a page."""

    action: str
    method: str
    controls: list[Control] = field(default_factory=list)
    #: names and values of its buttons
    buttons: list[tuple[str, str]] = field(default_factory=list)
    text: str = ""

    def has(self, *names: str) -> bool:
        """Whether the form asks for all of these, or has a button of the name."""
        there = {control.name for control in self.controls} | {name for name, _value in self.buttons}
        return there.issuperset(names)

    def value(self, name: str) -> str:
        """What stands in a field; empty where nothing does."""
        return next((control.value for control in self.controls if control.name == name), "")

    def earliest(self, name: str) -> str:
        """The first day one can choose for a date."""
        return next((control.earliest for control in self.controls if control.name == name), "")

    def choices(self, name: str) -> list[str]:
        """The values one can choose for a field."""
        found: list[str] = []
        for control in self.controls:
            if control.name == name:
                found += [value for value, _words in control.options] if control.options else [control.value]
        return found

    def choice(self, name: str, words: str) -> str:
        """The value of the answer whose words begin with `words`. Raises Stopped where there is none."""
        for control in self.controls:
            for value, said in control.options:
                if control.name == name and said.startswith(words):
                    return value
        raise Stopped(f"the list {name} offers no “{words}”")

    def sent(self, values: Values) -> dict[str, list[str]]:
        """What a browser sends when `values` were typed and chosen. Raises Stopped where the form does not take one of them."""
        fields: dict[str, list[str]] = {}
        for control in self.controls:
            if control.name not in values and (control.is_chosen or control.kind not in ("radio", "checkbox")):
                fields.setdefault(control.name, []).append(control.value)
        for name, typed in values.items():
            wanted = [typed] if isinstance(typed, str) else typed
            kinds = {control.kind for control in self.controls if control.name == name}
            if not kinds:
                raise Stopped(f"the page has no field {name}")
            if kinds & {"radio", "checkbox", "select"} and not set(wanted) <= set(self.choices(name)):
                raise Stopped(f"the field {name} does not offer {', '.join(wanted)}")
            fields[name] = wanted
        return fields


@dataclass(frozen=True)
class Link:
    """One link of a page."""

    href: str
    words: str
    kind: str


@dataclass
class Page:
    """One page as it was answered."""

    path: str
    status: int
    language: str = ""
    heading: str = ""
    text: str = ""
    forms: list[Form] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)
    labels: dict[str, str] = field(default_factory=dict)
    #: the words of elements by their id
    by_id: dict[str, str] = field(default_factory=dict)
    #: what the page complains about
    complaints: list[str] = field(default_factory=list)
    #: what it says about work under way
    notes: list[str] = field(default_factory=list)

    def form(self, *names: str, action: str = "") -> Form:
        """The form that is sent with POST, asks for `names` and goes to an address that matches `action`. Raises Stopped."""
        for one in self.forms:
            if one.method == "post" and one.has(*names) and re.search(action, one.action):
                return one
        raise Stopped(f"the page “{self.heading}” has no form with {', '.join(names) or action}")

    def has_form(self, *names: str) -> bool:
        """Whether there is such a form."""
        return any(one.method == "post" and one.has(*names) for one in self.forms)

    def has_form_to(self, action: str) -> bool:
        """Whether there is a form that goes to an address matching `action`."""
        return any(re.search(action, one.action) for one in self.forms)

    def find_links(self, pattern: str) -> list[Link]:
        """The links whose address matches `pattern`."""
        return [link for link in self.links if re.search(pattern, urlsplit(link.href).path)]

    def label(self, control: Control) -> str:
        """The words at a field."""
        return self.labels.get(control.label_for, "")


class Window:
    """One person's window."""

    def __init__(self, url: str, *, whose: str, transport: httpx.BaseTransport | None = None) -> None:
        """Open a window on the instance at `url`; `whose` is said where something does not come."""
        self.whose = whose
        self._client = httpx.Client(
            base_url=url, follow_redirects=True, timeout=30.0, trust_env=False, transport=transport
        )
        self.page = Page("", 0)

    def close(self) -> None:
        """Close the window."""
        self._client.close()

    def open(self, path: str) -> Page:
        """Open an address of the instance."""
        return self._arrive(self._ask("GET", path))

    def follow(self, pattern: str, *, words: str = "") -> Page:
        """Follow the first link whose address matches `pattern` and whose words hold `words`. Raises Stopped."""
        for link in self.page.find_links(pattern):
            if words in link.words:
                return self.open(link.href)
        raise Stopped(f"{self.whose} finds no link {pattern} on the page “{self.page.heading}”")

    def send(self, form: Form, values: Values, *, press: tuple[str, str] | None = None) -> Page:
        """Fill in a form of the page, press a button and see what comes. Raises Stopped where the page complains."""
        before = self.page
        try:
            fields = form.sent(values)
        except Stopped as stopped:
            raise Stopped(f"{self.whose}, “{before.heading}”: {stopped}") from None
        if press:
            fields[press[0]] = [press[1]]
        page = self._arrive(self._ask("POST", form.action or before.path, data=fields))
        if page.status >= 400:
            raise Stopped(f"{self.whose}, “{before.heading}”: {'; '.join(page.complaints) or page.heading}")
        return page

    def wait(self, path: str, *, until: Callable[[Page], bool], what: str) -> Page:
        """Look at a page again and again until something is there. Raises Stopped when it does not come."""
        deadline = time.monotonic() + LOOK_FOR
        while not until(self.open(path)):
            if time.monotonic() > deadline:
                raise Stopped(f"{what} did not come within {LOOK_FOR:.0f} seconds")
            time.sleep(LOOK_EVERY)
        return self.page

    def download(self, path: str) -> tuple[str, bytes]:
        """A PDF with the name it is offered under. Raises Stopped where it is none."""
        response = self._ask("GET", path)
        named = re.search(r'filename="?([^";]+)', response.headers.get("content-disposition", ""))
        if response.status_code != 200 or not response.content.startswith(b"%PDF") or not named:
            raise Stopped(f"{self.whose} was given no document at {path}")
        return named[1], response.content

    def _ask(self, method: str, path: str, data: dict[str, list[str]] | None = None) -> httpx.Response:
        try:
            return self._client.request(method, path, data=data)
        except httpx.HTTPError as error:
            raise Stopped(f"the instance does not answer ({type(error).__name__})") from None

    def _arrive(self, response: httpx.Response) -> Page:
        reader = _Reader(Page(response.url.path, response.status_code))
        reader.feed(response.text)
        self.page = reader.page
        if response.request.method == "GET" and response.status_code != 200:
            raise Stopped(
                f"{self.whose} could not open {response.url.path}: {self.page.heading or response.status_code}"
            )
        return self.page


class _Reader(HTMLParser):
    """Takes a page apart. Our pages are valid HTML (tests see to it), so every element that opens also closes."""

    def __init__(self, page: Page) -> None:
        super().__init__()
        self.page = page
        self._open: list[tuple[str, list[str], list[Callable[[str], None]]]] = []
        self._form: Form | None = None
        self._select: Control | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """An element opens: note what is known already, and what to do with its words when it closes."""
        given = {name: value or "" for name, value in attrs}
        if tag == "br":
            self.handle_data("\n")
        closing: list[Callable[[str], None]] = []
        begin = getattr(self, f"_begin_{tag.replace('-', '_')}", None)
        if begin is not None and (then := begin(given)):
            closing.append(then)
        if "id" in given:
            closing.append(lambda text: self.page.by_id.update({given["id"]: _plain(text)}))
        if given.get("role") == "alert":
            closing.append(lambda text: self.page.complaints.append(_plain(text)))
        if given.get("role") == "status" and tag == "p":
            closing.append(lambda text: self.page.notes.append(_plain(text)))
        if tag not in _VOID:
            self._open.append((tag, [], closing))

    def handle_data(self, data: str) -> None:
        """Words belong to every element that is open."""
        for _tag, words, closing in self._open:
            if closing:
                words.append(data)

    def handle_endtag(self, tag: str) -> None:
        """An element closes."""
        while self._open:
            opened, words, closing = self._open.pop()
            for then in closing:
                then("".join(words))
            if opened == tag:
                return

    # ------------------------------------------------------------------------------------------------ elements
    def _begin_html(self, given: dict[str, str]) -> None:
        self.page.language = given.get("lang", "")

    def _begin_h1(self, _given: dict[str, str]) -> Callable[[str], None]:
        return lambda text: setattr(self.page, "heading", _plain(text))

    def _begin_main(self, _given: dict[str, str]) -> Callable[[str], None]:
        return lambda text: setattr(self.page, "text", _plain(text))

    def _begin_ds_error_summary(self, _given: dict[str, str]) -> Callable[[str], None]:
        return lambda text: self.page.complaints.append(_plain(text))

    def _begin_a(self, given: dict[str, str]) -> Callable[[str], None]:
        return lambda text: self.page.links.append(Link(given.get("href", ""), _plain(text), given.get("type", "")))

    def _begin_label(self, given: dict[str, str]) -> Callable[[str], None]:
        return lambda text: self.page.labels.update({given.get("for", ""): _plain(text)})

    def _begin_form(self, given: dict[str, str]) -> Callable[[str], None]:
        form = self._form = Form(given.get("action", ""), given.get("method", "get").lower())
        self.page.forms.append(form)

        def close(text: str) -> None:
            form.text, self._form = text, None

        return close

    def _begin_button(self, given: dict[str, str]) -> None:
        if self._form is not None and given.get("name"):
            self._form.buttons.append((given["name"], given.get("value", "")))

    def _begin_input(self, given: dict[str, str]) -> None:
        kind = given.get("type", "text")
        if kind not in _NOT_SENT:
            value = given.get("value", "on" if kind == "checkbox" else "")
            self._add(given, Control(given.get("name", ""), kind, value, "checked" in given))

    def _begin_textarea(self, given: dict[str, str]) -> Callable[[str], None]:
        control = self._add(given, Control(given.get("name", ""), "textarea"))
        return lambda text: setattr(control, "value", text.removeprefix("\n"))

    def _begin_select(self, given: dict[str, str]) -> None:
        self._select = self._add(given, Control(given.get("name", ""), "select"))

    def _begin_option(self, given: dict[str, str]) -> Callable[[str], None]:
        control, value = self._select, given.get("value", "")
        if control is not None and ("selected" in given or not control.options):
            control.value = value

        def close(text: str) -> None:
            if control is not None:
                control.options.append((value, _plain(text)))

        return close

    def _add(self, given: dict[str, str], control: Control) -> Control:
        control.label_for, control.earliest = given.get("id", ""), given.get("min", "")
        if self._form is not None and control.name and "disabled" not in given:
            self._form.controls.append(control)
        return control


def _plain(text: str) -> str:
    return " ".join(text.split())
