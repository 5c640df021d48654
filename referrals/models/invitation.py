"""Invitations of outside bodies: to one referral, until a day."""

import uuid
from datetime import datetime, timedelta

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from referrals.models.account import Account
from referrals.models.base import Base
from referrals.models.referral import OfReferral


class Invitation(OfReferral, Base):
    """Somebody from outside who can answer for actions in one referral, and sees those alone, until the invitation ends."""

    __tablename__ = "invitation"
    __table_args__ = (UniqueConstraint("referral_id", "account_id"),)

    account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"), index=True)
    #: the beginning of the day after its last, where the municipality is
    ends_at: Mapped[datetime]

    account: Mapped[Account] = relationship(back_populates="invitations")

    @property
    def last_moment(self) -> datetime:
        """The last second of its last day."""
        return self.ends_at - timedelta(seconds=1)
