"""A line of home: one verb, one date, one place to go."""

from dataclasses import dataclass
from datetime import date

from referrals.vocabulary import DeadlineSource


@dataclass(frozen=True, kw_only=True)
class Line:
    """Something that waits for one person."""

    number: str
    url: str
    verb: str
    #: what stands below the verb after the number: stage, topics, unit, or whom it is for
    about: tuple[str, ...]
    due_on: date | None = None
    #: where that day comes from
    source: DeadlineSource | None = None
    #: since which day it waits, where nothing says by which day it is done
    waits_since: date | None = None
    #: the day of the meeting it waits for, if there is one
    meets_on: date | None = None
    today: date
    is_urgent: bool = False
    #: whether it stands apart: somebody else is to do it, and the reader only sees that it lies
    is_others: bool = False
    #: whether what stands behind it is opened by a press that leaves something: an addition is read by it
    is_pressed: bool = False
    #: whether the page behind it may not learn where somebody came from
    is_quiet: bool = False

    @property
    def day(self) -> date:
        """The day by which it is in its place in the list; what has none comes last."""
        return min(self.due_on or self.waits_since or date.max, self.meets_on or date.max)

    @property
    def is_late(self) -> bool:
        """Whether its day has gone by."""
        return self.due_on is not None and self.due_on < self.today

    @property
    def is_today(self) -> bool:
        """Whether this is its day."""
        return self.due_on == self.today
