"""The instance the demonstration plays in: everybody's windows, the date, and the folder the documents go into."""

import io
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import httpx
import pikepdf

from referrals.languages import translations
from referrals.stages import Stage
from referrals.vocabulary import DocumentKind
from webapp.demo_cast import Cast, Person, find_cast
from webapp.demo_window import Page, Stopped, Window

_PAPER = r"/documents/[0-9a-f-]{36}$"
_DATE, _DATE_BACK = "/administration/date", r"/date/back$"


@dataclass(frozen=True)
class Paper:
    """A document that came, as it lies in the folder."""

    stage: Stage
    file: Path


class World:
    """One instance and one referral in it. `number` is set as soon as there is one."""

    def __init__(self, url: str, folder: Path, *, transport: httpx.BaseTransport | None = None) -> None:
        """For the instance at `url`; documents go into `folder`."""
        self.url, self.folder, self._transport = url, folder, transport
        self.number = ""
        #: the day the instance's date was moved to, where it does not go back to today
        self.stays_on = ""
        self._windows: list[Window] = []
        self._taken: set[str] = set()
        self._kept: set[str] = set()
        self._goes_back: bool | None = None
        self.cast: Cast = find_cast(self.window("a visitor"))

    def close(self) -> None:
        """Put the date back where it was moved from, and close all windows."""
        with suppress(Stopped):  # the instance may be what stopped
            self.back_to_today()
        for window in self._windows:
            window.close()

    # ------------------------------------------------------------------------------------------------ windows
    def window(self, whose: str) -> Window:
        """A new window in which nobody is signed in."""
        self._windows.append(Window(self.url, whose=whose, transport=self._transport))
        return self._windows[-1]

    def window_of(self, person: Person) -> Window:
        """The window of somebody of the cast, who signs in the first time."""
        if person.window is None:
            window = self.window(person.name)
            window.open("/sign-in")
            window.send(window.page.form("password"), {"email": person.email, "password": person.password})
            person.window = window
        return person.window

    def next_of(self, person: Person) -> Window:
        """What waits for somebody with this referral, found from their home."""
        window = self.window_of(person)
        window.open("/home")
        window.follow(f"/referrals/{self.number}", words=self.number)
        return window

    def let_the_workflow_finish(self) -> None:
        """Wait until nothing is being made any more. Raises Stopped where it does not end."""
        window = self.window_of(self.cast.coordinator)
        path = f"/referrals/{self.number}/documents"
        at_work = translations(window.open(path).language).gettext(
            "Something is being made right now. Look again in a moment."
        )
        window.wait(path, until=lambda page: at_work not in page.text, what="the end of the automatic work")

    def look_around(self) -> None:
        """The pages that show many referrals. Raises Stopped where the search does not lead to this one."""
        window = self.window_of(self.cast.coordinator)
        for path in ("/board", "/referrals", f"/search?reference={self.number}"):
            window.open(path)
        window.open(f"/referrals/{self.number}")
        if self.number not in window.page.text:
            raise Stopped(f"the search does not lead to {self.number}")

    # ------------------------------------------------------------------------------------------------ the date
    def today(self) -> date:
        """The day it is for everybody there."""
        page = self.window_of(self.cast.administrator).open(_DATE)
        return date.fromisoformat(page.form("day").earliest("day"))

    def let_pass(self, days: int) -> None:
        """Let so many days pass, and go on to the next Monday where that is a weekend."""
        today = self.today()
        day = next_weekday(today + timedelta(days=days))
        if day != today:
            self.move_to(day.isoformat())

    def move_to(self, day: str) -> None:
        """Move the date forward on the administrators' page."""
        window = self.window_of(self.cast.administrator)
        window.open(_DATE)
        if self._goes_back is None:
            # A date that was moved before cannot be found again: then it stays where this journey ends.
            self._goes_back = not window.page.has_form_to(_DATE_BACK)
        window.send(window.page.form("day"), {"day": day})
        self.stays_on = "" if self._goes_back else day

    def back_to_today(self) -> None:
        """Put the date back, if this journey was the first to move it."""
        if self._goes_back:
            self._goes_back = None
            window = self.window_of(self.cast.administrator)
            window.open(_DATE)
            window.send(window.page.form(action=_DATE_BACK), {})

    # ------------------------------------------------------------------------------------------------ documents
    def collect(self, stage: Stage, kind: DocumentKind) -> Iterator[Paper]:
        """Wait until a document of this kind is there and nothing more is being made, and take what is new."""
        name, window = kind.replace("_", "-"), self.window_of(self.cast.coordinator)
        path = f"/referrals/{self.number}/documents"

        def is_there(page: Page) -> bool:
            names = {window.download(link.href)[0] for link in page.find_links(_PAPER) if link.href not in self._taken}
            return any(f"-{name}-" in one for one in names) and not page.notes

        window.wait(path, until=is_there, what=f"the document {name}")
        # Once more: a paper may have been finished while the page was put together.
        for link in reversed(window.open(path).find_links(_PAPER)):
            if link.href not in self._taken:
                self._taken.add(link.href)
                offered, content = window.download(link.href)
                if (
                    offered not in self._kept or kind is not DocumentKind.REFERRAL
                ):  # the reporter has the receipt already
                    yield self.keep(stage, offered, content=content)

    def keep(self, stage: Stage, offered: str, *, content: bytes) -> Paper:
        """Put a document into the folder, under the neutral name it was offered with and its language."""
        with pikepdf.open(io.BytesIO(content)) as pdf:
            language = str(pdf.Root.get("/Lang", "")).partition("-")[0]
        file = self.folder / f"{Path(offered).stem}-{language}.pdf"
        file.write_bytes(content)
        self._kept.add(offered)
        return Paper(stage, file)


def next_weekday(day: date) -> date:
    """The day itself from Monday to Friday, otherwise the Monday after it."""
    return day + timedelta(days=7 - day.weekday() if day.weekday() > 4 else 0)
