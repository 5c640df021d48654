"""Programmes of special support at school, decisions that there is none, and the day on which each was told of them."""

import uuid
from datetime import date

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from referrals.models.base import Base, by_value
from referrals.models.guardian import Guardian
from referrals.models.referral import History, OfReferral
from referrals.models.special_support import SupportInvestigation
from referrals.sealing import Sealed
from referrals.vocabulary import ProgrammeKind, SupportForm


class SupportProgramme(OfReferral, Base):
    """One programme of special support, or the decision that none is drawn up: who and when stands in its history rows."""

    __tablename__ = "support_programme"

    kind: Mapped[ProgrammeKind] = mapped_column(by_value(ProgrammeKind))
    begun_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("history.id"), unique=True)
    #: None while it is written
    decided_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("history.id"), unique=True)
    #: the newest investigation that had its result when it was decided
    investigation_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("support_investigation.id"))
    follow_up_on: Mapped[date | None]
    evaluation_on: Mapped[date | None]
    #: until when teaching at a distance is decided
    distance_until: Mapped[date | None]
    #: whether the pupil was old enough to appeal on the day it was decided; None while it is written, or where no birth date said so
    pupil_appeals: Mapped[bool | None]

    #: what the pupil needs special support in
    needs = Sealed[str]()
    #: how the needs are met
    measures = Sealed[str]()
    #: values of `SupportForm`
    forms = Sealed[list[str]]()
    #: why it is given in a way that only the head teacher decides
    special_reasons = Sealed[str]()
    follow_up_by = Sealed[str]()
    evaluation_by = Sealed[str]()
    #: how the pupil and the guardians could take part in drawing it up
    participation = Sealed[str]()
    #: why none is drawn up
    reasons = Sealed[str]()
    #: where it is written that the decision was delegated; None where the head teacher decided
    delegation = Sealed[str]()

    begun: Mapped[History] = relationship(foreign_keys=[begun_id])
    decided: Mapped[History | None] = relationship(foreign_keys=[decided_id])
    investigation: Mapped[SupportInvestigation | None] = relationship()
    told: Mapped[list["SupportTold"]] = relationship(back_populates="programme")

    @property
    def kinds(self) -> frozenset[SupportForm]:
        """In which ways the support is given."""
        return frozenset(SupportForm(form) for form in self.forms or [])


class SupportTold(OfReferral, Base):
    """On which day one guardian, or the pupil, got a decision: by whom and when it was recorded stands in its history row."""

    __tablename__ = "support_told"
    __table_args__ = (UniqueConstraint("programme_id", "guardian_id"),)

    programme_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("support_programme.id"))
    #: None for the pupil
    guardian_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("guardian.id"))
    told_on: Mapped[date]
    history_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("history.id"), unique=True)

    programme: Mapped[SupportProgramme] = relationship(back_populates="told")
    guardian: Mapped[Guardian | None] = relationship()
    history: Mapped[History] = relationship()
