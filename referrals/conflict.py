"""Conflict of interest: who is too close to a referral is kept out of it before anything about it leaves."""

from collections.abc import Collection, Iterable

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from referrals import clock
from referrals.access import Role
from referrals.models import Account, Membership, Referral, RoleAssignment
from referrals.vocabulary import Profession, Standing


def keep_out(session: Session, referral: Referral, functions: Collection[Profession]) -> list[Account]:
    """Keep everybody out who has one of these `functions` at the referral's unit; who that is.

    A referral is never left without a coordinator, for then nobody would read it: where all of the unit's are kept out, its
    head teachers stand in; where those are too, the coordinators of the municipality's other units; and where there is nobody
    at all, the unit's coordinators stay, with the conflict before their eyes.
    """
    if not functions:
        return []
    here = RoleAssignment.unit_id == referral.unit_id
    too_close = [account for account in _active(session, here) if account.profession in functions]
    coordinators = _active(session, here & (RoleAssignment.role == Role.COORDINATOR))
    if all(account in too_close for account in coordinators):
        stand_ins = _stand_ins(session, here, too_close)
        _stand(session, referral, standing=Standing.STANDS_IN, accounts=stand_ins)
        if not stand_ins:
            too_close = [account for account in too_close if account not in coordinators]
    _stand(session, referral, standing=Standing.SHUT_OUT, accounts=too_close)
    session.flush()
    session.refresh(referral, ["memberships"])
    return too_close


def kept_out(referral: Referral) -> list[Account]:
    """Who is kept out, by name."""
    shut = [held.account for held in referral.memberships if held.standing is Standing.SHUT_OUT]
    return sorted(shut, key=lambda account: account.name)


def _stand_ins(session: Session, here: ColumnElement[bool], too_close: Collection[Account]) -> list[Account]:
    for way in (here & (RoleAssignment.role == Role.HEAD_TEACHER), RoleAssignment.role == Role.COORDINATOR):
        left = [account for account in _active(session, way) if account not in too_close]
        if left:
            return left
    return []


def _active(session: Session, holds: ColumnElement[bool]) -> list[Account]:
    accounts = select(Account).where(Account.is_active, Account.roles.any(holds))
    return list(session.scalars(accounts.order_by(Account.name)))


def _stand(session: Session, referral: Referral, *, standing: Standing, accounts: Iterable[Account]) -> None:
    now = clock.now()
    session.add_all(
        Membership(referral=referral, account_id=account.id, standing=standing, since=now) for account in accounts
    )
