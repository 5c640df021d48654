"""Special support at school: reports to the head teacher that it may be needed, and the investigation the head teacher lets begin."""

import uuid

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from referrals.models.account import Account
from referrals.models.base import Base, by_value
from referrals.models.referral import History, OfReferral
from referrals.sealing import Sealed
from referrals.vocabulary import HealthTeamAsked, SupportGround, SupportNeed


class SupportInvestigation(OfReferral, Base):
    """One investigation of the need of special support: who and when stands in the history rows that began and ended it."""

    __tablename__ = "support_investigation"

    begun_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("history.id"), unique=True)
    #: None while it runs
    concluded_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("history.id"), unique=True)
    carried_out_by_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"))
    health_team: Mapped[HealthTeamAsked | None] = mapped_column(by_value(HealthTeamAsked))
    need: Mapped[SupportNeed | None] = mapped_column(by_value(SupportNeed))

    #: why the student health team did not have to be asked
    why_not_asked = Sealed[str]()
    #: the school situation, seen at the level of the school, the group and the pupil
    findings = Sealed[str]()
    #: how the pupil and the guardians see it
    views = Sealed[str]()
    #: the pedagogical judgement: whether there is a need, and of what
    judgement = Sealed[str]()

    begun: Mapped[History] = relationship(foreign_keys=[begun_id])
    concluded: Mapped[History | None] = relationship(foreign_keys=[concluded_id])
    carried_out_by: Mapped[Account] = relationship()
    reports: Mapped[list["SupportReport"]] = relationship(back_populates="investigation")


class SupportReport(OfReferral, Base):
    """One report to the head teacher that a pupil may need special support: by whom and when stands in its history row."""

    __tablename__ = "support_report"

    history_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("history.id"), unique=True)
    ground: Mapped[SupportGround] = mapped_column(by_value(SupportGround))
    #: the investigation that answers it; None until the head teacher has let one begin
    investigation_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("support_investigation.id"))

    observed = Sealed[str]()
    #: how the teaching was adapted and what came of it, or why that would not be enough
    tried = Sealed[str]()

    history: Mapped[History] = relationship()
    investigation: Mapped[SupportInvestigation | None] = relationship(back_populates="reports")
