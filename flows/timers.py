"""What a worker does by the clock: the sweep when a new day has come, reminders and agendas on their mornings."""

import threading
from datetime import date, datetime, timedelta
from typing import Final

from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from flows.opening import logger
from flows.reminders import send_reminders
from flows.rounds import fix_registers, issue_agendas
from flows.sweep import sweep_database
from referrals import clock, db
from referrals.models import Municipality

#: seconds between two looks at the calendar
EVERY: Final = 3.0
#: the same until Prefect has answered for the first time
SOON: Final = 0.3
#: between two looks for reminders to send, until the day's have gone
REMIND_EVERY: Final = timedelta(minutes=10)
#: between two looks for agendas of consultation rounds to issue
AGENDAS_EVERY: Final = timedelta(minutes=1)


class Timers(threading.Thread):
    """One thread for all of it; nothing that fails in it ends it."""

    def __init__(self, database: str, *, is_ready: threading.Event) -> None:
        super().__init__(name="timers", daemon=True)
        self.database, self.is_ready = database, is_ready
        self._stopping = threading.Event()
        self._swept_on: date | None = None
        self._reminded_on: date | None = None
        self._reminded_at: datetime | None = None
        self._agendas_at: datetime | None = None

    def run(self) -> None:
        """Go on until told to stop."""
        while not self._stopping.is_set():
            try:
                self._sweep_on_a_new_day()
                self._remind_now_and_then()
                self._issue_agendas_now_and_then()
            except SQLAlchemyError as error:
                logger().warning("timers: the database does not answer (%s)", type(error).__name__)
            except Exception as error:  # noqa: BLE001 - the next round may go better; a dead timer never does
                logger().error("timers: %s", type(error).__name__)
            self._stopping.wait(EVERY if self.is_ready.is_set() else SOON)

    def stop(self) -> None:
        """End after the round under way."""
        self._stopping.set()

    def _sweep_on_a_new_day(self) -> None:
        """Sweep at the start, after midnight, and when the date of a demonstration was moved."""
        with db.reading(self.database) as session:
            zone = session.scalars(select(Municipality.timezone)).first()
        if zone is None:
            return
        today = clock.today(zone)
        if today != self._swept_on:
            sweep_database(self.database)
            self._swept_on = today

    def _remind_now_and_then(self) -> None:
        """Send the morning's reminders, once the day's sweep is done: what it opened is due today."""
        day, now = self._swept_on, clock.machine_now()
        is_early = self._reminded_at is not None and now - self._reminded_at < REMIND_EVERY
        if day is None or day == self._reminded_on or is_early:
            return
        self._reminded_at = now
        if send_reminders(self.database):
            self._reminded_on = day

    def _issue_agendas_now_and_then(self) -> None:
        """Issue the agendas whose morning has come, and fix whom to count in rounds that have begun, once an instance is set up."""
        now = clock.machine_now()
        if self._swept_on is None or (self._agendas_at is not None and now - self._agendas_at < AGENDAS_EVERY):
            return
        self._agendas_at = now
        fix_registers(self.database)
        issue_agendas(self.database)
