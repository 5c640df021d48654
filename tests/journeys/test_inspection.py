"""The inspection itself: it finds what it is there to find."""

import pytest
from playwright.sync_api import Browser, Page

from tests.journeys.inspection import Inspector

_PAGE = "<!doctype html><html lang='en'><title>A page</title><body class='public'><main><h1>A page</h1>{}</main></body></html>"


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        ("<img src='data:image/gif;base64,R0lGODlhAQABAAAAACw='>", "axe image-alt"),
        ("<p style='color: #bbb; background: #fff'>Hardly to be read</p>", "axe color-contrast"),
        ("<p style='width: 400px'>Wide</p>", "wider than the screen"),
        ("<p><button style='width: 30px; height: 30px'>Go</button></p>", "too small"),
    ],
)
def test_a_page_with_a_fault_does_not_pass(chromium: Browser, fault: str, said: str) -> None:
    page = chromium.new_page()
    page.set_content(_PAGE.format(fault))
    with pytest.raises(AssertionError, match=said):
        Inspector().look_at(page)
    page.close()


def test_a_page_is_looked_at_once_whatever_its_token_and_its_words(
    chromium: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked: list[str] = []
    page, inspector = chromium.new_page(), Inspector()

    def barriers(page: Page) -> list[str]:
        looked.append(page.url)
        return []

    monkeypatch.setattr(inspector, "barriers", barriers)
    for token, words in (("IjA5", "All is well."), ("ImQz", "All was well before.")):
        built = "<div hx-headers='{{\"X-CSRFToken\": \"{}\"}}'><input type='hidden' name='csrf_token' value='{}'><p>{}</p></div>"
        page.set_content(_PAGE.format(built.format(token, token, words)))
        inspector.look_at(page)
    assert len(looked) == 1
    page.close()


def test_a_page_built_otherwise_is_looked_at_again(chromium: Browser) -> None:
    page, inspector = chromium.new_page(), Inspector()
    page.set_content(_PAGE.format("<p>All is well.</p>"))
    inspector.look_at(page)
    page.set_content(_PAGE.format("<p class='pale' style='color: #bbb'>All is well.</p>"))
    with pytest.raises(AssertionError, match="axe color-contrast"):
        inspector.look_at(page)
    page.close()


def test_a_longer_text_is_looked_at_again(chromium: Browser) -> None:
    page, inspector = chromium.new_page(), Inspector()
    page.set_content(_PAGE.format("<p>All is well.</p>"))
    inspector.look_at(page)
    page.set_content(
        _PAGE.format(
            "<p>Thisisawordthatnobodycouldreadonatelephone-unlessitwasturnedtotheside,forsure</p>".replace("-", "")
        )
    )
    with pytest.raises(AssertionError, match="wider than the screen"):
        inspector.look_at(page)
    page.close()


def test_a_page_without_faults_passes(chromium: Browser) -> None:
    page = chromium.new_page()
    page.set_content(_PAGE.format("<p>All is well.</p>"))
    Inspector().look_at(page)
    page.close()
