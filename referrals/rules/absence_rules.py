"""What a rule pack says of unlawful absence: from which share of a quarter's school days on which step is due, by which law."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from referrals.vocabulary import AbsenceStepKind

#: the track of a rule pack whose school forms count it
UNLAWFUL_ABSENCE: Final = "unlawful_absence"


@dataclass(frozen=True)
class AbsenceRule:
    """One step: due from `percent` of the school days of the whole quarter on, to be decided within so many school days.

    The days are a target of the product: the law gives no number.
    """

    kind: AbsenceStepKind
    percent: int
    school_days: int
    #: where the step comes from
    source: str

    def is_reached(self, days: float, *, of: int) -> bool:
        """Whether `days` of absence are that much of the `of` school days of the quarter."""
        return of > 0 and days * 100 >= self.percent * of


def read(written: Mapping[str, Mapping[str, Any]]) -> tuple[AbsenceRule, ...]:
    """The rules as a file writes them, in its order; none where a country knows none."""
    return tuple(
        AbsenceRule(AbsenceStepKind(kind), rule["percent"], rule["school_days"], rule["source"])
        for kind, rule in written.items()
    )
