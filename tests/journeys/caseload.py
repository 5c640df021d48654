"""What lies on a coordinator's desk when a journey begins: referrals that have come where they stand weeks ago."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from referrals import clock, db, sealing
from referrals.stages import PLAN_ACTIVE, State
from referrals.vocabulary import PlanStatus
from tests.factories import a_plan, a_referral, consented
from tests.journeys.instance import Instance
from tests.webapp.desk import cast_of


class Caseload:
    """Lays referrals into a running instance as if they had been there before; the instance's own worker does the rest."""

    def __init__(self, instance: Instance) -> None:
        self._database, self._folder = instance.database, instance.folder

    def lay(self, child: str, state: State, day: str) -> str:
        """A child of that first name, where it has stood since that day, with a guardian who reads Danish, was told and consents;
        with a plan of that day where one is in force. The number of the referral.
        """
        with self._on(day) as session:
            cast = cast_of(session)
            referral = a_referral(session, cast, state, owner_id=cast.coordinator.id, child_name=f"{child} Provsson")
            consented(session, referral, cast).guardian.language = "da"
            if state == PLAN_ACTIVE:
                a_plan(session, referral, author=cast.coordinator, status=PlanStatus.ACTIVE, approved_at=clock.now())
            return referral.number

    @contextmanager
    def _on(self, day: str) -> Iterator[Session]:
        """A transaction with the instance's keys, at eleven o'clock on a day."""
        before = sealing.key_ring()
        sealing.use_key_ring(sealing.KeyRing.read_or_make(self._folder / "keys.json"))
        clock.use_shift_file(self._folder / "shift-of-the-past")
        try:
            clock.set_now(datetime.fromisoformat(f"{day}T11:00").replace(tzinfo=ZoneInfo("Europe/Stockholm")))
            with db.writing(self._database) as session:
                yield session
        finally:
            clock.use_shift_file(None)
            sealing.use_key_ring(before)
