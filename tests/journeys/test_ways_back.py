"""What does not go straight: a concern returned and completed, a plan returned and changed later, a referral opened again."""

from datetime import timedelta

from tests.journeys.conftest import Opener
from tests.journeys.instance import Instance
from tests.journeys.team import Team
from tests.journeys.telling import SEEN, Receipt, Reporter


def _told(instance: Instance, new_window: Opener) -> tuple[Team, Reporter, Receipt]:
    team, reporter = Team(instance, new_window), Reporter(new_window(), instance.language)
    receipt = reporter.begin("I work with children").tell_as_teacher().send()
    team.number = receipt.number
    return team, reporter, receipt


def test_a_concern_returned_for_completion_is_answered_with_reference_and_code(
    instance: Instance, new_window: Opener
) -> None:
    team, _reporter, receipt = _told(instance, new_window)
    question = "Vilka dagar var det?"
    team.decide("Back to the reporter for completion", reason=question)
    reporter = Reporter(new_window(), instance.language).come_back(receipt)
    window = reporter.window
    assert question in window.text
    assert SEEN[instance.language] not in window.text
    window.press("Send the answer")
    assert window.words("Error:") in window.page.title()
    window.write("Your answer", "Måndagar och fredagar.")
    window.press("Send the answer")
    assert window.says("Thank you. Your answer has been sent to the team.")
    assert question not in window.text
    assert "Måndagar" not in window.text
    window.press("Done: clear this page from the computer")
    assert window.open("/report").path == "/return"
    page = team.next_of(team.coordinator)
    assert "Måndagar och fredagar." in page.text
    page.tick("Straight to the team")
    page.leads(page.page.get_by_role("button", name=page.words("Decide"), exact=True))
    team.paper("Concern to the team")


def test_a_plan_returned_with_comments_is_approved_and_its_second_version_leaves_the_first_readable(
    instance: Instance, new_window: Opener
) -> None:
    team, _reporter, _receipt = _told(instance, new_window)
    team.decide("Straight to the team")
    team.inform_guardians()
    team.call_the_meeting()
    team.write_minutes()
    team.approve_minutes()
    team.write_plan()
    team.return_plan("Skriv vem som möter vid grinden på fredagar.")
    author = team.next_of(team.coordinator)
    assert "Skriv vem som möter vid grinden på fredagar." in author.text
    if not author.path.endswith("/edit"):
        author.follow("Go on writing")
    author.write("How?", "Petra möter, på fredagar Kim.")
    author.press("Send for approval")
    team.approve_plan()
    team.paper("Action plan")

    team.move_to(instance.today + timedelta(days=7))
    team.follow_up("Adjust: a new version of the plan")
    author = team.page(team.coordinator, "/action-plan/edit")
    assert author.field("How is it to become?").input_value() == "Fem av fem morgnar."
    author.write("How is it to become?", "Fyra av fem morgnar.")
    author.write("Follow-up on", team.day(28))
    author.press("Send for approval")
    team.approve_plan()
    reader = team.page(team.coordinator, "/action-plan")
    assert "Fyra av fem morgnar." in reader.text
    reader.follow("Version %(version)s", version=1)
    assert "Fem av fem morgnar." in reader.text
    assert "Fyra av fem morgnar." not in reader.text
    assert reader.says("A later version has replaced this one. It is kept as it was approved.")


def test_a_concern_that_ended_without_action_is_opened_again(instance: Instance, new_window: Opener) -> None:
    team, _reporter, receipt = _told(instance, new_window)
    team.decide("No action", reason="Det har löst sig.")
    team.paper("Closing")
    reporter = Reporter(new_window(), instance.language).come_back(receipt)
    assert reporter.window.says("Finished")
    window = team.page(team.coordinator, "/closure").follow("Reopen the referral")
    window.press("Reopen the referral")
    assert window.words("Error:") in window.page.title()
    window.write("What is new?", "Frånvaron har ökat igen.")
    window.press("Reopen the referral")
    assert "Frånvaron har ökat igen." in window.text
    team.decide("Straight to the team")
    assert team.coordinator.path.endswith(team.number)
