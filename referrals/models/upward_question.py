"""Questions that a team sends upward: about nobody by name, to a team of a level above, and the answer that comes home."""

import uuid
from datetime import datetime

from sqlalchemy import ForeignKey, false
from sqlalchemy.orm import Mapped, mapped_column, relationship

from referrals.models.account import Account
from referrals.models.base import Base
from referrals.models.organisation import Forum, TeamDate
from referrals.models.own_key import OwnKey
from referrals.models.referral import OfReferral, Referral
from referrals.sealing import Sealed
from referrals.vocabulary import UpwardState


class UpwardQuestion(OwnKey, Base):
    """A question from one team to another above it. Nothing in it leads to a referral: see `UpwardOrigin`.

    Its texts are sealed all the same: a person can be told from what happened to them, where no check finds a name.
    """

    __tablename__ = "upward_question"

    #: its own number, for talking about it
    number: Mapped[str] = mapped_column(unique=True)
    from_forum_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("forum.id"), index=True)
    to_forum_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("forum.id"), index=True)
    #: whether the team that answers may know which team asks
    names_team: Mapped[bool] = mapped_column(default=False, server_default=false())
    #: whether it came from a referral, also where nothing leads to that any more
    came_from_referral: Mapped[bool] = mapped_column(default=False, server_default=false())
    asked_by_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"), index=True)
    asked_at: Mapped[datetime]
    #: on which of its dates the team that answers talks about it
    date_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("team_date.id", ondelete="SET NULL"), index=True)
    answered_at: Mapped[datetime | None]
    answered_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("account.id"))
    closed_at: Mapped[datetime | None]

    question = Sealed[str]()
    answer = Sealed[str]()

    from_forum: Mapped[Forum] = relationship(foreign_keys=[from_forum_id])
    to_forum: Mapped[Forum] = relationship(foreign_keys=[to_forum_id])
    origin: Mapped["UpwardOrigin | None"] = relationship(back_populates="question", cascade="all, delete-orphan")
    date: Mapped[TeamDate | None] = relationship()
    asked_by: Mapped[Account] = relationship(foreign_keys=[asked_by_id])
    answered_by: Mapped[Account | None] = relationship(foreign_keys=[answered_by_id])

    @property
    def state(self) -> UpwardState:
        """How far it has come."""
        if self.closed_at is not None:
            return UpwardState.CLOSED
        return UpwardState.ASKED if self.answered_at is None else UpwardState.ANSWERED

    @property
    def referral(self) -> Referral | None:
        """The referral it came from, if any: for the sender's side alone."""
        return self.origin.referral if self.origin else None

    @property
    def chain_id(self) -> uuid.UUID:
        """The chain of the audit log that is its own."""
        return self.id


class UpwardOrigin(OfReferral, Base):
    """From which referral a question was sent upward: for the sender's side alone, and gone with the referral's content."""

    __tablename__ = "upward_origin"

    question_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("upward_question.id", ondelete="CASCADE"), unique=True)

    question: Mapped[UpwardQuestion] = relationship(back_populates="origin")
