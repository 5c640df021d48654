"""The meeting on a screen that all see: behind a curtain, with the network gone for a minute, and signed out while somebody writes."""

from collections.abc import Callable

import pytest
from flask import Flask
from playwright.sync_api import Route, expect
from sqlalchemy import delete

from referrals import db, team_review
from referrals.models import KeptForm, WebSession
from tests import straight_way
from tests.journeys import ground
from tests.journeys.every_page import Walk
from tests.journeys.window import Window
from tests.webapp.desk import cast_of

#: decisions of the straight way until the team is called
UNTIL_CALLED = 9
#: what projectors show, old and new
PROJECTORS = ({"width": 1024, "height": 768}, {"width": 1920, "height": 1080})
#: so many pixels high are letters that are read from the back of a room
READ_FROM_AFAR = 24
#: what the browser says while nothing gets through
OF_THE_GAP = ("htmx:afterRequest", "htmx:sendError", "net::ERR_INTERNET_DISCONNECTED", "net::ERR_FAILED", "502")
#: and while something answers that saves nothing
OF_A_REFUSAL = ("Response Status Error Code", "status of 403", "status of 400")
NOT_SAVED = "Not saved. What you typed stands on this page: leave it open. If you have been signed out, sign in in another tab, then send the form here."
_WARNS_BEFORE_LEAVING = "!dispatchEvent(new Event('beforeunload', {cancelable: true}))"
#: what only whoever types reads: how they are doing, and what is folded up until it is needed
_TOO_SMALL = """
(least) => [...document.querySelectorAll("main :is(h1, h2, p, label, legend, footer, button, a, textarea, input, select)")]
  .filter((one) => one.checkVisibility({visibilityProperty: true}) && !one.closest("details, .ds-sr-only, .saved, [data-field=counter]"))
  .filter((one) => one.textContent.trim() || one.matches("textarea, input, select"))
  .map((one) => [parseFloat(getComputedStyle(one).fontSize), one.outerHTML.slice(0, 120)])
  .filter(([size]) => size < least)
"""


@pytest.fixture
def called(app: Flask, address: str, number: str) -> str:
    """A referral for which the team is called."""
    for decide in straight_way.DECISIONS[:UNTIL_CALLED]:
        with db.writing(address) as session:
            decide(session, cast_of(session), ground.the_referral(session, number))
    return number


@pytest.fixture
def written(address: str, called: str) -> Callable[[], str | None]:
    """The strengths as the minutes hold them now."""

    def read() -> str | None:
        with db.reading(address) as session:
            meeting = team_review.current_meeting(session, ground.the_referral(session, called))
            return meeting.strengths if meeting else None

    return read


def _nothing_gets_out(route: Route) -> None:
    """A Wi-Fi that the browser counts as online."""
    route.abort()


def _bad_gateway(route: Route) -> None:
    """What a proxy answers that does not reach the server."""
    route.fulfill(status=502, body="Bad Gateway")


def _page_to_sign_in_on(route: Route) -> None:
    """What stands at the end of a redirect by a municipality's own door, which wants to know again who comes: no error."""
    route.fulfill(status=200, content_type="text/html", body="<h1>Logga in</h1>")


def _arrived_after_the_gap(window: Window) -> None:
    """The page inspected as every other, without what the browser said of the gap."""
    window.complaints[:] = [
        one for one in window.complaints if not any(why in one for why in OF_THE_GAP + OF_A_REFUSAL)
    ]
    window.arrived()


def _write_through(gap: Callable[[Route], None], window: Window, more: str) -> None:
    """Write more into the strengths and send them while nothing gets through; that ends, and they are sent."""
    page, words = window.page, window.words
    strengths, state = page.locator("#f-strengths"), page.locator("#saved")
    held = strengths.input_value()
    page.route("**/minutes*", gap)
    strengths.press("Control+End")
    strengths.press_sequentially(more)
    expect(state).to_have_text(words("Not saved: no connection. Go on writing, and we try again."), timeout=60_000)
    assert page.evaluate(_WARNS_BEFORE_LEAVING)
    page.locator("main form button[type=submit]").last.click()
    expect(state).to_contain_text(words("No connection. What you wrote stands on this page and is sent as soon as the network is back. Leave the page open."), timeout=60_000)  # fmt: skip
    expect(strengths).to_have_value(f"{held}{more}")
    page.unroute("**/minutes*")
    page.wait_for_url("**/minutes?screen=curtain", timeout=60_000)
    _arrived_after_the_gap(window)


def _write_signed_out(walk: Walk, address: str, *, before: str, after: str) -> None:
    """Write on while another door, then ours, wants to know again who comes. It is said, stays on the page, and is sent at last."""
    window, page, words = walk.window, walk.window.page, walk.window.words
    strengths, state, send = page.locator("#f-strengths"), page.locator("#saved"), page.locator("main form button[type=submit]").last  # fmt: skip
    held = strengths.input_value()
    page.route("**/minutes*", _page_to_sign_in_on)
    strengths.press("Control+End")
    strengths.press_sequentially(before)
    expect(state).to_have_text(words(NOT_SAVED), timeout=60_000)
    assert page.evaluate(_WARNS_BEFORE_LEAVING)
    with page.expect_response("**/minutes*"):
        send.click()
    expect(state).to_have_text(words(NOT_SAVED), timeout=60_000)
    expect(strengths).to_have_value(f"{held}{before}")
    page.unroute("**/minutes*")
    strengths.press("Control+End")
    strengths.press_sequentially(after)
    expect(state).to_contain_text(words("Saved %(time)s", time="").strip(), timeout=60_000)
    with db.writing(address) as session:
        session.execute(delete(WebSession))
    strengths.press("Control+End")
    strengths.press("Backspace")
    expect(state).to_have_text(words(NOT_SAVED), timeout=60_000)
    assert page.evaluate(_WARNS_BEFORE_LEAVING)
    walk.be("karin")  # in another tab
    send.click()
    expect(page.get_by_text(words("The page had been open for too long"))).to_be_visible(timeout=60_000)
    expect(strengths).to_have_value(f"{held}{before}{after[:-1]}")
    send.click()
    page.wait_for_url("**/minutes?screen=curtain", timeout=60_000)
    _arrived_after_the_gap(window)


def test_what_is_typed_with_the_network_gone_is_sent_when_it_is_back(
    walk: Walk, address: str, called: str, written: Callable[[], str | None]
) -> None:
    walk.be("karin")
    window = walk.window.open(f"/referrals/{called}/team-review/minutes?screen=curtain")
    page, words = window.page, window.words
    assert page.locator("textarea").count() == 0
    window.follow("Show")
    strengths, state = page.locator("#f-strengths"), page.locator("#saved")
    page.context.set_offline(True)
    strengths.press_sequentially("Ritar gärna.")
    expect(state).to_have_text(words("Not saved: no connection. Go on writing, and we try again."), timeout=60_000)
    page.keyboard.press("Escape")
    expect(strengths).to_be_hidden()
    expect(page.locator("main")).to_be_hidden()
    page.keyboard.press("Enter")
    expect(strengths).to_have_value("Ritar gärna.")
    page.context.set_offline(False)
    expect(state).to_contain_text(words("Saved %(time)s", time="").strip(), timeout=60_000)

    page.context.set_offline(True)
    strengths.press_sequentially(" Hjälper små.")
    page.locator("main form button[type=submit]").last.click()
    expect(state).to_contain_text(words("No connection. What you wrote stands on this page and is sent as soon as the network is back. Leave the page open."), timeout=60_000)  # fmt: skip
    assert page.evaluate("localStorage.length") == 0
    assert "Ritar" not in page.evaluate("JSON.stringify(sessionStorage)")
    assert written() is None
    page.context.set_offline(False)
    page.wait_for_url("**/minutes?screen=curtain", timeout=60_000)
    _arrived_after_the_gap(window)
    assert written() == "Ritar gärna. Hjälper små."

    # and where the browser takes itself for online: nothing gets out, or something between answers instead of the server
    for more, gap in ((" Bygger.", _nothing_gets_out), (" Sjunger.", _bad_gateway)):
        window.follow("Show")
        _write_through(gap, window, more)
    assert written() == "Ritar gärna. Hjälper små. Bygger. Sjunger."

    # and where something answers that saves nothing
    window.follow("Show")
    _write_signed_out(walk, address, before=" Läser.", after=" Cyklar.")
    assert written() == "Ritar gärna. Hjälper små. Bygger. Sjunger. Läser. Cyklar"
    assert not page.evaluate(_WARNS_BEFORE_LEAVING)
    with db.reading(address) as session:
        assert session.query(KeptForm).count() == 0


def test_a_projector_shows_it_to_the_back_of_the_room_and_nothing_sideways(walk: Walk, called: str) -> None:
    walk.be("karin")
    window = walk.window
    for size in PROJECTORS:
        window.page.set_viewport_size(size)  # type: ignore[arg-type]
        for how in ("curtain", "open"):
            window.open(f"/referrals/{called}/team-review/minutes?screen={how}")  # inspected there, contrast with it
            assert window.page.evaluate("document.documentElement.scrollWidth") <= size["width"], (how, size)
            assert window.page.evaluate(_TOO_SMALL, READ_FROM_AFAR) == [], (how, size)
