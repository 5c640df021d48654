"""What shows that automatic work goes on: each worker's sign of life, written by its dispatcher as it goes round, and the last good sweep."""

import time
from datetime import timedelta
from typing import Final

from sqlalchemy import delete, update
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from flows.opening import logger
from referrals import clock, db
from referrals.models import Heartbeat
from referrals.operations.figures import SWEEP, WORKER

#: seconds between two signs of life
EVERY: Final = 3.0
#: one this old is swept away: its process is long gone
FORGOTTEN: Final = timedelta(hours=1)


class SignOfLife:
    """That of one worker. No thread of its own writes it: that would go on living when the work has long stood still."""

    def __init__(self, database: str, *, holder: str) -> None:
        self.database, self.holder = database, f"{WORKER}-{holder}"
        self._shown_at = -EVERY

    def show(self) -> None:
        """Write that the worker lives, unless that was a moment ago."""
        now = time.monotonic()
        if now - self._shown_at < EVERY:
            return
        with db.writing(self.database) as session:
            _write(session, WORKER, holder=self.holder)
        self._shown_at = now

    def sign_off(self) -> None:
        """Take it back: the worker ends in order."""
        try:
            with db.writing(self.database) as session:
                session.execute(delete(Heartbeat).where(Heartbeat.holder == self.holder))
        except SQLAlchemyError:
            logger().info("worker: could not sign off")


def note_sweep(database: str) -> None:
    """Write that a sweep has left nothing over."""
    with db.writing(database) as session:
        _write(session, SWEEP, holder=SWEEP)


def _write(session: Session, part: str, *, holder: str) -> None:
    now = clock.machine_now()
    seen = session.scalars(
        update(Heartbeat).where(Heartbeat.holder == holder).values(seen_at=now).returning(Heartbeat.id)
    ).one_or_none()
    if seen is None:
        session.execute(delete(Heartbeat).where(Heartbeat.part != SWEEP, Heartbeat.seen_at < now - FORGOTTEN))
        session.add(Heartbeat(part=part, holder=holder, seen_at=now))
