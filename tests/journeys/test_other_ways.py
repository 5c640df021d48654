"""Ways that bend: a concern taken back, a plan made lighter and a team that meets again, a session that ends under somebody, English."""

from datetime import timedelta
from functools import partial

from playwright.sync_api import expect
from sqlalchemy import update

from referrals import db
from referrals.clock import machine_now
from referrals.models import WebSession
from tests.journeys.conftest import Opener
from tests.journeys.instance import Instance
from tests.journeys.team import Team
from tests.journeys.telling import Receipt, Reporter
from webapp.accounts.passwords import DEMO_PASSWORD


def _told(instance: Instance, new_window: Opener) -> tuple[Team, Receipt]:
    team = Team(instance, new_window)
    receipt = Reporter(new_window(), instance.language).begin("I work with children").tell_as_teacher().send()
    team.number = receipt.number
    return team, receipt


def test_the_reporter_takes_the_concern_back(instance: Instance, new_window: Opener) -> None:
    team, receipt = _told(instance, new_window)
    window = Reporter(new_window(), instance.language).come_back(receipt).window
    window.page.locator("details.withdraw > summary").click()
    window.write("Why?", "Det har löst sig hemma.")
    window.press("Take it back")
    assert window.words("Error:") in window.page.title()
    assert window.field("Why?").input_value() == "Det har löst sig hemma."
    window.tick("Yes, I want to take it back")
    window.press("Take it back")
    assert window.says("Finished")
    assert window.page.locator("#withdraw-form").count() == 0
    team.page(team.coordinator)
    assert team.coordinator.says("The referral has ended")
    assert "Det har löst sig hemma." in team.coordinator.text


def test_a_plan_is_made_lighter_and_later_the_team_meets_again(instance: Instance, new_window: Opener) -> None:
    team, _receipt = _told(instance, new_window)
    team.decide("Straight to the team")
    team.inform_guardians()
    team.call_the_meeting()
    team.write_minutes()
    team.approve_minutes()
    team.write_plan()
    team.approve_plan()
    team.move_to(instance.today + timedelta(days=7))
    author = team.follow_up("Step down: a lighter version of the plan")
    assert author.path.endswith("/action-plan/edit")
    author.write("Times a week", "1")
    author.write("Follow-up on", team.day(28))
    author.press("Send for approval")
    team.approve_plan()
    team.move_to(instance.today + timedelta(days=7))
    window = team.follow_up("Step up: back to the team")
    assert window.path.endswith("/team-review")
    assert window.button("Call the team").is_visible()
    team.page(team.coordinator, "/action-plan")
    assert team.coordinator.says("once a week")


def test_what_was_typed_is_there_when_the_session_ended_under_it(instance: Instance, new_window: Opener) -> None:
    team, _receipt = _told(instance, new_window)
    team.decide("Straight to the team")
    team.inform_guardians()
    team.call_the_meeting()
    window = team.page(team.coordinator, "/team-review").follow("Write the minutes")
    with window.page.expect_response(lambda answer: answer.request.method == "POST") as saving:
        window.field("How things are").press_sequentially("Kommer sent på måndagar.")
    assert saving.value.ok
    expect(window.page.locator("#saved")).to_contain_text(window.words("Saved %(time)s", time="").strip())
    _an_hour_passes(instance)
    window.write("Strengths", "Musik och en god vän.")
    window.press("Save the minutes")
    assert window.path == "/sign-in"
    window.write("E-mail address", team.cast.coordinator.email)
    window.write("Password", DEMO_PASSWORD)
    window.press("Sign in")
    assert window.path.endswith("/team-review/minutes")
    assert window.field("How things are").input_value() == "Kommer sent på måndagar."
    assert window.field("Strengths").input_value() == "Musik och en god vän."
    another = team.sign_in(team.cast.coordinator)
    team.page(another, "/team-review/minutes")
    assert another.field("How things are").input_value() == "Kommer sent på måndagar."
    assert "måndagar" not in team.page(team.head_teacher, "/team-review/minutes").text


def test_in_english_a_concern_is_told_and_decided_about(instance: Instance, new_window: Opener) -> None:
    in_english = partial(new_window, language="en")
    reporter = Reporter(in_english(), instance.language)
    receipt = reporter.begin("I work with children").tell_as_teacher().send()
    assert reporter.wait_for_receipt().startswith(b"%PDF")
    team = Team(instance, in_english)
    team.number = receipt.number
    window = team.coordinator
    window.leads(window.page.get_by_role("button", name="English", exact=True))
    assert window.page.locator("html").get_attribute("lang") == "en"
    team.decide("The team makes an assessment")
    team.page(window)
    assert "Information and consent" in window.text


def _an_hour_passes(instance: Instance) -> None:
    """Nobody touches a page for so long that every session ends."""
    with db.writing(instance.database) as session:
        session.execute(update(WebSession).values(last_seen_at=machine_now() - timedelta(hours=2)))
