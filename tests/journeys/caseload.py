"""What lies on a coordinator's desk when a journey begins: referrals that have come where they stand weeks ago, by the core's own verbs."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import fields
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from referrals import clock, consent, db, sealing, team_review, triage
from referrals.models import Account, Municipality, Referral, Unit
from referrals.stages import IN_CONSENT, PARTS_REQUESTED, PLAN_ACTIVE, PLAN_DRAFT, RETURNED, TO_SCHEDULE, State
from referrals.vocabulary import Custody, Profession
from tests import straight_way
from tests.journeys.instance import Instance
from tests.journeys.people import cast_of as people_of
from tests.people import Cast
from tests.straight_way import DECISIONS, Decision, the_guardian


def _return(session: Session, cast: Cast, referral: Referral) -> None:
    triage.return_concern(session, referral, by=cast.coordinator.actor(), seen=None, reason="Vilka dagar var det?")


def _record_guardian(session: Session, cast: Cast, referral: Referral) -> None:
    details = consent.GuardianDetails(name="Maja Testsson", custody=Custody.SOLE, language="da", phone="0000-99 88 77")
    consent.record_guardian(session, referral, by=cast.coordinator.actor(), seen=None, details=details)


def _meet_today(session: Session, cast: Cast, referral: Referral) -> None:
    """The team meets on that very day: from it on the plan is awaited."""
    team_review.schedule_meeting(
        session, referral, by=cast.coordinator.actor(), seen=None, starts_at=clock.now() + timedelta(minutes=30), place="Rum 12",
        called=[cast.coordinator.id, cast.special_educator.id], guardians=[the_guardian(session, referral).id],
        agenda=["Hur det går"], without=list(Profession),
    )  # fmt: skip


#: the school of each country's demonstration at which its cast works
_FIRST_SCHOOLS: Final = ("lindskolan", "fjordskolen")
#: of the straight way what is done otherwise here, and what not at all: no plan is returned first
_OTHERWISE: Final = {"_record_guardian": _record_guardian, "_schedule_meeting": _meet_today}
_LEFT_OUT: Final = {"_return_plan"}
#: the last decision before a referral stands so
_UNTIL: Final = {
    IN_CONSENT: "_record_consent",
    PARTS_REQUESTED: "_conclude_consent",
    TO_SCHEDULE: "_conclude_assessment",
    PLAN_DRAFT: "_approve_minutes",
    PLAN_ACTIVE: "_approve_plan",
}


class Caseload:
    """Lets referrals come to a running instance some time ago; the instance's own worker does the rest."""

    def __init__(self, instance: Instance) -> None:
        self._database, self._folder, self._country = instance.database, instance.folder, instance.country

    def lay(self, child: str, state: State, day: str) -> str:
        """A child of that first name, where it has stood since that day, with a guardian who reads Danish, was told and consents;
        with a plan of that day where one is in force. The number of the referral.
        """
        with self._on(day) as session:
            cast = self._cast(session)
            referral = straight_way.submit(session, cast.school, email=None, child=f"{child} Provsson")
            for decide in _decisions(state):
                decide(session, cast, referral)
            assert referral.state == state
            return referral.number

    def _cast(self, session: Session) -> Cast:
        """The people of this country's demonstration who decide, as the straight way knows them; all work at its first school."""
        emails = {name: one.email for name, one in vars(people_of(self._country)).items()}
        accounts = {account.email: account for account in session.scalars(select(Account))}
        known = {name: accounts[email] for name, email in emails.items() if email in accounts}
        units = list(session.scalars(select(Unit).order_by(Unit.slug.in_(_FIRST_SCHOOLS).desc(), Unit.slug)))
        school, other = units[:2]
        places = {
            "municipality": session.scalars(select(Municipality)).one(), "forum": school.forum, "school": school, "other_school": other,
            "second_coordinator": accounts[emails["coordinator"]], "school_nurse": accounts[emails["nurse"]],
        }  # fmt: skip
        return Cast(**{one.name: (places | known)[one.name] for one in fields(Cast)})

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


def _decisions(state: State) -> Iterator[Decision]:
    """What is decided, once the concern has come, until it stands so."""
    if state == RETURNED:
        yield _return
        return
    done = set()
    for decide in DECISIONS:
        name = decide.__name__
        if name not in _LEFT_OUT | done:
            yield _OTHERWISE.get(name, decide)
        done.add(name)
        if name == _UNTIL[state]:
            return
