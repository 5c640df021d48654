"""With Prefect gone, people go on working, and what was due comes when it is back."""

import httpx

from tests.journeys.conftest import Opener
from tests.journeys.instance import Instance
from tests.journeys.team import Team
from tests.journeys.telling import Reporter

#: how long (seconds) this test waits for Prefect's server, and then for what was left waiting: no figure, only patience
PATIENCE = 180.0


def test_the_form_and_all_staff_pages_go_on_without_prefect_and_everything_catches_up_when_it_is_back(
    instance: Instance, new_window: Opener
) -> None:
    team = Team(instance, new_window)
    team.coordinator.open("/home")
    reporter = Reporter(new_window(), instance.language)
    with instance.without("prefect"):
        assert not prefect_answers(instance)
        team.number = reporter.begin("I work with children").tell_as_teacher().send().number
        team.decide("The team makes an assessment")
        team.inform_guardians()
        for path in ("/home", "/board", "/board?view=list", f"/referrals/{team.number}"):
            for colleague in (team.coordinator, team.head_teacher):
                assert team.number in colleague.open(path).text or path == "/home"
        team.window_of(team.cast.administrator).open("/administration")
        assert team.page(team.coordinator).page.locator("a[type='application/pdf']").count() == 0
        assert not prefect_answers(instance)
    reporter.window.watch_until(lambda: prefect_answers(instance), "Prefect's server", seconds=PATIENCE)
    assert reporter.wait_for_receipt(seconds=PATIENCE).startswith(b"%PDF")
    for kind in ("Concern to the team", "Information and consent"):
        team.paper(kind)


def prefect_answers(instance: Instance) -> bool:
    """What the instance itself says about its parts."""
    answer = httpx.get(f"{instance.url}/readyz", timeout=10, trust_env=False)
    return bool(answer.json()["parts"]["prefect"])
