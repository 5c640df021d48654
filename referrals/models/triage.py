"""What a head teacher decided at the initial assessment: where the statutory decision itself is kept."""

import uuid
from datetime import date

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from referrals.models.base import Base
from referrals.models.referral import History, OfReferral
from referrals.sealing import Sealed


class StatutoryDecision(OfReferral, Base):
    """A pointer to a statutory decision: which one, by whom and why stands in its history row, the decision itself elsewhere."""

    __tablename__ = "statutory_decision"

    history_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("history.id"), unique=True)
    #: the day on which it was decided
    decided_on: Mapped[date]
    #: the day on which the guardians were told, for a track before which they are told first
    guardians_told_on: Mapped[date | None]

    #: the system or the file in which the decision itself is kept
    kept_in = Sealed[str]()

    history: Mapped[History] = relationship()
