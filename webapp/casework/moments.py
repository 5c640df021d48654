"""When something was done, by whom, and how long ago, for pages on which the law says "promptly" and names no number of days."""

from dataclasses import dataclass
from datetime import date

from referrals.languages import local_date
from referrals.models import History
from webapp.casework import words
from webapp.casework.frame import today
from webapp.language import zone


@dataclass(frozen=True)
class Moment:
    """When something was done, by whom, and how many whole days ago."""

    on: date
    who: str
    age: int

    @classmethod
    def of(cls, row: History) -> "Moment":
        """The moment that `row` records, as the day it was here."""
        on = local_date(row.at, zone=zone())
        return cls(on, words.who(row), max(0, (today() - on).days))
