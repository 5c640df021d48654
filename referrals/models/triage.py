"""Pointers to statutory decisions: what a head teacher decided at the initial assessment, and what was decided elsewhere beside it."""

import uuid
from datetime import date, datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from referrals.models.base import Base, by_value
from referrals.models.referral import History, OfReferral
from referrals.sealing import Sealed
from referrals.vocabulary import DecidedBy


class StatutoryDecision(OfReferral, Base):
    """A pointer to a statutory decision: which one, and at the initial assessment why, stands in its history row; the decision itself elsewhere."""

    __tablename__ = "statutory_decision"

    history_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("history.id"), unique=True)
    #: the day on which it was decided
    decided_on: Mapped[date]
    #: the day on which the guardians were told, for a track before which they are told first
    guardians_told_on: Mapped[date | None]
    #: by which office; None where the head teacher decided that the concern itself goes on in the track
    decided_by: Mapped[DecidedBy | None] = mapped_column(by_value(DecidedBy))
    #: when a pointer that was wrong was taken away
    taken_away_at: Mapped[datetime | None]

    #: the system or the file in which the decision itself is kept
    kept_in = Sealed[str]()

    history: Mapped[History] = relationship()
