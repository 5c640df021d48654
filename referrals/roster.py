"""Whom a coordinator can ask or call about a referral: its unit's people, the service each belongs to, and whether consent reaches it."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from referrals import clock
from referrals.access import Role
from referrals.errors import NotAllowed, NotCovered
from referrals.models import Account, Concern, Guardian, Municipality, Referral, RoleAssignment
from referrals.vocabulary import ConsentState, Profession, Recipient, SchoolForm

#: professions that belong to another service than the school; everybody else is its own staff
OTHER_SERVICES: dict[Profession, Recipient] = {
    Profession.SOCIAL_SERVICES: Recipient.SOCIAL_SERVICES,
    Profession.LEISURE_STAFF: Recipient.LEISURE,
}
_ROLES = (Role.COORDINATOR, Role.ASSESSOR, Role.HEAD_TEACHER)


@dataclass(frozen=True)
class Colleague:
    """Somebody the coordinator could turn to."""

    account: Account
    recipient: Recipient
    #: where the guardians' consent stands, if it keeps this person's service out; None where nothing does
    locked_by: ConsentState | None
    #: whether the reporter named this function as too close to the matter
    is_too_close: bool

    @property
    def is_own_staff(self) -> bool:
        """Whether they belong to the school itself."""
        return self.recipient is Recipient.OWN_STAFF


def today(session: Session) -> date:
    """The calendar day it is in the municipality."""
    zone = session.scalars(select(Municipality.timezone).limit(1)).one_or_none()
    return clock.today(zone or "UTC")


def service_of(profession: Profession, school_form: SchoolForm) -> Recipient:
    """The service that somebody of `profession` belongs to, seen from a unit of the form `school_form`."""
    if profession is Profession.LEISURE_STAFF and school_form is SchoolForm.LEISURE:
        return Recipient.OWN_STAFF
    return OTHER_SERVICES.get(profession, Recipient.OWN_STAFF)


def colleagues(session: Session, referral: Referral) -> list[Colleague]:
    """Everybody who works for the referral's unit, by name, each with what may stand in the way of asking them."""
    accounts = session.scalars(
        select(Account)
        .where(
            Account.is_active,
            Account.roles.any((RoleAssignment.unit_id == referral.unit_id) & RoleAssignment.role.in_(_ROLES)),
        )
        .order_by(Account.name)
    )
    named = session.scalars(select(Concern.conflict_functions).where(Concern.referral_id == referral.id)).first() or []
    guardians, day = _deciding_guardians(session, referral), today(session)
    found = []
    for account in accounts:
        service = service_of(account.profession, referral.unit.school_form)
        found.append(
            Colleague(account, service, _standing_in_the_way(guardians, service, day), account.profession in named)
        )
    return found


def choose(session: Session, referral: Referral, ids: Iterable[uuid.UUID]) -> list[Account]:
    """The accounts `ids` name, each once, if all of them may be turned to.

    Raises NotAllowed where somebody does not work for the unit, NotCovered where the guardians' consent does not reach
    their service.
    """
    people = {colleague.account.id: colleague for colleague in colleagues(session, referral)}
    chosen = []
    for one in dict.fromkeys(ids):
        if one not in people:
            raise NotAllowed("not a colleague of this unit")
        if people[one].locked_by is not None:
            raise NotCovered
        chosen.append(people[one].account)
    return chosen


def deciding_guardians_to_inform(session: Session, referral: Referral) -> list[Guardian]:
    """Guardians with custody of whom nothing says that they were informed, or why not."""
    return [guardian for guardian in _deciding_guardians(session, referral) if not guardian.is_informed]


def has_deciding_guardian(session: Session, referral: Referral) -> bool:
    """Whether a guardian with custody is recorded at all."""
    return bool(_deciding_guardians(session, referral))


def _deciding_guardians(session: Session, referral: Referral) -> list[Guardian]:
    rows = session.scalars(
        select(Guardian)
        .where(Guardian.referral_id == referral.id)
        .order_by(Guardian.recorded_at)
        .options(selectinload(Guardian.consents), selectinload(Guardian.notices))
        .execution_options(populate_existing=True)
    )
    return [guardian for guardian in rows if guardian.has_custody]


def _standing_in_the_way(guardians: list[Guardian], service: Recipient, day: date) -> ConsentState | None:
    """Why nothing may go to `service` on `day`: the first state that is in the way; every guardian with custody counts."""
    if service is Recipient.OWN_STAFF:
        return None
    if not guardians:
        return ConsentState.NOT_ASKED
    for guardian in guardians:
        if not guardian.consents or not guardian.consents[-1].covers(service, day):
            state = guardian.consent_state(day)
            return ConsentState.PARTIAL if state is ConsentState.FULL else state
    return None
