"""Who is kept out: somebody ticked as too close, a service the guardians did not name, and one whose consent was taken back."""

from tests.journeys.conftest import Opener
from tests.journeys.instance import Instance
from tests.journeys.people import Person
from tests.journeys.team import Team
from tests.journeys.telling import Reporter
from tests.journeys.window import Window

NOTHING = "There is nothing here for you to see"


def _told_with_a_conflict(instance: Instance, new_window: Opener) -> Team:
    team = Team(instance, new_window)
    reporter = Reporter(new_window(), instance.language, too_close="head_teacher")
    team.number = reporter.begin("I work with children").tell_as_teacher().send().number
    return team


def _is_locked(window: Window, person: Person) -> bool:
    """Whether a colleague stands locked on the page that asks for parts."""
    assert window.page.locator("li.person", has_text=person.name).count() == 1
    return window.page.locator("li.person--locked", has_text=person.name).count() == 1


def test_whoever_is_too_close_and_whom_consent_does_not_reach_see_nothing(
    instance: Instance, new_window: Opener
) -> None:
    team = _told_with_a_conflict(instance, new_window)
    team.paper("Concern to the team")  # what the workflow does by itself is done
    team.decide("The team makes an assessment")
    head_teacher = team.head_teacher
    for path in ("/home", "/board", "/referrals"):
        assert team.number not in head_teacher.open(path).text
    assert team.page(head_teacher).says(NOTHING)

    team.inform_guardians()  # the consent names schooling and well-being, and social services alone
    asking = team.page(team.coordinator, "/assessment")
    assert _is_locked(asking, team.cast.health_worker)
    assert not _is_locked(asking, team.cast.social_worker)
    team.ask_for_parts(team.cast.social_worker)
    social_worker = team.window_of(team.cast.social_worker)
    assert not team.page(social_worker).says(NOTHING)
    assert team.page(team.window_of(team.cast.health_worker)).says(NOTHING)

    window = team.page(team.coordinator, "/guardians").follow("Withdraw consent")
    window.press("Record that it is withdrawn")
    assert team.page(social_worker).says(NOTHING)
    assert team.number not in social_worker.open("/board").text
    assert _is_locked(team.page(team.coordinator, "/assessment"), team.cast.social_worker)
    for person in (team.cast.head_teacher, team.cast.health_worker):
        assert team.page(team.window_of(person)).says(NOTHING), person.name
