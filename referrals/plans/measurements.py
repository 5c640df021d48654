"""Measurements from the assessment on: days away and numbers for the goals of the plan, week by week, drawn and listed as series."""

import uuid
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from referrals import calendar, here, history
from referrals.access import Actor
from referrals.errors import Incomplete
from referrals.models import ActionPlan, Goal, History, Measurement, Referral
from referrals.papers import charts
from referrals.papers.charts import Point
from referrals.plans import plan_versions
from referrals.stages import Verb

#: no goal is measured by a larger number
MOST: Final = 1000.0


@dataclass(frozen=True)
class Measured:
    """What somebody gives: for which week, of which goal (None: days away), and the number; None takes the week's number away."""

    on: date | None
    goal_id: uuid.UUID | None
    value: float | None
    #: what is counted; not needed for days away, nor where it was said before
    counted: str = ""


@dataclass(frozen=True)
class Series:
    """All numbers of one kind: by school week from the first that has one to the last, weeks without a number in between."""

    goal: Goal | None
    counted: str
    points: tuple[Point, ...]


def record_measurement(
    session: Session, referral: Referral, *, by: Actor, seen: int | None, measured: Measured
) -> Measurement:
    """Record one number; a new one for the same week takes the place of the old.

    Raises Incomplete with "on" for a week that has not begun, or in which the school is closed; with "goal_id" for a goal that
    is not one of the plan; with "value" for more days away than the school is open, or nothing to take away; and with
    "counted" where nobody has said yet what is counted.
    """
    history.guard(session, referral, Verb.RECORD_MEASUREMENT, by=by, seen=seen)
    plan = measured_plan(session, referral)
    goals = {goal.id: goal for goal in plan.goals} if plan else {}
    goal = goals.get(measured.goal_id) if measured.goal_id else None
    closed, week_on = calendar.closed_days(session), charts.monday(measured.on) if measured.on else None
    days = charts.open_days(week_on, closed=closed) if week_on and week_on <= here.today(session) else 0
    there = [row for row in _rows(session, referral) if row.goal_line == (goal.line if goal else None)]
    said = measured.counted.strip() or next((row.counted for row in there if row.counted), None)
    is_there = any(row.week_on == week_on for row in there)
    most = MOST if goal else float(days)
    stated = {
        "on": days > 0,
        "goal_id": measured.goal_id is None or goal is not None,
        "value": is_there if measured.value is None else 0 <= measured.value <= most or not days,
        "counted": goal is None or said,
    }
    if missing := [name for name, value in stated.items() if not value]:
        raise Incomplete(*missing)
    row = history.record(session, referral, Verb.RECORD_MEASUREMENT, by=by, seen=seen)
    kept = Measurement(referral=referral, history_id=row.id, goal_line=goal.line if goal else None, week_on=week_on)
    kept.value, kept.counted = measured.value, said if goal else None
    session.add(kept)
    session.flush()
    return kept


def measured_plan(session: Session, referral: Referral) -> ActionPlan | None:
    """The plan whose goals are measured: the one in force, or else the first one while it is written."""
    return plan_versions.plan_in_force(session, referral) or plan_versions.plan_in_writing(session, referral)


def series_of(
    session: Session, referral: Referral, plan: ActionPlan | None, *, until: datetime | None = None
) -> list[Series]:
    """Days away first, then the goals of `plan` in their order, each where there are numbers; as known at `until`, or now.

    Closed weeks are skipped. One that was closed after its number was given stays: what somebody counted does not vanish from the chart.
    """
    rows = _rows(session, referral, until=until)
    closed = calendar.closed_days(session)
    found = []
    for goal in (None, *(plan.goals if plan else ())):
        line = goal.line if goal else None
        newest: dict[date, Measurement] = {}
        for row in (each for each in rows if each.goal_line == line):
            newest.setdefault(row.week_on, row)
        kept = {week: row.value for week, row in newest.items() if row.value is not None}
        if not kept:
            continue
        weeks = {*charts.school_weeks(min(kept), max(kept), closed=closed), *kept}
        counted = next((row.counted for row in newest.values() if row.counted), "") or ""
        found.append(Series(goal, counted, tuple(Point(week, kept.get(week)) for week in sorted(weeks))))
    return found


def _rows(session: Session, referral: Referral, *, until: datetime | None = None) -> list[Measurement]:
    """Every number ever given, the newest first."""
    rows = select(Measurement).join(Measurement.history).where(Measurement.referral_id == referral.id)
    if until is not None:
        rows = rows.where(History.at <= until)
    return list(session.scalars(rows.order_by(History.number.desc())))
