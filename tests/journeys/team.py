"""The people around one child at work on the staff pages, each in a window of their own, stage by stage."""

import time
from collections.abc import Callable
from datetime import date, timedelta
from io import BytesIO

from pypdf import PdfReader

from tests.journeys.instance import Instance
from tests.journeys.people import Cast, Person, cast_of
from tests.journeys.window import Window
from webapp.accounts.passwords import DEMO_PASSWORD

#: a guardian who is told and asked
GUARDIAN = {"sv": "Greta Provsson", "da": "Grethe Prøvegaard"}


class Team:
    """Those who work with one referral. `number` is set as soon as there is one."""

    def __init__(self, instance: Instance, new_window: Callable[..., Window]) -> None:
        self.instance, self._new_window = instance, new_window
        self.cast: Cast = cast_of(instance.country)
        self.number = ""
        self._windows: dict[str, Window] = {}

    @property
    def language(self) -> str:
        """The language of this municipality."""
        return self.instance.language

    # ------------------------------------------------------------------------------------------------ people
    def window_of(self, person: Person) -> Window:
        """The window of one colleague, who signs in the first time."""
        if person.email not in self._windows:
            self._windows[person.email] = self.sign_in(person)
        return self._windows[person.email]

    def sign_in(self, person: Person, password: str = DEMO_PASSWORD) -> Window:
        """One more window in which somebody is signed in."""
        window: Window = self._new_window()
        window.open("/sign-in")
        window.write("E-mail address", person.email)
        window.write("Password", password)
        window.press("Sign in")
        assert person.name in window.page.locator("header").inner_text()
        return window

    def take_in(
        self,
        person: Person,
        unit: str,
        *,
        profession: str = "Coordinator",
        works_as: str = "Coordinator in",
        reads: str = "",
    ) -> Window:
        """The administrator takes in one more colleague, who signs in with the password shown once."""
        window = self.window_of(self.cast.administrator).open("/administration/people/new")
        window.write("Name", person.name)
        window.write("E-mail address", person.email)
        window.choose("Profession", window.words(profession))
        if reads:
            window.page.locator("main [name=language]").select_option(reads)
        with window.within(works_as):
            window.page.get_by_role("checkbox", name=unit, exact=True).first.check()
        window.press("Add the person")
        self._windows[person.email] = self.sign_in(person, window.page.locator(".password__word").inner_text())
        return self._windows[person.email]

    @property
    def coordinator(self) -> Window:
        """The coordinator's window."""
        return self.window_of(self.cast.coordinator)

    @property
    def head_teacher(self) -> Window:
        """The head teacher's window."""
        return self.window_of(self.cast.head_teacher)

    def page(self, window: Window, path: str = "") -> Window:
        """Open one of the referral's pages in somebody's window."""
        return window.open(f"/referrals/{self.number}{path}")

    def next_of(self, window: Window) -> Window:
        """What waits for somebody with this referral, from their home: two clicks from home to the next action."""
        window.open("/home")
        line = window.page.locator("a", has_text=self.number).filter(visible=True).first
        return window.leads(line)

    # ------------------------------------------------------------------------------------------------ stages
    def decide(self, way: str, *, reason: str = "") -> Window:
        """The coordinator decides about the concern, as the last of those that wait or not."""
        window = self.next_of(self.coordinator)
        window.tick(way)
        if reason:
            window.page.locator("textarea:visible").first.fill(reason)
        return window.leads(window.page.get_by_role("button", name=window.words("Decide"), exact=True))

    def inform_guardians(self) -> Window:
        """The coordinator records the guardian, that she was told, and that she consents; then the work goes on."""
        window = self.next_of(self.coordinator)
        if window.page.locator("form").filter(has=window.page.locator("[name=custody]")).count() == 0:
            window.follow("Record a guardian")
        window.write("Name", GUARDIAN[self.language])
        window.answer("Custody", "Sole custody")
        window.write("Telephone", "0000-12 12 12")
        window.press("Save")
        window.follow("Record information")
        window.answer("How were they told?", "By telephone")
        window.press("Save")
        window.follow("Record an answer about consent")
        window.answer("What was the answer?", "Consents")
        window.answer("In what form?", "In writing")
        with window.within("What may be shared?"):
            window.tick("Schooling and learning")
            window.tick("Well-being and friends")
        with window.within("With whom?"):
            window.tick("Social services")
        window.press("Save")
        return window.press("Go on with the work")

    def ask_for_parts(self, *people: Person) -> Window:
        """The coordinator asks colleagues for their parts, in one step."""
        window = self.page(self.coordinator, "/assessment")
        if (folded := window.page.locator("details#ask:not([open]) > summary")).count():
            folded.click()
        for person in people:
            window.page.get_by_label(person.name, exact=False).and_(window.page.locator("[type=checkbox]")).check()
        window.write("What would you like to know?", "Vad hjälper?")
        return window.press("Ask for the parts")

    def write_part(self, person: Person, *, is_pointer: bool = False) -> Window:
        """A colleague writes what was asked, from their own home."""
        window = self.next_of(self.window_of(person))
        if is_pointer:
            window.write("What the team needs to know", "Fråga oss på tisdagar.")
        else:
            window.page.locator("[name=findings-learning]").fill("Läser gärna, men inte när det är stimmigt.")
            window.write("Protective factors", "En vän i 4B.")
            window.write("Your conclusion for the rest of the team", "Behöver en lugn plats.")
            with window.within("What kind of information is it?"):
                window.tick("Schooling and learning")
            window.answer("Whom is it mostly about?", "The child")
        return window.press("Hand in the part")

    def conclude_assessment(self) -> Window:
        """The coordinator says that the parts are enough."""
        window = self.next_of(self.coordinator)
        window.write("What the parts show together", "Lugn hjälper.")
        return window.press("Conclude the assessment")

    def call_the_meeting(self, *, in_days: int = 0) -> Window:
        """The coordinator calls the team, with those the page suggests."""
        window = self.next_of(self.coordinator)
        window.write("Day", self.day(in_days))
        window.write("Begins at", "14:30")
        for name in (self.cast.head_teacher, self.cast.special_educator):
            window.page.get_by_label(name.name).first.check()
        without = window.page.locator("[name=without]")
        for number in range(without.count()):
            without.nth(number).check()
        called = window.press("Call the team")
        if (closed := window.page.locator("[name=on_closed_day]:visible")).count():
            closed.check()
            called = window.press("Call the team")
        return called

    def write_minutes(self, outcome: str = "Make an action plan") -> Window:
        """The coordinator writes the minutes. Who was expected stands there as having come."""
        window = self.page(self.coordinator, "/team-review").follow("Write the minutes")
        window.write("How things are", "Kommer sent på måndagar.")
        window.write("Strengths", "Musik och en god vän.")
        window.write("What the child says", "Jag vill att det är tyst när jag kommer in.")
        window.write("What the guardians say", "Morgnarna är svåra.")
        window.answer("Learning", "3")
        window.write("What was decided?", "Ett lugnt mottagande varje morgon.")
        window.write("Who answers for it?", self.cast.special_educator.name)
        window.write("By when?", self.day(7))
        window.answer("What did the team decide?", outcome)
        return window.press("Save the minutes")

    def approve_minutes(self) -> Window:
        """The head teacher reads and approves them."""
        window = self.page(self.head_teacher, "/team-review").follow("Read and approve the minutes")
        return window.press("Approve the minutes")

    def write_plan(self) -> Window:
        """The coordinator writes the plan with one goal and one action and sends it for approval."""
        window = self.page(self.coordinator, "/action-plan").follow("Write the plan")
        window.write("What is to be different for the child?", "Alva är i skolan varje morgon.")
        window.write("How is it now?", "Två av fem morgnar.")
        window.write("How is it to become?", "Fem av fem morgnar.")
        window.write("The same in plain words", "Det är lugnt när jag kommer.")
        window.answer("Domain", "Learning")
        window.answer("What kind of information does the goal hold?", "Schooling and learning")
        window.write("What is done?", "Möta vid grinden.")
        person = self.cast.special_educator
        window.choose_beginning("Who answers for it?", person.name)
        window.write("Times a week", "2")
        window.write("Background and needs", "Teamet har träffats.")
        window.write("The child's own words", "Jag vill att det är tyst.")
        window.write("The guardians' view", "Vi vill hjälpas åt.")
        window.write("What do we do, and whom does the family call?", "Ring samordnaren.")
        window.choose_beginning("Who is there for the family?", person.name)
        window.choose_beginning("Who follows up?", self.cast.coordinator.name)
        window.choose_beginning("Who evaluates?", self.cast.coordinator.name)
        return window.press("Send for approval")

    def return_plan(self, comments: str) -> Window:
        """The head teacher returns the plan with comments."""
        window = self.next_of(self.head_teacher)
        if "approval" not in window.path:
            window.follow("Read and decide")
        window.write("What is to be changed?", comments)
        return window.press("Return the plan")

    def approve_plan(self) -> Window:
        """The head teacher approves the plan."""
        window = self.next_of(self.head_teacher)
        if "approval" not in window.path:
            window.follow("Read and decide")
        return window.press("Approve the plan")

    def follow_up(self, decision: str) -> Window:
        """The coordinator records the follow-up, on its own day or before it."""
        window = self.page(self.coordinator, "/follow-up")
        if window.says("Follow up now"):
            window.press("Follow up now")
        window.write("How many times was it done?", "0")
        window.choose("If fewer: why?", window.words("It never started"))
        window.answer("Did it help?", "Partly")
        window.answer("How does the goal stand?", "Closer")
        window.write("The child", "Det är bättre.")
        window.tick("Did not want to answer")
        window.answer("The follow-up leads to", decision)
        window.write("Why?", "Det går åt rätt håll.")
        return window.press("Save the follow-up")

    def close(self) -> Window:
        """The coordinator closes the referral, and hands what still runs to somebody by name."""
        window = self.page(self.coordinator, "/closure")
        window.answer("How did it go?", "Reached")
        if window.page.get_by_role("group", name=window.words("How does it end?")).count():
            window.answer("How does it end?", "Somebody takes it over")
            window.write("Who takes it over?", "Mentor i 4B")
        window.answer("Why is the referral closed?", "The goals are reached")
        window.write("Summary", "Vi möttes, och det hjälpte.")
        return window.press("Close the referral")

    # ------------------------------------------------------------------------------------------------ around it
    def day(self, in_days: int) -> str:
        """A day some days from the instance's today, as a date field takes it."""
        return (self.instance.today + timedelta(days=in_days)).isoformat()

    def move_to(self, day: date) -> Window:
        """The administrator moves the demonstration's date forward."""
        window = self.window_of(self.cast.administrator).open("/administration/date")
        window.write("Move forward to", day.isoformat())
        return window.press("Move to this day")

    def paper(self, kind: str) -> bytes:
        """The newest paper of a kind from the referral's own page, as soon as it is made."""
        window = self.page(self.coordinator)
        name = window.words(kind)
        link = window.page.locator("a[type='application/pdf']", has_text=name).first
        window.wait_until(lambda: link.count() > 0, f"the paper “{name}”")
        content = window.fetch(link)
        words = "".join(page.extract_text() for page in PdfReader(BytesIO(content)).pages)
        assert self.number in words, f"“{name}” does not say which referral it belongs to"
        return content

    def board(self) -> "Board":
        """A board that somebody has open all the time."""
        return Board(self.sign_in(self.cast.head_teacher), self)


class Board:
    """A window that stays on the board; nobody touches it."""

    _WATCH = """
    (number) => {
      window.columns = [];
      const look = () => {
        const card = [...document.querySelectorAll(".board-card")].find((one) => one.textContent.includes(number));
        const column = card?.closest("section").querySelector("h2").textContent.trim() ?? "";
        if (column && window.columns.at(-1)?.[0] !== column) window.columns.push([column, Date.now() / 1000]);
      };
      look();
      new MutationObserver(look).observe(document.body, {childList: true, subtree: true});
    }
    """

    def __init__(self, window: Window, team: Team) -> None:
        self.window, self._team = window.open("/board"), team
        self._since = time.time()

    def watch(self) -> None:
        """From now on notice when the team's card comes to another column."""
        self.window.page.evaluate(self._WATCH, self._team.number)

    def shows(self, column: str, *, since: float) -> float:
        """Wait until the card stands in a column; how many seconds after `since` it came there."""
        seen: list[float] = []

        def is_there() -> bool:
            found = self.window.page.evaluate("() => window.columns.at(-1) ?? ['', 0]")
            seen[:] = [found[1]]
            return str(found[0]).startswith(column)

        self.window.watch_until(is_there, f"the card in the column {column}", seconds=10)
        return max(0.0, seen[0] - since)
