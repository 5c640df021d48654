"""What a worker does by the clock: the sweep when a new day has come, reminders and agendas on their mornings."""

import threading
import time
from datetime import date, datetime, timedelta
from typing import Final

from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from flows.apart import Apart
from flows.failures import place_of
from flows.opening import logger
from flows.reminders import send_reminders
from flows.rounds import fix_registers, issue_agendas
from flows.sweep import sweep_database
from flows.team_dates import tell_of_dates
from referrals import clock, db
from referrals.models import Municipality

#: seconds between two looks at the calendar
EVERY: Final = 3.0
#: the same until Prefect has answered for the first time
SOON: Final = 0.3
#: seconds after which it is swept again where something was left over
SWEEP_AGAIN: Final = 600.0
#: between two looks for reminders to send, until the day's have gone
REMIND_EVERY: Final = timedelta(minutes=10)
#: seconds between two looks at what is to be told of teams' dates, at least and at most
DATES_EVERY: Final = 15.0
DATES_AT_LATEST: Final = 300.0
#: how many times as long as a look took they rest after it: where hundreds of dates are to come, papers need the processor too
DATES_REST: Final = 20
#: between two looks for agendas of consultation rounds to issue
AGENDAS_EVERY: Final = timedelta(minutes=1)


class Timers(threading.Thread):
    """One thread for all of it; nothing that fails in it ends it."""

    def __init__(self, database: str, *, is_ready: threading.Event) -> None:
        super().__init__(name="timers", daemon=True)
        self.database, self.is_ready = database, is_ready
        self._stopping = threading.Event()
        self._swept_on: date | None = None
        #: when a sweep of that day began of which something is left over, by the clock that nobody puts back
        self._left_over_at: float | None = None
        self._reminded_on: date | None = None
        self._reminded_at: datetime | None = None
        self._agendas_at: datetime | None = None
        #: when teams' dates are looked at next, by the same clock
        self._dates_from = 0.0

    def run(self) -> None:
        """Go on until told to stop."""
        while not self._stopping.is_set():
            duties = (
                self._sweep_when_due, self._tell_of_dates_now_and_then, self._remind_now_and_then, self._issue_agendas_now_and_then,
            )  # fmt: skip
            for duty in duties:
                try:
                    duty()
                except SQLAlchemyError as error:
                    logger().warning("timers: the database does not answer (%s)", type(error).__name__)
                except Exception as error:  # noqa: BLE001 - the next round may go better; a dead timer never does
                    logger().error("timers: %s at %s", type(error).__name__, place_of(error))
            self._stopping.wait(EVERY if self.is_ready.is_set() else SOON)

    def stop(self) -> None:
        """End after the round under way."""
        self._stopping.set()

    def _sweep_when_due(self) -> None:
        """Sweep at the start, after midnight, and when the date of a demonstration was moved; again later where something was left over."""
        with db.reading(self.database) as session:
            zone = session.scalars(select(Municipality.timezone)).first()
        if zone is None:
            return
        today, now = clock.today(zone), time.monotonic()
        if today == self._swept_on and (self._left_over_at is None or now - self._left_over_at < SWEEP_AGAIN):
            return
        # Whatever comes of it, the day has been swept: reminders and agendas do not wait for what cannot be done.
        self._swept_on, self._left_over_at = today, now
        if sweep_database(self.database):
            self._left_over_at = None

    def _remind_now_and_then(self) -> None:
        """Send the morning's reminders, once the day's sweep is done: what it opened is due today."""
        day, now = self._swept_on, clock.machine_now()
        is_early = self._reminded_at is not None and now - self._reminded_at < REMIND_EVERY
        if day is None or day == self._reminded_on or is_early:
            return
        self._reminded_at = now
        if send_reminders(self.database):
            self._reminded_on = day

    def _tell_of_dates_now_and_then(self) -> None:
        """Make what was told of teams' dates equal to what is to stand in calendars, once an instance is set up."""
        began = time.monotonic()
        if self._swept_on is None or began < self._dates_from:
            return
        self._dates_from = began + DATES_EVERY
        tell_of_dates(self.database, Apart("dates"), stopping=self._stopping)
        took = time.monotonic() - began
        self._dates_from = began + took + min(max(DATES_EVERY, DATES_REST * took), DATES_AT_LATEST)

    def _issue_agendas_now_and_then(self) -> None:
        """Issue the agendas whose morning has come, and fix whom to count in rounds that have begun, once an instance is set up."""
        now = clock.machine_now()
        if self._swept_on is None or (self._agendas_at is not None and now - self._agendas_at < AGENDAS_EVERY):
            return
        self._agendas_at = now
        fix_registers(self.database)
        issue_agendas(self.database)
