"""The access list of a referral in which an identity is protected: drawn up with the protection, and never empty."""

import uuid
from collections.abc import Iterable

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from referrals import clock, history
from referrals.access import Actor, Role
from referrals.errors import Incomplete, NoSuchReferral, NotAllowed, StaysOnList
from referrals.models import Account, Listed, Referral, RoleAssignment
from referrals.people import coordinating
from referrals.stages import Verb
from referrals.vocabulary import ListGround, Standing


def is_open_to(actor: Actor) -> ColumnElement[bool]:
    """The condition that `lets_in` says, and that no other team took it over: for reads of several."""
    return lets_in(actor) & Referral.handed_over_at.is_(None)


def lets_in(actor: Actor) -> ColumnElement[bool]:
    """The condition that nothing holds a referral, and that it has no list or `actor` stands on it."""
    theirs = select(Listed.referral_id).where(Listed.account_id == actor.account_id)
    return Referral.held_since.is_(None) & (Referral.protected_since.is_(None) | Referral.id.in_(theirs))


def is_on(referral: Referral, account_id: uuid.UUID) -> bool:
    """Whether this account may know of `referral` as far as its list goes; true where it has none."""
    listed = referral.facts().listed
    return listed is None or account_id in listed


def on_list(session: Session, referral: Referral) -> list[Listed]:
    """Everybody on the list, by name."""
    rows = select(Listed).where(Listed.referral_id == referral.id).join(Account, Account.id == Listed.account_id)
    return list(session.scalars(rows.order_by(Account.name)))


def could_be_added(session: Session, referral: Referral) -> list[Account]:
    """Those of the unit, and those who took part, who are not on the list and not kept out: takers part first, then by name."""
    facts = referral.facts()
    works_here = Account.roles.any(RoleAssignment.unit_id == referral.unit_id)
    near = works_here | coordinating.sit_beside(referral) | Account.id.in_(facts.members)
    rows = select(Account).where(Account.is_active, near).order_by(Account.name)
    able = [one for one in session.scalars(rows) if one.id not in (facts.listed or ()) and one.id not in facts.shut_out]
    return sorted(able, key=lambda account: account.id not in facts.members)


def add_to_list(
    session: Session, referral: Referral, *, by: Actor, seen: int | None, account: Account, reason: str
) -> None:
    """Let `account` stand to the referral in whatever capacity their task gives. Somebody on the list already changes nothing.

    Raises Incomplete without a reason, NotAllowed for strangers to the unit, for those kept out, and where nobody is protected.
    """
    history.guard(session, referral, Verb.ADD_TO_LIST, by=by, seen=seen)
    if referral.protected_since is None:
        raise NotAllowed(Verb.ADD_TO_LIST)
    if is_on(referral, account.id):
        return
    if account not in could_be_added(session, referral):
        raise NotAllowed(Verb.ADD_TO_LIST)
    if not reason.strip():
        raise Incomplete("reason")
    _put(session, referral, {account.id: ListGround.ADDED}, by=by, reason=reason.strip())
    history.record(session, referral, Verb.ADD_TO_LIST, by=by, seen=seen, reason=f"{account.name}: {reason.strip()}")


def take_off_list(
    session: Session, referral: Referral, *, by: Actor, seen: int | None, listed_id: uuid.UUID, reason: str
) -> None:
    """Shut somebody out again. Raises StaysOnList for the coordinator in charge, a head teacher, and oneself; Incomplete
    without a reason; NoSuchReferral where nobody on this list is meant.
    """
    history.guard(session, referral, Verb.TAKE_OFF_LIST, by=by, seen=seen)
    entry = next((each for each in referral.access_list if each.id == listed_id), None)
    if entry is None:
        raise NoSuchReferral
    if not may_be_taken_off(entry, by):
        raise StaysOnList
    if not reason.strip():
        raise Incomplete("reason")
    name = entry.account.name
    referral.access_list.remove(entry)
    history.record(session, referral, Verb.TAKE_OFF_LIST, by=by, seen=seen, reason=f"{name}: {reason.strip()}")


def may_be_taken_off(entry: Listed, by: Actor) -> bool:
    """Whether nobody's task keeps them on it. Who decides about the list stays, so that somebody always does."""
    return entry.ground in {ListGround.ADDED, ListGround.MARKED_IT} and entry.account_id != by.account_id


# ------------------------------------------------------------------------------------------- for the verbs around it
def draw_up(session: Session, referral: Referral, *, by: Actor | None = None) -> None:
    """Name those whose task it is: the coordinator in charge, or all who could be while nobody is; the head teachers; who asks."""
    _put(session, referral, _by_task(session, referral))
    if by is not None and by.account_id is not None:
        _put(session, referral, {by.account_id: ListGround.MARKED_IT})
    session.flush()


def tear_up(session: Session, referral: Referral) -> None:
    """Take the list away: nobody in the referral is protected any more."""
    referral.access_list.clear()
    session.flush()


def take_charge(session: Session, referral: Referral) -> None:
    """Let the list follow the owner: whoever stood on it only because somebody had to be in charge leaves it."""
    if referral.protected_since is None:
        return
    wanted = _by_task(session, referral)
    for entry in list(referral.access_list):
        if entry.ground in {ListGround.IN_CHARGE, ListGround.HEAD_TEACHER} and entry.account_id not in wanted:
            referral.access_list.remove(entry)
    for entry in referral.access_list:
        entry.ground = wanted.get(entry.account_id, entry.ground)
    _put(session, referral, wanted)
    session.flush()


def follow_roles(session: Session) -> None:
    """Let every list follow the roles of the municipality: who left is off it, who came by their task is on it."""
    for referral in session.scalars(select(Referral).where(Referral.protected_since.is_not(None))):
        take_charge(session, referral)


def _by_task(session: Session, referral: Referral) -> dict[uuid.UUID, ListGround]:
    coordinators = _holders(session, referral, Role.COORDINATOR)
    stand_ins = {held.account_id for held in referral.memberships if held.standing is Standing.STANDS_IN}
    able = [*coordinators, *(stand_ins - set(coordinators))]
    in_charge = [one for one in able if one == referral.owner_id] or able
    kept_out = referral.facts().shut_out
    heads = dict.fromkeys(_holders(session, referral, Role.HEAD_TEACHER), ListGround.HEAD_TEACHER)
    named = heads | dict.fromkeys(in_charge, ListGround.IN_CHARGE)
    return {account_id: ground for account_id, ground in named.items() if account_id not in kept_out}


def _holders(session: Session, referral: Referral, role: Role) -> Iterable[uuid.UUID]:
    at_unit = (RoleAssignment.unit_id == referral.unit_id) & (RoleAssignment.role == role)
    holds = coordinating.coordinate(referral) if role is Role.COORDINATOR else Account.roles.any(at_unit)
    return session.scalars(select(Account.id).where(Account.is_active, holds)).all()


def _put(
    session: Session,
    referral: Referral,
    named: dict[uuid.UUID, ListGround],
    *,
    by: Actor | None = None,
    reason: str = "",
) -> None:
    there = {each.account_id for each in referral.access_list}
    session.add_all(
        Listed(
            referral=referral, account_id=account_id, ground=ground, since=clock.now(), by_id=by.account_id if by else None,
            reason=reason or None,
        )
        for account_id, ground in named.items()
        if account_id not in there
    )  # fmt: skip
    session.flush()
