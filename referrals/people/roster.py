"""Whom a coordinator can ask or call about a referral: its unit's people, the service each belongs to, and whether consent reaches it."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cache

from sqlalchemy import select
from sqlalchemy.orm import Session

from referrals import clock, here
from referrals.access import CONTRIBUTES_AS, SERVICE_OF, Role, outside_service
from referrals.disclosure import coverage
from referrals.errors import NotAllowed, NotCovered
from referrals.models import Account, Concern, Invitation, Referral, RoleAssignment, SeatAbsence, TeamSeat
from referrals.people import coordinating
from referrals.people.membership import is_in
from referrals.safeguarding import access_list
from referrals.vocabulary import ConsentState, Profession, Recipient, SchoolForm
from referrals.vocabulary.knowing import Capacity

#: services that carry out actions and learn nothing of what the team talks about
ONLY_ACTIONS = frozenset({Recipient.LEISURE, Recipient.CIVIL_SOCIETY})
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
    #: whether they are from outside and answer for actions only, whatever their profession
    is_invited: bool = False

    @property
    def only_acts(self) -> bool:
        """Whether they only answer for actions: nobody asks them for a part or calls them to the team."""
        return self.is_invited or self.recipient in ONLY_ACTIONS


def service_of(profession: Profession, school_form: SchoolForm) -> Recipient:
    """The service that somebody of `profession` belongs to, seen from a unit of the form `school_form`."""
    if profession is Profession.LEISURE_STAFF and school_form is SchoolForm.LEISURE:
        return Recipient.OWN_STAFF
    return SERVICE_OF.get(CONTRIBUTES_AS.get(profession, Capacity.TEACHER), Recipient.OWN_STAFF)


def colleagues(session: Session, referral: Referral) -> list[Colleague]:
    """Everybody who works for the referral's unit or sits in its team beside, stands in in its team now or later, or is invited from outside, by name, each with what may stand in the way of asking them.

    Where an identity is protected, only those on the access list are there to be asked.
    """
    invited = _invited(session, referral)
    accounts = session.scalars(
        select(Account)
        .where(
            Account.is_active,
            Account.roles.any((RoleAssignment.unit_id == referral.unit_id) & RoleAssignment.role.in_(_ROLES))
            | coordinating.sit_beside(referral)
            | Account.id.in_(invited)
            | Account.standing_in.any(
                (SeatAbsence.ends_at > clock.now()) & SeatAbsence.seat.has(TeamSeat.forum_id == referral.forum_id)
            ),
        )
        .order_by(Account.name)
    )
    shut_out = referral.facts().shut_out
    named = session.scalars(select(Concern.conflict_functions).where(Concern.referral_id == referral.id)).first() or []
    day, found = here.today(session), []
    lock_of = cache(lambda service: _standing_in_the_way(session, referral, service, on=day))
    for account in (each for each in accounts if each.id not in shut_out and access_list.is_on(referral, each.id)):
        is_invited = account.id in invited
        if is_invited and not is_in(referral, account):
            continue  # their part was ended before its day: whoever wants them back invites them anew
        service = (
            outside_service(account.profession)
            if is_invited
            else service_of(account.profession, referral.unit.school_form)
        )
        found.append(Colleague(account, service, lock_of(service), account.profession in named, is_invited))
    return found


def choose(session: Session, referral: Referral, ids: Iterable[uuid.UUID]) -> list[Account]:
    """The accounts `ids` name, each once, if all of them may be turned to.

    Raises NotAllowed where somebody does not work for the unit, NotCovered where the guardians' consent does not reach
    their service.
    """
    return _chosen(colleagues(session, referral), ids)


def for_team(session: Session, referral: Referral) -> list[Colleague]:
    """Those of the colleagues who can be asked for a part or called to the team; the others only answer for actions."""
    return [one for one in colleagues(session, referral) if not one.only_acts]


def choose_for_team(session: Session, referral: Referral, ids: Iterable[uuid.UUID]) -> list[Account]:
    """As `choose`, for a part or a meeting. Raises NotAllowed also for those who only answer for actions."""
    people = colleagues(session, referral)
    chosen, only_act = _chosen(people, ids), {one.account.id for one in people if one.only_acts}
    if any(one.id in only_act for one in chosen):
        raise NotAllowed("only answers for actions")
    return chosen


def _chosen(found: Iterable[Colleague], ids: Iterable[uuid.UUID]) -> list[Account]:
    people = {colleague.account.id: colleague for colleague in found}
    chosen = []
    for one in dict.fromkeys(ids):
        if one not in people:
            raise NotAllowed("not a colleague of this unit")
        if people[one].locked_by is not None:
            raise NotCovered
        chosen.append(people[one].account)
    return chosen


def _invited(session: Session, referral: Referral) -> set[uuid.UUID]:
    """The accounts that are invited from outside now; who works in a unit is not from outside."""
    from_here = Account.roles.any(RoleAssignment.unit_id.is_not(None))
    rows = (
        select(Invitation.account_id).join(Invitation.account).where(Invitation.referral_id == referral.id, ~from_here)
    )
    return set(session.scalars(rows.where(Invitation.ends_at > clock.now())))


def _standing_in_the_way(session: Session, referral: Referral, service: Recipient, *, on: date) -> ConsentState | None:
    """Where consent stands, if it keeps `service` out on that day: the first guardian's state that is in the way."""
    if coverage.covers(session, referral, service, on=on):
        return None
    for guardian in coverage.deciding_guardians(session, referral):
        newest = coverage.newest_answer(guardian)
        if newest is None or not newest.covers(service, on):
            state = guardian.consent_state(on)
            return ConsentState.PARTIAL if state is ConsentState.FULL else state
    return ConsentState.NOT_ASKED
