"""Two meetings for somebody at once: told by name and without the other meeting's number, which not everybody may know."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, joinedload
from sqlalchemy.orm.interfaces import ORMOption

from referrals.forums import seats
from referrals.forums.dates import LONGEST
from referrals.models import Account, Forum, Referral, SeatAbsence, TeamDate, TeamMeeting, TeamSeat


def at_once(
    session: Session, people: Iterable[Account], *, starts_at: datetime, minutes: int, but: Collection[Referral]
) -> list[Account]:
    """Those of `people` who are called to another meeting than those about `but` at the same time, in their order."""
    others = meetings_meanwhile(session, starts_at=starts_at, minutes=minutes, but=but)
    busy = {called for one in others for called in one.called}
    return [one for one in people if str(one.id) in busy]


def meetings_meanwhile(
    session: Session,
    *,
    starts_at: datetime,
    minutes: int,
    but: Collection[Referral] = (),
    whole: Sequence[ORMOption] = (),
) -> list[TeamMeeting]:
    """The meetings that are to be held and not over before one that begins then, nor begin after it, without those about `but`.

    `whole`: what of each is read along, so that it is not asked for one by one.
    """
    ends_at = starts_at + timedelta(minutes=minutes)
    rows = select(TeamMeeting).where(
        TeamMeeting.held_at.is_(None), TeamMeeting.called_off_in.is_(None),
        TeamMeeting.starts_at < ends_at, TeamMeeting.starts_at > starts_at - LONGEST,
        TeamMeeting.referral_id.not_in([one.id for one in but]),
    )  # fmt: skip
    found = session.scalars(rows.options(*whole))
    return [one for one in found if one.starts_at + timedelta(minutes=one.minutes) > starts_at]


def at_other_tables(
    session: Session, people: Sequence[Account], *, starts_at: datetime, minutes: int, but: Forum
) -> list[tuple[Account, Forum]]:
    """Those of `people` who sit in another team than `but` that has a date at the same time, in their order, each with that team."""
    ends, ids = starts_at + timedelta(minutes=minutes), [one.id for one in people]
    # Only the seats these may sit on: half a municipality's teams may meet at the same hour.
    theirs = or_(TeamSeat.account_id.in_(ids), TeamSeat.absences.any(SeatAbsence.stand_in_id.in_(ids)))
    rows = select(TeamDate, TeamSeat).join(TeamSeat, TeamSeat.forum_id == TeamDate.forum_id).where(
        theirs, TeamDate.forum_id != but.id, TeamDate.starts_at < ends, TeamDate.starts_at > starts_at - LONGEST
    )  # fmt: skip
    whole = rows.options(*seats.with_people(), joinedload(TeamSeat.forum)).order_by(TeamDate.starts_at, TeamSeat.id)
    meets = [(one, seat) for one, seat in session.execute(whole) if ends_at(one) > starts_at]
    tables = [(seat.forum, {each.account for each in seats.sitting([seat], one.starts_at)}) for one, seat in meets]
    found = [(account, forum) for account in people for forum, table in tables if account in table]
    return list(dict.fromkeys(found))


@dataclass(frozen=True)
class Twice:
    """Somebody who sits at the tables of two teams that meet at the same time."""

    account: Account
    #: when their team meets, and the other one
    date: TeamDate
    other: Forum


def at_two_tables(session: Session, forum: Forum, dates: Sequence[TeamDate]) -> list[Twice]:
    """Who sits in `forum` on one of its `dates` and in another team that meets meanwhile: by date, then by name.

    Whoever stands in counts, and whoever is away does not, in either team.
    """
    if not dates:
        return []
    begins = [one.starts_at for one in dates]
    rows = select(TeamDate).where(
        TeamDate.forum_id != forum.id,
        TeamDate.starts_at > min(begins) - LONGEST, TeamDate.starts_at < max(begins) + LONGEST,
    )  # fmt: skip
    others = list(session.scalars(rows.options(joinedload(TeamDate.forum))))
    tables = seats.seats_of_several(session, {forum, *(one.forum for one in others)})
    found = []
    for one in dates:
        here = seats.sitting(tables[forum.id], one.starts_at)
        for other in (each for each in others if meet_at_once(one, each)):
            there = {each.account for each in seats.sitting(tables[other.forum_id], other.starts_at)}
            found += [Twice(each.account, one, other.forum) for each in here if each.account in there]
    return sorted(found, key=lambda one: (one.date.starts_at, one.account.name, one.other.name))


def meet_at_once(one: TeamDate, other: TeamDate) -> bool:
    """Whether two different teams meet at the same time."""
    return one.forum_id != other.forum_id and one.starts_at < ends_at(other) and other.starts_at < ends_at(one)


def ends_at(one: TeamDate) -> datetime:
    """When a date of a team is over."""
    return one.starts_at + timedelta(minutes=one.minutes)
