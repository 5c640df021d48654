"""Patterns by area and school: who gets in, how long they wait, what it is about, how it ends and what families say. Never by person."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from referrals.patterns import counting, figures, lead_times
from referrals.patterns.figures import LABELS, Heading, Milestone, Row, Table
from referrals.patterns.lead_times import Days, Waits
from referrals.patterns.places import Count, Places
from referrals.patterns.school_terms import SchoolTerm
from referrals.patterns.suppression import Grouped


@dataclass(frozen=True)
class _Line:
    """One thing that is counted, as it may be shown in every place."""

    heading: Heading
    what: str
    shown: Grouped


def count(session: Session, term: SchoolTerm, places: Places) -> list[Table]:
    """Count a term as things stand now: for whoever keeps it, since who reads two counts of a term could subtract one from the other.

    Whatever is told of the same thing in two tables is left out alike, so that none of it can be worked out from the other.
    """
    waited = lead_times.concerns_of(session, term)
    came_in = lead_times.number_of(waited)
    shown = places.suppress(came_in)
    taken_up = places.suppress(counting.taken_up(session, term), of=came_in, whole=shown)
    lines = [
        _Line(Heading.ACCESS, figures.CAME_IN, shown),
        _Line(Heading.ACCESS, figures.TAKEN_UP, taken_up),
        *_topics(session, term, places, of=came_in, whole=shown),
        *_domains_and_outcomes(session, term, places),
        *_families(session, term, places),
    ]
    return _tables(places, lines, _waits(places, waited))


def _topics(session: Session, term: SchoolTerm, places: Places, *, of: Count, whole: Grouped) -> list[_Line]:
    """Topics of concerns, whose number is shown."""
    found = counting.topics(session, term)
    return [
        _Line(Heading.TOPICS, topic, places.suppress(found.get(topic, {}), of=of, whole=whole))
        for topic in LABELS[Heading.TOPICS]
    ]


def _domains_and_outcomes(session: Session, term: SchoolTerm, places: Places) -> list[_Line]:
    """Plans by domain and closings by reason. How many there were is not shown: then no row adds up to anything."""
    domains, (reasons, reached) = counting.domains(session, term), counting.closings(session, term)
    ended = {**reasons, figures.GOAL_REACHED: reached}
    return [
        _Line(heading, what, places.suppress(found.get(what, {})))
        for heading, found in ((Heading.DOMAINS, domains), (Heading.OUTCOMES, ended))
        for what in LABELS[heading]
    ]


def _families(session: Session, term: SchoolTerm, places: Places) -> list[_Line]:
    said = counting.followed_up(session, term)
    of: Count = said.get("all", {})
    shown = places.suppress(of)
    return [
        _Line(Heading.FAMILY, figures.FOLLOWED_UP, shown),
        *(
            _Line(Heading.FAMILY, word, places.suppress(said.get(word, {}), of=of, whole=shown))
            for word in figures.SAID
        ),
    ]


def _waits(places: Places, waited: Mapping[uuid.UUID, Sequence[Days]]) -> list[list[Waits]]:
    """For the municipality its waits and those of its areas, and for each area its own and those of its schools."""
    whole, within = lead_times.waits_in(places, waited)
    return [whole, *within]


def _tables(places: Places, lines: list[_Line], waits: list[list[Waits]]) -> list[Table]:
    """The municipality by area and each area by school; where there are no areas, the municipality by school."""
    columns = [tuple(area for area, _schools in places.areas)]
    columns += [tuple(school.name for school in schools) for _area, schools in places.areas]
    tables = [
        Table(name, columns[number], (*_counts(lines, number), *_waited(waits[number])))
        for number, name in enumerate(["", *columns[0]])
    ]
    return tables if places.has_areas else tables[1:]


def _counts(lines: list[_Line], number: int) -> list[Row]:
    """The counts that a table shows: the one of that number, the municipality being the first."""
    shown = [(line, line.shown.within[number - 1] if number else line.shown.areas) for line in lines]
    return [Row(line.heading, line.what, (each.total, *each.cells)) for line, each in shown]


def _waited(waits: list[Waits]) -> list[Row]:
    return [Row(Heading.WAITING, what.value, tuple(one[what] for one in waits)) for what in Milestone]
