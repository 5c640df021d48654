"""Who leads a round, who is in a team that takes part, and what each of them may read."""

import uuid
from collections.abc import Collection, Iterable

from sqlalchemy import and_, exists, or_, select
from sqlalchemy.orm import Session

from referrals import clock, here
from referrals.access import CONTRIBUTES_AS, MATRIX, Actor, Role
from referrals.actors import WITH_UNIT
from referrals.errors import NotAllowed
from referrals.forums import dates
from referrals.models import (
    Account,
    ConsultationRound,
    Forum,
    RoleAssignment,
    RoundConsultant,
    RoundEnrolment,
    RoundSlot,
    SeatAbsence,
    TeamSeat,
    Unit,
)
from referrals.people import organisation
from referrals.vocabulary.knowing import Capacity, Cell, Information


def are_held(session: Session) -> bool:
    """Whether the municipality holds rounds at all; where it does not, nobody sees any."""
    return organisation.municipality(session).holds_rounds


def may_lead(actor: Actor) -> bool:
    """Whether they open rounds, set slots and read every team's questions: the management of the schools."""
    leads = any(role is Role.MANAGEMENT for role, _unit in actor.roles)
    return leads and MATRIX[Information.DEIDENTIFIED][Capacity.MANAGEMENT] is Cell.READ


def require_lead(session: Session, actor: Actor) -> None:
    """Let whoever leads rounds pass. Raises NotAllowed."""
    if not may_lead(actor) or not are_held(session):
        raise NotAllowed("lead_round")


def is_in_team(session: Session, forum: Forum, actor: Actor) -> bool:
    """Whether they keep the team, or sit in it or stand in there today, in a capacity that reads what names nobody."""
    capacity = CONTRIBUTES_AS.get(actor.profession) if actor.profession else None
    if capacity is None or MATRIX[Information.DEIDENTIFIED].get(capacity) is not Cell.READ:
        return False
    if any(actor.holds(*dates.KEEPERS, unit_id=unit.id) for unit in forum.units):
        return True
    if any(actor.holds(Role.HEAD_TEACHER, unit_id=unit.id) for unit in forum.led_units):
        return True
    if any(team == forum.id for team, _unit in actor.teams_beside):
        return True
    if not any(actor.works_for(unit.id) for unit in forum.units):
        return False
    sits_as = {account_id for unit in forum.units for account_id in actor.sits_as(unit.id)}
    seat = select(TeamSeat.id).where(TeamSeat.forum_id == forum.id, TeamSeat.account_id.in_(sits_as))
    return session.scalars(seat.limit(1)).first() is not None


def teams_of(session: Session, actor: Actor) -> list[Forum]:
    """The teams somebody is in, by name."""
    return [forum for forum in dates.forums_of(session, actor) if is_in_team(session, forum, actor)]


def in_any(session: Session, forum_ids: Collection[uuid.UUID]) -> set[uuid.UUID]:
    """The accounts that are in any of these teams now: as `is_in_team` says of one, with one question to the database."""
    reads = [
        one for one, capacity in CONTRIBUTES_AS.items() if MATRIX[Information.DEIDENTIFIED].get(capacity) is Cell.READ
    ]
    now = clock.now()
    keeps = Account.roles.any(
        RoleAssignment.role.in_(dates.KEEPERS) & RoleAssignment.unit.has(Unit.forum_id.in_(forum_ids))
    )
    leads = Account.roles.any(
        (RoleAssignment.role == Role.HEAD_TEACHER)
        & RoleAssignment.unit.has(Unit.other_teams.any(Forum.id.in_(forum_ids) & ~Forum.units.any()))
    )
    sits = exists().where(
        TeamSeat.account_id == Account.id, TeamSeat.forum_id.in_(forum_ids), or_(Unit.forum_id == TeamSeat.forum_id, Unit.other_teams.any(Forum.id == TeamSeat.forum_id)),
        RoleAssignment.unit_id == Unit.id, RoleAssignment.account_id == Account.id, RoleAssignment.role.in_(WITH_UNIT),
    )  # fmt: skip
    stands_in = Account.standing_in.any(
        (SeatAbsence.begins_at <= now)
        & (SeatAbsence.ends_at > now)
        & SeatAbsence.seat.has(TeamSeat.forum_id.in_(forum_ids))
    )
    there = Account.is_active, Account.profession.in_(reads), or_(keeps, leads, sits, stands_in)
    return set(session.scalars(select(Account.id).where(*there)))


def may_enrol(session: Session, forum: Forum, actor: Actor) -> bool:
    """Whether they say for the team that it takes part: its coordinators and head teachers."""
    return is_in_team(session, forum, actor) and dates.may_keep(forum, actor)


def teams_to_enrol(session: Session, actor: Actor) -> list[Forum]:
    """The teams of theirs that somebody can enrol: those that take part already."""
    return [forum for forum in teams_of(session, actor) if forum.takes_part and may_enrol(session, forum, actor)]


def consulted(session: Session, actor: Actor) -> list[RoundSlot]:
    """The slots in which they talk with a team, in rounds that they may still read about today."""
    if not any(role is Role.CONSULTANT for role, _unit in actor.roles):
        return []
    mine = RoundConsultant.account_id == actor.account_id, RoundConsultant.last_on >= here.today(session)
    return list(session.scalars(select(RoundSlot).where(RoundSlot.consultant.has(and_(*mine)))))


def sees_every_team(session: Session, actor: Actor) -> bool:
    """Whether they know which teams take part in a round: who leads it, and who is in any team."""
    return may_lead(actor) or bool(teams_of(session, actor))


def may_see(session: Session, found: ConsultationRound, actor: Actor) -> bool:
    """Whether they may know of a round and its days: who knows every team, and who talks with one in it."""
    return bool(seen(session, [found], actor))


def seen(session: Session, rounds: Iterable[ConsultationRound], actor: Actor) -> list[ConsultationRound]:
    """Those of `rounds` that they may know of, asked of all at once."""
    if not are_held(session):
        return []
    if sees_every_team(session, actor):
        return list(rounds)
    consulting = {slot.round_id for slot in consulted(session, actor)}
    return [found for found in rounds if found.id in consulting]


def may_read(session: Session, enrolment: RoundEnrolment, actor: Actor) -> bool:
    """Whether they may read the questions a team brings to a round: the team itself, who leads the round, and whom it talks with.

    A consultant reads those that a team of one of their slots brings to it and brought to earlier rounds.
    """
    return bool(readable(session, [enrolment], actor))


def readable(session: Session, enrolments: Iterable[RoundEnrolment], actor: Actor) -> list[RoundEnrolment]:
    """Those of `enrolments` of which they may read what the team brings, asked of all at once."""
    if not are_held(session):
        return []
    if may_lead(actor):
        return list(enrolments)
    mine, slots = {forum.id for forum in teams_of(session, actor)}, consulted(session, actor)
    return [one for one in enrolments if one.forum_id in mine or any(_leads_to(slot, one) for slot in slots)]


def reads_how_it_goes_on(session: Session, enrolment: RoundEnrolment, actor: Actor) -> bool:
    """Whether they read, beside its questions, what a team agreed on, what came of it and the papers with that: the team, and who leads the round.

    A consultant reads the questions and nothing else.
    """
    return may_lead(actor) or is_in_team(session, enrolment.forum, actor)


def _leads_to(slot: RoundSlot, enrolment: RoundEnrolment) -> bool:
    """Whether who talks with a team in `slot` reads what stands in `enrolment`."""
    if slot.enrolment is None or slot.enrolment.forum_id != enrolment.forum_id:
        return False
    return slot.enrolment_id == enrolment.id or enrolment.round.first_on < slot.round.first_on
