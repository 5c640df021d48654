"""Notices of possible degrading treatment to the head teacher, from whoever asks for advice about nobody by name."""

import uuid
from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from referrals.models.account import Account
from referrals.models.base import Base, Identified
from referrals.models.organisation import Unit


class DegradingNotice(Identified, Base):
    """That somebody has to tell the head teacher of possible degrading treatment: no place, no class, nobody, and no word of what happened.

    Nothing leads from it to a consultation or a referral, and nothing from those to it.
    """

    __tablename__ = "degrading_notice"

    #: its own number, by which mails and the list of home call it
    number: Mapped[str] = mapped_column(unique=True)
    #: whose head teacher it goes to
    unit_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("unit.id"), index=True)
    given_by_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"), index=True)
    given_at: Mapped[datetime]
    #: when the head teacher said that the two have talked
    heard_at: Mapped[datetime | None]
    heard_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("account.id"))

    unit: Mapped[Unit] = relationship()
    given_by: Mapped[Account] = relationship(foreign_keys=[given_by_id])
    heard_by: Mapped[Account | None] = relationship(foreign_keys=[heard_by_id])

    @property
    def chain_id(self) -> uuid.UUID:
        """The chain of the audit log that is its own."""
        return self.id
