"""Conflict of interest: who is too close to a referral is kept out of it before anything about it leaves."""

from collections.abc import Collection, Iterable

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from referrals import clock
from referrals.access import Role
from referrals.models import Account, Concern, Membership, Referral, RoleAssignment
from referrals.people import coordinating
from referrals.vocabulary import ConflictAnswer, Profession, Standing


def keep_out(session: Session, referral: Referral, functions: Collection[Profession]) -> list[Account]:
    """Keep everybody out who has one of these `functions` at the referral's unit; who that is.

    A referral is never left without a coordinator, for then nobody would read it: where all of the unit's are kept out, its
    head teachers stand in; where those are too, the coordinators of the municipality's other units; and where there is nobody
    at all, the unit's coordinators stay, with the conflict before their eyes. While words hold it nobody reads it anyway: then
    it waits until somebody is appointed who may.
    """
    if not functions:
        return []
    too_close = [account for account in people_of(session, referral) if account.profession in functions]
    coordinators = _active(session, coordinating.coordinate(referral))
    is_nobody_left = all(account in too_close for account in coordinators) and not _in_their_place(
        session, referral, too_close
    )
    if is_nobody_left and referral.held_since is None:
        too_close = [account for account in too_close if account not in coordinators]
    shut_out(session, referral, too_close)
    let_stand_in(session, referral)
    return too_close


def is_in_words(concern: Concern) -> bool:
    """Whether its reporter wrote of a conflict in words of their own."""
    return concern.conflict is not ConflictAnswer.NO and bool((concern.conflict_text or "").strip())


def hold(session: Session, referral: Referral) -> None:
    """Let everything about `referral` wait: the reporter wrote of a conflict in words that only a person can read."""
    referral.held_since = clock.now()
    session.flush()


def deciders(session: Session, referral: Referral) -> list[Account]:
    """Who may settle what holds `referral`: the unit's coordinators, or who stands in where all are kept out; perhaps nobody."""
    kept = kept_out(referral)
    left = [account for account in _active(session, coordinating.coordinate(referral)) if account not in kept]
    return left or _in_their_place(session, referral, kept)


def people_of(session: Session, referral: Referral) -> list[Account]:
    """Everybody who works for the referral's unit or sits in its team, by name."""
    works_here = Account.roles.any(RoleAssignment.unit_id == referral.unit_id)
    return _active(session, works_here | coordinating.sit_beside(referral))


def shut_out(session: Session, referral: Referral, accounts: Iterable[Account]) -> None:
    """Keep `accounts` out of it in every capacity, whatever they were to it."""
    _stand(session, referral, standing=Standing.SHUT_OUT, accounts=accounts)


def let_stand_in(session: Session, referral: Referral) -> None:
    """Let somebody coordinate it where all of the unit's coordinators are kept out."""
    kept = kept_out(referral)
    if all(account in kept for account in _active(session, coordinating.coordinate(referral))):
        stand_ins = _in_their_place(session, referral, kept)
        _stand(session, referral, standing=Standing.STANDS_IN, accounts=stand_ins)


def kept_out(referral: Referral) -> list[Account]:
    """Who is kept out, by name."""
    shut = [held.account for held in referral.memberships if held.standing is Standing.SHUT_OUT]
    return sorted(shut, key=lambda account: account.name)


def _in_their_place(session: Session, referral: Referral, too_close: Collection[Account]) -> list[Account]:
    lead_here = (RoleAssignment.unit_id == referral.unit_id) & (RoleAssignment.role == Role.HEAD_TEACHER)
    for way in (lead_here, RoleAssignment.role == Role.COORDINATOR):
        left = [account for account in _active(session, Account.roles.any(way)) if account not in too_close]
        if left:
            return left
    return []


def _active(session: Session, which: ColumnElement[bool]) -> list[Account]:
    accounts = select(Account).where(Account.is_active, which)
    return list(session.scalars(accounts.order_by(Account.name)))


def _stand(session: Session, referral: Referral, *, standing: Standing, accounts: Iterable[Account]) -> None:
    now, held = clock.now(), {each.account_id: each for each in referral.memberships}
    for account in accounts:
        row = held.get(account.id)
        if row is None:
            session.add(Membership(referral=referral, account_id=account.id, standing=standing, since=now))
        else:
            row.standing, row.since = standing, now
    session.flush()
    session.refresh(referral, ["memberships"])
