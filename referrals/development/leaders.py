"""The process leaders of development work: one for each unit at a time, handed over from one to the next, and who led before stays in sight."""

import uuid
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from referrals import clock
from referrals.access import Actor
from referrals.development import cases
from referrals.errors import NotAllowed
from referrals.models import Account, DevelopmentCase, DevelopmentLeader, Unit
from referrals.rounds import people
from referrals.vocabulary import DevelopmentAct


@dataclass(frozen=True)
class Lead:
    """One unit with who leads the work there now, and who did before, the last one first."""

    unit: Unit
    now: DevelopmentLeader | None
    before: tuple[DevelopmentLeader, ...]


def leads(found: DevelopmentCase) -> list[Lead]:
    """Each unit it is about with its process leaders."""
    shown = []
    for unit in found.units:
        its = [one for one in found.leaders if one.unit_id == unit.id]
        before = sorted((one for one in its if one.until_at), key=lambda one: one.since_at, reverse=True)
        shown.append(Lead(unit, next((one for one in its if one.until_at is None), None), tuple(before)))
    return shown


def could_lead(session: Session, unit: Unit) -> list[Account]:
    """Those who are in the team of a unit, by name: only they read the work."""
    there = people.in_any(session, [unit.forum_id])
    return list(session.scalars(select(Account).where(Account.id.in_(there)).order_by(Account.name)))


def hand_over(
    session: Session,
    found: DevelopmentCase,
    *,
    by: Actor,
    unit_id: uuid.UUID,
    account_id: uuid.UUID,
    seen: int | None = None,
) -> DevelopmentLeader:
    """Let somebody of its team lead the work at a unit, after whoever does; where they do already, again changes nothing.

    Raises NotAllowed, AlreadyMoved.
    """
    cases.require_keeper(session, found, DevelopmentAct.HAND_OVER, by=by, seen=seen)
    lead = next((one for one in leads(found) if one.unit.id == unit_id), None)
    account = next((one for one in could_lead(session, lead.unit) if one.id == account_id), None) if lead else None
    if lead is None or account is None:
        raise NotAllowed(DevelopmentAct.HAND_OVER.value)
    if lead.now is not None:
        if lead.now.account_id == account_id:
            return lead.now
        lead.now.until_at = clock.now()
    made = DevelopmentLeader(case=found, unit=lead.unit, account=account, since_at=clock.now())
    session.add(made)
    session.flush()
    cases.leave(session, found, DevelopmentAct.HAND_OVER, by=by)
    return made
