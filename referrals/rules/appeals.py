"""How a decision is appealed and until when, as a rule pack writes it; with the days on which such a time does not end."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from referrals import calendar

_FRIDAY, _SATURDAY = 4, 5


@dataclass(frozen=True)
class PublicHolidays:
    """Weekend days, days of the calendar year, days counted from Easter Sunday, and where there is one Midsummer's Eve."""

    #: month and day
    fixed: frozenset[tuple[int, int]] = frozenset()
    after_easter: frozenset[int] = frozenset()
    #: month and day from which the first Friday is Midsummer's Eve
    midsummer_from: tuple[int, int] | None = None

    @classmethod
    def read(cls, written: dict[str, Any]) -> "PublicHolidays":
        """The days as a file writes them; without any only weekends count."""
        midsummer = written.get("midsummer_from")
        return cls(
            frozenset(_month_and_day(day) for day in written.get("fixed", ())),
            frozenset(written.get("after_easter", ())),
            _month_and_day(midsummer) if midsummer else None,
        )

    def __contains__(self, day: date) -> bool:
        """Whether `day` is a weekend day or one of them."""
        return (
            day.weekday() >= _SATURDAY
            or (day.month, day.day) in self.fixed
            or (day - easter_sunday(day.year)).days in self.after_easter
            or self._is_midsummers_eve(day)
        )

    def _is_midsummers_eve(self, day: date) -> bool:
        if self.midsummer_from is None or day.weekday() != _FRIDAY:
            return False
        first = date(day.year, *self.midsummer_from)
        return first <= day < first + timedelta(weeks=1)


@dataclass(frozen=True)
class Appeal:
    """How a decision is appealed, by language, and how many days after somebody got it; none where the law knows none."""

    days: int = 0
    words: dict[str, str] = field(default_factory=dict)
    holidays: PublicHolidays = PublicHolidays()

    @classmethod
    def read(cls, written: dict[str, Any]) -> "Appeal":
        """The rules as a file writes them."""
        holidays = PublicHolidays.read(written.get("holidays", {}))
        return cls(written.get("appeal_days", 0), written.get("appeal", {}), holidays)

    def last_day(self, told_on: date) -> date:
        """The last day on which somebody told on `told_on` can appeal: a weekend or public holiday moves to the next weekday."""
        return calendar.add_calendar_days(told_on, self.days, closed=self.holidays)


def easter_sunday(year: int) -> date:
    """Easter Sunday of the Gregorian calendar, by the anonymous algorithm that Meeus gives (Astronomical Algorithms, 1991)."""
    century, of_century = divmod(year, 100)
    golden = year % 19
    leap_centuries, rest = divmod(century, 4)
    moon = (century - (century + 8) // 25 + 1) // 3
    epact = (19 * golden + century - leap_centuries - moon + 15) % 30
    leaps, left = divmod(of_century, 4)
    to_sunday = (32 + 2 * rest + 2 * leaps - epact - left) % 7
    late = (golden + 11 * epact + 22 * to_sunday) // 451
    month, day = divmod(epact + to_sunday - 7 * late + 114, 31)
    return date(year, month, day + 1)


def _month_and_day(written: str) -> tuple[int, int]:
    month, _, day = written.partition("-")
    return int(month), int(day)
