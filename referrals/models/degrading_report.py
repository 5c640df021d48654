"""Degrading treatment (Skollag 6:10): each report on its way from staff to head teacher to organiser, and the investigation of it."""

import uuid
from datetime import date

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from referrals.models.account import Account
from referrals.models.base import Base, by_value
from referrals.models.referral import History, OfReferral
from referrals.sealing import Sealed
from referrals.vocabulary import DegradingKind, DegradingOutcome


class DegradingReport(OfReferral, Base):
    """One report and its way: who took each step and when stands in the history row of that step, None until it is taken."""

    __tablename__ = "degrading_report"

    history_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("history.id"), unique=True)
    #: the head teacher's receipt; of their own report the report itself
    received_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("history.id"))
    passed_on_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("history.id"), unique=True)
    begun_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("history.id"), unique=True)
    concluded_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("history.id"), unique=True)
    kind: Mapped[DegradingKind] = mapped_column(by_value(DegradingKind))
    #: on which day it went on to the organiser
    passed_on_on: Mapped[date | None]
    carried_out_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("account.id"))
    outcome: Mapped[DegradingOutcome | None] = mapped_column(by_value(DegradingOutcome))

    #: what the child says happened, or what was seen
    happened = Sealed[str]()
    circumstances = Sealed[str]()
    done_at_once = Sealed[str]()
    #: to whom at the organiser it went on
    passed_on_to = Sealed[str]()
    findings = Sealed[str]()
    #: how the child, the guardians and those it is about see it
    views = Sealed[str]()
    #: what is done so that it does not happen again
    measures = Sealed[str]()

    history: Mapped[History] = relationship(foreign_keys=[history_id])
    received: Mapped[History | None] = relationship(foreign_keys=[received_id])
    passed_on: Mapped[History | None] = relationship(foreign_keys=[passed_on_id])
    begun: Mapped[History | None] = relationship(foreign_keys=[begun_id])
    concluded: Mapped[History | None] = relationship(foreign_keys=[concluded_id])
    carried_out_by: Mapped[Account | None] = relationship()
