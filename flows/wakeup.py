"""How a dispatcher waits for the next step: PostgreSQL calls, a SQLite file is asked every 10 ms whether it was written to."""

import sqlite3
import threading
import time
from typing import Final, Protocol

import psycopg
from sqlalchemy.engine import make_url

from flows.opening import logger
from referrals.models.step import WAKE_CHANNEL

SQLITE_PAUSE: Final = 0.01
#: steps are also looked for this often (seconds) where nothing was written: for mail whose minutes are over
SQLITE_AT_LEAST: Final = 1.0
#: PostgreSQL is also looked at this often (seconds): for mail whose ten minutes are over, and for a call that was missed
POSTGRES_PAUSE: Final = 2.0


class Waiter(Protocol):
    """Waits until it is worth looking again."""

    def wait(self, stopping: threading.Event) -> None:
        """Come back when there may be something to do, or when `stopping` is set."""

    def close(self) -> None:
        """Let go of whatever it waits with."""


class WatchingWaiter:
    """For SQLite: one connection that sees in microseconds whether another has committed; looking for steps costs 3 ms."""

    def __init__(self, database: str) -> None:
        self._file = make_url(database).database or ""
        self._connection: sqlite3.Connection | None = None
        self._seen: int | None = None

    def wait(self, stopping: threading.Event) -> None:
        """Wait for a commit later than the one that ended the wait before; the first wait is none."""
        until = time.monotonic() + SQLITE_AT_LEAST
        try:
            while time.monotonic() < until and not stopping.wait(SQLITE_PAUSE):
                if (newest := self._version()) != self._seen:
                    self._seen = newest
                    return
        except sqlite3.Error as error:
            logger().warning("dispatcher: cannot watch the database (%s)", type(error).__name__)
            self.close()
            stopping.wait(0.5)

    def close(self) -> None:
        """Close the connection."""
        if self._connection is not None:
            self._connection.close()
            self._connection, self._seen = None, None

    def _version(self) -> int:
        if self._connection is None:
            self._connection = sqlite3.connect(f"file:{self._file}?mode=rw", uri=True)
        return int(self._connection.execute("PRAGMA data_version").fetchone()[0])


class ListeningWaiter:
    """For PostgreSQL: one connection that listens; a lost one is made again, and then one looks at once."""

    def __init__(self, database: str) -> None:
        self._address = make_url(database).set(drivername="postgresql").render_as_string(hide_password=False)
        self._connection: psycopg.Connection | None = None

    def wait(self, stopping: threading.Event) -> None:
        """Wait for a call, in slices so that the end of the process is not held up."""
        try:
            if self._connection is None:
                self._connection = psycopg.connect(self._address, autocommit=True, connect_timeout=5)
                self._connection.execute(f"LISTEN {WAKE_CHANNEL}")
                return
            waited = 0.0
            while waited < POSTGRES_PAUSE and not stopping.is_set():
                if any(True for _call in self._connection.notifies(timeout=0.5, stop_after=1)):
                    return
                waited += 0.5
        except psycopg.Error as error:
            logger().warning("dispatcher: lost the line to the database (%s)", type(error).__name__)
            self.close()
            stopping.wait(0.5)

    def close(self) -> None:
        """Close the connection."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None


def waiter_for(database: str) -> Waiter:
    """What to wait with for the database at this address."""
    return (
        ListeningWaiter(database) if make_url(database).get_backend_name() == "postgresql" else WatchingWaiter(database)
    )
