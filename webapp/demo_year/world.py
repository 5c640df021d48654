"""The municipality the year happens in: its people by what they do, its school days, and the days on which its teams meet."""

import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from referrals.access import Role
from referrals.calendar import Closed, add_school_days, closed_days, is_open_day, next_open_day
from referrals.languages import translations
from referrals.models import Account, ClosedDay, Forum, Municipality, RoleAssignment, Unit
from referrals.people import organisation
from referrals.vocabulary import Profession
from webapp.demo_year.playing import Printer
from webapp.demo_year.stories import Book

_DAY = timedelta(days=1)
#: how far ahead a team knows its dates
AHEAD = timedelta(days=150)
#: the same year again, wherever it is made on the same day
_SEED = 2026
_WEDNESDAY, _THURSDAY = 2, 3
#: how many children a team takes up in one afternoon
_MOST = 6


@dataclass
class World:
    """One municipality, seen from the day on which the year ends."""

    session: Session
    book: Book
    ends: datetime
    printer: Printer
    #: held for the whole year: what asks for it finds it read already
    here: Municipality = field(init=False)
    zone: ZoneInfo = field(init=False)
    language: str = field(init=False)
    closed: Closed = field(init=False)
    choice: random.Random = field(default_factory=lambda: random.Random(_SEED))  # noqa: S311 - nothing secret
    _taken: Counter[tuple[str, date]] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self.here = organisation.municipality(self.session)
        self.zone, self.language = ZoneInfo(self.here.timezone), self.here.language
        self._close_for_holidays()
        self.closed = closed_days(self.session)

    # ------------------------------------------------------------------------------------------------ people
    def unit(self, slug: str) -> Unit:
        """A unit by its slug."""
        return self.session.scalars(select(Unit).where(Unit.slug == slug)).one()

    def somebody(self, unit: Unit, *professions: Profession) -> Account:
        """Who works at `unit` as the first of `professions` that anybody there has; each unit here has somebody."""
        works = (RoleAssignment.unit_id == unit.id) & (RoleAssignment.role != Role.REGISTRAR)
        people = self.session.scalars(select(Account).where(Account.roles.any(works)).order_by(Account.name)).all()
        return next(one for profession in professions for one in people if one.profession is profession)

    def person(self, email: str) -> Account:
        """Whoever has this address."""
        return self.session.scalars(select(Account).where(Account.email == email)).one()

    def team(self, slug: str) -> Forum:
        """A team by its slug."""
        return self.session.scalars(select(Forum).where(Forum.slug == slug)).one()

    def called(self, profession: Profession) -> str:
        """What somebody of `profession` is called in this country."""
        return translations(self.language).gettext(profession.label)

    def one(self, role: Role) -> Account:
        """Who has a role that belongs to no unit."""
        return self.session.scalars(
            select(Account).where(Account.roles.any(RoleAssignment.role == role)).order_by(Account.name).limit(1)
        ).one()

    # ------------------------------------------------------------------------------------------------ days
    def today(self) -> date:
        """The day on which the year ends."""
        return self.day_of(self.ends)

    def day_of(self, moment: datetime) -> date:
        """The day on which a moment falls, here."""
        return moment.astimezone(self.zone).date()

    def at(self, day: date, hour: int, minute: int = 0) -> datetime:
        """A time of a day, here."""
        return datetime.combine(day, time(hour, minute), self.zone)

    def ago(self, days: int) -> date:
        """The school day so many school days before the end."""
        day = self.today()
        while days > 0 or not is_open_day(day, self.closed):
            day -= _DAY
            days -= is_open_day(day, self.closed)
        return day

    def school_days(self, first: date) -> list[date]:
        """The school days from `first` on until the year ends."""
        days = (first + step * _DAY for step in range((self.today() - first).days + 1))
        return [day for day in days if is_open_day(day, self.closed)]

    def after(self, day: date, days: int) -> date:
        """The school day so many school days after `day`."""
        return add_school_days(day, days, closed=self.closed)

    def meeting(self, forum: Forum, earliest: date) -> datetime:
        """When the team has time for one more child: on its afternoons, half an hour each."""
        day = next(day for day in self.team_days(forum, earliest) if self._taken[forum.slug, day] < _MOST)
        self._taken[forum.slug, day] += 1
        return self.at(day, 13) + timedelta(minutes=30 * (self._taken[forum.slug, day] - 1))

    def team_days(self, forum: Forum, earliest: date) -> Iterator[date]:
        """Every Wednesday from `earliest` on, as long as schools are open on it; the other school's team, where some sit in both, on Thursdays."""
        is_other = any(unit.slug == self.book.teams["other_unit"] for unit in forum.units)
        day = next_open_day(earliest, closed=self.closed)
        while True:
            if day.weekday() == (_THURSDAY if is_other else _WEDNESDAY) and is_open_day(day, self.closed):
                yield day
            day += _DAY

    def _close_for_holidays(self) -> None:
        """Holidays of the year that was and the one to come, from school day to school day, but for those the municipality's file has already."""
        known, weekends = self.session.scalars(select(ClosedDay)).all(), Closed()
        stretches = []
        for year in range(self.today().year - 1, self.today().year + 2):
            for label, first, last in self.book.holidays:
                begins, ends = date.fromisoformat(f"{year}-{first}"), date.fromisoformat(f"{year}-{last}")
                if ends < begins:
                    ends = date.fromisoformat(f"{year + 1}-{last}")
                begins = next_open_day(begins, closed=weekends)
                while ends in weekends:
                    ends -= _DAY
                # Easter lies elsewhere each year: the file's own has another date, and the same name in the same year
                if not any(
                    (one.label, one.first_on.year) == (label, begins.year)
                    or (one.first_on <= ends and begins <= one.last_on)
                    for one in known
                ):
                    stretches.append(ClosedDay(first_on=begins, last_on=ends, label=label))
        organisation.add_closed_days(self.session, stretches, by=self.one(Role.ADMINISTRATOR).actor())
