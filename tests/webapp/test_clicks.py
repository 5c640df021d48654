"""How many clicks the coordinator's day costs: each press and each page that is loaded is counted, nothing is timed."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from xml.etree.ElementTree import Element

import pytest
from sqlalchemy import select

from referrals import clock, db
from referrals.config import Settings
from referrals.models import Referral
from referrals.stages import (
    IN_CONSENT,
    PARTS_REQUESTED,
    PLAN_ACTIVE,
    PLAN_FOR_APPROVAL,
    RETURNED,
    SUBMITTED,
    Party,
    State,
)
from referrals.vocabulary import PlanStatus
from referrals.work.worklist import NEXT
from tests.factories import a_part, a_plan, a_referral
from tests.webapp.browsing import Browser, Page
from tests.webapp.desk import cast_of

SignIn = Callable[[str], Browser]
Lay = Callable[..., str]
TWELVE = 12
TODAY = clock.today("Europe/Stockholm")
#: states in which the next thing is to be done by somebody who is signed in as this person
DOERS = {Party.COORDINATOR: "karin", Party.HEAD_TEACHER: "henrik", Party.ASSESSOR: "kim"}
TO_DO = [(state, DOERS[party]) for state, (_verb, party) in NEXT.items() if party in DOERS]


class Hand:
    """A hand on the mouse: it can only press what is there to be pressed, and counts."""

    def __init__(self, browser: Browser, start: str) -> None:
        self.browser = browser
        self.page: Page = browser.get(start)
        self.clicks = self.loads = 0
        self._ticked: dict[str, str] = {}

    def follow(self, link: Element) -> Page:
        """Press a link."""
        return self._arrive(self.browser.get(link.get("href", "")))

    def tick(self, name: str, value: str) -> None:
        """Press a radio button that is on the page."""
        assert self.page.all("input", type="radio", name=name, value=value), f"{self.page.path} has no {name}={value}"
        self._ticked[name] = value
        self.clicks += 1

    def press(self, words: str) -> Page:
        """Press the one button of the main form that says so."""
        (button,) = [each for each in self.page.form().iter("button") if self.page.text_of(each) == words]
        pressed = (button.get("name", ""), button.get("value", "")) if button.get("name") else None
        typed, self._ticked = self._ticked, {}
        return self._arrive(self.browser.submit(typed, button=pressed))

    def find(self, search: Element, number: str) -> Page:
        """Type a number into the search, and press."""
        return self._arrive(self.browser.get(f"{search.get('action')}?reference={number}"))

    def _arrive(self, page: Page) -> Page:
        self.page = page
        self.clicks += 1
        self.loads += 1
        return page


@pytest.fixture
def lay(app: Any, settings: Settings) -> Lay:
    """Puts a referral that stands somewhere into the database and gives its number."""

    def make(state: State, days: int = 0) -> str:
        with db.writing(settings.database) as session:
            cast = cast_of(session)
            day = TODAY + timedelta(days=days)
            referral = a_referral(session, cast, state, owner_id=cast.coordinator.id, target_on=day)
            if state == PARTS_REQUESTED:
                a_part(session, referral, cast.counsellor, asked_by=cast.coordinator)
            if state == PLAN_ACTIVE:
                a_plan(session, referral, author=cast.coordinator, status=PlanStatus.ACTIVE)
            if state == PLAN_FOR_APPROVAL:
                a_plan(session, referral, author=cast.coordinator, status=PlanStatus.FOR_APPROVAL)
            return referral.number

    return make


def states(settings: Settings) -> list[State]:
    with db.reading(settings.database) as session:
        return [referral.state for referral in session.scalars(select(Referral))]


def test_an_ordinary_decision_takes_three_clicks_from_home(lay: Lay, signed_in: SignIn, settings: Settings) -> None:
    lay(SUBMITTED)
    hand = Hand(signed_in("karin"), "/home")
    (line,) = hand.page.all("a", class_="waiting__verb")
    hand.follow(line)
    hand.tick("way", "assessment")
    hand.press("Decide")
    assert hand.clicks == 3
    assert states(settings) == [IN_CONSENT]


def test_twelve_concerns_go_through_triage_one_after_the_other(lay: Lay, signed_in: SignIn, settings: Settings) -> None:
    numbers = [lay(SUBMITTED, days) for days in range(TWELVE)]
    hand = Hand(signed_in("karin"), "/home")
    (through,) = [link for link in hand.page.all("a") if hand.page.text_of(link) == f"Go through {TWELVE} concerns"]
    hand.follow(through)
    for left, number in reversed([*enumerate(reversed(numbers))]):
        before = hand.clicks, hand.loads
        assert hand.page.path == f"/referrals/{number}/triage"
        assert "Mila har varit borta nio dagar" in hand.page.text
        hand.tick("way", "team")
        hand.press("Decide and take the next" if left else "Decide")
        assert (hand.clicks - before[0], hand.loads - before[1]) == (2, 1)
    assert (hand.clicks, hand.loads) == (1 + 2 * TWELVE, 1 + TWELVE)
    assert set(states(settings)) == {IN_CONSENT}
    assert hand.page.path == f"/referrals/{numbers[-1]}"


@pytest.mark.parametrize(("state", "who"), TO_DO)
def test_a_line_of_home_opens_what_is_to_be_done(lay: Lay, signed_in: SignIn, state: State, who: str) -> None:
    number = lay(state)
    hand = Hand(signed_in(who), "/home")
    (line,) = hand.page.all("a", class_="waiting__verb")
    page = hand.follow(line)
    assert hand.clicks == 1
    assert page.path.startswith(f"/referrals/{number}/")


def primary_action(hand: Hand, number: str) -> Element:
    """Search for a number on the page that is open, and see what is next there."""
    (search,) = [form for form in hand.page.all("form") if form.get("class") == "find-reference"]
    (primary,) = hand.find(search, number.lower()).all("section", class_="primary-action")
    return primary


@pytest.mark.parametrize(("state", "who"), TO_DO)
def test_any_referral_is_two_clicks_from_home_to_its_next_action(
    lay: Lay, signed_in: SignIn, state: State, who: str
) -> None:
    number = lay(state)
    hand = Hand(signed_in(who), "/home")
    (line,) = [link.get("href") for link in hand.page.all("a", class_="waiting__verb")]
    (way,) = primary_action(hand, number).iter("a")
    page = hand.follow(way)
    assert hand.clicks == 2
    assert page.path == line


@pytest.mark.parametrize(
    ("state", "whose"),
    [
        (RETURNED, "The reporter has been asked"),
        (PARTS_REQUESTED, "It waits for the colleagues"),
        (PLAN_ACTIVE, "The follow-up opens by itself"),
    ],
)
def test_what_is_not_the_coordinators_to_do_says_after_one_click_whose_it_is(
    lay: Lay, signed_in: SignIn, state: State, whose: str
) -> None:
    hand = Hand(signed_in("karin"), "/home")
    primary = primary_action(hand, lay(state))
    assert whose in hand.page.text_of(primary)
    assert not [*primary.iter("a")]
    assert hand.clicks == 1


def test_a_running_plan_is_two_clicks_from_home_to_a_follow_up_before_its_day(lay: Lay, signed_in: SignIn) -> None:
    hand = Hand(signed_in("karin"), "/home")
    primary_action(hand, lay(PLAN_ACTIVE))
    (way,) = [link for link in hand.page.all("a") if hand.page.text_of(link) == "Follow up already now"]
    page = hand.follow(way)
    assert hand.clicks == 2
    assert page.all("form", id="open-form")
