"""What is asked of every page a journey comes to: axe finds nothing, nothing is cut off at 320 pixels, targets are large enough."""

import re
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa", "best-practice"]
NARROW = {"width": 320, "height": 640}

#: what differs between two showings of the same page and says nothing about how it is built
_PASSING = re.compile(
    r"[0-9a-f]{8}-[0-9a-f-]{27}|csrf_token\" value=\"[^\"]+|X-CSRFToken[^}]+|\b[A-Z]{2,3}(-[0-9A-Z]{4}){2}\b|\d+"
)

#: what a barrier does not depend on: which words stand there (whether any do, counts), where links lead, what is filled in
_WORDS = re.compile(r">[^<]*[^<\s][^<]*<")
_PLACES = re.compile(r" (href|action|formaction|value|content|datetime)=\"[^\"]+\"")

_TOO_WIDE = """
() => {
  const wide = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= wide) return [];
  const outside = [...document.querySelectorAll("body *")]
    .filter((one) => one.getBoundingClientRect().right > wide + 1 && !one.closest(".table-frame, .board"))
    .slice(0, 5).map((one) => one.tagName + "." + one.className + " " + Math.round(one.getBoundingClientRect().right));
  return outside.length ? outside : ["it can be scrolled sideways"];
}
"""

_TOO_SMALL = """
(least) => {
  const seen = (one) => one.checkVisibility({visibilityProperty: true, opacityProperty: true});
  const within = (one) => {
    const box = one.getBoundingClientRect();
    if (!one.matches("[type=radio], [type=checkbox]")) return box;
    const label = one.labels[0]?.getBoundingClientRect();
    if (!label) return box;
    const left = Math.min(box.left, label.left), top = Math.min(box.top, label.top);
    return {width: Math.max(box.right, label.right) - left, height: Math.max(box.bottom, label.bottom) - top};
  };
  const inText = (one) => one.matches("a") && getComputedStyle(one).display === "inline"
    && [...one.parentElement.childNodes].some((other) => other !== one && other.textContent.trim());
  return [...document.querySelectorAll("a[href], button, input:not([type=hidden]), select, textarea, summary")]
    .filter((one) => seen(one) && !inText(one) && !one.matches(".ds-skip-link"))
    .map((one) => [one, within(one)])
    .filter(([, box]) => box.width < least - 0.5 || box.height < least - 0.5)
    .map(([one, box]) => `${one.outerHTML.slice(0, 120)}: ${Math.round(box.width)} × ${Math.round(box.height)}`);
}
"""


#: what a sheet of A4 leaves between its margins
SHEET = {"width": 680, "height": 960}

_LOST_ON_PAPER = """
() => {
  const seen = (one) => one.checkVisibility({visibilityProperty: true});
  const about = (one) => one.outerHTML.slice(0, 120);
  const pressed = [...document.querySelectorAll("button, [type=submit], nav a")].filter(seen).map((one) => `can be pressed: ${about(one)}`);
  const folded = [...document.querySelectorAll("details:not(.explained, .extracts, :has(form))")]
    .filter((one) => seen(one) && one.lastElementChild !== one.firstElementChild && !seen(one.lastElementChild))
    .map((one) => `is folded up: ${about(one)}`);
  return [...pressed, ...folded];
}
"""


class Inspector:
    """Looks at pages: for barriers at each way a page is built once, for what is cut off at each text once."""

    def __init__(self) -> None:
        self._axe = Axe()
        self._read: set[int] = set()
        self._built: set[int] = set()

    def look_at(self, page: Page) -> None:
        """Fail with everything that is wrong with the page."""
        width = page.viewport_size["width"] if page.viewport_size else 0
        text = _PASSING.sub("", page.content())
        faults = []
        if _is_new((_PASSING.sub("", page.url), width, _PLACES.sub(r" \1", _WORDS.sub(">-<", text))), self._built):
            faults += self.barriers(page)
        if _is_new((width, text), self._read):
            faults += _on_a_narrow_screen(page)
        assert not faults, f"{page.url} ({page.title()}):\n" + "\n".join(faults)

    def barriers(self, page: Page) -> list[str]:
        """What axe finds on the page."""
        return self.violations(page, {"type": "tag", "values": RULES})

    def violations(self, page: Page, rules: dict[str, Any], *, but: tuple[str, ...] = ()) -> list[str]:
        """What axe finds on the page by these rules, `but` for some."""
        options: dict[str, Any] = {
            "runOnly": rules,
            "rules": {name: {"enabled": False} for name in but},
            "resultTypes": ["violations"],
            "preload": False,  # style sheets are read once more only for a rule that is not among these
        }
        found = self._axe.run(page, options=options).response["violations"]
        return [
            f"axe {one['id']}: {one['help']}: {node['html'][:200]} {node.get('failureSummary', '')}"
            for one in found
            for node in one["nodes"][:3]
        ]


def on_paper(page: Page) -> list[str]:
    """What would be wrong with the page printed on A4: cut off at the side, folded up, or there only to be pressed."""
    before = page.viewport_size
    page.emulate_media(media="print")
    page.set_viewport_size(SHEET)  # type: ignore[arg-type]
    faults = [f"wider than a sheet: {one}" for one in page.evaluate(_TOO_WIDE)] + page.evaluate(_LOST_ON_PAPER)
    page.emulate_media(media="null")
    if before:
        page.set_viewport_size(before)
    return [f"on paper: {one}" for one in faults]


def _is_new(one: object, among: set[int]) -> bool:
    known = hash(one) in among
    among.add(hash(one))
    return not known


def _on_a_narrow_screen(page: Page) -> list[str]:
    before = page.viewport_size
    page.set_viewport_size(NARROW)  # type: ignore[arg-type]
    is_public = page.locator("body.public").count() > 0 and page.locator("input[type=password]").count() == 0
    faults = [f"wider than the screen at 320 pixels: {one}" for one in page.evaluate(_TOO_WIDE)]
    if is_public:  # on the staff's pages axe asks for 24
        faults += [f"a target is too small: {one}" for one in page.evaluate(_TOO_SMALL, 44)]
    if before:
        page.set_viewport_size(before)
    return faults
