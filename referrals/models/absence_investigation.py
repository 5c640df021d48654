"""Absence at school: the investigation the head teacher lets begin (Skollag 7:19 a), and its report to the organiser."""

import uuid
from datetime import date

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from referrals.models.account import Account
from referrals.models.base import Base, by_value
from referrals.models.referral import History, OfReferral
from referrals.sealing import Sealed
from referrals.vocabulary import AbsenceKind, AbsencePattern, SupportToo


class AbsenceInvestigation(OfReferral, Base):
    """One investigation of absence: who and when stands in the history rows that began, reported and ended it."""

    __tablename__ = "absence_investigation"

    begun_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("history.id"), unique=True)
    #: who recorded that the absence was reported to the organiser, and when; None until then
    reported_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("history.id"), unique=True)
    #: None while it runs
    concluded_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("history.id"), unique=True)
    carried_out_by_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"))
    pattern: Mapped[AbsencePattern] = mapped_column(by_value(AbsencePattern))
    absence: Mapped[AbsenceKind] = mapped_column(by_value(AbsenceKind))
    #: when the guardians were told that it begins; None for a pupil who is of age
    guardians_told_on: Mapped[date | None]
    #: on which day the absence was reported to the organiser
    reported_on: Mapped[date | None]
    #: whether it gives reason to investigate the need of special support as well
    support_too: Mapped[SupportToo | None] = mapped_column(by_value(SupportToo))

    #: since when and how much the pupil has been away, as far as it is known
    known = Sealed[str]()
    #: to whom at the municipality, or whoever else runs the school, the absence was reported
    reported_to = Sealed[str]()
    #: why the pupil is away, as far as it was found
    causes = Sealed[str]()
    pupils_view = Sealed[str]()
    guardians_view = Sealed[str]()
    health_team_view = Sealed[str]()
    #: what is done so that the pupil comes back
    measures = Sealed[str]()

    begun: Mapped[History] = relationship(foreign_keys=[begun_id])
    reported: Mapped[History | None] = relationship(foreign_keys=[reported_id])
    concluded: Mapped[History | None] = relationship(foreign_keys=[concluded_id])
    carried_out_by: Mapped[Account] = relationship()
