"""Who keeps the unlawful absence of whom: the head teachers of the school, but for pupils from whom they stepped aside."""

import uuid
from collections.abc import Collection
from datetime import date
from typing import Final

from sqlalchemy import ColumnElement, false, func, select
from sqlalchemy.orm import Session

from referrals import calendar
from referrals.access import Actor, Role, is_administrator
from referrals.languages import local_date
from referrals.models import AbsenceAside, AbsenceStep, AbsentPupil, Account, RoleAssignment, Unit
from referrals.people import organisation
from referrals.rules import absence_rules, rulebook
from referrals.rules.rulebook import RulePack
from referrals.vocabulary import SchoolForm


def is_counted(pack: RulePack, school_form: SchoolForm) -> bool:
    """Whether the law asks a unit of this kind to count unlawful absence."""
    return any(track.key == absence_rules.UNLAWFUL_ABSENCE for track in pack.tracks_for(school_form))


def units_of(session: Session, actor: Actor) -> list[Unit]:
    """The schools whose absence `actor` keeps, by name: those they lead, where the law counts it."""
    pack = rulebook.load(organisation.municipality(session).rulepack_version)
    rows = session.scalars(
        select(Unit).where(Unit.id.in_({unit_id for _role, unit_id in actor.roles})).order_by(Unit.name)
    )
    return [
        unit for unit in rows if actor.holds(Role.HEAD_TEACHER, unit_id=unit.id) and is_counted(pack, unit.school_form)
    ]


def may_keep(session: Session, pupil: AbsentPupil, actor: Actor) -> bool:
    """Whether `actor` keeps the absence of `pupil`, as `is_kept_by` says."""
    kept = select(AbsentPupil.id).where(AbsentPupil.id == pupil.id, is_kept_by(session, actor))
    return session.scalar(kept) is not None


def is_kept_by(session: Session, actor: Actor) -> ColumnElement[bool]:
    """Of whom `actor` keeps the absence: the pupils of the schools they lead, but those from whom they have stepped aside."""
    units = [unit.id for unit in units_of(session, actor)]
    if actor.account_id is None or not units:
        return false()
    return AbsentPupil.unit_id.in_(units) & ~AbsentPupil.asides.any(AbsenceAside.account_id == actor.account_id)


def others_who_could(session: Session, pupil: AbsentPupil, actor: Actor) -> bool:
    """Whether anybody but `actor` leads the school of `pupil` and has not stepped aside."""
    others = select(RoleAssignment.id).where(_LEADS, RoleAssignment.account_id != actor.account_id)
    rows = select(AbsentPupil.id).where(AbsentPupil.id == pupil.id, others.exists())
    return session.scalar(rows) is not None


def stalled(session: Session, steps: Collection[AbsenceStep], *, today: date) -> set[uuid.UUID]:
    """The ids of those of `steps` that are twice overdue: who keeps the absence reads it themselves, and nobody above is told."""
    if not steps:
        return set()
    zone, closed = organisation.municipality(session).timezone, calendar.closed_days(session)
    return {
        one.id
        for one in steps
        if today >= calendar.twice_overdue(local_date(one.prepared_at, zone=zone), one.due_on, closed=closed)
    }


def left_without_anybody(session: Session, actor: Actor) -> int:
    """How many pupils wait for a step of their absence with nobody left to decide it: for administrators, who see no more of them."""
    if not is_administrator(actor):
        return 0
    is_due = AbsentPupil.steps.any(AbsenceStep.decided_at.is_(None))
    waits = select(func.count(AbsentPupil.id)).where(is_due, ~select(RoleAssignment.id).where(_LEADS).exists())
    return session.scalar(waits) or 0


#: that somebody leads the school of an absent pupil, and has not stepped aside from that pupil
_LEADS: Final = (
    (RoleAssignment.unit_id == AbsentPupil.unit_id)
    & (RoleAssignment.role == Role.HEAD_TEACHER)
    & RoleAssignment.account.has(Account.is_active)
    & ~AbsentPupil.asides.any(AbsenceAside.account_id == RoleAssignment.account_id)
)
