"""By which day a stage of development work should be done: it counts by terms, so that no holiday makes anything late."""

from datetime import date, datetime, timedelta
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from referrals import here
from referrals.calendar import Closed, add_school_days, closed_days, school_days_between
from referrals.languages import local_date
from referrals.models import DevelopmentCase
from referrals.patterns.school_terms import SchoolTerm
from referrals.stages import CLOSED, CLOSURE_PROPOSED, FOLLOW_UP_DUE, IN_TRIAGE, PLAN_ACTIVE, SUBMITTED, State
from referrals.vocabulary import DeadlineSource

#: where each of these days comes from
SOURCE: Final = DeadlineSource.TARGET

#: with fewer school days left of a term, what begins in it is done by the end of the next
SHORT: Final = 20

#: what is not done by the end of a term but within so many school days
SCHOOL_DAYS: Final[dict[State, int]] = {SUBMITTED: 15, IN_TRIAGE: 15, FOLLOW_UP_DUE: 15, CLOSURE_PROPOSED: 30}


def end_of_term(day: date, *, closed: Closed) -> date:
    """The last school day of the term in which `day` lies; of the next one where hardly any is left of it."""
    term = SchoolTerm.of(day)
    last = _last_open_day(term, closed)
    return last if school_days_between(day, last, closed=closed) >= SHORT else _last_open_day(term.next, closed)


def due_for_follow_up(session: Session, today: date) -> list[DevelopmentCase]:
    """The plans whose term has come to its end since they were agreed, or last followed up."""
    closed, zone = closed_days(session), here.time_zone(session)
    running = select(DevelopmentCase).where(
        DevelopmentCase.stage == PLAN_ACTIVE.stage, DevelopmentCase.status == PLAN_ACTIVE.status
    )
    return [
        found
        for found in session.scalars(running.order_by(DevelopmentCase.opened_at, DevelopmentCase.id))
        if today >= end_of_term(local_date(_moved_at(found), zone=zone), closed=closed)
    ]


def set_target(session: Session, found: DevelopmentCase) -> None:
    """Write by which day the stage it stands in should be done; none once it has ended."""
    found.target_on = target_day(found, closed=closed_days(session), zone=here.time_zone(session))
    session.flush()


def target_day(found: DevelopmentCase, *, closed: Closed, zone: str) -> date | None:
    """By which day the stage it stands in should be done; None once it has ended."""
    since = local_date(_moved_at(found), zone=zone)
    if found.state == CLOSED:
        return None
    if found.state in SCHOOL_DAYS:
        return add_school_days(since, SCHOOL_DAYS[found.state], closed=closed)
    return end_of_term(since, closed=closed)


def is_late(found: DevelopmentCase, today: date, *, closed: Closed) -> bool:
    """Whether its day has passed, and a school day since: over a holiday nothing becomes late."""
    day = found.target_on
    if day is None or not found.is_past_target(today):
        return False
    return school_days_between(day + timedelta(days=1), today, closed=closed) > 0


def _moved_at(found: DevelopmentCase) -> datetime:
    """Since when it stands as it does; of what stood so before there were stages, since when it stands in its stage."""
    moves = (event.at for event in found.events if event.is_move)
    return next(moves, found.stage_since)


def _last_open_day(term: SchoolTerm, closed: Closed) -> date:
    day = term.next.first_on - timedelta(days=1)
    while day in closed and day > term.first_on:
        day -= timedelta(days=1)
    return day
