"""An administrator at work: a form closed and opened again, and a new colleague who signs in with the password shown once."""

from tests.journeys.conftest import Opener
from tests.journeys.instance import Instance
from tests.journeys.team import Team
from tests.journeys.telling import SCHOOL
from tests.journeys.window import Window


def unit_page(window: Window, school: str) -> Window:
    """The administrators' page of one unit."""
    window.open("/administration/units")
    return window.leads(window.page.get_by_role("link", name=school, exact=True))


def test_a_form_is_closed_for_a_unit_and_opened_again(instance: Instance, new_window: Opener) -> None:
    team, school = Team(instance, new_window), SCHOOL[instance.language]
    window, visitor = team.window_of(team.cast.administrator), new_window()
    open_form = "The public form is open for this unit"
    unit_page(window, school).field(open_form).uncheck()
    assert school in window.press("Save").text
    visitor.open(f"/u/{school.lower()}")
    assert visitor.says("No concerns are taken here at the moment")
    unit_page(window, school).tick(open_form)
    window.press("Save")
    assert not visitor.look_again().says("No concerns are taken here at the moment")
    window.open("/administration/changes")
    assert school in window.text


def test_a_new_colleague_signs_in_with_the_password_shown_once(instance: Instance, new_window: Opener) -> None:
    team = Team(instance, new_window)
    window, address = team.window_of(team.cast.administrator), "ny.kollega@trivsel.invalid"
    window.open("/administration/people/new").write("Name", "Ny Kollega")
    window.press("Add the person")
    assert window.page.locator("ds-error-summary li").count() == 3  # address, profession, role
    window.write("E-mail address", address)
    window.choose("Profession", window.words("Speech therapist"))
    window.tick("Administrator")
    window.press("Add the person")
    password = window.page.locator(".password__word").inner_text()
    colleague = new_window().open("/sign-in")
    colleague.write("E-mail address", address)
    colleague.write("Password", password)
    colleague.press("Sign in")
    assert "Ny Kollega" in colleague.page.locator("header").inner_text()
    window.open("/administration/people")
    window.leads(window.page.get_by_role("link", name="Ny Kollega"))
    window.field("Can sign in").uncheck()
    window.press("Save")
    assert "Ny Kollega" not in colleague.look_again().page.locator("header").inner_text()


def test_the_administrator_looks_after_the_organisation(instance: Instance, new_window: Opener) -> None:
    team = Team(instance, new_window)
    window = team.window_of(team.cast.administrator).open("/administration")
    rooms = window.page.locator(".room__link")
    for number in range(rooms.count()):
        window.leads(window.page.locator(".room__link").nth(number))
        window.open("/administration")
