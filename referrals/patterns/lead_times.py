"""How long families wait: from the concern to the first answer, the first team meeting and the first plan, by school and term."""

import uuid
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from referrals import roster
from referrals.access import Actor, Role
from referrals.errors import NotAllowed
from referrals.models import History, Referral
from referrals.patterns.counting import MAY_BE_COUNTED, came_within, zone_of
from referrals.patterns.places import Places
from referrals.patterns.school_terms import SchoolTerm
from referrals.patterns.suppression import FEWEST
from referrals.stages import Verb
from referrals.vocabulary import N_, Term

READERS: Final = (Role.MANAGEMENT,)


class Milestone(Term):
    """What is waited for."""

    ANSWER = "answer", N_("First answer from the team")
    MEETING = "meeting", N_("First team meeting")
    PLAN = "plan", N_("First plan in force")


#: the decisions by which each is reached
REACHED_BY: Final[dict[Milestone, tuple[Verb, ...]]] = {
    Milestone.ANSWER: (
        Verb.RETURN_CONCERN, Verb.SEND_TO_ASSESSMENT, Verb.SEND_TO_TEAM, Verb.END_AT_TRIAGE, Verb.ASK_HEAD_TEACHER,
    ),
    Milestone.MEETING: (Verb.RECORD_MEETING,),
    Milestone.PLAN: (Verb.APPROVE_ACTION_PLAN,),
}  # fmt: skip


@dataclass(frozen=True)
class Wait:
    """Days from the concern: half of those who got there waited no longer than `half`, nine of ten no longer than `most`."""

    half: int
    most: int


@dataclass(frozen=True)
class Line:
    """A school, or all of them: the concerns of a term, and how long they waited. None stands for what is not shown."""

    name: str
    concerns: int | None
    waits: dict[Milestone, Wait | None]


@dataclass(frozen=True)
class LeadTimes:
    """One term. Schools stand apart only once it is over: a number that grows by one while it goes on would tell of a child."""

    term: SchoolTerm
    is_over: bool
    everywhere: Line
    schools: list[Line]


def terms(session: Session) -> list[SchoolTerm]:
    """The terms from the first concern to today, the newest first."""
    now, first = SchoolTerm.of(roster.today(session)), session.scalar(select(func.min(Referral.opened_at)))
    found = [SchoolTerm.of(_day(first, zone_of(session))) if first else now]
    while found[-1] < now:
        found.append(found[-1].next)
    return found[::-1]


def of_term(session: Session, term: SchoolTerm, *, by: Actor) -> LeadTimes:
    """The lead times of the concerns that came in during `term`. Raises NotAllowed.

    Referrals with a protected identity and those held for a conflict of interest are in none of the numbers.
    """
    if not any(role in READERS for role, _unit in by.roles):
        raise NotAllowed("lead times")
    counted, places = concerns_of(session, term), Places.read(session)
    shown = places.suppress({school: len(concerns) for school, concerns in counted.items()})
    everybody = [one for several in counted.values() for one in several]
    everywhere = Line("", shown.areas.total, waits(everybody, shown.areas.total))
    lines = [
        Line(school.name, number, waits(counted[school.id], number))
        for (_area, schools), within in zip(places.areas, shown.within, strict=True)
        for school, number in zip(schools, within.cells, strict=True)
    ]
    over = is_over(session, term)
    return LeadTimes(term, over, everywhere, sorted(lines, key=lambda line: line.name) if over else [])


def is_over(session: Session, term: SchoolTerm) -> bool:
    """Whether nothing is added to it any more."""
    return term < SchoolTerm.of(roster.today(session))


#: after how many days each was reached
Days = dict[Milestone, int]


def concerns_of(session: Session, term: SchoolTerm) -> dict[uuid.UUID, list[Days]]:
    """For each school its concerns of the term: after how many days each milestone was reached, where it was."""
    zone = zone_of(session)
    reached = [
        func.min(case((History.verb.in_(verbs), History.at))).label(milestone.value)
        for milestone, verbs in REACHED_BY.items()
    ]
    query = (
        select(Referral.unit_id, Referral.opened_at, *reached)
        .join(History, History.referral_id == Referral.id)
        .where(*MAY_BE_COUNTED, came_within(Referral.opened_at, term, zone))
        .group_by(Referral.id, Referral.unit_id, Referral.opened_at)
    )
    found: dict[uuid.UUID, list[Days]] = defaultdict(list)
    for unit_id, opened_at, *instants in session.execute(query):
        came_in, days = _day(opened_at, zone), zip(REACHED_BY, instants, strict=True)
        found[unit_id].append({what: (_day(at, zone) - came_in).days for what, at in days if at is not None})
    return found


def waits(concerns: Sequence[Days], shown: int | None) -> dict[Milestone, Wait | None]:
    """Each wait of which there are enough, where the concerns themselves may be shown."""
    waited = {what: sorted(days[what] for days in concerns if what in days) for what in Milestone}
    return {
        what: Wait(_within(days, 50), _within(days, 90)) if shown is not None and len(days) >= FEWEST else None
        for what, days in waited.items()
    }


def _within(ordered: Sequence[int], percent: int) -> int:
    """The value that `percent` of a hundred do not exceed, as one that was measured."""
    return ordered[-(-len(ordered) * percent // 100) - 1]


def _day(at: datetime, zone: ZoneInfo) -> date:
    return at.astimezone(zone).date()
