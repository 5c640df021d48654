"""Looks at pages in Danish: no word of them in another language, nothing too wide, and axe finds nothing there either."""

from functools import cache
from io import BytesIO

from babel.messages.pofile import read_po
from playwright.sync_api import Page

from referrals.languages import CATALOGUE_FOLDER
from tests.journeys.every_page import Noting
from tests.journeys.inspection import RULES

#: the words of the page that do not say themselves that they are in another language
_WORDS = """
() => {
  const ours = (one) => one.closest("[lang]") === document.documentElement && !one.closest("script, style, textarea, .typed");
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT), found = new Set();
  while (walker.nextNode()) if (ours(walker.currentNode.parentElement)) found.add(walker.currentNode.data);
  for (const name of ["aria-label", "placeholder", "title", "alt"])
    for (const one of document.querySelectorAll(`[${name}]`)) if (ours(one)) found.add(one.getAttribute(name));
  return [...found];
}
"""


class InDanish(Noting):
    """Looks at pages in Danish. Colours are looked at in the other language: they are the same."""

    def look_at(self, page: Page) -> None:
        """Inspect it, and fail with what it says in another language."""
        super().look_at(page)
        assert page.locator("html").get_attribute("lang") == "da", page.url
        left = sorted({" ".join(words.split()) for words in page.evaluate(_WORDS)} & foreign())
        assert not left, f"{page.url} in Danish still says {left}"

    def barriers(self, page: Page) -> list[str]:
        """What axe finds, but for colours."""
        return self.violations(page, {"type": "tag", "values": RULES}, but=("color-contrast",))


@cache
def foreign() -> frozenset[str]:
    """What pages say in Swedish and English, without what is the same in Danish."""
    written = {
        language: {
            message.id: str(message.string)
            for file in sorted((CATALOGUE_FOLDER / language).glob("*.po"))
            for message in read_po(BytesIO(file.read_bytes()))
            if message.id and not message.pluralizable
        }
        for language in ("sv", "da")
    }
    danish = set(written["da"].values())
    return frozenset({*written["sv"].values(), *map(str, written["da"])} - danish)
