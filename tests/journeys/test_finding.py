"""Finding a referral: from home, on the board, in the list, and by its number."""

from tests.journeys.conftest import Opener
from tests.journeys.instance import Instance
from tests.journeys.team import Team
from tests.journeys.telling import Reporter


def test_a_referral_is_found_by_number_in_the_list_and_from_home_in_two_clicks(
    instance: Instance, new_window: Opener
) -> None:
    team = Team(instance, new_window)
    reporter = Reporter(new_window(), instance.language).begin("I work with children").tell_as_teacher()
    team.number = reporter.send().number
    window = team.coordinator
    team.next_of(window)
    assert window.path == f"/referrals/{team.number}/triage"

    window.page.locator("#find-reference").fill(team.number.lower())
    window.press("Find the referral")
    assert window.path == f"/referrals/{team.number}"
    window.page.locator("#find-reference").fill("HTL-0000")
    window.press("Find the referral")
    assert team.number not in window.text

    window.follow("List")
    assert team.number in window.text
    window.open("/referrals?stage=closure&late=yes")
    assert window.says("Nothing matches these filters")
    window.follow("Clear the filters")
    window.open("/board?stage=triage")
    assert team.number in window.text
    window.follow("Pause live updates")
    assert window.says("Resume live updates")

    team.page(window, "/documents")
    window.look_again()
    preview = window.page.locator("a[href*='/documents/preview/']").first
    assert window.fetch(preview).startswith(b"%PDF")
