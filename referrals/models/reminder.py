"""The mails that remind people of what waits for them: at most one a person and day."""

import uuid
from datetime import date, datetime

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from referrals.models.base import Base, Identified


class Reminder(Identified, Base):
    """One mail with everything that waits for one person. What it said is written down nowhere."""

    __tablename__ = "reminder"
    __table_args__ = (UniqueConstraint("account_id", "day"),)

    account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"))
    day: Mapped[date]
    #: the same each time it is tried
    message_id: Mapped[str] = mapped_column(unique=True)
    #: instants of the machine's clock
    tried_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    #: when it became known that the address takes nothing
    returned_at: Mapped[datetime | None]
