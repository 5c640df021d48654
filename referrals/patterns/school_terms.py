"""The terms of the school year, by which patterns are counted."""

from dataclasses import dataclass
from datetime import date
from typing import Final, Self

_AUTUMN_BEGINS: Final = 8  # the month; July belongs to the term before it


@dataclass(frozen=True, order=True)
class SchoolTerm:
    """One of the two terms of a year."""

    year: int
    is_autumn: bool

    @classmethod
    def of(cls, day: date) -> Self:
        """The term in which `day` lies."""
        return cls(day.year, day.month >= _AUTUMN_BEGINS)

    @classmethod
    def read(cls, written: str) -> Self | None:
        """The term that `code` wrote; None where it is none."""
        year, _, half = written.partition("-")
        if len(year) == 4 and year.isascii() and year.isdigit() and half in ("spring", "autumn"):
            return cls(int(year), half == "autumn")
        return None

    @property
    def code(self) -> str:
        """As an address has it, such as 2026-autumn."""
        return f"{self.year}-{'autumn' if self.is_autumn else 'spring'}"

    @property
    def first_on(self) -> date:
        """The first day that belongs to it."""
        return date(self.year, _AUTUMN_BEGINS if self.is_autumn else 1, 1)

    @property
    def next(self) -> "SchoolTerm":
        """The one after it."""
        return SchoolTerm(self.year + self.is_autumn, not self.is_autumn)

    @property
    def counted_on(self) -> date:
        """The day from which it is counted, a month after it is over: by then concerns of its last school days are answered, and follow-ups
        that were held in it are written down. Whatever comes later is in none of its figures.
        """
        over = self.next.first_on
        return over.replace(month=over.month + 1)
