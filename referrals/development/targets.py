"""By which day a stage of development work should be done: it counts by terms, so that no holiday makes anything late."""

from datetime import date, datetime, timedelta
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from referrals.calendar import Closed, closed_days, school_days_between
from referrals.languages import local_date
from referrals.models import DevelopmentCase
from referrals.patterns.school_terms import SchoolTerm
from referrals.people import organisation
from referrals.stages import PLAN_ACTIVE

#: with fewer school days left of a term, what begins in it is done by the end of the next
SHORT: Final = 20


def end_of_term(day: date, *, closed: Closed) -> date:
    """The last school day of the term in which `day` lies; of the next one where hardly any is left of it."""
    term = SchoolTerm.of(day)
    last = _last_open_day(term, closed)
    return last if school_days_between(day, last, closed=closed) >= SHORT else _last_open_day(term.next, closed)


def due_for_follow_up(session: Session, today: date) -> list[DevelopmentCase]:
    """The plans whose term has come to its end since they were agreed, or last followed up."""
    closed, zone = closed_days(session), organisation.municipality(session).timezone
    running = select(DevelopmentCase).where(
        DevelopmentCase.stage == PLAN_ACTIVE.stage, DevelopmentCase.status == PLAN_ACTIVE.status
    )
    return [
        found
        for found in session.scalars(running.order_by(DevelopmentCase.opened_at, DevelopmentCase.id))
        if today >= end_of_term(local_date(_agreed_at(found), zone=zone), closed=closed)
    ]


def _agreed_at(found: DevelopmentCase) -> datetime:
    """Since when the plan runs; of what ran before there were stages, since when it stands there."""
    moves = (event.at for event in found.events if event.is_move)
    return next(moves, found.stage_since)


def _last_open_day(term: SchoolTerm, closed: Closed) -> date:
    day = term.next.first_on - timedelta(days=1)
    while day in closed and day > term.first_on:
        day -= timedelta(days=1)
    return day
