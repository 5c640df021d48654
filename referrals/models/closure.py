"""Closures: why a referral was closed and what came of each goal."""

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from referrals.models.account import Account
from referrals.models.action_plan import Goal
from referrals.models.base import Base, by_value
from referrals.models.referral import OfReferral
from referrals.sealing import Sealed
from referrals.vocabulary import ClosureReason, GoalResult


class Closure(OfReferral, Base):
    """One closing of a referral; a reopened one may be closed again."""

    __tablename__ = "closure"
    __table_args__ = (UniqueConstraint("referral_id", "number"),)

    number: Mapped[int]
    reason: Mapped[ClosureReason] = mapped_column(by_value(ClosureReason))
    closed_at: Mapped[datetime]
    by_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"))

    #: codes that say what kinds of information its notes hold and whom they are about, by the note's name: `referrals/notes.py`
    classification: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default="{}")

    summary = Sealed[str]()
    #: what to do, and whom to turn to, if a new need arises
    if_needed_again = Sealed[str]()

    by: Mapped[Account] = relationship()
    outcomes: Mapped[list["GoalOutcome"]] = relationship(back_populates="closure", cascade="all, delete-orphan")


class GoalOutcome(OfReferral, Base):
    """What came of one goal."""

    __tablename__ = "goal_outcome"
    __table_args__ = (UniqueConstraint("closure_id", "goal_id"),)

    closure_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("closure.id"), index=True)
    goal_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("goal.id"))
    result: Mapped[GoalResult] = mapped_column(by_value(GoalResult))

    note = Sealed[str]()

    closure: Mapped[Closure] = relationship(back_populates="outcomes")
    goal: Mapped[Goal] = relationship()
