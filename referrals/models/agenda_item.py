"""The agenda of a team's date: which referrals it talks about, in which order and for how long."""

import uuid
from datetime import datetime

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from referrals.models.base import Base
from referrals.models.organisation import TeamDate
from referrals.models.referral import OfReferral


class AgendaItem(OfReferral, Base):
    """One referral on a team's date. When it begins follows from the minutes of those before it."""

    __tablename__ = "agenda_item"
    __table_args__ = (UniqueConstraint("date_id", "referral_id"),)

    date_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("team_date.id", ondelete="CASCADE"))
    #: its place in the order; places need not follow each other without a gap
    position: Mapped[int]
    minutes: Mapped[int]
    put_by_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"))
    put_at: Mapped[datetime]

    date: Mapped[TeamDate] = relationship()
