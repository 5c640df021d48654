"""Learning seminars: when and where teams talk about lessons of the catalogue, which ones, and what is asked about them."""

import uuid
from datetime import datetime

from sqlalchemy import ForeignKey, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column, relationship

from referrals.models.account import Account
from referrals.models.base import Base, Identified
from referrals.models.lesson import Lesson
from referrals.models.organisation import Unit
from referrals.models.own_key import OwnKey
from referrals.sealing import Sealed


class Seminar(OwnKey, Base):
    """A learning seminar with its agenda. No person has a field here but who planned it."""

    __tablename__ = "seminar"

    name: Mapped[str]
    starts_at: Mapped[datetime]
    place: Mapped[str]
    #: whether `attendance` holds every unit there was when it was counted, also those from which nobody came
    is_register_fixed: Mapped[bool] = mapped_column(default=False, server_default=false())
    planned_by_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"))

    #: what to talk about, one on each line
    questions = Sealed[str]()

    planned_by: Mapped[Account] = relationship()
    attendance: Mapped[list["SeminarAttendance"]] = relationship(back_populates="seminar", cascade="all, delete-orphan")
    chosen: Mapped[list["SeminarLesson"]] = relationship(
        back_populates="seminar", order_by="SeminarLesson.position", cascade="all, delete-orphan"
    )

    @property
    def chain_id(self) -> uuid.UUID:
        """The chain of the audit log that is its own."""
        return self.id


class SeminarLesson(Identified, Base):
    """A lesson that a seminar talks about; gone where the lesson is thrown away."""

    __tablename__ = "seminar_lesson"
    __table_args__ = (UniqueConstraint("seminar_id", "lesson_id"),)

    seminar_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("seminar.id"))
    lesson_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("lesson.id", ondelete="CASCADE"), index=True)
    #: its place on the agenda
    position: Mapped[int]

    seminar: Mapped[Seminar] = relationship(back_populates="chosen")
    lesson: Mapped[Lesson] = relationship()


class SeminarAttendance(Identified, Base):
    """How many came to a seminar from a unit, 0 where nobody did; never who."""

    __tablename__ = "seminar_attendance"
    __table_args__ = (UniqueConstraint("seminar_id", "unit_id"),)

    seminar_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("seminar.id"))
    unit_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("unit.id"))
    count: Mapped[int]

    seminar: Mapped[Seminar] = relationship(back_populates="attendance")
    unit: Mapped[Unit] = relationship()
