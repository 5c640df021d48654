"""Who coordinates which referrals: those of the team that takes in a unit's concerns by their role there, those of its other teams by their seat."""

from collections.abc import Collection
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, exists, false, or_, select

from referrals.access import Actor, Role
from referrals.actors import WITH_UNIT
from referrals.models import Account, Forum, Referral, RoleAssignment, TeamSeat, Unit, forum_unit

#: the referrals of teams that take in concerns, which nearly all are
OF_FIRST_TEAM: Final[ColumnElement[bool]] = (
    Referral.forum_id == select(Unit.forum_id).where(Unit.id == Referral.unit_id).correlate(Referral).scalar_subquery()
)
_WORK_FOR_TEAM: Final = or_(
    RoleAssignment.unit_id.in_(select(Unit.id).where(Unit.forum_id == Referral.forum_id).correlate(Referral)),
    RoleAssignment.unit_id.in_(
        select(forum_unit.c.unit_id).where(forum_unit.c.forum_id == Referral.forum_id).correlate(Referral)
    ),
)
_BY_ROLE: Final = exists().where(
    RoleAssignment.account_id == Referral.owner_id,
    RoleAssignment.role == Role.COORDINATOR,
    RoleAssignment.unit_id == Referral.unit_id,
    Account.id == RoleAssignment.account_id,
    Account.is_active,
)
_BY_SEAT: Final = exists().where(
    TeamSeat.account_id == Referral.owner_id,
    TeamSeat.forum_id == Referral.forum_id,
    TeamSeat.coordinates,
    RoleAssignment.account_id == TeamSeat.account_id,
    RoleAssignment.role.in_(WITH_UNIT),
    _WORK_FOR_TEAM,
    Account.id == TeamSeat.account_id,
    Account.is_active,
)
#: an owner who has left, or coordinates this team no longer, keeps nothing moving
HAS_OWNER: Final[ColumnElement[bool]] = or_(and_(OF_FIRST_TEAM, _BY_ROLE), and_(~OF_FIRST_TEAM, _BY_SEAT))


def coordinated_by(actor: Actor) -> ColumnElement[bool]:
    """The referrals of the teams that `actor` coordinates, whatever keeps them out of some."""
    units = _units(actor, {Role.COORDINATOR})
    beside = [and_(Referral.forum_id == team, Referral.unit_id == unit) for team, unit in sorted(actor.coordinates)]
    return or_(and_(Referral.unit_id.in_(units), OF_FIRST_TEAM) if units else false(), *beside)


def looked_after_by(actor: Actor, roles: Collection[Role]) -> ColumnElement[bool]:
    """The referrals of the units in which `actor` holds one of `roles`; as a coordinator, only those of the teams they coordinate."""
    units = _units(actor, set(roles) - {Role.COORDINATOR})
    whole: ColumnElement[bool] = Referral.unit_id.in_(units) if units else false()
    return or_(whole, coordinated_by(actor)) if Role.COORDINATOR in roles else whole


def looks_after(actor: Actor, referral: Referral, roles: Collection[Role]) -> bool:
    """Whether `actor` holds one of `roles` where the referral is; as a coordinator, in its team."""
    beside = referral.beside
    if Role.COORDINATOR in roles and actor.is_coordinator(referral.unit_id, beside=beside):
        return True
    return actor.holds(*(role for role in roles if role is not Role.COORDINATOR), unit_id=referral.unit_id)


def coordinate(referral: Referral) -> ColumnElement[bool]:
    """The accounts that coordinate the referral's team."""
    return coordinate_at(referral.unit, referral.forum)


def coordinate_at(unit: Unit, team: Forum) -> ColumnElement[bool]:
    """The accounts that coordinate this team of the unit."""
    if team.id == unit.forum_id:
        return Account.roles.any((RoleAssignment.unit_id == unit.id) & (RoleAssignment.role == Role.COORDINATOR))
    return Account.id.in_(_in_seats(TeamSeat.forum_id == team.id, TeamSeat.coordinates.is_(True))) & _work_for_team(
        team
    )


def sit_beside(referral: Referral) -> ColumnElement[bool]:
    """The accounts that sit in the referral's team, where that is not the one that takes in its unit's concerns."""
    if (beside := referral.beside) is None:
        return false()
    return Account.id.in_(_in_seats(TeamSeat.forum_id == beside)) & _work_for_team(referral.forum)


def _units(actor: Actor, roles: Collection[Role]) -> set[UUID]:
    return {unit_id for role, unit_id in actor.roles if role in roles and unit_id}


def _in_seats(*which: ColumnElement[bool]) -> Select[Any]:
    return select(TeamSeat.account_id).where(*which)


def _work_for_team(team: Forum) -> ColumnElement[bool]:
    units = [unit.id for unit in team.all_units]
    return Account.roles.any(RoleAssignment.role.in_(WITH_UNIT) & RoleAssignment.unit_id.in_(units))
