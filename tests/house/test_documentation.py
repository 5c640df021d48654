"""Documentation: what it points at is there."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
_LINK = re.compile(r"\]\(([^)#\s]+)")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_every_picture_and_page_that_is_pointed_at_is_there(page: Path) -> None:
    own = [link for link in _LINK.findall(page.read_text(encoding="utf-8")) if "://" not in link]
    assert [link for link in own if not (page.parent / link).exists()] == []


def test_the_readme_shows_the_form_the_board_and_a_paper() -> None:
    assert len(re.findall(r"!\[[^\]]+\]\(docs/pictures/", (ROOT / "README.md").read_text(encoding="utf-8"))) >= 3
