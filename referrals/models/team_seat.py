"""Who sits in a team for good, and when somebody is away and another stands in."""

import uuid
from datetime import datetime, timedelta

from sqlalchemy import ForeignKey, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column, relationship

from referrals.models.account import Account
from referrals.models.base import Base, Identified
from referrals.models.organisation import Forum


class TeamSeat(Identified, Base):
    """A place in a team, held by one person until it is taken away."""

    __tablename__ = "team_seat"
    __table_args__ = (UniqueConstraint("forum_id", "account_id"),)

    forum_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("forum.id"))
    account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"), index=True)
    #: whether they coordinate what is handed over to the team, where it works beside the one that takes in a unit's concerns
    coordinates: Mapped[bool] = mapped_column(default=False, server_default=false())

    #: who stands in whenever who holds it is away, unless somebody else is chosen; by itself it opens nothing to them
    stand_in_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("account.id"))

    forum: Mapped[Forum] = relationship(back_populates="seats")
    account: Mapped[Account] = relationship(foreign_keys=[account_id])
    stand_in: Mapped[Account | None] = relationship(foreign_keys=[stand_in_id])
    absences: Mapped[list["SeatAbsence"]] = relationship(
        back_populates="seat", cascade="all, delete-orphan", order_by="SeatAbsence.begins_at"
    )


class SeatAbsence(Identified, Base):
    """A time in which who holds a seat is away. With a stand-in, that person gets what the seat gets, and no longer."""

    __tablename__ = "seat_absence"

    seat_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("team_seat.id", ondelete="CASCADE"), index=True)
    #: None where nobody stands in
    stand_in_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("account.id"), index=True)
    #: the beginning of its first day, and of the day after its last, where the municipality is
    begins_at: Mapped[datetime]
    ends_at: Mapped[datetime]

    seat: Mapped[TeamSeat] = relationship(back_populates="absences")
    stand_in: Mapped[Account | None] = relationship(back_populates="standing_in")

    @property
    def last_moment(self) -> datetime:
        """The last second of its last day."""
        return self.ends_at - timedelta(seconds=1)
