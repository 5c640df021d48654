"""The colour rating of a meeting: by two people each for themselves, then by the team; and whether guardians want it on papers."""

import uuid
from datetime import datetime

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from referrals.models.account import Account
from referrals.models.base import Base
from referrals.models.referral import OfReferral
from referrals.models.team_review import TeamMeeting
from referrals.sealing import Sealed


class ColourRating(OfReferral, Base):
    """One rating: of the first or second person who rated alone, or the team's own."""

    __tablename__ = "colour_rating"
    __table_args__ = (UniqueConstraint("meeting_id", "place"),)

    meeting_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("team_meeting.id"), index=True)
    #: 1 and 2: somebody alone, in the order in which they rated; 0: the team together
    place: Mapped[int]
    by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("account.id"))
    rated_at: Mapped[datetime]

    #: values of Domain to values of Colour
    colours = Sealed[dict[str, str]]()

    meeting: Mapped[TeamMeeting] = relationship(back_populates="colour_ratings")
    by: Mapped[Account | None] = relationship()


class ColourChoice(OfReferral, Base):
    """What a guardian chose: whether the team's colours may stand on papers. The newest one counts."""

    __tablename__ = "colour_choice"

    guardian_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("guardian.id"), index=True)
    is_wanted: Mapped[bool]
    chosen_at: Mapped[datetime]
    #: who wrote it down
    by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("account.id"))
