"""What is told of a term: tables of figures under headings, as they are kept and shown. Never by person."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Self

from referrals.vocabulary import N_, ClosureReason, Domain, Term, Topic


class Heading(Term):
    """What the numbers are about."""

    ACCESS = "access", N_("Concerns")
    WAITING = "waiting", N_("How long families waited")
    TOPICS = "topics", N_("What the concerns were about")
    DOMAINS = "domains", N_("What plans work on")
    OUTCOMES = "outcomes", N_("How it ended")
    FAMILY = "family", N_("What families say when it is followed up")


class Milestone(Term):
    """What is waited for."""

    ANSWER = "answer", N_("First answer from the team")
    MEETING = "meeting", N_("First team meeting")
    PLAN = "plan", N_("First plan in force")
    ACTION = "action", N_("First action begun")


CAME_IN: Final = "came_in"
TAKEN_UP: Final = "taken_up"
GOAL_REACHED: Final = "goal_reached"
FOLLOWED_UP: Final = "followed_up"
#: said of families that were followed up
SAID: Final = {
    "child": N_("The child said how it is"),
    "guardian": N_("A guardian said how it is"),
    "helped": N_("At least one thing helped, or did in part"),
}
#: each figure by the word under which it is kept. What is no topic of the list is not told: else topics would add up to the concerns
LABELS: Final[Mapping[Heading, Mapping[str, str]]] = {
    Heading.ACCESS: {CAME_IN: N_("Came in"), TAKEN_UP: N_("Of them taken up during the term")},
    Heading.WAITING: {one.value: one.label for one in Milestone},
    Heading.TOPICS: {one.value: one.label for one in Topic if one is not Topic.OTHER},
    Heading.DOMAINS: {one.value: one.label for one in Domain},
    Heading.OUTCOMES: {
        **{one.value: one.label for one in ClosureReason}, GOAL_REACHED: N_("At least one goal of the plan was reached"),
    },
    Heading.FAMILY: {FOLLOWED_UP: N_("Families followed up"), **SAID},
}  # fmt: skip


@dataclass(frozen=True)
class Wait:
    """Days from the concern: half of those who got there waited no longer than `half`, nine of ten no longer than `most`.

    Of fewer than ten, the longest wait of nine of ten would be that of one family: then it is None.
    """

    half: int
    most: int | None


@dataclass(frozen=True)
class Row:
    """One thing that is counted, in each place of a table; None stands for what is not shown."""

    heading: Heading
    what: str
    cells: tuple[int | Wait | None, ...]

    @property
    def label(self) -> str:
        """What it is called."""
        return LABELS[self.heading][self.what]

    @property
    def is_shown(self) -> bool:
        """Whether anything of it is."""
        return any(cell is not None for cell in self.cells)


@dataclass(frozen=True)
class Table:
    """A place and what it is made of: the municipality with its areas, or an area with its schools. Its own cells come first."""

    name: str
    #: the places it is made of; one without a name holds the schools of which nobody has said where they lie
    columns: tuple[str, ...]
    rows: tuple[Row, ...]

    def under(self, heading: Heading) -> list[Row]:
        """Its rows about one thing."""
        return [row for row in self.rows if row.heading is heading]

    def cells(self, heading: Heading, what: str) -> tuple[int | Wait | None, ...]:
        """One row of it; of a figure that was not counted yet when it was, nothing is shown."""
        found = (row.cells for row in self.under(heading) if row.what == what)
        return next(found, (None,) * (1 + len(self.columns)))

    @classmethod
    def read(cls, kept: Mapping[str, Any]) -> Self:
        """A table from what `as_data` wrote."""
        rows = (Row(Heading(heading), what, tuple(map(_cell, cells))) for heading, what, *cells in kept["rows"])
        return cls(kept["name"], tuple(kept["columns"]), tuple(rows))

    def as_data(self) -> dict[str, Any]:
        """As it is kept."""
        rows = [[row.heading.value, row.what, *_plain(row.cells)] for row in self.rows]
        return {"name": self.name, "columns": list(self.columns), "rows": rows}


def _plain(cells: Iterable[int | Wait | None]) -> list[int | list[int | None] | None]:
    return [[cell.half, cell.most] if isinstance(cell, Wait) else cell for cell in cells]


def _cell(kept: int | list[Any] | None) -> int | Wait | None:
    return Wait(*kept) if isinstance(kept, list) else kept
