"""What went to another service: to whom, on which ground, and whether guardians know."""

import uuid
from datetime import date, datetime
from typing import Final

from sqlalchemy import JSON, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from referrals.models.account import Account
from referrals.models.base import Base, by_value
from referrals.models.referral import OfReferral
from referrals.sealing import Sealed
from referrals.vocabulary import InformationCategory, PieceKind, Recipient, Review

#: the ground of what the guardians allowed; every other ground is a key of the rule pack's `[grounds]`
CONSENT: Final = "consent"


class Disclosure(OfReferral, Base):
    """One thing that went to somebody outside the own staff. What was shared stays shared; this row says how it came."""

    __tablename__ = "disclosure"

    kind: Mapped[PieceKind] = mapped_column(by_value(PieceKind))
    object_id: Mapped[uuid.UUID]
    #: the rows and notes that went with it: pairs of an id and the name of a note, which is empty for the row itself
    holds: Mapped[list[list[str]]] = mapped_column(JSON)
    #: values of InformationCategory
    categories: Mapped[list[str]]
    recipient: Mapped[Recipient] = mapped_column(by_value(Recipient))
    at: Mapped[datetime]
    by_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"))
    #: `consent`, or a key of the rule pack's grounds
    ground: Mapped[str]
    #: ids of the consents it rests on
    consent_ids: Mapped[list[str]]
    #: when guardians were told of it; None where they have not been yet
    told_on: Mapped[date | None]
    review: Mapped[Review | None] = mapped_column(by_value(Review))
    reviewed_at: Mapped[datetime | None]
    reviewed_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("account.id"))

    #: the person or function there who got it
    to_whom = Sealed[str]()
    purpose = Sealed[str]()
    reason = Sealed[str]()
    why_not_told = Sealed[str]()
    review_reason = Sealed[str]()

    by: Mapped[Account] = relationship(foreign_keys=[by_id])
    reviewed_by: Mapped[Account | None] = relationship(foreign_keys=[reviewed_by_id])

    @property
    def is_by_consent(self) -> bool:
        """Whether the guardians allowed it."""
        return self.ground == CONSENT

    @property
    def is_kept_from_guardians(self) -> bool:
        """Whether it stays out of guardians' papers and of hand-overs."""
        return not self.is_by_consent and self.review is not Review.CLEARED

    @property
    def category_values(self) -> list[InformationCategory]:
        """What kinds of information went, as words."""
        return [InformationCategory(value) for value in self.categories]
