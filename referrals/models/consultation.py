"""Anonymous consultations: a worry about nobody by name, the team's advice, and the next steps of whoever asked."""

import uuid
from datetime import datetime

from sqlalchemy import ForeignKey, false
from sqlalchemy.orm import Mapped, mapped_column, relationship

from referrals.models.account import Account
from referrals.models.base import Base
from referrals.models.organisation import Forum, Unit
from referrals.models.own_key import OwnKey
from referrals.sealing import Sealed
from referrals.vocabulary import ConsultationState


class Consultation(OwnKey, Base):
    """A question to a unit's team. It has no field for a child, a guardian or a class, and nothing leads from it to a referral.

    Its texts are sealed all the same: a person can be told from what happened to them, where no check finds a name.
    """

    __tablename__ = "consultation"

    #: its own number, for talking about it
    number: Mapped[str] = mapped_column(unique=True)
    unit_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("unit.id"), index=True)
    #: the team of the unit that is asked, where that is not the one that takes in its concerns
    beside_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("forum.id"))
    asked_by_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"), index=True)
    written_at: Mapped[datetime]
    #: since when the team knows of it; until then it is whoever writes it alone
    asked_at: Mapped[datetime | None]
    advised_at: Mapped[datetime | None]
    advised_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("account.id"))
    #: the one mark that remains: the team said that a named referral would help. Whether there is one stands nowhere here
    advises_referral: Mapped[bool] = mapped_column(default=False, server_default=false())
    closed_at: Mapped[datetime | None]

    question = Sealed[str]()
    advice = Sealed[str]()
    #: for whoever asked
    next_steps = Sealed[str]()

    unit: Mapped[Unit] = relationship()
    beside: Mapped[Forum | None] = relationship()
    asked_by: Mapped[Account] = relationship(foreign_keys=[asked_by_id])
    advised_by: Mapped[Account | None] = relationship(foreign_keys=[advised_by_id])

    @property
    def team(self) -> Forum:
        """The team that is asked; the one that takes in the unit's concerns, too, once the other works for the unit no more."""
        if self.beside is not None and self.beside in self.unit.other_teams:
            return self.beside
        return self.unit.forum

    @property
    def state(self) -> ConsultationState:
        """How far it has come."""
        if self.closed_at is not None:
            return ConsultationState.CLOSED
        if self.advised_at is not None:
            return ConsultationState.ADVISED
        return ConsultationState.DRAFT if self.asked_at is None else ConsultationState.ASKED

    @property
    def chain_id(self) -> uuid.UUID:
        """The chain of the audit log that is its own."""
        return self.id
