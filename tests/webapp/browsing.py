"""A browser without a screen for tests: it fetches pages, checks each by the house rules, and fills in and sends their forms."""

import io
import re
import zipfile
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit
from xml.etree.ElementTree import Element

import html5lib
from flask.testing import FlaskClient
from werkzeug.datastructures import MultiDict
from werkzeug.test import TestResponse

WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
CONTROLS = ("input", "select", "textarea")


def words_of_workbook(data: bytes) -> str:
    """What stands in the cells of a workbook and what its sheets are called, without when it was made."""
    with zipfile.ZipFile(io.BytesIO(data)) as book:
        return "\n".join(book.read(part).decode() for part in book.namelist() if part.startswith("xl/"))


class Page:
    """One page as it was answered, already checked."""

    def __init__(self, response: TestResponse, path: str) -> None:
        self.response, self.path, self.status = response, path, response.status_code
        parser = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False)
        self.tree: Element = parser.parse(response.text)
        check(self)

    def all(self, *tags: str, **attributes: str) -> list[Element]:
        """Every element with one of these tags and all of these attributes."""
        wanted = {name.strip("_").replace("_", "-"): value for name, value in attributes.items()}
        return [
            element
            for element in self.tree.iter()
            if element.tag in tags and all(element.get(name) == value for name, value in wanted.items())
        ]

    def text_of(self, element: Element) -> str:
        """The words in an element, with single blanks."""
        return " ".join("".join(element.itertext()).split())

    @property
    def heading(self) -> str:
        """The words of the page's h1."""
        return self.text_of(self.all("h1")[0])

    @property
    def title(self) -> str:
        """The words in the title bar."""
        return self.text_of(self.all("title")[0])

    @property
    def text(self) -> str:
        """All words of the main part, but for what the page says of itself while that is folded up."""
        about = self.all("details", class_="explained page-help")
        return self.text_of(self.all("main")[0]).replace(self.text_of(about[0]) if about else "", "", 1)

    @property
    def problems(self) -> list[str]:
        """What the error summary says, line by line."""
        summaries = self.all("ds-error-summary")
        return [self.text_of(item) for summary in summaries for item in summary.iter("li")]

    def form(self, form_id: str = "main-form") -> Element:
        """The form with this id."""
        found = self.all("form", id=form_id)
        assert found, f"{self.path} has no form {form_id!r}"
        return found[0]

    def fields(self, form: Element) -> MultiDict[str, str]:
        """What a browser would send of `form` without anything typed."""
        typed: MultiDict[str, str] = MultiDict()
        for control in form.iter():
            name = control.get("name")
            if not name or control.tag not in CONTROLS or control.get("disabled") is not None:
                continue
            kind = control.get("type", "text")
            if control.tag == "select":
                chosen = [option for option in control.iter("option") if option.get("selected") is not None]
                typed.add(name, (chosen or list(control.iter("option")))[0].get("value", ""))
            elif control.tag == "textarea":
                typed.add(name, "".join(control.itertext()).removeprefix("\n"))
            elif kind not in ("radio", "checkbox", "submit", "button") or control.get("checked") is not None:
                typed.add(name, control.get("value", "on" if kind == "checkbox" else ""))
        return typed


class Browser:
    """One person's browser. Every page it gets is checked."""

    def __init__(self, client: FlaskClient) -> None:
        self.client = client
        self.page: Page | None = None

    def get(self, path: str, *, status: int = 200, **options: Any) -> Page:
        """Open an address and follow redirects."""
        return self._arrive(self.client.get(path, follow_redirects=True, **options), status)

    def submit(
        self,
        typed: Mapping[str, str | list[str]] | None = None,
        *,
        form: str | Element = "main-form",
        button: tuple[str, str] | None = None,
        status: int = 200,
    ) -> Page:
        """Fill in a form of the page that is open, press a button (name and value) and follow redirects."""
        return self._arrive(self.send(typed, form=form, button=button, follow_redirects=True), status)

    def send(
        self,
        typed: Mapping[str, str | list[str]] | None = None,
        *,
        form: str | Element = "main-form",
        button: tuple[str, str] | None = None,
        follow_redirects: bool = False,
    ) -> TestResponse:
        """The same, and give the answer as it comes."""
        assert self.page is not None, "open a page first"
        element = self.page.form(form) if isinstance(form, str) else form
        fields = self.page.fields(element)
        for name, value in (typed or {}).items():
            fields.setlist(name, value if isinstance(value, list) else [value])
        if button:
            fields.add(*button)
        action = element.get("action") or self.page.path
        return self.client.post(action, data=fields, follow_redirects=follow_redirects)

    def _arrive(self, response: TestResponse, status: int) -> Page:
        assert response.status_code == status, f"{response.request.path}: {response.status} instead of {status}"
        self.page = Page(response, response.request.path)
        return self.page


def check(page: Page) -> None:
    """The house rules for every page. The parser has already refused HTML that is not valid."""
    html = page.tree if page.tree.tag == "html" else next(page.tree.iter("html"))
    assert html.get("lang"), "a page says which language it is in"
    headings = page.all("h1")
    assert len(headings) == 1, f"{page.path} has {len(headings)} main headings"
    title = page.title.removeprefix("Error: ").removeprefix("Fel: ").removeprefix("Fejl: ")
    assert title.startswith(page.heading), f"{page.path}: the title {page.title!r} does not begin with the heading"
    assert bool(page.problems) == (title != page.title), f"{page.path}: an error stands in the title as in the page"
    banners = page.all("div", class_="demo-banner")
    assert [bool(page.text_of(banner)) for banner in banners] == [True], f"{page.path} hides that it is a demonstration"
    assert "undefined" not in page.text.lower(), f"{page.path} shows an undefined value"
    _check_ids(page)
    _check_labels(page)
    _check_heading_levels(page)
    _check_forms(page)
    _check_own_host(page)
    _check_nothing_inline(page)


def _check_ids(page: Page) -> None:
    ids = [element.get("id") for element in page.tree.iter() if element.get("id") is not None]
    assert len(ids) == len(set(ids)), f"{page.path}: ids twice: {sorted({i for i in ids if ids.count(i) > 1})}"
    for element in page.tree.iter():
        named = f"{element.get('aria-describedby', '')} {element.get('aria-labelledby', '')} {element.get('for', '')}"
        named += f" {element.get('form', '')}"
        for target in named.split():
            assert target in ids, f"{page.path}: {element.tag} names {target!r}, which is not there"
    for link in page.all("a"):
        href = link.get("href", "")
        if href.startswith("#"):
            assert href[1:] in ids, f"{page.path}: a link leads to {href}, which is not there"


def _check_labels(page: Page) -> None:
    labelled = {label.get("for") for label in page.all("label")}
    for control in page.all(*CONTROLS):
        if control.get("type") in ("hidden", "submit"):
            continue
        named = control.get("id") in labelled or control.get("aria-label") or control.get("aria-labelledby")
        assert named, f"{page.path}: {control.get('name')!r} has no label"
    for button in page.all("button", "a", "summary"):
        named = page.text_of(button) or button.get("aria-label")
        assert named, f"{page.path}: a {button.tag} has no words"
    for group in page.all("fieldset"):
        legend = page.text_of(group[0]) if group[0].tag == "legend" else ""
        assert legend, f"{page.path}: a group of fields has no legend"
    for image in page.all("img"):
        assert image.get("alt") is not None, f"{page.path}: a picture says nothing to who cannot see it"


def _check_heading_levels(page: Page) -> None:
    level = 0
    main = page.all("main")[0]
    for heading in (element for element in main.iter() if element.tag in HEADINGS):
        here = int(str(heading.tag)[1])
        # A notice above the main heading may be of the second level.
        assert here <= level + 1 or level == 0, f"{page.path}: {page.text_of(heading)!r} skips a level"
        level = max(here, 1)


def _check_forms(page: Page) -> None:
    for form in page.all("form"):
        method = form.get("method", "get").lower()
        names = [element.get("name") for element in form.iter()]
        assert ("csrf_token" in names) == (method == "post"), f"{page.path}: a form and its protection do not fit"


def _check_own_host(page: Page) -> None:
    for element in page.tree.iter():
        addresses = [element.get(name) for name in ("src", "srcset", "poster", "data", "action", "formaction")]
        if element.tag in ("link", "use", "image"):
            addresses.append(element.get("href"))
        for address in filter(None, addresses):
            parts = urlsplit(address)
            assert (parts.netloc, parts.scheme) in (("", ""), ("", "data")), f"{page.path} loads {address}"


def _check_nothing_inline(page: Page) -> None:
    for element in page.tree.iter():
        assert (element.tag == "style", element.get("style")) == (False, None), f"{page.path} has a style inside"
        assert element.tag != "script" or element.get("src"), f"{page.path} has a script inside"
        assert not [name for name in element.attrib if re.fullmatch(r"on[a-z]+", str(name))], (
            f"{page.path} has a handler"
        )
