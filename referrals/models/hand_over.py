"""Hand-overs: offered by one unit's team to another's, and on its side what was received."""

import uuid
from typing import Any

from sqlalchemy import JSON, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from referrals.models.base import Base, by_value
from referrals.models.organisation import Forum, Unit
from referrals.models.referral import History, OfReferral
from referrals.sealing import Sealed
from referrals.vocabulary import HandOverState


class HandOver(OfReferral, Base):
    """One offer to hand a referral over: who offered and answered, when, and why it was declined stand in its history rows."""

    __tablename__ = "hand_over"

    to_unit_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("unit.id"), index=True)
    #: the team of that unit beside the one that takes in its concerns; None where that one is meant
    to_forum_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("forum.id"))
    state: Mapped[HandOverState] = mapped_column(by_value(HandOverState))
    #: what goes: pairs of the id of a row and the name of a note, which is empty for the row itself
    chosen: Mapped[list[list[str]]] = mapped_column(JSON)
    offered_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("history.id"), unique=True)
    #: None while it waits
    answered_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("history.id"), unique=True)

    #: what the receiving team is asked to go on with
    purpose = Sealed[str]()
    #: whom it can ask
    contact = Sealed[str]()
    #: what went over, as `referrals/disclosure/handed_over.py` put it together; None until it was accepted
    package = Sealed[dict[str, Any]]()

    to_unit: Mapped[Unit] = relationship()
    to_forum: Mapped[Forum | None] = relationship()
    offered: Mapped[History] = relationship(foreign_keys=[offered_id])
    answered: Mapped[History | None] = relationship(foreign_keys=[answered_id])

    @property
    def to_team(self) -> Forum:
        """The team that is asked."""
        return self.to_forum or self.to_unit.forum

    @property
    def to_name(self) -> str:
        """Where it goes, in words: the unit, and between teams of one unit the team too."""
        return self._said(self.to_unit, self.to_team)

    @property
    def from_name(self) -> str:
        """Where it comes from, in the same words."""
        return self._said(self.referral.unit, self.referral.forum)

    def _said(self, unit: Unit, team: Forum) -> str:
        return f"{unit.name}, {team.name}" if self.to_unit_id == self.referral.unit_id else unit.name


class ReceivedHandOver(OfReferral, Base):
    """What a referral began with that was handed over: everything its team has of what was before."""

    __tablename__ = "received_hand_over"

    hand_over_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("hand_over.id"), unique=True)

    package = Sealed[dict[str, Any]]()

    hand_over: Mapped[HandOver] = relationship()
