"""Learning seminars: when and where teams talk about lessons of the catalogue, which ones, and what is asked about them."""

import uuid
from datetime import datetime
from typing import Any

from cryptography.fernet import Fernet
from sqlalchemy import ForeignKey, LargeBinary, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from referrals.models.account import Account
from referrals.models.base import Base, Identified
from referrals.models.lesson import Lesson
from referrals.models.organisation import Unit
from referrals.sealing import Sealed, new_data_key, open_data_key


class Seminar(Identified, Base):
    """A learning seminar with its agenda. No person has a field here but who planned it."""

    __tablename__ = "seminar"

    name: Mapped[str]
    starts_at: Mapped[datetime]
    place: Mapped[str]
    planned_by_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"))
    wrapped_key: Mapped[bytes] = mapped_column(LargeBinary)

    #: what to talk about, one on each line
    questions = Sealed[str]()

    planned_by: Mapped[Account] = relationship()
    attendance: Mapped[list["SeminarAttendance"]] = relationship(back_populates="seminar", cascade="all, delete-orphan")
    chosen: Mapped[list["SeminarLesson"]] = relationship(
        back_populates="seminar", order_by="SeminarLesson.position", cascade="all, delete-orphan"
    )

    def __init__(self, **values: Any) -> None:
        """Give a new seminar its id and data key first, so that its words can be sealed."""
        self.id = uuid.uuid4()
        self.wrapped_key = new_data_key()
        super().__init__(**values)

    @property
    def chain_id(self) -> uuid.UUID:
        """The chain of the audit log that is its own."""
        return self.id

    def data_key(self) -> Fernet:
        """What seals and opens its words."""
        return open_data_key(self.wrapped_key)

    def seal_place(self, name: str) -> str:
        """The identity that binds a sealed value to this seminar."""
        return f"{self.__tablename__}:{self.id}:{name}"


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
    """How many came to a seminar from a unit; never who."""

    __tablename__ = "seminar_attendance"
    __table_args__ = (UniqueConstraint("seminar_id", "unit_id"),)

    seminar_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("seminar.id"))
    unit_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("unit.id"))
    count: Mapped[int]

    seminar: Mapped[Seminar] = relationship(back_populates="attendance")
    unit: Mapped[Unit] = relationship()
