"""The inspection itself: it finds what it is there to find."""

import pytest
from playwright.sync_api import Browser

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


def test_a_page_without_faults_passes(chromium: Browser) -> None:
    page = chromium.new_page()
    page.set_content(_PAGE.format("<p>All is well.</p>"))
    Inspector().look_at(page)
    page.close()
