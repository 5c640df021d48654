"""What a guardian is not to read: withheld from one by a decision, or said by the child in confidence."""

import uuid
from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from referrals.models.account import Account
from referrals.models.base import Base, by_value
from referrals.models.guardian import Guardian
from referrals.models.referral import OfReferral
from referrals.sealing import Sealed
from referrals.vocabulary import ChildsAnswer, PieceKind


class Withholding(OfReferral, Base):
    """One part, goal or note that one guardian does not read, or that none reads because the child said it in confidence."""

    __tablename__ = "withholding"

    kind: Mapped[PieceKind] = mapped_column(by_value(PieceKind))
    #: what the piece is called through all versions of the plan: `Piece.lasting`
    object_id: Mapped[uuid.UUID]
    #: which note; empty for a part or goal
    name: Mapped[str]
    #: from whom; None where the child said it in confidence, which holds for every guardian
    guardian_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("guardian.id"))
    at: Mapped[datetime]
    #: since when it keeps it without a break: a paper issued before can hold it
    holds_since: Mapped[datetime]
    by_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"))
    #: a key of the rule pack's grounds for withholding; None for what was said in confidence
    ground: Mapped[str | None]
    #: what the child answered when asked, and what was decided; None until somebody has asked
    answer: Mapped[ChildsAnswer | None] = mapped_column(by_value(ChildsAnswer))
    #: when a decision was lifted or the child's answer recorded, and by whom
    settled_at: Mapped[datetime | None]
    settled_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("account.id"))

    reason = Sealed[str]()
    settled_reason = Sealed[str]()

    guardian: Mapped[Guardian | None] = relationship()
    by: Mapped[Account] = relationship(foreign_keys=[by_id])
    settled_by: Mapped[Account | None] = relationship(foreign_keys=[settled_by_id])

    @property
    def is_confided(self) -> bool:
        """Whether the child said it in confidence."""
        return self.guardian_id is None

    @property
    def is_in_force(self) -> bool:
        """Whether it still keeps something from a guardian; what the child confided is kept until they were asked."""
        if self.is_confided:
            return self.answer in (None, ChildsAnswer.KEPT)
        return self.settled_at is None
