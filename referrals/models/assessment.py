"""The parts of the team's assessment, each asked of one person."""

import uuid
from datetime import date, datetime
from typing import TYPE_CHECKING

from sqlalchemy import ForeignKey, Index, false
from sqlalchemy.orm import Mapped, mapped_column, relationship

from referrals.models.account import Account
from referrals.models.base import Base, by_value
from referrals.models.referral import OfReferral
from referrals.sealing import Sealed
from referrals.vocabulary import (
    About,
    Arena,
    Compartment,
    DeadlineSource,
    Domain,
    InformationCategory,
    Level,
    PartStatus,
)

if TYPE_CHECKING:
    from referrals.models.part_opening import PartOpening


class AssessmentPart(OfReferral, Base):
    """What one person is asked to contribute, and what they wrote."""

    __tablename__ = "assessment_part"
    __table_args__ = (Index("ix_assessment_part_mine", "assessor_id", "status", "due_on"),)

    assessor_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"))
    asked_by_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"))
    asked_at: Mapped[datetime]
    due_on: Mapped[date]
    #: where that day comes from: the target, unless whoever asked wrote another
    due_source: Mapped[DeadlineSource | None] = mapped_column(by_value(DeadlineSource))
    status: Mapped[PartStatus] = mapped_column(by_value(PartStatus))
    received_at: Mapped[datetime | None]
    #: when its writer was last reminded of it by hand
    reminded_at: Mapped[datetime | None]
    compartment: Mapped[Compartment] = mapped_column(by_value(Compartment))
    #: values of Domain, Level and Arena that the part speaks of
    domains: Mapped[list[str]]
    levels: Mapped[list[str]]
    arenas: Mapped[list[str]]
    #: values of InformationCategory, and whom the part is about
    categories: Mapped[list[str]]
    about: Mapped[About] = mapped_column(by_value(About))
    #: which guardian, where it is about one and that is known
    about_guardian_id: Mapped[uuid.UUID | None]
    #: what the writer ticked while writing; once it is handed in a `Withholding` says so
    is_confided: Mapped[bool] = mapped_column(default=False, server_default=false())

    question = Sealed[str]()
    #: values of Domain to what was found
    findings = Sealed[dict[str, str]]()
    protective_factors = Sealed[str]()
    risk_factors = Sealed[str]()
    child_voice = Sealed[str]()
    #: what the rest of the team may read of a part behind a wall
    conclusion = Sealed[str]()
    sources = Sealed[str]()

    assessor: Mapped[Account] = relationship(foreign_keys=[assessor_id])
    asked_by: Mapped[Account] = relationship(foreign_keys=[asked_by_id])
    openings: Mapped[list["PartOpening"]] = relationship(viewonly=True)

    def is_late(self, today: date) -> bool:
        """Whether it is still out after its day, or came in after it."""
        if self.received_at is not None:
            return self.received_at.date() > self.due_on
        return self.due_on < today

    @property
    def category_values(self) -> list[InformationCategory]:
        """What kinds of information it holds, as words."""
        return [InformationCategory(value) for value in self.categories]

    @property
    def domain_values(self) -> list[Domain]:
        """The domains it speaks of, as words."""
        return [Domain(value) for value in self.domains]

    @property
    def level_values(self) -> list[Level]:
        """The levels it speaks of, as words."""
        return [Level(value) for value in self.levels]

    @property
    def arena_values(self) -> list[Arena]:
        """The arenas it speaks of, as words."""
        return [Arena(value) for value in self.arenas]
