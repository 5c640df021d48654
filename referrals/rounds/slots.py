"""The slots of a round: set within its days, never two at once, each given to one team that is enrolled."""

import uuid
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from referrals import here, identity_check, languages
from referrals.access import Actor
from referrals.errors import RoundRefused
from referrals.models import ConsultationRound, RoundEnrolment, RoundSlot
from referrals.rounds import enrolling, people
from referrals.vocabulary import DeadlineSource, RoundProblem

#: a team's questions are due at the end of the day so many days before its slot
DAYS_BEFORE: Final = 7
#: where that day comes from
DUE_SOURCE: Final = DeadlineSource.TARGET


@dataclass(frozen=True)
class Series:
    """Slots of the same length on one day, one after the other with a pause between them."""

    day: date
    starts_time: time
    minutes: int
    count: int
    pause: int
    place: str


def add(
    session: Session, found: ConsultationRound, series: Series, *, by: Actor, answered: Collection[str] = ()
) -> list[RoundSlot]:
    """Set slots, all of them or none. Raises NotAllowed, NamesSomebody, RoundRefused."""
    people.require_lead(session, by)
    identity_check.municipal_checker(session, by=by).require_nobody([series.place], answered=answered)
    session.refresh(found, with_for_update=True)
    if not found.first_on <= series.day <= found.last_on:
        raise RoundRefused(RoundProblem.OUTSIDE)
    begins = datetime.combine(series.day, series.starts_time, ZoneInfo(here.time_zone(session)))
    step = timedelta(minutes=series.minutes + series.pause)
    made = [
        RoundSlot(id=uuid.uuid4(), starts_at=begins + step * number, minutes=series.minutes, place=series.place)
        for number in range(series.count)
    ]
    if made[-1].ends_at.astimezone(begins.tzinfo).date() != series.day:
        raise RoundRefused(RoundProblem.OUTSIDE)
    if any(_overlap(one, other) for one in made for other in found.slots):
        raise RoundRefused(RoundProblem.OVERLAP)
    found.slots.extend(made)
    session.flush()
    enrolling.log(session, found, "add_round_slots", by=by)
    return made


def drop(session: Session, slot: RoundSlot, *, by: Actor) -> None:
    """Take a slot away; a team that had it lines up again. Raises NotAllowed."""
    people.require_lead(session, by)
    enrolling.log(session, slot.round, "drop_round_slot", by=by, object_id=slot.id)
    slot.enrolment = None
    session.flush()
    slot.round.slots.remove(slot)
    session.flush()


def give(session: Session, slot: RoundSlot, enrolment_id: uuid.UUID | None, *, by: Actor) -> None:
    """Give a slot to an enrolled team, or to none; the same again changes nothing. Raises NotAllowed, RoundRefused."""
    people.require_lead(session, by)
    session.refresh(slot.round, with_for_update=True)
    if slot.enrolment_id == enrolment_id:
        return
    enrolment = next((each for each in slot.round.enrolments if each.id == enrolment_id), None)
    if enrolment_id is not None and enrolment is None:
        raise RoundRefused(RoundProblem.NOT_ENROLLED)
    if enrolment is not None and enrolment.slot is not None:
        raise RoundRefused(RoundProblem.HAS_SLOT)
    slot.enrolment = enrolment
    session.flush()
    enrolling.log(session, slot.round, "give_round_slot", by=by, object_id=slot.id)


def due_on(slot: RoundSlot, *, zone: str) -> date:
    """The last day on which questions come in time."""
    return languages.local_date(slot.starts_at, zone=zone) - timedelta(days=DAYS_BEFORE)


def due_at(enrolment: RoundEnrolment, *, zone: str) -> datetime | None:
    """The end of the last day on which the team's questions come in time; None while it has no slot."""
    if enrolment.slot is None:
        return None
    return datetime.combine(due_on(enrolment.slot, zone=zone) + timedelta(days=1), time(), ZoneInfo(zone))


def _overlap(one: RoundSlot, other: RoundSlot) -> bool:
    return one.starts_at < other.ends_at and other.starts_at < one.ends_at
