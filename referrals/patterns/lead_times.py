"""How long families wait: from the concern to the first answer, the first team meeting, the first plan and the first action, by school and term."""

import uuid
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, and_, case, func, select
from sqlalchemy.orm import Session

from referrals.models import History, Referral
from referrals.patterns.counting import CAME_IN_HERE, came_within, zone_of
from referrals.patterns.figures import Milestone, Wait
from referrals.patterns.places import Count, Places
from referrals.patterns.school_terms import SchoolTerm
from referrals.patterns.suppression import FEWEST
from referrals.stages import Verb
from referrals.vocabulary import ActionStatus

#: of fewer, nine of ten are all but none
ENOUGH_FOR_NINE_OF_TEN: Final = 10


#: what is recorded when each is reached
REACHED_BY: Final[dict[Milestone, ColumnElement[bool]]] = {
    Milestone.ANSWER: History.verb.in_((
        Verb.RETURN_CONCERN, Verb.SEND_TO_ASSESSMENT, Verb.SEND_TO_TEAM, Verb.END_AT_TRIAGE, Verb.ASK_HEAD_TEACHER,
    )),
    Milestone.MEETING: History.verb == Verb.RECORD_MEETING,
    Milestone.PLAN: History.verb == Verb.APPROVE_ACTION_PLAN,
    Milestone.ACTION: and_(
        History.verb == Verb.RECORD_ACTION_STATUS, History.choice.in_((ActionStatus.ONGOING, ActionStatus.DONE))
    ),
}  # fmt: skip


#: after how many days each was reached
Days = dict[Milestone, int]


def concerns_of(session: Session, term: SchoolTerm) -> dict[uuid.UUID, list[Days]]:
    """For each school its concerns of the term: after how many days each milestone was reached, where it was."""
    zone = zone_of(session)
    reached = [
        func.min(case((recorded, History.at))).label(milestone.value) for milestone, recorded in REACHED_BY.items()
    ]
    query = (
        select(Referral.unit_id, Referral.opened_at, *reached)
        .join(History, History.referral_id == Referral.id)
        .where(CAME_IN_HERE, came_within(Referral.opened_at, term, zone))
        .group_by(Referral.id, Referral.unit_id, Referral.opened_at)
    )
    found: dict[uuid.UUID, list[Days]] = defaultdict(list)
    for unit_id, opened_at, *instants in session.execute(query):
        came_in, days = _day(opened_at, zone), zip(REACHED_BY, instants, strict=True)
        found[unit_id].append({what: (_day(at, zone) - came_in).days for what, at in days if at is not None})
    return found


Waits = dict[Milestone, Wait | None]


def number_of(counted: Mapping[uuid.UUID, Sequence[Days]]) -> Count:
    """How many concerns each school had."""
    return {school: len(concerns) for school, concerns in counted.items()}


def waits_in(places: Places, counted: Mapping[uuid.UUID, Sequence[Days]]) -> tuple[list[Waits], list[list[Waits]]]:
    """The waits of all schools together and of each area, then for each area its own and those of its schools.

    A wait is shown where the number of those who waited so long could be: with the waits of some and of all, those of the rest
    could be told as their number could. It is shown of more than it takes only: where five came in, that five got there would tell
    that nobody was left.
    """
    by_area = [[counted.get(school.id, []) for school in schools] for _area, schools in places.areas]
    areas = [[days for concerns in schools for days in concerns] for schools in by_area]
    reached = {
        what: places.suppress({school: sum(what in days for days in found) for school, found in counted.items()})
        for what in Milestone
    }
    everybody = [days for area in areas for days in area]
    whole = [_each(everybody, {what: one.areas.total for what, one in reached.items()})]
    within = []
    for place, (area, schools) in enumerate(zip(areas, by_area, strict=True)):
        whole.append(_each(area, {what: one.areas.cells[place] for what, one in reached.items()}))
        cells = {what: one.within[place].cells for what, one in reached.items()}
        of_schools = [
            _each(concerns, {what: cells[what][number] for what in Milestone})
            for number, concerns in enumerate(schools)
        ]
        within.append([whole[-1], *of_schools])
    return whole, within


def _each(concerns: Sequence[Days], shown: Mapping[Milestone, int | None]) -> Waits:
    """Each wait of concerns, where the number of those who got there may be shown."""
    waited = {what: sorted(days[what] for days in concerns if what in days) for what in Milestone}
    return {what: _wait(days, of=len(concerns)) if shown[what] is not None else None for what, days in waited.items()}


def _wait(ordered: Sequence[int], *, of: int) -> Wait | None:
    """The wait of those who got there, of so many who came in."""
    if of <= FEWEST:
        return None
    tells_nine_of_ten = len(ordered) >= ENOUGH_FOR_NINE_OF_TEN < of
    return Wait(_within(ordered, 50), _within(ordered, 90) if tells_nine_of_ten else None)


def _within(ordered: Sequence[int], percent: int) -> int:
    """The value that `percent` of a hundred do not exceed, as one that was measured."""
    return ordered[-(-len(ordered) * percent // 100) - 1]


def _day(at: datetime, zone: ZoneInfo) -> date:
    return at.astimezone(zone).date()
