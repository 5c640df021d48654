"""A protection report beside a referral: two steps away from any page, on paper at once, and known to nobody else."""

from io import BytesIO

from pypdf import PdfReader

from tests.journeys.conftest import Opener
from tests.journeys.instance import Instance
from tests.journeys.team import Team
from tests.journeys.telling import Reporter
from tests.journeys.window import Window

SEEN = {"sv": "Tre blåmärken i rad på armen.", "da": "Tre blå mærker på række på armen."}


def _told(instance: Instance, new_window: Opener) -> Team:
    team = Team(instance, new_window)
    team.number = (
        Reporter(new_window(), instance.language).begin("I work with children").tell_as_teacher().send().number
    )
    return team


def _paper_of(window: Window) -> str:
    content = window.fetch(window.link("Open the report (PDF)"))
    return "\n".join(page.extract_text() for page in PdfReader(BytesIO(content)).pages)


def test_a_report_is_two_steps_away_and_nobody_learns_of_it_until_its_sender_says_so(
    instance: Instance, new_window: Opener
) -> None:
    team = _told(instance, new_window)
    seen = SEEN[instance.language]
    team.paper("Concern to the team")  # what the workflow does by itself is done
    before = team.page(team.head_teacher).text

    sender = team.page(team.coordinator)
    # The name of the report differs by country and stands on no button in English: its place leads there.
    sender.leads(sender.page.locator("form[action='/protection'] button"))
    assert sender.field("The child's name").input_value()
    sender.press("Make the report")
    assert sender.words("Error:") in sender.page.title()
    sender.write("What have you seen or heard?", seen)
    sender.press("Make the report")
    assert sender.says("The report is ready")
    assert seen in _paper_of(sender)

    report = sender.path
    for person in (team.cast.head_teacher, team.cast.counsellor, team.cast.social_worker, team.cast.administrator):
        window = team.window_of(person).open(report)
        assert window.says("There is nothing here for you to see"), person.name
    assert team.page(team.head_teacher).text == before

    sender.open(report)
    sender.write("In writing: which day?", team.day(0))
    sender.answer("Have the guardians been told?", "Yes, all of them")
    sender.write("When were they told?", team.day(0))
    sender.press("Save")
    assert sender.says("The guardians have been told.")
    sender.page.locator("details.fold summary").click()
    assert team.cast.head_teacher.name in sender.text
    assert team.window_of(team.cast.head_teacher).open(report).says("The guardians have been told.")
    for person in (team.cast.counsellor, team.cast.social_worker):
        assert team.window_of(person).open(report).says("There is nothing here for you to see"), person.name
