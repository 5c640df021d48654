"""Reminders of a round's questions: on three days before they are due, to who keeps the team, until one is in."""

from datetime import date, timedelta
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from referrals import calendar, clock, here, languages
from referrals.access import Actor
from referrals.calendar import Closed
from referrals.models import RoundEnrolment, RoundSlot
from referrals.rounds import people, slots

#: days before the slot; the last one is the day on which the questions are due
DAYS_BEFORE: Final = (14, 9, 7)


def reminder_days(slot: RoundSlot, *, zone: str, closed: Closed) -> list[date]:
    """The days on which a team is reminded: one without school moves to the school day before it."""
    day = languages.local_date(slot.starts_at, zone=zone)
    return [_open_day_up_to(day - timedelta(days=before), closed) for before in DAYS_BEFORE]


def without_question(session: Session, actor: Actor) -> list[RoundEnrolment]:
    """The teams `actor` keeps that have a slot to come and sent nothing in yet."""
    if not people.are_held(session):
        return []
    coming = select(RoundSlot).where(RoundSlot.enrolment_id.is_not(None), RoundSlot.starts_at > clock.now())
    rows = [slot.enrolment for slot in session.scalars(coming.order_by(RoundSlot.starts_at)) if slot.enrolment]
    return [one for one in rows if not one.questions and people.may_enrol(session, one.forum, actor)]


def to_remind(session: Session, actor: Actor, *, today: date, until: date) -> list[tuple[RoundEnrolment, date]]:
    """Those of them that are to be reminded of on a day from `today` to `until`, with the day on which their questions are due."""
    zone, closed = here.time_zone(session), calendar.closed_days(session)
    return [
        (one, slots.due_on(one.slot, zone=zone))
        for one in without_question(session, actor)
        if one.slot and any(today <= day <= until for day in reminder_days(one.slot, zone=zone, closed=closed))
    ]


def _open_day_up_to(day: date, closed: Closed) -> date:
    while day in closed:
        day -= timedelta(days=1)
    return day
