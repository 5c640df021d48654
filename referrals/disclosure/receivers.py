"""To whom a referral can be handed over: another unit's team that takes in concerns, or another team of the same unit."""

from typing import Final
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from referrals.access import Role
from referrals.models import Account, Forum, Referral, RoleAssignment, Unit
from referrals.people import coordinating
from referrals.vocabulary import TeamLevel

#: who may answer for a team that something is offered to
MAY_ANSWER: Final = (Role.COORDINATOR, Role.HEAD_TEACHER)


def units_to_offer_to(session: Session, referral: Referral) -> list[Unit]:
    """The other units that take part and where somebody is there to answer, by name."""
    answers = select(RoleAssignment.unit_id).join(Account).where(Account.is_active, RoleAssignment.role.in_(MAY_ANSWER))
    takes_children = Unit.forum.has(Forum.level != TeamLevel.STAFF)
    others = select(Unit).where(Unit.id != referral.unit_id, Unit.id.in_(answers), takes_children, Unit.takes_part)
    return list(session.scalars(others.order_by(Unit.name, Unit.id)))


def teams_to_offer_to(session: Session, referral: Referral) -> list[Forum]:
    """The other teams of the referral's own unit that take up children and where somebody is there to answer, by name."""
    unit = referral.unit
    leads = Account.roles.any((RoleAssignment.unit_id == unit.id) & (RoleAssignment.role == Role.HEAD_TEACHER))
    able = []
    for team in (unit.forum, *unit.other_teams) if unit.takes_part else ():
        answers = or_(leads, coordinating.coordinate_at(unit, team))
        there = select(Account.id).where(Account.is_active, answers).limit(1)
        if team.id != referral.forum_id and team.level.takes_children and session.scalars(there).all():
            able.append(team)
    return sorted(able, key=lambda team: team.name)


def can_take(session: Session, referral: Referral, *, unit_id: UUID, forum_id: UUID | None) -> bool:
    """Whether it can be offered to that unit's team, or to that team of its own unit; without a team, to the one that takes in concerns."""
    if unit_id != referral.unit_id:
        return forum_id is None and unit_id in {unit.id for unit in units_to_offer_to(session, referral)}
    return (forum_id or referral.unit.forum_id) in {team.id for team in teams_to_offer_to(session, referral)}
