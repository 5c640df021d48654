"""Working notes: what one person writes about a referral for themself, read by nobody else but a reviewer of a request for access."""

import uuid
from datetime import datetime

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from referrals.models.account import Account
from referrals.models.base import Base
from referrals.models.referral import OfReferral
from referrals.sealing import Sealed


class WorkingNote(OfReferral, Base):
    """The one sheet of one person about one referral. It stays when its author leaves, and is then read by nobody."""

    __tablename__ = "working_note"
    __table_args__ = (UniqueConstraint("referral_id", "author_id"),)

    author_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"))
    changed_at: Mapped[datetime]

    text = Sealed[str]()

    author: Mapped[Account] = relationship()
