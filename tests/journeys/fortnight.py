"""A coordinator at work through two weeks: several referrals, the team's dates, the mail, and what the pages say is to be done by when."""

import os
import re
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime

from tests.journeys.calendars import HERE, Invitation, invitations
from tests.journeys.caseload import Caseload
from tests.journeys.deadlines import standing_on
from tests.journeys.instance import Instance
from tests.journeys.people import Person
from tests.journeys.team import Team
from tests.journeys.telling import Receipt, Reporter
from tests.journeys.window import Window
from tests.referrals.post_office import PostOffice
from tests.schemas.test_delivery_report import REPORT, WHOLE

SECOND = Person("Sanna Brolund", "sanna.brolund@trivsel.invalid")
STAND_IN = Person("Ines Fallberg", "ines.fallberg@trivsel.invalid")
TEAMS = {"se": "HTL-team Linden", "dk": "Trivselsforum Fjord"}
_DAY, _NUMBER = re.compile(r"\d{4}-\d\d-\d\d"), re.compile(r"HTL(?:-\w{4}){2}")


class Fortnight(Team):
    """The people around twelve children; `number` is the referral they work with just now."""

    def __init__(
        self, instance: Instance, new_window: Callable[..., Window], office: PostOffice, caseload: Caseload
    ) -> None:
        super().__init__(instance, new_window)
        self.office, self.caseload, self.new_window = office, caseload, new_window
        #: what Hugo's reporter took home
        self.receipt = Receipt("", "")
        self.numbers: dict[str, str] = {}

    # ------------------------------------------------------------------------------------------------ days and children
    def come_to(self, day: str, clock: str = "08:00") -> None:
        """It is that day and hour for everybody."""
        self.instance.set_now(datetime.fromisoformat(f"{day}T{clock}").replace(tzinfo=HERE))

    def about(self, child: str) -> "Fortnight":
        """Work with the referral of this child."""
        self.number = self.numbers[child]
        return self

    def hear_of(self, child: str, *, too_close_how: str = "") -> Receipt:
        """A teacher tells of a child through the public form."""
        reporter = Reporter(self.new_window(), self.language, child=f"{child} Provsson", too_close_how=too_close_how)
        receipt = reporter.begin("I work with children").tell_as_teacher().send()
        self.numbers[child] = receipt.number
        return receipt

    def report_undelivered(self, lost: Invitation) -> str:
        """The post office reports that a mail did not arrive; what the command line says to it."""
        report = (REPORT + WHOLE).replace(b"<0123@kommunen.invalid>", lost.message_id.encode())
        settings = {"TRIVSEL_DATA": str(self.instance.folder), "TRIVSEL_DATABASE_URL": self.instance.database}
        words = [sys.executable, "-m", "webapp.cli", "bounces"]
        return subprocess.run(
            words, input=report, env=os.environ | settings, check=True, capture_output=True
        ).stdout.decode()

    # ------------------------------------------------------------------------------------------------ the team's dates
    def team_page(self) -> Window:
        """The page of the coordinator's team."""
        window = self.coordinator.open("/teams")
        return window.leads(window.page.get_by_role("link", name=TEAMS[self.instance.country]))

    def agenda_of(self, day: str) -> Window:
        """The agenda of the team's date on this day."""
        window = self.team_page()
        line = window.page.locator("li", has=window.page.locator(f"time[datetime^='{day}']"))
        return window.leads(line.locator("a[href*='/dates/']").first)

    def put_on_agenda(self, child: str, day: str) -> Window:
        """The referral comes on the team's date."""
        window = self.agenda_of(day)
        window.choose_beginning("Which referral comes on this date?", self.numbers[child])
        return window.press("Put it on the agenda")

    def seat_of(self, person: Person) -> Window:
        """The page of somebody's seat."""
        window = self.team_page()
        return window.leads(window.page.get_by_role("link", name=person.name))

    # ------------------------------------------------------------------------------------------------ what the pages say
    def agrees_with_the_table(self) -> None:
        """List and board say by when the table says and mark what is late, home just what is hers or late, and the pages of what is new today why."""
        today, window = self.instance.today, self.coordinator
        wanted = {self.numbers[one.child]: one for one in standing_on(today)}
        listed = window.open("/referrals")
        shown = {number: [one.by, *([one.meets] if one.meets else [])] for number, one in wanted.items()}
        late = {number for number, one in wanted.items() if one.by < today.isoformat()}
        with suppress(AssertionError):  # what differs is said below
            listed.wait_until(lambda: _listed(listed)[0] == shown, "the table's days")
        assert _listed(listed) == (shown, late)
        assert _on_board(window.open("/board")) == shown
        hers = {(number, one.by) for number, one in wanted.items() if not one.is_others or number in late}
        waiting = _at_home(window.open("/home"))
        assert waiting == hers, (waiting - hers, hers - waiting)
        for number, one in wanted.items():
            if one.seen_on == today.isoformat():
                stands = window.open(f"/referrals/{number}").page.locator(".referral-header__facts").inner_text()
                assert one.by in stands, (one, stands)
                assert window.words(one.source) in stands, (one, stands)


def _listed(window: Window) -> tuple[dict[str, list[str]], set[str]]:
    """The days of each referral in the list, and which are past the first of them."""
    lines = window.page.locator("main tbody tr").evaluate_all(
        "rows => rows.map(row => [row.querySelector('th').innerText.trim(), row.cells[4].innerText])"
    )
    late = window.words("Past its target")
    return {number: _DAY.findall(days) for number, days in lines}, {number for number, days in lines if late in days}


def _on_board(window: Window) -> dict[str, list[str]]:
    """The days on each referral's card."""
    cards = window.page.locator(".board-card").evaluate_all(
        "cards => cards.map(card => [card.querySelector('a').innerText, card.innerText])"
    )
    return {_NUMBER.findall(number)[0]: _DAY.findall(text) for number, text in cards}


def _at_home(window: Window) -> set[tuple[str, str]]:
    """The day of each line of what waits for somebody, but for those that only say since when."""
    lines = window.page.locator(".waiting__line:has(time)").evaluate_all(
        "lines => lines.map(line => [line.querySelector('.waiting__number').innerText, line.querySelector('time').innerText])"
    )
    return {(number, day) for number, day in lines if day[0].isdigit()}


def came_for(office: PostOffice, address: str) -> list[Invitation]:
    """The entries that came for one address."""
    return [one for one in invitations(office) if one.to == address]
