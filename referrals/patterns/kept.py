"""A term is counted once: a month after it is over its figures are kept as they are told, and told like that from then on.

Counted anew each time, a term that is over would still change: with a late follow-up, with a referral that is kept outside from now on,
with a school that moves to another area. Whoever kept the page of before could subtract, and what is left would be of one child.
"""

import uuid
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from referrals import clock, here
from referrals.access import Actor, Role
from referrals.errors import NotAllowed
from referrals.languages import local_date
from referrals.models import Municipality, Referral, TermFigures
from referrals.patterns import equity, figures
from referrals.patterns.figures import Heading, Milestone, Table, Wait
from referrals.patterns.places import Places
from referrals.patterns.school_terms import SchoolTerm
from referrals.people import practices
from referrals.vocabulary import Practice

READERS: Final = (Role.MANAGEMENT, Role.ELECTED_MEMBER)

#: a figure as it is told; None where it is left out
Cell = int | Wait | None


@dataclass(frozen=True)
class Patterns:
    """One term. Before it is counted nothing of it is told: a number that grows by one would tell of a child."""

    term: SchoolTerm
    #: None where it is not counted yet
    counted_at: datetime | None
    tables: tuple[Table, ...]

    @property
    def concerns(self) -> Cell:
        """How many came in, where that is told."""
        return self.tables[0].cells(Heading.ACCESS, figures.CAME_IN)[0] if self.tables else None


@dataclass(frozen=True)
class Line:
    """A school, or all of them: the concerns of a term, and how long they waited. None stands for what is not told."""

    name: str
    concerns: Cell
    waits: dict[Milestone, Cell]


def terms(session: Session) -> list[SchoolTerm]:
    """The terms from the first that was counted, or of which there is a concern, to today, the newest first."""
    now, first = SchoolTerm.of(here.today(session)), session.scalar(select(func.min(Referral.opened_at)))
    begun = SchoolTerm.of(local_date(first, zone=here.time_zone(session))) if first else now
    found = [min([begun, now, *counted(session)])]
    while found[-1] < now:
        found.append(found[-1].next)
    return found[::-1]


def counted(session: Session) -> list[SchoolTerm]:
    """Those that are counted, the newest first."""
    found = (SchoolTerm.read(code) for code in session.scalars(select(TermFigures.term)))
    return sorted((term for term in found if term is not None), reverse=True)


def due(session: Session) -> list[SchoolTerm]:
    """The terms that are to be counted by now and are not yet, the oldest first; none while the municipality does not do this."""
    if not practices.is_on(session, Practice.PATTERNS):
        return []
    today, there = here.today(session), set(counted(session))
    return [term for term in reversed(terms(session)) if term.counted_on <= today and term not in there]


def keep(session: Session, term: SchoolTerm) -> bool:
    """Count a term and keep what is told of it; False, and nothing is changed, where that was done already."""
    # One at a time: who comes second finds it counted. Two counts at two moments are what must never be told.
    session.scalars(select(Municipality).with_for_update()).one()
    if _find(session, term) is not None:
        return False
    places = Places.read(session)
    tables = equity.count(session, term, places)
    told = {"tables": [table.as_data() for table in tables], "areas": _areas(places, tables[0])}
    session.add(TermFigures(term=term.code, counted_at=clock.now(), told=told))
    session.flush()
    return True


def of_term(session: Session, term: SchoolTerm, *, by: Actor) -> Patterns:
    """What is told of a term. Raises NotAllowed."""
    if not any(role in READERS for role, _unit in by.roles):
        raise NotAllowed("patterns")
    return told_of(session, term)


def told_of(session: Session, term: SchoolTerm) -> Patterns:
    """The same for a paper, which nobody in particular reads."""
    found = _find(session, term)
    if found is None:
        return Patterns(term, None, ())
    return Patterns(term, found.counted_at, tuple(Table.read(table) for table in found.told["tables"]))


def areas_told(session: Session, term: SchoolTerm) -> dict[uuid.UUID, str]:
    """In which area each school lay when a term was counted, where that area is told."""
    found = _find(session, term)
    kept: dict[str, Any] = found.told["areas"] if found else {}
    return {uuid.UUID(school): area for school, area in kept.items()}


def by_school(found: Patterns) -> list[Line]:
    """The lead times of each school by name, then of all of them: nothing that the tables of the term do not tell."""
    if not found.tables:
        return []
    whole, *areas = found.tables
    schools = [
        _line(table, name, place) for table in areas or [whole] for place, name in enumerate(table.columns, start=1)
    ]
    return [*sorted(schools, key=lambda line: line.name), _line(whole, "", 0)]


def day_of(session: Session, found: Patterns) -> date | None:
    """On which day it was counted."""
    return local_date(found.counted_at, zone=here.time_zone(session)) if found.counted_at else None


# ------------------------------------------------------------------------------------------------------- inside
def _find(session: Session, term: SchoolTerm) -> TermFigures | None:
    return session.scalars(select(TermFigures).where(TermFigures.term == term.code)).one_or_none()


def _areas(places: Places, whole: Table) -> dict[str, str]:
    """The schools of the areas that are told; none where there are no areas."""
    if not places.has_areas:
        return {}
    cells = whole.cells(Heading.ACCESS, figures.CAME_IN)[1:]
    return {
        str(school.id): area
        for (area, schools), cell in zip(places.areas, cells, strict=True)
        for school in schools
        if cell is not None
    }


def _line(table: Table, name: str, place: int) -> Line:
    waits = {what: table.cells(Heading.WAITING, what.value)[place] for what in Milestone}
    return Line(name, table.cells(Heading.ACCESS, figures.CAME_IN)[place], waits)
