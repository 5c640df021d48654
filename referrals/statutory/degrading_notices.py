"""Notices of possible degrading treatment (Skollag 6:10), where somebody asks for advice about nobody by name and has to tell the head teacher.

A notice says that two people are to talk, and nothing of what about: no place, no class, nobody. What is then reported by name is
another report, where the child has a referral, and nothing leads from here to it.
"""

import uuid

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from referrals import clock, reference
from referrals.access import Actor, Role
from referrals.errors import NotAllowed
from referrals.forums import consultations
from referrals.keeping import audit
from referrals.models import Account, DegradingNotice, RoleAssignment, Unit, What
from referrals.people import organisation
from referrals.rules import rulebook

_TRACK = "degrading_treatment"


# ------------------------------------------------------------------------------------------------------- who may
def units_to_tell(session: Session, actor: Actor) -> list[Unit]:
    """The units whose head teacher somebody can tell, by name: their own, where the law asks it of staff and somebody else leads.

    Whether or not the municipality does consultations and the unit takes part yet: it is a duty.
    """
    pack = rulebook.load(organisation.municipality(session).rulepack_version)
    return [
        unit
        for unit in consultations.own_units(session, actor)
        if any(track.key == _TRACK and track.is_done_here for track in pack.tracks_for(unit.school_form))
        and not actor.holds(Role.HEAD_TEACHER, unit_id=unit.id)
        and _has_head_teacher(session, unit)
    ]


def may_read(session: Session, found: DegradingNotice, actor: Actor) -> bool:  # noqa: ARG001 - a door asks this of every row alike
    """Whoever gave it, and the unit's head teacher. Nobody else, whatever their role."""
    is_theirs = actor.account_id is not None and found.given_by_id == actor.account_id
    return is_theirs or actor.holds(Role.HEAD_TEACHER, unit_id=found.unit_id)


def known_to(session: Session, actor: Actor) -> list[DegradingNotice]:
    """Every notice that somebody gave or got, the newest first."""
    near = or_(DegradingNotice.given_by_id == actor.account_id, DegradingNotice.unit_id.in_(_led_by(actor)))
    rows = session.scalars(
        select(DegradingNotice).where(near).order_by(DegradingNotice.given_at.desc(), DegradingNotice.number)
    )
    return [found for found in rows if may_read(session, found, actor)]


def may_hear(found: DegradingNotice, actor: Actor) -> bool:
    """The unit's head teacher, until the two have talked."""
    return found.heard_at is None and actor.holds(Role.HEAD_TEACHER, unit_id=found.unit_id)


def waiting_for(session: Session, actor: Actor) -> list[DegradingNotice]:
    """Those after which the head teacher has not talked with whoever gave them yet."""
    if not _led_by(actor):
        return []
    return [found for found in known_to(session, actor) if may_hear(found, actor)]


# --------------------------------------------------------------------------------------------------------- verbs
def tell_head_teacher(session: Session, unit_id: uuid.UUID, *, by: Actor) -> DegradingNotice:
    """Tell the head teacher of a unit that there is possible degrading treatment to talk about. Raises NotAllowed."""
    if by.account_id is None or unit_id not in {unit.id for unit in units_to_tell(session, by)}:
        raise NotAllowed("tell_head_teacher")
    made = DegradingNotice(
        number=f"N-{reference.new_code()}", unit_id=unit_id, given_by_id=by.account_id, given_at=clock.now()
    )
    session.add(made)
    session.flush()
    audit.append(session, What.DID, by=by, chain=made.chain_id, subject="tell_head_teacher")
    return made


def hear(session: Session, found: DegradingNotice, *, by: Actor) -> None:
    """Record that the two have talked; once it is recorded, again changes nothing. Raises NotAllowed."""
    session.refresh(found, with_for_update=True)
    if not by.holds(Role.HEAD_TEACHER, unit_id=found.unit_id):
        raise NotAllowed("hear_degrading_notice")
    if found.heard_at is not None:
        return
    found.heard_at, found.heard_by_id = clock.now(), by.account_id
    session.flush()
    audit.append(session, What.DID, by=by, chain=found.chain_id, subject="hear_degrading_notice")


# -------------------------------------------------------------------------------------------------------- inside
def _led_by(actor: Actor) -> set[uuid.UUID]:
    return {unit_id for role, unit_id in actor.roles if role is Role.HEAD_TEACHER and unit_id is not None}


def _has_head_teacher(session: Session, unit: Unit) -> bool:
    leads = (
        select(RoleAssignment.id)
        .join(Account, RoleAssignment.account_id == Account.id)
        .where(RoleAssignment.unit_id == unit.id, RoleAssignment.role == Role.HEAD_TEACHER, Account.is_active)
        .limit(1)
    )
    return session.scalar(leads) is not None
