"""Telling about a child through the public form, and coming back to it."""

from collections.abc import Callable
from dataclasses import dataclass, field

from tests.journeys.window import PATIENCE, Window

#: where everything happens, by language of the municipality
SCHOOL = {"sv": "Lindskolan", "da": "Fjordskolen"}
CHILD = {"sv": "Alva Provsson", "da": "Alma Prøvegaard"}
SEEN = {
    "sv": "Borta nio dagar sedan augusti, mest måndagar. Sitter ensam vid ribbstolarna på rasterna.",
    "da": "Væk ni dage siden august, mest mandage. Sidder alene ved ribberne i frikvarteret.",
}


@dataclass
class Receipt:
    """What a reporter takes home."""

    number: str
    code: str
    pdf: bytes = b""


@dataclass
class Reporter:
    """Somebody in front of the public form."""

    window: Window
    #: the language of the municipality, for names of schools and children
    home: str
    child: str = ""
    topics: tuple[str, ...] = ("Attendance",)
    #: the function in the team that stands too close, by its word in the form
    too_close: str = ""
    #: the same in the reporter's own words
    too_close_how: str = ""
    went_on: Callable[[], None] = field(default=lambda: None)

    def begin(self, door: str) -> "Reporter":
        """From the start page through one of the doors."""
        self.window.open("/").press(door)
        return self

    def go_on(self) -> None:
        """To the next page."""
        heading = self.window.heading
        self.window.press("Go on")
        assert self.window.heading != heading, self.window.text
        self.went_on()

    def tell_as_teacher(self, *, email: str = "") -> "Reporter":
        """Answer all seven pages as a teacher would, up to the last one."""
        window = self.window
        self.child = self.child or CHILD[self.home]
        window.answer("Do you fear that the child is being harmed, at home or anywhere else?", "No")
        self.go_on()
        window.choose("Which school or unit is it about?", SCHOOL[self.home])
        window.answer("What are you in relation to the child?", "Teacher or preschool teacher")
        window.write("Your name", "Ragna Lärarsson")
        window.write("Your role", "Mentor 4B")
        if email:
            window.write("E-mail", email)
        self.go_on()
        window.write("The child's name", self.child)
        window.write("Class or group", "4B")
        window.choose("School year", window.words("Year 4"))
        self.go_on()
        window.write("Write what you saw and heard", SEEN[self.home])
        window.write("How long has it been so?", "4")
        with window.within("What is it about?"):
            for topic in self.topics:
                window.tick(topic)
        self.go_on()
        window.write("What works well? What does the child like and know?", "Musik")
        window.answer("Do the guardians know that you are concerned?", "Yes")
        self.go_on()
        window.write("What has been tried so far?", "Bilder")
        window.answer(
            "Is somebody in the team too close to this?", "Yes" if self.too_close or self.too_close_how else "No"
        )
        if self.too_close:
            window.page.locator(f"[name=conflict_functions][value={self.too_close}]").check()
        if self.too_close_how:
            window.write("In what way?", self.too_close_how)
        self.go_on()
        return self

    def send(self) -> Receipt:
        """Send it in from the last page; the numbers that stand on the confirmation."""
        self.window.press("Send to the team")
        page = self.window.page
        return Receipt(
            page.locator("#reference-number").inner_text().strip(), page.locator("#return-code").inner_text().strip()
        )

    def wait_for_receipt(self, *, seconds: float = PATIENCE) -> bytes:
        """The receipt, which comes to the confirmation by itself."""
        link = self.window.page.get_by_role("link", name=self.window.words("Download your receipt (PDF)"))
        self.window.watch_until(link.is_visible, "the receipt", seconds=seconds)
        self.window.arrived()
        with self.window.page.expect_download() as coming:
            link.click()
        return coming.value.path().read_bytes()

    def come_back(self, receipt: Receipt) -> "Reporter":
        """With reference number and return code, on any computer."""
        window = self.window.open("/return")
        window.write("Reference number", receipt.number)
        window.write("Return code", receipt.code)
        window.press("Go on")
        return self
