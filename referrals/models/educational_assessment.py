"""Educational-psychological assessment in Danish schools (PPV): what the head teacher asks the service for, and what came back."""

import uuid
from datetime import date

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from referrals.models.account import Account
from referrals.models.base import Base, by_value
from referrals.models.guardian import Guardian
from referrals.models.referral import History, OfReferral
from referrals.sealing import Sealed
from referrals.vocabulary import EducationalNeed, EducationalOutcome, EducationalWish


class EducationalAssessment(OfReferral, Base):
    """One assessment: who asked for it and recorded it, and when, stands in the history rows that began and ended it."""

    __tablename__ = "educational_assessment"

    begun_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("history.id"), unique=True)
    #: None while it runs
    concluded_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("history.id"), unique=True)
    carried_out_by_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"))
    wish: Mapped[EducationalWish] = mapped_column(by_value(EducationalWish))
    #: when the head teacher talked it over with pupil and parents, which comes first
    consulted_on: Mapped[date]
    #: the day that was agreed with the service; None where none was
    agreed_on: Mapped[date | None]
    #: on which day the written assessment came to the school
    received_on: Mapped[date | None]
    need: Mapped[EducationalNeed | None] = mapped_column(by_value(EducationalNeed))

    #: why it is asked for
    reasons = Sealed[str]()
    tried = Sealed[str]()
    strengths = Sealed[str]()
    #: how the pupil and the parents see it, when they were asked
    views = Sealed[str]()
    #: what the service is asked to judge
    question = Sealed[str]()
    #: what the assessment builds on: who was talked with, what was looked at, and when
    basis = Sealed[str]()
    resources = Sealed[str]()
    difficulties = Sealed[str]()
    #: how the pupil and the parents see it, as the service heard them
    perspectives = Sealed[str]()
    judgement = Sealed[str]()
    proposals = Sealed[str]()

    begun: Mapped[History] = relationship(foreign_keys=[begun_id])
    concluded: Mapped[History | None] = relationship(foreign_keys=[concluded_id])
    carried_out_by: Mapped[Account] = relationship()
    #: what was decided upon it; None until then
    decision: Mapped["EducationalDecision | None"] = relationship(back_populates="assessment")


class EducationalDecision(OfReferral, Base):
    """What the head teacher decided once an assessment had come: by whom and when stands in its history row."""

    __tablename__ = "educational_decision"

    assessment_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("educational_assessment.id"), unique=True)
    history_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("history.id"), unique=True)
    outcome: Mapped[EducationalOutcome] = mapped_column(by_value(EducationalOutcome))

    reasons = Sealed[str]()

    assessment: Mapped[EducationalAssessment] = relationship(back_populates="decision")
    history: Mapped[History] = relationship()
    told: Mapped[list["EducationalTold"]] = relationship(back_populates="decision")

    @property
    def is_final(self) -> bool:
        """Whether it is what guardians can complain about, and not only the request that the municipality decides."""
        return self.outcome is not EducationalOutcome.ELSEWHERE


class EducationalTold(OfReferral, Base):
    """On which day one guardian got such a decision: by whom and when it was recorded stands in its history row."""

    __tablename__ = "educational_told"
    __table_args__ = (UniqueConstraint("decision_id", "guardian_id"),)

    decision_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("educational_decision.id"))
    guardian_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("guardian.id"))
    told_on: Mapped[date]
    history_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("history.id"), unique=True)

    decision: Mapped[EducationalDecision] = relationship(back_populates="told")
    guardian: Mapped[Guardian] = relationship()
    history: Mapped[History] = relationship()
