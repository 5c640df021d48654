"""People at the public form of a running instance: each fills it in page by page, as a browser would, and sends it."""

import time
from collections.abc import Callable
from contextlib import closing
from typing import TypeVar

import httpx

from referrals.vocabulary import ReporterKind, SchoolYear, Topic
from webapp.demo_window import Stopped, Values, Window

Got = TypeVar("Got")


class Stopwatch(httpx.HTTPTransport):
    """Takes the time of each request."""

    def __init__(self) -> None:
        super().__init__()
        self.milliseconds = 0.0
        self.answered = 0.0

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        began = time.perf_counter()
        response = super().handle_request(request)
        response.read()
        if request.method == "POST":
            self.milliseconds, self.answered = (time.perf_counter() - began) * 1000, time.monotonic()
        return response


class Reporter:
    """One person with a window of their own, and so a browser's own limits."""

    def __init__(self, url: str, *, seconds_a_page: float = 0) -> None:
        """Nobody fills in a page faster than in `seconds_a_page`."""
        self.watch = Stopwatch()
        self._window = Window(url, whose="the reporter", transport=self.watch)
        self._seconds_a_page = seconds_a_page

    def fill_in(self) -> None:
        """Everything but the last button."""
        self._window.open("/")
        self._send("door", {}, press=("door", "staff"))
        self._send("protection", {"protection": "no"})
        unit = self._window.page.form("unit").choices("unit")[-1]
        who = {"reporter_kind": ReporterKind.TEACHER.value, "reporter_name": "Lena Mentorsson"}
        self._send("unit", {"unit": unit, **who})
        child = {"child_name": "Mila Testsson", "child_group": "4B", "school_year": SchoolYear.YEAR_4.value}
        self._send("child_name", child)
        seen: Values = {
            "observations": "Mila har varit borta nio dagar i september. " * 8,
            "topics": [Topic.ATTENDANCE.value],
        }
        self._send("observations", seen)
        self._send("guardians_know", {"guardians_know": "yes"})
        self._send("conflict", {"conflict": "no"})

    def send(self) -> str:
        """Press the last button: the reference number that the answer gives. The stopwatch has the POST alone."""
        return self._window.send(self._window.page.form("_door"), {}).by_id["reference-number"]

    def close(self) -> None:
        self._window.close()

    def _send(self, asks_for: str, values: Values, *, press: tuple[str, str] | None = None) -> None:
        time.sleep(self._seconds_a_page)
        self._window.send(self._window.page.form(asks_for), values, press=press)


def send_at_last(url: str, met: list[Stopped] | None = None, *, seconds_a_page: float = 0) -> str:
    """Somebody fills in the public form, from the beginning again where it does not answer, and presses the last button until it
    does; the reference number. What they met goes into `met`."""

    def fill_in() -> Reporter:
        reporter = Reporter(url, seconds_a_page=seconds_a_page)
        try:
            reporter.fill_in()
        except Stopped:
            reporter.close()
            raise
        return reporter

    with closing(_at_last(fill_in, met)) as reporter:
        return _at_last(reporter.send, met)


def _at_last(act: Callable[[], Got], met: list[Stopped] | None) -> Got:
    deadline = time.monotonic() + 300
    while True:
        try:
            return act()
        except Stopped as stopped:
            if met is not None:
                met.append(stopped)
        assert time.monotonic() < deadline
        time.sleep(0.2)
