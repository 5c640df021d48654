"""The dates on which a team meets: set ahead for the year by its coordinators, and known to everybody who works there."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session
from sqlalchemy.sql.elements import ColumnElement

from referrals import clock, here
from referrals.access import Actor, Role
from referrals.actors import WITH_UNIT
from referrals.calendar import closed_days, is_open_day
from referrals.errors import AgendaRefused, NotAllowed
from referrals.languages import local_date
from referrals.models import (
    Account,
    AgendaItem,
    ClosedDay,
    Forum,
    Referral,
    RoleAssignment,
    SeatAbsence,
    TeamDate,
    TeamMeeting,
    TeamSeat,
    Unit,
)
from referrals.people import organisation
from referrals.vocabulary import AgendaProblem

#: the roles that keep a team's dates, in any of its units
KEEPERS: Final = frozenset({Role.COORDINATOR, Role.HEAD_TEACHER})

#: no meeting is planned to take longer
LONGEST: Final = timedelta(minutes=480)


@dataclass(frozen=True)
class Series:
    """Dates at the same hour, `every_weeks` weeks apart from `first_on` to `last_on` at the latest."""

    first_on: date
    last_on: date
    every_weeks: int
    starts_time: time
    minutes: int
    place: str


@dataclass(frozen=True)
class Planned:
    """What became of a series: dates that were added, days on which just such a one was there already, and days on which schools are closed."""

    added: list[date]
    there: list[date]
    closed: list[date]
    #: dates at another time, or of another length, that stand in the way of one that was not added
    in_the_way: list[TeamDate]


def forums_of(session: Session, actor: Actor, *, for_good: bool = False) -> list[Forum]:
    """The teams of the units somebody works in, or stands in for somebody today, and those above the units they sit in, by name.

    Those that work for a unit beside the one that takes in its concerns are for who sits in them, and for its head teachers.
    `for_good` leaves out those in which they only stand in for somebody.
    """
    sits_there = sits(actor)
    if for_good:
        actor = replace(actor, stands_in_for=frozenset(), stands_in_beside=frozenset())
        sits_there = TeamSeat.account_id == actor.account_id
    units = {unit_id for _role, unit_id in actor.roles if unit_id} | {
        unit_id for _member, unit_id in actor.stands_in_for
    }
    leads = {unit_id for role, unit_id in actor.roles if role is Role.HEAD_TEACHER}
    beside = {team for team, _unit in actor.teams_beside} | {team for _member, team, _unit in actor.stands_in_beside}
    sits_above = ~Forum.units.any() & ~Forum.also_for.any() & Forum.seats.any(sits_there)
    theirs = or_(
        Forum.units.any(Unit.id.in_(units)), Forum.also_for.any(Unit.id.in_(leads)), Forum.id.in_(beside), sits_above
    )
    return list(session.scalars(select(Forum).where(theirs).order_by(Forum.name)))


def sits(actor: Actor) -> ColumnElement[bool]:
    """Which seats somebody holds, or stands in for now."""
    now = clock.now()
    stands_in = and_(
        SeatAbsence.stand_in_id == actor.account_id, SeatAbsence.begins_at <= now, SeatAbsence.ends_at > now
    )
    return or_(TeamSeat.account_id == actor.account_id, TeamSeat.absences.any(stands_in))


def find(session: Session, forum_id: uuid.UUID, *, by: Actor) -> Forum:
    """One team. Raises NotAllowed where there is none, or none of theirs."""
    found = next((forum for forum in forums_of(session, by) if forum.id == forum_id), None)
    if found is None:
        raise NotAllowed("team")
    return found


def may_keep(forum: Forum, actor: Actor) -> bool:
    """Whether somebody may add and take away dates of the team: who coordinates or leads a unit of it.

    A team above the units is kept by those of them who sit in it, wherever they do so; one that works for a unit beside the one
    that takes in its concerns, by who coordinates just that team, and by the unit's head teachers.
    """
    if forum.is_above:
        sits = any(seat.account_id == actor.account_id for seat in forum.seats)
        return sits and any(role in KEEPERS for role, _unit in actor.roles)
    if any(team == forum.id for team, _unit in actor.coordinates):
        return True
    units, also_for = {unit.id for unit in forum.units}, {unit.id for unit in forum.also_for}
    return any(
        (role in KEEPERS and unit_id in units) or (role is Role.HEAD_TEACHER and unit_id in also_for)
        for role, unit_id in actor.roles
    )


def members(session: Session, forum: Forum) -> list[Account]:
    """Everybody who works for one of the team's units, by name; for a team above them, for any, and the management."""
    if forum.is_above:
        works = Account.roles.any(RoleAssignment.role.in_((*WITH_UNIT, Role.MANAGEMENT)))
        return list(session.scalars(select(Account).where(Account.is_active, works).order_by(Account.name)))
    works_here = Account.roles.any(RoleAssignment.unit_id.in_([unit.id for unit in forum.all_units]))
    return list(session.scalars(select(Account).where(Account.is_active, works_here).order_by(Account.name)))


def coming(session: Session, forum: Forum) -> list[TeamDate]:
    """The team's dates that have not begun yet, the first one first."""
    there = select(TeamDate).where(TeamDate.forum_id == forum.id, TeamDate.starts_at >= clock.now())
    return list(session.scalars(there.order_by(TeamDate.starts_at)))


def from_today(session: Session, forum: Forum) -> list[TeamDate]:
    """The team's dates of today and of the days to come, the first one first."""
    zone = ZoneInfo(here.time_zone(session))
    since = datetime.combine(here.today(session), time(), zone)
    there = select(TeamDate).where(TeamDate.forum_id == forum.id, TeamDate.starts_at >= since)
    return list(session.scalars(there.order_by(TeamDate.starts_at)))


def falling_on(session: Session, stretches: Iterable[ClosedDay]) -> int:
    """How many dates of teams, and meetings called about a referral, are still to come and fall into one of `stretches`."""
    now, zone = clock.now(), here.time_zone(session)
    dates = session.scalars(select(TeamDate.starts_at).where(TeamDate.starts_at >= now))
    to_hold = TeamMeeting.starts_at >= now, TeamMeeting.held_at.is_(None), TeamMeeting.called_off_in.is_(None)
    days = [
        local_date(at, zone=zone) for at in (*dates, *session.scalars(select(TeamMeeting.starts_at).where(*to_hold)))
    ]
    closed = [(one.first_on, one.last_on) for one in stretches]
    return sum(any(first <= day <= last for first, last in closed) for day in days)


def is_on_closed_day(session: Session, starts_at: datetime) -> bool:
    """Whether the schools are closed on the day of a meeting that begins at `starts_at`."""
    return not is_open_day(local_date(starts_at, zone=here.time_zone(session)), closed_days(session))


def on_closed_days(session: Session, found: Iterable[TeamDate]) -> set[uuid.UUID]:
    """Those of the dates, by their ids, on whose day the schools are closed."""
    zone, closed = here.time_zone(session), closed_days(session)
    return {one.id for one in found if not is_open_day(local_date(one.starts_at, zone=zone), closed)}


def find_date(session: Session, forum: Forum, date_id: uuid.UUID) -> TeamDate:
    """One of the team's dates. Raises NotAllowed where there is none."""
    found = session.get(TeamDate, date_id)
    if found is None or found.forum_id != forum.id:
        raise NotAllowed("team date")
    return found


def plan(session: Session, forum: Forum, series: Series, *, by: Actor) -> Planned:
    """Add the dates of `series`, leaving out days on which schools are closed.

    Raises NotAllowed, and AgendaRefused where the team would still meet on the next day, or the first hour has passed.
    """
    require_keeper(forum, by)
    require_ends_that_day(series.starts_time, series.minutes)
    zone, closed = ZoneInfo(here.time_zone(session)), closed_days(session)
    if datetime.combine(series.first_on, series.starts_time, zone) < clock.now():
        raise AgendaRefused(AgendaProblem.PASSED)
    planned = Planned([], [], [], [])
    day = series.first_on
    while day <= series.last_on:
        starts_at = datetime.combine(day, series.starts_time, zone)
        if not is_open_day(day, closed):
            planned.closed.append(day)
        elif others := meanwhile(session, forum, starts_at=starts_at, minutes=series.minutes):
            if [(one.starts_at, one.minutes) for one in others] == [(starts_at, series.minutes)]:
                planned.there.append(day)
            else:
                planned.in_the_way.extend(others)
        else:
            _add(session, TeamDate(forum=forum, starts_at=starts_at, minutes=series.minutes, place=series.place), by)
            planned.added.append(day)
        day += timedelta(weeks=series.every_weeks)
    return planned


def require_ends_that_day(begins: time, minutes: int) -> None:
    """Raises AgendaRefused where a team that begins at this time of the day would still meet on the next one."""
    if begins.hour * 60 + begins.minute + minutes > 24 * 60:
        raise AgendaRefused(AgendaProblem.PAST_MIDNIGHT)


def meanwhile(session: Session, forum: Forum, *, starts_at: datetime, minutes: int) -> list[TeamDate]:
    """The dates of `forum` that are not over before one that begins then, nor begin after it."""
    ends_at = starts_at + timedelta(minutes=minutes)
    near = select(TeamDate).where(
        TeamDate.forum_id == forum.id, TeamDate.starts_at < ends_at, TeamDate.starts_at > starts_at - LONGEST
    )
    return [
        one
        for one in session.scalars(near.order_by(TeamDate.starts_at))
        if one.starts_at + timedelta(minutes=one.minutes) > starts_at
    ]


def take_away(session: Session, forum: Forum, date_id: uuid.UUID, *, by: Actor) -> TeamDate:
    """Take away a date with nothing on its agenda. Raises NotAllowed, and AgendaRefused where something is.

    Then `moving.withdraw_date` takes it away, with the meetings that were called and a reason.
    """
    require_keeper(forum, by)
    if with_agenda(session, [find_date(session, forum, date_id)]):
        raise AgendaRefused(AgendaProblem.NOT_EMPTY)
    return drop(session, forum, date_id, by=by)


def with_agenda(session: Session, found: Iterable[TeamDate]) -> set[uuid.UUID]:
    """Those of the dates, by their ids, that have a referral on their agenda. One that has ended holds no date."""
    on_them = AgendaItem.date_id.in_([one.id for one in found])
    return set(session.scalars(select(AgendaItem.date_id).join(AgendaItem.referral).where(on_them, Referral.is_open)))


def drop(session: Session, forum: Forum, date_id: uuid.UUID, *, by: Actor) -> TeamDate:
    """Take one date away, whatever is on it: what was on its agenda lines up again, meetings stay called. Raises NotAllowed."""
    require_keeper(forum, by)
    found = find_date(session, forum, date_id)
    organisation.note(session, found, what="removed", before=organisation.describe(found), by_id=by.account_id)
    session.delete(found)
    session.flush()
    return found


def _add(session: Session, row: TeamDate, by: Actor) -> None:
    session.add(row)
    session.flush()
    organisation.note(session, row, what="added", after=organisation.describe(row), by_id=by.account_id)


def require_keeper(forum: Forum, by: Actor) -> None:
    """Raises NotAllowed for anybody who may not keep the team's dates and seats."""
    if not may_keep(forum, by):
        raise NotAllowed("keep team dates")
