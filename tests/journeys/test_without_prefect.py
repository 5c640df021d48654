"""With Prefect gone, people go on working, and what was due comes when it is back."""

from tests.journeys.conftest import Opener
from tests.journeys.instance import Instance
from tests.journeys.team import Team
from tests.journeys.telling import Reporter


def test_the_form_and_the_staff_pages_go_on_without_prefect_and_the_receipt_comes_when_it_is_back(
    instance: Instance, new_window: Opener
) -> None:
    team = Team(instance, new_window)
    team.coordinator.open("/home")
    instance.kill("prefect")
    reporter = Reporter(new_window(), instance.language)
    team.number = reporter.begin("I work with children").tell_as_teacher().send().number
    team.decide("Straight to the team")
    assert reporter.wait_for_receipt(seconds=90).startswith(b"%PDF")
    team.paper("Referral")
