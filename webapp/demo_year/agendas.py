"""The agendas of the teams' dates: whom a team is called about stands on that day's, and who waits for a meeting on those to come."""

from datetime import datetime

from referrals.forums import agenda, dates
from referrals.stages import SCHEDULED
from referrals.vocabulary import Profession
from webapp.demo_year.course import CommonWork, Course
from webapp.demo_year.playing import Life
from webapp.demo_year.world import World

#: minutes a team has for one child
MINUTES = 30
#: how many more children a coordinator puts on each of the next two dates
_AHEAD = (2, 2)


def put_on(course: Course, starts_at: datetime) -> None:
    """Put the child on the agenda of the date for which the team was just called, at the time that is next there."""
    zone, wanted = course.world.zone, starts_at.date()
    coming = dates.coming(course.session, course.unit.forum)
    date = next(one for one in coming if one.starts_at.astimezone(zone).date() == wanted)
    agenda.put_on(course.session, date, course.referral.id, minutes=MINUTES, by=course.by)


def plan_ahead(world: World, unit: str) -> Life:
    """On the last school day but one the coordinator puts those who wait for a meeting on the next dates, those who are ready first."""
    course = CommonWork(world, 1)
    forum = world.unit(unit).forum
    by = world.somebody(world.unit(unit), Profession.COORDINATOR).actor()
    yield course.later(0, hour=16)
    for date, most in zip(dates.coming(world.session, forum), _AHEAD, strict=False):
        waiting = [one for one in agenda.lined_up(world.session, date, by=by) if one.state != SCHEDULED]
        for referral in waiting[:most]:
            agenda.put_on(world.session, date, referral.id, minutes=MINUTES, by=by)
