"""Exports for research: who asked for one, what for and until when, and who of the management decided."""

import uuid
from datetime import date, datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from referrals.models.account import Account
from referrals.models.base import Base
from referrals.models.own_key import OwnKey
from referrals.sealing import Sealed


class ResearchExport(OwnKey, Base):
    """One export that was asked for. What it gives out is made when it is fetched, and kept nowhere."""

    __tablename__ = "research_export"

    asked_by_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"))
    asked_at: Mapped[datetime]
    #: the terms it is about, from the first to the last, such as 2026-spring
    first_term: Mapped[str]
    last_term: Mapped[str]
    #: the last day on which it is given out
    ends_on: Mapped[date]
    #: whether the management approved it; None while it has not decided
    is_approved: Mapped[bool | None]
    decided_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("account.id"))
    decided_at: Mapped[datetime | None]

    purpose = Sealed[str]()
    #: from which its pseudonyms are made; of another export the same child has another, and nobody can tell that they belong together
    pseudonym_key = Sealed[str]()

    asked_by: Mapped[Account] = relationship(foreign_keys=[asked_by_id])
    decided_by: Mapped[Account | None] = relationship(foreign_keys=[decided_by_id])

    @property
    def chain_id(self) -> uuid.UUID:
        """The chain of the audit log that is its own."""
        return self.id
