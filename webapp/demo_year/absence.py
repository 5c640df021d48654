"""Unlawful absence, where the law asks for it to be counted: days of a quarter, what the morning's sum prepares, what the head teacher decides."""

from datetime import date
from typing import Any

from sqlalchemy import select

from referrals.calendar import school_days_between
from referrals.models import AbsentPupil
from referrals.statutory import absence
from referrals.statutory.absence import Entry
from webapp.demo_year.course import CommonWork
from webapp.demo_year.playing import Life
from webapp.demo_year.world import World

#: how many school days before the end each of the two countings of a quarter was entered
_FIRST, _SECOND = 22, 3
#: a quarter of which fewer school days have gone by says nothing yet
_ENOUGH = 30


def count_absence(world: World) -> Life:
    """Twice the days are entered; each next morning sums up and prepares, and some time later the head teacher decides what waits."""
    written: dict[str, Any] = world.book.absence
    course = CommonWork(world, _FIRST)
    quarter_on = _quarter(world)
    for ago, column in ((_FIRST, "first"), (_SECOND, "second")):
        course.day = world.ago(ago)
        yield course.later(0, hour=14)
        days = absence.school_days(world.session, quarter_on)
        entries = [
            Entry(row["name"], date.fromisoformat(row["born"]), row["class"], -(-row[column] * days // 100))
            for row in written["pupils"]
        ]
        absence.enter(world.session, course.unit, by=course.head, quarter_on=quarter_on, entries=entries)
        course.day = world.after(course.day, 1)
        yield world.at(course.day, 3)
        for pupil in world.session.scalars(select(AbsentPupil).order_by(AbsentPupil.number)):
            absence.prepare(world.session, pupil, today=course.day)
        yield course.later(1, hour=10)
        _decide(course, {row["name"] for row in written["pupils"] if row.get("is_left_waiting") and column == "second"})


def _decide(course: CommonWork, waiting: set[str]) -> None:
    """Send what is due about everybody but those in `waiting`."""
    for step in absence.waiting_for(course.session, course.head):
        if step.pupil.name not in waiting:
            said = {**course.world.book.absence["said"], "told_on": course.day}
            seen = absence.sum_read(step)
            absence.send(course.session, step, by=course.head, seen=seen, said=said, language=course.world.language)


def _quarter(world: World) -> date:
    """This quarter, or the last one as long as hardly any school days of this one have gone by."""
    this, last = absence.quarters(world.today())
    gone_by = school_days_between(this, world.today(), closed=world.closed)
    return this if gone_by >= _ENOUGH else last
