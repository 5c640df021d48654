"""The schools of the municipality by the area they lie in, and counts of them as they may be shown."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from sqlalchemy import select
from sqlalchemy.orm import Session

from referrals.models import Unit
from referrals.patterns.suppression import Grouped, suppress_grouped


@dataclass(frozen=True)
class School:
    """A school, preschool or leisure centre."""

    id: uuid.UUID
    name: str


@dataclass(frozen=True)
class Places:
    """Areas with their schools, by name. An area without a name holds those of which nobody has said where they lie."""

    areas: tuple[tuple[str, tuple[School, ...]], ...]

    @classmethod
    def read(cls, session: Session) -> Self:
        """Those there are now; all in one area without a name where the municipality has none."""
        units = session.scalars(select(Unit).order_by(Unit.area == "", Unit.area, Unit.name, Unit.id)).all()
        schools: dict[str, list[School]] = {}
        for unit in units:
            schools.setdefault(unit.area, []).append(School(unit.id, unit.name))
        return cls(tuple((area, tuple(within)) for area, within in schools.items()))

    @property
    def has_areas(self) -> bool:
        """Whether any school lies in one."""
        return any(name for name, _schools in self.areas)

    def suppress(self, counts: "Count", *, of: "Count | None" = None, whole: Grouped | None = None) -> Grouped:
        """The counts by school as they may be shown; each one of `of`, shown as `whole`, where those are given."""
        return suppress_grouped(self._by_area(counts), of=self._by_area(of) if of is not None else None, whole=whole)

    def _by_area(self, counts: "Count") -> list[list[int]]:
        return [[counts.get(school.id, 0) for school in schools] for _area, schools in self.areas]


#: how many by school
Count = Mapping[uuid.UUID, int]
