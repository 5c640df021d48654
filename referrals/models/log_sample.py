"""The weekly samples of the access log: which visits were drawn for a unit, and what its head teacher thought of each."""

import uuid
from datetime import date, datetime

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from referrals.models.base import Base, Identified, by_value
from referrals.models.organisation import Unit
from referrals.models.referral import OfReferral
from referrals.sealing import Sealed
from referrals.vocabulary import VisitAnswer


class LogSample(Identified, Base):
    """Visits of one week in one unit, drawn by chance; one for each unit and week."""

    __tablename__ = "log_sample"
    __table_args__ = (UniqueConstraint("unit_id", "week_on"),)

    unit_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("unit.id"))
    #: the Monday of the week in which the visits were
    week_on: Mapped[date]
    drawn_at: Mapped[datetime]
    #: when the head teachers were written to
    told_at: Mapped[datetime | None]
    #: when the last visit was answered
    done_at: Mapped[datetime | None]
    done_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("account.id"))

    unit: Mapped[Unit] = relationship()
    visits: Mapped[list["LogSampleVisit"]] = relationship(
        back_populates="sample", order_by="LogSampleVisit.position", cascade="all, delete-orphan"
    )

    @property
    def label(self) -> str:
        """The week as people say it, such as 2026-W38."""
        year, week, _day = self.week_on.isocalendar()
        return f"{year}-W{week:02d}"


class LogSampleVisit(OfReferral, Base):
    """One visit of a sample: a link of the referral's audit chain, and the answer to it."""

    __tablename__ = "log_sample_visit"
    __table_args__ = (UniqueConstraint("sample_id", "referral_id", "event_number"),)

    sample_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("log_sample.id"), index=True)
    position: Mapped[int]
    #: the link's number in the chain of the referral
    event_number: Mapped[int]
    answer: Mapped[VisitAnswer | None] = mapped_column(by_value(VisitAnswer))
    answered_at: Mapped[datetime | None]
    answered_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("account.id"))

    #: what is to be asked, or what was found
    note = Sealed[str]()

    sample: Mapped[LogSample] = relationship(back_populates="visits")
