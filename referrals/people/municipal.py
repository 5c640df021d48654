"""Who somebody is to us whom the municipality's own sign-in has let in: which account, and in which roles and units."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from referrals.access import WITHOUT_UNIT, Role
from referrals.clock import machine_now
from referrals.errors import AssuranceTooLow, LastAdministrator, NotKnownHere
from referrals.models import Account, MunicipalIdentity, Unit
from referrals.people.organisation import Held, give_roles, note
from referrals.sealing import key_ring


@dataclass(frozen=True)
class Grant:
    """One line of the municipality's table: who carries `value` in `claim` holds `role`, in `unit` by its short name."""

    claim: str
    value: str
    role: Role
    unit: str = ""


@dataclass(frozen=True)
class Agreement:
    """What is agreed with the municipality's sign-in."""

    issuer: str
    #: the claim with the address people sign in with; the standard one counts only when it was verified
    address_claim: str = "email"
    #: levels of assurance of which one must be vouched for; empty where any will do
    levels: frozenset[str] = frozenset()
    #: empty where administrators give the roles
    grants: tuple[Grant, ...] = ()


def admit(session: Session, claims: Mapping[str, Any], agreement: Agreement) -> Account:
    """The account of the person these claims (checked already) speak of, with the roles they give.

    The first time it is found by its address, from then on by the provider's own name for the person, so that an address
    given to somebody else later opens nothing. Raises AssuranceTooLow, NotKnownHere.
    """
    if agreement.levels and claims.get("acr") not in agreement.levels:
        raise AssuranceTooLow
    index = key_ring().blind_index("municipal subject", f"{agreement.issuer} {str(claims['sub']).encode().hex()}")
    known = select(MunicipalIdentity).where(MunicipalIdentity.subject_index == index)
    identity = session.scalars(known).one_or_none()
    account = identity.account if identity else _account_by_address(session, claims, agreement)
    if account is None or not account.is_active:
        raise NotKnownHere
    if identity is None:
        session.add(MunicipalIdentity(account_id=account.id, subject_index=index, linked_at=machine_now()))
        note(session, account, what="municipal_sign_in", after="linked", by_id=account.id)
        session.flush()
    if agreement.grants:
        _give(session, account, wanted=_held(session, claims, agreement.grants))
    return account


def unlink(session: Session, account: Account) -> int:
    """Let the account be found by its address again; how many links there were."""
    mine = delete(MunicipalIdentity).where(MunicipalIdentity.account_id == account.id).returning(MunicipalIdentity.id)
    return len(session.scalars(mine).all())


def _account_by_address(session: Session, claims: Mapping[str, Any], agreement: Agreement) -> Account | None:
    """The account with this address, unless it is unverified or the account belongs to another person already."""
    address = claims.get(agreement.address_claim)
    is_vouched_for = agreement.address_claim != "email" or claims.get("email_verified") is True
    if not isinstance(address, str) or not is_vouched_for:
        return None
    taken = select(MunicipalIdentity.account_id)
    free = select(Account).where(Account.email == address.strip().lower(), Account.id.not_in(taken))
    return session.scalars(free).one_or_none()


def _held(session: Session, claims: Mapping[str, Any], grants: Collection[Grant]) -> set[Held]:
    units = {unit.slug: unit.id for unit in session.scalars(select(Unit))}
    held: set[Held] = set()
    for grant in grants:
        carried = claims.get(grant.claim)
        values = carried if isinstance(carried, list) else [carried]
        if grant.value not in values:
            continue
        if grant.role in WITHOUT_UNIT:
            held.add((grant.role, None))
        elif grant.unit in units:
            held.add((grant.role, units[grant.unit]))
    return held


def _give(session: Session, account: Account, *, wanted: set[Held]) -> None:
    """Exactly these roles; but the last administrator stays one until there is another."""
    try:
        with session.begin_nested():
            give_roles(session, account, wanted, by=None)
    except LastAdministrator:
        give_roles(session, account, wanted | {(Role.ADMINISTRATOR, None)}, by=None)
