"""Patterns by area and school: who gets in, how long they wait, what it is about, how it ends and what families say. Never by person."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy.orm import Session

from referrals.access import Actor
from referrals.errors import NotAllowed
from referrals.patterns import counting, lead_times
from referrals.patterns.lead_times import READERS, Days, Milestone, Wait, Waits
from referrals.patterns.places import Count, Places
from referrals.patterns.school_terms import SchoolTerm
from referrals.patterns.suppression import Grouped
from referrals.vocabulary import N_, ClosureReason, Domain, Term, Topic


class Heading(Term):
    """What the numbers are about."""

    ACCESS = "access", N_("Concerns")
    WAITING = "waiting", N_("How long families waited")
    TOPICS = "topics", N_("What the concerns were about")
    DOMAINS = "domains", N_("What plans work on")
    OUTCOMES = "outcomes", N_("How it ended")
    FAMILY = "family", N_("What families say when it is followed up")


#: said of families that were followed up, and how it is counted
_SAID: Final = {
    "child": N_("The child said how it is"),
    "guardian": N_("A guardian said how it is"),
    "helped": N_("At least one thing helped, or did in part"),
}


@dataclass(frozen=True)
class Row:
    """One thing that is counted, in each place of a table; None stands for what is not shown."""

    label: str
    cells: tuple[int | Wait | None, ...]

    @property
    def is_shown(self) -> bool:
        """Whether anything of it is."""
        return any(cell is not None for cell in self.cells)


@dataclass(frozen=True)
class Part:
    """Rows about one thing."""

    heading: Heading
    rows: list[Row]


@dataclass(frozen=True)
class Table:
    """A place and what it is made of: the municipality with its areas, or an area with its schools. Its own cells come first."""

    name: str
    #: the places it is made of; one without a name holds the schools of which nobody has said where they lie
    columns: tuple[str, ...]
    parts: list[Part]


@dataclass(frozen=True)
class Patterns:
    """One term. While it goes on there is one number only: what grows by one while it goes on would tell of a child."""

    term: SchoolTerm
    is_over: bool
    concerns: int | None
    tables: list[Table]


@dataclass(frozen=True)
class _Line:
    """One thing that is counted, as it may be shown in every place."""

    heading: Heading
    label: str
    shown: Grouped


def of_term(session: Session, term: SchoolTerm, *, by: Actor) -> Patterns:
    """The patterns of a term. Raises NotAllowed.

    Whatever is shown of the same thing anywhere (here, with the lead times, in the quality report) is left out alike, so that
    none of it can be worked out from the other.
    """
    if not any(role in READERS for role, _unit in by.roles):
        raise NotAllowed("patterns")
    places, waited = Places.read(session), lead_times.concerns_of(session, term)
    came_in = lead_times.number_of(waited)
    shown = places.suppress(came_in)
    if not lead_times.is_over(session, term):
        return Patterns(term, is_over=False, concerns=shown.areas.total, tables=[])
    lines = [
        _Line(Heading.ACCESS, N_("Came in"), shown),
        _Line(
            Heading.ACCESS,
            N_("Of them taken up during the term"),
            places.suppress(counting.taken_up(session, term), of=came_in, whole=shown),
        ),
        *_topics(session, term, places, of=came_in, whole=shown),
        *_domains_and_outcomes(session, term, places),
        *_families(session, term, places),
    ]
    tables = _tables(places, lines, _waits(places, waited))
    return Patterns(term, is_over=True, concerns=shown.areas.total, tables=tables)


def _topics(session: Session, term: SchoolTerm, places: Places, *, of: Count, whole: Grouped) -> list[_Line]:
    """Topics of concerns, whose number is shown. What is no topic of the list is not counted: else they would add up to it."""
    found = counting.topics(session, term)
    return [
        _Line(Heading.TOPICS, topic.label, places.suppress(found.get(topic.value, {}), of=of, whole=whole))
        for topic in Topic
        if topic is not Topic.OTHER
    ]


def _domains_and_outcomes(session: Session, term: SchoolTerm, places: Places) -> list[_Line]:
    """Plans by domain and closings by reason. How many there were is not shown: then no row adds up to anything."""
    domains, (reasons, reached) = counting.domains(session, term), counting.closings(session, term)
    return [
        *(_Line(Heading.DOMAINS, one.label, places.suppress(domains.get(one.value, {}))) for one in Domain),
        *(_Line(Heading.OUTCOMES, one.label, places.suppress(reasons.get(one.value, {}))) for one in ClosureReason),
        _Line(Heading.OUTCOMES, N_("At least one goal of the plan was reached"), places.suppress(reached)),
    ]


def _families(session: Session, term: SchoolTerm, places: Places) -> list[_Line]:
    said = counting.followed_up(session, term)
    of: Count = said.get("all", {})
    shown = places.suppress(of)
    return [
        _Line(Heading.FAMILY, N_("Families followed up"), shown),
        *(
            _Line(Heading.FAMILY, label, places.suppress(said.get(word, {}), of=of, whole=shown))
            for word, label in _SAID.items()
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
        Table(name, columns[number], _parts(lines, waits[number], number))
        for number, name in enumerate(["", *columns[0]])
    ]
    return tables if places.has_areas else tables[1:]


def _parts(lines: list[_Line], waits: list[Waits], number: int) -> list[Part]:
    """What a table shows under each heading: the one of that number, the municipality being the first."""
    rows: dict[Heading, list[Row]] = {heading: [] for heading in Heading}
    for line in lines:
        shown = line.shown.within[number - 1] if number else line.shown.areas
        rows[line.heading].append(Row(line.label, (shown.total, *shown.cells)))
    rows[Heading.WAITING] = [Row(what.label, tuple(one[what] for one in waits)) for what in Milestone]
    return [Part(heading, rows[heading]) for heading in Heading]
