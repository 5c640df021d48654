"""The public form, as guardians and pupils use it, by keyboard alone, without scripts, in another language, and with mistakes."""

from playwright.sync_api import expect

from tests.journeys.conftest import Opener
from tests.journeys.instance import Instance
from tests.journeys.telling import SCHOOL, SEEN, Reporter
from tests.journeys.window import Window
from tests.journeys.words import Words


def test_a_guardian_is_not_asked_what_guardians_say(instance: Instance, new_window: Opener) -> None:
    reporter = Reporter(new_window(wide=360), instance.language)
    window = reporter.begin("I am a guardian").window
    window.answer("Do you fear that the child is being harmed, at home or anywhere else?", "I am not sure")
    reporter.go_on()
    window.choose("Which school or unit is it about?", SCHOOL[instance.language])
    window.write("Your name", "Greta Provsson")
    reporter.go_on()
    window.write("The child's name", "Alva Provsson")
    reporter.go_on()
    window.write("What worries you?", SEEN[instance.language])
    reporter.go_on()
    assert not window.says("What do the guardians say?")
    assert not window.says("Do the guardians know that you are concerned?")
    reporter.go_on()
    window.page.get_by_role("checkbox", name=window.words("What has been tried so far?")).check()
    reporter.go_on()
    assert window.says("Not answered")
    assert reporter.send().number


def test_a_pupil_gets_four_pages_and_the_number_of_the_helpline(instance: Instance, new_window: Opener) -> None:
    reporter = Reporter(new_window(wide=360), instance.language)
    window = reporter.begin("It is about me").window
    helpline = {"sv": "116 111", "da": "116 111"}[instance.language]
    assert window.says("Step %(number)s of %(of)s", number=1, of=4)
    assert helpline in window.text
    window.answer("Does somebody hurt you, or are you afraid that somebody will?", "No")
    reporter.go_on()
    window.write("What is your name?", "Alva Provsson")
    window.choose("Which school do you go to?", SCHOOL[instance.language])
    reporter.go_on()
    assert helpline in window.text
    window.write("What is it about?", "Det är så stimmigt att jag går hem.")
    window.answer("Do the adults at home know about this?", "Not yet")
    window.write("Do you want to say why?", "Jag vågar inte.")
    reporter.go_on()
    assert helpline in window.text
    receipt = reporter.send()
    assert reporter.wait_for_receipt().startswith(b"%PDF")
    assert receipt.number in window.text


def test_what_is_missing_is_said_at_the_field_and_in_the_summary_and_nothing_typed_is_lost(
    instance: Instance, new_window: Opener
) -> None:
    reporter = Reporter(new_window(), instance.language)
    window = reporter.begin("I work with children").window
    window.press("Go on")
    assert window.words("Error:") in window.page.title()
    summary = window.page.locator("ds-error-summary")
    assert window.words("Answer whether you fear that the child is being harmed.") in summary.inner_text()
    assert window.page.evaluate("document.activeElement.closest('ds-error-summary') !== null")
    window.answer("Do you fear that the child is being harmed, at home or anywhere else?", "No")
    reporter.go_on()
    window.write("Your role", "<script>alert(1)</script> Mentor")
    window.press("Go on")
    assert window.field("Your role").input_value() == "<script>alert(1)</script> Mentor"
    summary.get_by_role("link").first.click()
    assert window.page.evaluate("document.activeElement.name") == "unit"


def test_switching_the_language_keeps_what_was_typed(instance: Instance, new_window: Opener) -> None:
    reporter = Reporter(new_window(), instance.language)
    window = reporter.begin("I work with children").window
    window.answer("Do you fear that the child is being harmed, at home or anywhere else?", "No")
    reporter.go_on()
    window.write("Your name", "Ragna Lärarsson")
    for language, name in (("en", "English"), ("da", "Dansk"), ("sv", "Svenska")):
        window.words = Words(language)
        window.leads(window.page.get_by_role("button", name=name, exact=True))
        assert window.page.locator("html").get_attribute("lang") == language
        assert window.heading == window.words("About you")
        assert window.field("Your name").input_value() == "Ragna Lärarsson"


def test_what_is_typed_is_saved_and_needs_the_code_to_be_seen_again(instance: Instance, new_window: Opener) -> None:
    reporter = Reporter(new_window(), instance.language)
    window = reporter.begin("I work with children").window
    window.answer("Do you fear that the child is being harmed, at home or anywhere else?", "No")
    reporter.go_on()
    with window.page.expect_response(lambda answer: answer.url.endswith("/you/save")) as saving:
        window.field("Your name").press_sequentially("Ragna Lärarsson")
    assert saving.value.ok
    expect(window.page.locator("#saved")).to_contain_text(window.words("Saved %(time)s", time="").strip())
    code = window.page.locator(".draft__code").inner_text().strip()
    window.press("Save and close")
    assert code in window.text
    window.open("/concern/you")
    assert window.path == "/resume"
    window.write("Code", "2222-2222-2222")
    window.press("Go on")
    assert window.words("Error:") in window.page.title()
    window.write("Code", code.lower())
    window.press("Go on")
    assert window.field("Your name").input_value() == "Ragna Lärarsson"


def test_the_form_needs_no_script(instance: Instance, new_window: Opener) -> None:
    reporter = Reporter(new_window(scripts=False), instance.language)
    receipt = reporter.begin("I work with children").tell_as_teacher().send()
    window = reporter.window
    window.wait_until(lambda: window.page.locator("a[download]").count() > 0, "the receipt")
    assert window.fetch(window.page.locator("a[download]")).startswith(b"%PDF")
    assert receipt.number in window.text


def test_the_form_needs_no_mouse(instance: Instance, new_window: Opener) -> None:
    window: Window = new_window()
    keyboard = Keyboard(window.open("/"))
    keyboard.press_on("I work with children")
    keyboard.reach("protection")
    keyboard.keys("Space")
    keyboard.press_on("Go on")
    keyboard.reach("unit")
    window.page.keyboard.type(SCHOOL[instance.language][:5])
    keyboard.reach("reporter_kind")
    keyboard.keys("Space")
    keyboard.reach("reporter_name")
    window.page.keyboard.type("Ragna Lärarsson")
    window.page.keyboard.press("Enter")
    window.page.wait_for_url("**/concern/child")
    window.arrived()
    keyboard.reach("child_name")
    window.page.keyboard.type("Alva Provsson")
    keyboard.press_on("Go on")
    keyboard.reach("observations")
    window.page.keyboard.type("Borta nio dagar.")
    keyboard.press_on("Go on")
    keyboard.reach("guardians_know")
    keyboard.keys("Space")
    keyboard.press_on("Go on")
    keyboard.press_on("Go on")
    keyboard.press_on("Send to the team")
    assert window.page.locator("#reference-number").inner_text().strip()


class Keyboard:
    """Hands that never leave the keyboard."""

    def __init__(self, window: Window) -> None:
        self.window = window

    def keys(self, *keys: str) -> None:
        """Press keys one after the other."""
        for key in keys:
            self.window.page.keyboard.press(key)

    def reach(self, name: str) -> None:
        """Go with the tab key to the field of this name."""
        self._tab_until(f"document.activeElement.name === '{name}'", name)

    def press_on(self, english: str) -> None:
        """Go with the tab key to the button with these words and press it; the next page stands."""
        words = self.window.words(english)
        self._tab_until(
            f"document.activeElement.matches('button') && document.activeElement.innerText.trim().startsWith({words!r})",
            words,
        )
        with self.window.page.expect_navigation():
            self.keys("Enter")
        self.window.arrived()

    def _tab_until(self, is_there: str, what: str) -> None:
        for _ in range(80):
            if self.window.page.evaluate(is_there):
                return
            self.keys("Tab")
        raise AssertionError(f"the tab key never comes to {what} on {self.window.path}")
