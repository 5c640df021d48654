"""Who sits in a team for good, who stands in while somebody is away, and which professions that leaves without anybody."""

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import and_, select
from sqlalchemy.orm import Session, joinedload, selectinload
from sqlalchemy.orm.interfaces import ORMOption

from referrals import clock, here
from referrals.access import is_administrator
from referrals.actors import WITH_UNIT, Actor, Role
from referrals.errors import NotAllowed, SeatRefused
from referrals.forums import dates
from referrals.languages import local_date
from referrals.models import Account, Forum, RoleAssignment, SeatAbsence, TeamSeat
from referrals.people import organisation
from referrals.safeguarding import access_list
from referrals.vocabulary import Profession, SeatProblem

#: seats of people who still work here: only such a team has somebody in it
IS_HELD: Final = TeamSeat.account.has(and_(Account.is_active, Account.roles.any()))


@dataclass(frozen=True)
class Sitting:
    """Somebody at the team's table at one moment; `instead_of` the member who is away then, if they stand in."""

    account: Account
    instead_of: Account | None = None


def seats_of(session: Session, forum: Forum) -> list[TeamSeat]:
    """The team's seats with who holds them and when they are away, by name."""
    rows = select(TeamSeat).where(TeamSeat.forum_id == forum.id).join(TeamSeat.account).order_by(Account.name)
    return list(session.scalars(rows.options(*with_people(), joinedload(TeamSeat.stand_in))))


def seats_of_several(session: Session, forums: Iterable[Forum]) -> dict[uuid.UUID, list[TeamSeat]]:
    """The seats of each of these teams by its id, asked for at once: half a municipality's teams may meet at the same hour."""
    found: dict[uuid.UUID, list[TeamSeat]] = {one.id: [] for one in forums}
    rows = select(TeamSeat).where(TeamSeat.forum_id.in_(found)).join(TeamSeat.account).order_by(Account.name)
    for seat in session.scalars(rows.options(*with_people())):
        found[seat.forum_id].append(seat)
    return found


def with_people() -> tuple[ORMOption, ...]:
    """Lets seats be read together with who holds them, and with when they are away and who stands in."""
    return joinedload(TeamSeat.account), selectinload(TeamSeat.absences).joinedload(SeatAbsence.stand_in)


def sitting(seats: Sequence[TeamSeat], at: datetime) -> list[Sitting]:
    """Who sits there at the instant `at`: the members, and for each who is away whoever stands in, as far as they can sign in."""
    found = []
    for seat in seats:
        away = next((one for one in seat.absences if one.begins_at <= at < one.ends_at), None)
        if away is None:
            found.append(Sitting(seat.account))
        elif away.stand_in is not None:
            found.append(Sitting(away.stand_in, seat.account))
    return [each for each in found if each.account.is_active]


def missing(forum: Forum, seats: Sequence[TeamSeat], at: datetime) -> list[Profession]:
    """The professions without which the team is not complete and that nobody there has at the instant `at`, in its own order."""
    there = {one.account.profession for one in sitting(seats, at)}
    return [Profession(value) for value in forum.quorum if Profession(value) not in there]


def could_sit(session: Session, forum: Forum) -> list[Account]:
    """Those who work for the team's units and hold no seat yet, by name: none whose work is to see no content."""
    held, roles = {seat.account_id for seat in seats_of(session, forum)}, {*WITH_UNIT, Role.MANAGEMENT}
    return [
        account
        for account in dates.members(session, forum)
        if account.id not in held
        and account.profession in Profession.at_the_table()
        and not roles.isdisjoint(each.role for each in account.roles)
    ]


def could_stand_in(session: Session, seat: TeamSeat) -> list[Account]:
    """Those of the same profession who work for any unit of the municipality: first who stands in as a rule, then by name."""
    works = Account.roles.any(RoleAssignment.role.in_(WITH_UNIT))
    same = (Account.profession == seat.account.profession, Account.id != seat.account_id)
    able = session.scalars(select(Account).where(Account.is_active, works, *same).order_by(Account.name))
    return sorted(able, key=lambda one: one.id != seat.stand_in_id)


def stands_in_as_a_rule(session: Session, seat: TeamSeat) -> Account | None:
    """Who stands in whenever who holds the seat is away; None where nobody is named, or who was can no longer."""
    able = could_stand_in(session, seat) if seat.stand_in_id else []
    return next((one for one in able[:1] if one.id == seat.stand_in_id), None)


def find(session: Session, forum: Forum, seat_id: uuid.UUID, *, by: Actor) -> TeamSeat:
    """One of the team's seats, for somebody who keeps it. Raises NotAllowed."""
    dates.require_keeper(forum, by)
    found = session.get(TeamSeat, seat_id)
    if found is None or found.forum_id != forum.id:
        raise NotAllowed("team seat")
    return found


def is_there(session: Session, forum: Forum, seat_id: uuid.UUID, *, by: Actor) -> bool:
    """Whether a seat that somebody who keeps the team's seats saw is still there. Raises NotAllowed."""
    dates.require_keeper(forum, by)
    return session.get(TeamSeat, seat_id) is not None


def seat(session: Session, forum: Forum, account_id: uuid.UUID, *, by: Actor) -> TeamSeat:
    """Give somebody who works for the team's units a seat. Raises NotAllowed, and SeatRefused where they cannot have it.

    In a team above the units administrators do so too: somebody has to be the first.
    """
    if not forum.is_above or not is_administrator(by):
        dates.require_keeper(forum, by)
    if any(each.account_id == account_id for each in seats_of(session, forum)):
        raise SeatRefused(SeatProblem.TWICE)
    account = next((each for each in could_sit(session, forum) if each.id == account_id), None)
    if account is None:
        raise SeatRefused(SeatProblem.NOT_HERE)
    made = TeamSeat(forum=forum, account=account)
    session.add(made)
    _take_effect(session, account)
    organisation.note(session, made, what="added", after=organisation.describe(made), by_id=by.account_id)
    return made


def unseat(session: Session, found: TeamSeat, *, by: Actor) -> None:
    """Take a seat away, with the times in which somebody stood in. Raises NotAllowed."""
    dates.require_keeper(found.forum, by)
    organisation.note(session, found, what="removed", before=organisation.describe(found), by_id=by.account_id)
    account = found.account
    session.delete(found)
    _take_effect(session, account)
    access_list.follow_roles(session)


def may_let_coordinate(forum: Forum, actor: Actor) -> bool:
    """Whether somebody names who coordinates the team: a head teacher of a unit for which it works beside another team."""
    return any(actor.holds(Role.HEAD_TEACHER, unit_id=unit.id) for unit in forum.also_for)


def let_coordinate(session: Session, found: TeamSeat, *, does: bool, by: Actor) -> None:
    """Let who holds the seat coordinate what is handed over to the team, or no longer. Raises NotAllowed."""
    if not may_let_coordinate(found.forum, by):
        raise NotAllowed("let coordinate")
    organisation.write(session, found, {"coordinates": does}, by_id=by.account_id)
    _take_effect(session, found.account)
    access_list.follow_roles(session)


def name_stand_in(session: Session, found: TeamSeat, stand_in_id: uuid.UUID | None, *, by: Actor) -> None:
    """Name who stands in as a rule, or nobody. Raises NotAllowed, and SeatRefused where they cannot stand in.

    They see nothing more by it: only a time in which who holds the seat is away opens something to them.
    """
    dates.require_keeper(found.forum, by)
    named = _stand_in(session, found, stand_in_id).id if stand_in_id else None
    organisation.write(session, found, {"stand_in_id": named}, by_id=by.account_id)
    session.flush()
    session.expire(found, ["stand_in"])


def be_away(
    session: Session, found: TeamSeat, *, first_on: date, last_on: date, stand_in_id: uuid.UUID | None, by: Actor
) -> SeatAbsence:
    """Note that who holds the seat is away from `first_on` to `last_on`, and who stands in, if anybody does.

    The stand-in gets in the referrals of the team's units what the seat gets, in that time only. Raises NotAllowed, and
    SeatRefused where they cannot stand in or part of the time is there already.
    """
    dates.require_keeper(found.forum, by)
    begins_at, ends_at = _midnight(session, first_on), _midnight(session, last_on + timedelta(days=1))
    if any(each.begins_at < ends_at and begins_at < each.ends_at for each in found.absences):
        raise SeatRefused(SeatProblem.OVERLAP)
    stand_in = _stand_in(session, found, stand_in_id) if stand_in_id else None
    made = SeatAbsence(seat=found, stand_in=stand_in, begins_at=begins_at, ends_at=ends_at)
    session.add(made)
    session.flush()
    organisation.note(session, made, what="added", after=organisation.describe(made), by_id=by.account_id)
    return made


def let_stand_in(session: Session, away: SeatAbsence, stand_in_id: uuid.UUID, *, on: date, by: Actor) -> None:
    """Let somebody stand in on one day of a time in which nobody does: before and after it, still nobody does.

    Raises NotAllowed, and SeatRefused where they cannot stand in.
    """
    found, zone = away.seat, here.time_zone(session)
    dates.require_keeper(found.forum, by)
    stand_in, before = _stand_in(session, found, stand_in_id), organisation.describe(away)
    first_on, last_on = local_date(away.begins_at, zone=zone), local_date(away.last_moment, zone=zone)
    day = timedelta(days=1)
    away.begins_at, away.ends_at, away.stand_in = _midnight(session, on), _midnight(session, on + day), stand_in
    session.flush()
    organisation.note(
        session, away, what="changed", before=before, after=organisation.describe(away), by_id=by.account_id
    )
    for begins_on, ends_on in ((first_on, on - day), (on + day, last_on)):
        if begins_on <= ends_on:
            be_away(session, found, first_on=begins_on, last_on=ends_on, stand_in_id=None, by=by)


def come_back(session: Session, found: TeamSeat, absence_id: uuid.UUID, *, by: Actor) -> None:
    """Take a time away: the member is there again, and whoever stood in gets no more. Raises NotAllowed."""
    dates.require_keeper(found.forum, by)
    away = next((each for each in found.absences if each.id == absence_id), None)
    if away is None:
        raise NotAllowed("absence")
    organisation.note(session, away, what="removed", before=organisation.describe(away), by_id=by.account_id)
    found.absences.remove(away)
    session.flush()


def to_come(found: TeamSeat) -> list[SeatAbsence]:
    """The times in which who holds the seat is away now or later, the first one first."""
    return [each for each in found.absences if each.ends_at > clock.now()]


def _take_effect(session: Session, account: Account) -> None:
    session.flush()
    session.expire(account, ["seats_beside"])


def _stand_in(session: Session, found: TeamSeat, account_id: uuid.UUID) -> Account:
    if account_id == found.account_id:
        raise SeatRefused(SeatProblem.SELF)
    able = next((each for each in could_stand_in(session, found) if each.id == account_id), None)
    if able is None:
        raise SeatRefused(SeatProblem.OTHER_PROFESSION)
    return able


def _midnight(session: Session, day: date) -> datetime:
    return datetime.combine(day, time(), ZoneInfo(here.time_zone(session)))
