"""Lessons as tests lay them: written by the teacher's coordinator from a closed referral, sent, and checked by the counsellor."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from referrals import clock
from referrals.forums import seats
from referrals.learning import lessons, seminars
from referrals.learning.lessons import Shelf, Words
from referrals.learning.seminars import Plan
from referrals.models import Lesson, Seminar
from referrals.stages import CLOSED
from referrals.vocabulary import AgeGroup, LessonTheme
from tests.factories import a_referral
from tests.people import Cast

WORDS = Words(
    "En lugn start på dagen",
    "En vuxen mötte vid grinden varje morgon i sex veckor.",
    "Frånvaron på måndagar blev mindre efter tre veckor.",
    "Börja med en enda vuxen, och håll fast vid samma tid.",
)
SHELF = Shelf(LessonTheme.ATTENDANCE, AgeGroup.AT_SCHOOL)


def seat_the_team(session: Session, cast: Cast) -> None:
    """The counsellor, the social worker and a volunteer sit in the team."""
    for one in (cast.counsellor, cast.social_worker, cast.volunteer):
        seats.seat(session, cast.forum, one.id, by=cast.coordinator.actor())


def write(session: Session, cast: Cast, words: Words = WORDS, shelf: Shelf = SHELF) -> Lesson:
    """A draft of the coordinator's."""
    closed = a_referral(session, cast, CLOSED, owner_id=cast.coordinator.id)
    return lessons.write_lesson(session, closed, by=cast.coordinator.actor(), shelf=shelf, words=words)


def send(session: Session, cast: Cast, words: Words = WORDS, shelf: Shelf = SHELF) -> Lesson:
    """One that waits for the check."""
    made = write(session, cast, words, shelf)
    lessons.send_lesson(session, made, by=cast.coordinator.actor())
    return made


def publish(session: Session, cast: Cast, words: Words = WORDS, shelf: Shelf = SHELF) -> Lesson:
    """One that stands in the catalogue."""
    made = send(session, cast, words, shelf)
    lessons.check_lesson(session, made, by=cast.second_coordinator.actor(), words=words)
    return made


def a_plan(chosen: Iterable[Lesson], questions: str | None = "Vad känner vi igen?\nVad prövar vi härnäst?") -> Plan:
    """A seminar in thirty days, about these lessons in this order."""
    day = clock.now().date() + timedelta(days=30)
    at = datetime(day.year, day.month, day.day, 13, 30, tzinfo=ZoneInfo("Europe/Stockholm"))
    return Plan("Höstens seminarium", at, "Stadshuset, sal 3", [one.id for one in chosen], questions)


def plan(session: Session, cast: Cast, chosen: Iterable[Lesson]) -> Seminar:
    """A seminar the coordinator planned."""
    return seminars.plan_seminar(session, by=cast.coordinator.actor(), plan=a_plan(chosen))
