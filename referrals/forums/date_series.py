"""Dates of a team that belong together: at the same hour of the same day of the week, taken away at once where they were set wrongly."""

import uuid
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, time
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from referrals.access import Actor
from referrals.forums import clashes, dates
from referrals.languages import local_date
from referrals.models import Forum, Referral, TeamDate, TeamMeeting, UpwardQuestion
from referrals.people import roster


@dataclass(frozen=True)
class TakenAway:
    """The days of the dates that are gone, and of those that stay since something is planned for them."""

    gone: list[date]
    kept: list[date]


def series_of(session: Session, forum: Forum) -> list[tuple[TeamDate, ...]]:
    """The team's dates that have not begun, as far as there are two or more alike: by their first dates."""
    zone = ZoneInfo(roster.time_zone(session))
    alike: dict[tuple[int, time, int, str], list[TeamDate]] = defaultdict(list)
    for one in dates.coming(session, forum):
        begins = one.starts_at.astimezone(zone)
        alike[begins.weekday(), begins.time(), one.minutes, one.place].append(one)
    return [tuple(these) for these in alike.values() if len(these) > 1]


def take_away(session: Session, forum: Forum, date_id: uuid.UUID, *, by: Actor) -> TakenAway:
    """Take away the series to which a date belongs, but for dates for which something is planned.

    Raises NotAllowed. Where the date is in no series by now, nothing goes.
    """
    dates.require_keeper(forum, by)
    asked = dates.find_date(session, forum, date_id)
    series = next((these for these in series_of(session, forum) if asked in these), ())
    planned, zone = _planned(session, forum, series), roster.time_zone(session)
    taken = TakenAway([], [])
    for one in series:
        (taken.kept if one.id in planned else taken.gone).append(local_date(one.starts_at, zone=zone))
        if one.id not in planned:
            dates.drop(session, forum, one.id, by=by)
    return taken


def _planned(session: Session, forum: Forum, series: Sequence[TeamDate]) -> set[uuid.UUID]:
    """Those with a referral on the agenda, with a question from another team, or for which the team is called."""
    ids = [one.id for one in series]
    asked = session.scalars(select(UpwardQuestion.date_id).where(UpwardQuestion.date_id.in_(ids)))
    to_hold = TeamMeeting.held_at.is_(None), TeamMeeting.called_off_in.is_(None), Referral.is_open
    called = session.scalars(
        select(TeamMeeting.starts_at).join(TeamMeeting.referral).where(Referral.forum_id == forum.id, *to_hold)
    ).all()
    meets = {one.id for one in series if any(one.starts_at <= at < clashes.ends_at(one) for at in called)}
    return dates.with_agenda(session, series) | {one for one in asked if one} | meets
