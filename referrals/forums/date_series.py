"""Dates of a team that are alike: at the same hour of the same day of the week, taken away at once where they were set wrongly."""

import uuid
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, time
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from referrals import clock, here
from referrals.access import Actor
from referrals.errors import AgendaRefused
from referrals.forums import clashes, dates
from referrals.languages import local_date
from referrals.models import Forum, Referral, TeamDate, TeamMeeting, UpwardQuestion
from referrals.vocabulary import AgendaProblem


@dataclass(frozen=True)
class TakenAway:
    """The days of the dates that are gone, and of those that stay since something is planned for them."""

    gone: list[date]
    kept: list[date]


def series_of(session: Session, forum: Forum) -> list[tuple[TeamDate, ...]]:
    """The team's dates that have not begun, as far as there are two or more alike: by their first dates."""
    zone = ZoneInfo(here.time_zone(session))
    alike: dict[tuple[int, time, int, str], list[TeamDate]] = defaultdict(list)
    for one in dates.coming(session, forum):
        begins = one.starts_at.astimezone(zone)
        alike[begins.weekday(), begins.time(), one.minutes, one.place].append(one)
    return [tuple(these) for these in alike.values() if len(these) > 1]


def shown(series: Sequence[TeamDate]) -> str:
    """What a series is chosen by: its first date, its last one and how many there are, just as they were read."""
    return f"{series[0].id} {series[-1].id} {len(series)}"


def take_away(session: Session, forum: Forum, chosen: str, *, by: Actor) -> TakenAway:
    """Take away the series that was `shown` so, but for dates for which something is planned.

    Raises NotAllowed, and AgendaRefused where none is just so any more: one was added, taken away or has begun meanwhile.
    """
    dates.require_keeper(forum, by)
    _hold_still(session, forum)
    series = next((these for these in series_of(session, forum) if shown(these) == chosen), None)
    if series is None:
        raise AgendaRefused(AgendaProblem.CHANGED)
    planned, zone = _planned(session, forum, series), here.time_zone(session)
    taken = TakenAway([], [])
    for one in series:
        (taken.kept if one.id in planned else taken.gone).append(local_date(one.starts_at, zone=zone))
        if one.id not in planned:
            dates.drop(session, forum, one.id, by=by)
    return taken


def _hold_still(session: Session, forum: Forum) -> None:
    """Let nothing be planned for the dates to come, and nobody move one, before this is through."""
    to_come = select(TeamDate).where(TeamDate.forum_id == forum.id, TeamDate.starts_at >= clock.now())
    in_order = to_come.order_by(TeamDate.id).with_for_update().execution_options(populate_existing=True)
    session.scalars(in_order).all()


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
