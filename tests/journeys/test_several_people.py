"""Several people at one referral: who was first is said, nothing typed is lost, and nobody sees what is not theirs."""

from tests.journeys.conftest import Opener
from tests.journeys.instance import Instance
from tests.journeys.people import Person
from tests.journeys.team import Team
from tests.journeys.telling import SCHOOL, Reporter


def _told(instance: Instance, new_window: Opener) -> Team:
    team = Team(instance, new_window)
    team.number = (
        Reporter(new_window(), instance.language).begin("I work with children").tell_as_teacher().send().number
    )
    return team


def test_the_second_coordinator_reads_who_was_first_and_keeps_what_was_typed(
    instance: Instance, new_window: Opener
) -> None:
    team = _told(instance, new_window)
    second = team.take_in(Person("Sanna Brolund", "sanna.brolund@trivsel.invalid"), SCHOOL[instance.language])
    window = team.page(second, "/triage")
    window.tick("Straight to the team")
    reason = "Det är tydligt nog: vi behöver träffas."
    window.page.locator("textarea:visible").first.fill(reason)
    team.decide("The team makes an assessment")
    window.leads(window.page.get_by_role("button", name=window.words("Decide"), exact=True))
    assert window.says("%(who)s was first, at %(time)s", who=team.cast.coordinator.name, time="")
    assert reason in window.page.locator("main").inner_text()


def test_nobody_sees_what_is_not_theirs(instance: Instance, new_window: Opener) -> None:
    team = _told(instance, new_window)
    answers = set()
    for person in (team.cast.outsider, team.cast.administrator, team.cast.nurse):
        window = team.window_of(person)
        for path in ("", "/triage", "/guardians", "/documents", "/action-plan"):
            team.page(window, path)
            assert window.says("There is nothing here for you to see"), f"{person.name} sees {path}: {window.text}"
            answers.add(window.text)
        window.open("/referrals/HTL-2222-2222/triage")
        answers.add(window.text)
        window.open("/board")
        assert team.number not in window.text
    assert len(answers) == 1
