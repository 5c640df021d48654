"""Unlawful absence at the folkeskole: pupils with their days in a quarter, and the steps that the law asks for. No referral leads here."""

import uuid
from datetime import date, datetime
from typing import Any

from cryptography.fernet import Fernet
from sqlalchemy import ForeignKey, LargeBinary, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from referrals.models.account import Account
from referrals.models.base import Base, Identified, by_value
from referrals.models.organisation import Unit
from referrals.sealing import Sealed, new_data_key, open_data_key
from referrals.vocabulary import AbsenceStepKind


class AbsentPupil(Identified, Base):
    """A pupil with unlawful absence. Nothing ties the row to a referral: the track is apart from concern."""

    __tablename__ = "absent_pupil"

    #: its own number, for papers and for talking about it
    number: Mapped[str] = mapped_column(unique=True)
    unit_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("unit.id"), index=True)
    #: keyed digest of school, name and birth date, by which the same pupil in the next file is found without being readable
    pupil_index: Mapped[str] = mapped_column(unique=True)
    #: the digest that held the name of a pupil who is protected since: a file that still has the name finds this row, not a new one
    former_index: Mapped[str | None] = mapped_column(index=True, unique=True)
    wrapped_key: Mapped[bytes] = mapped_column(LargeBinary)

    #: the name; of a pupil whose identity is protected, the school's own number for them
    name = Sealed[str]()
    birth_date = Sealed[str]()
    class_name = Sealed[str]()

    unit: Mapped[Unit] = relationship()
    #: the newest first
    counts: Mapped[list["AbsenceCount"]] = relationship(
        back_populates="pupil", cascade="all, delete-orphan", order_by="AbsenceCount.entered_at.desc()"
    )
    steps: Mapped[list["AbsenceStep"]] = relationship(back_populates="pupil", cascade="all, delete-orphan")
    asides: Mapped[list["AbsenceAside"]] = relationship(
        back_populates="pupil", cascade="all, delete-orphan", order_by="AbsenceAside.at"
    )

    def __init__(self, **values: Any) -> None:
        """Give a new pupil its id and data key first, so that values can be sealed."""
        self.id = values.pop("id", None) or uuid.uuid4()
        self.wrapped_key = new_data_key()
        super().__init__(**values)

    @property
    def chain_id(self) -> uuid.UUID:
        """Whose chain of the audit log holds what is done about this pupil."""
        return self.id

    def data_key(self) -> Fernet:
        """What seals and opens everything about this pupil."""
        return open_data_key(self.wrapped_key)

    def seal_place(self, name: str) -> str:
        """The identity that binds a sealed value to this row."""
        return f"{self.__tablename__}:{self.id}:{name}"


class _OfPupil(Identified):
    """A row about one pupil, sealed with the pupil's key. `pupil` is given when the row is made."""

    __tablename__: str
    pupil: Any

    def __init__(self, *, pupil: AbsentPupil, **values: Any) -> None:
        """Tie the row to its pupil first, so that values can be sealed for it."""
        self.id = values.pop("id", None) or uuid.uuid4()
        self.pupil = pupil
        super().__init__(**values)

    def data_key(self) -> Fernet:
        """The pupil's own."""
        key: Fernet = self.pupil.data_key()
        return key

    def seal_place(self, name: str) -> str:
        """The identity that binds a sealed value to this row."""
        return f"{self.__tablename__}:{self.id}:{name}"


class AbsenceCount(_OfPupil, Base):
    """How many days somebody entered for one quarter, all of it together. Never changed: the newest counts."""

    __tablename__ = "absence_count"

    pupil_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("absent_pupil.id"), index=True)
    #: the first day of the quarter
    quarter_on: Mapped[date] = mapped_column(index=True)
    entered_at: Mapped[datetime]
    entered_by_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"))

    #: whole and half days
    days = Sealed[float]()

    pupil: Mapped[AbsentPupil] = relationship(back_populates="counts")
    entered_by: Mapped[Account] = relationship()


class AbsenceStep(_OfPupil, Base):
    """What is due about a pupil in a quarter, prepared in the morning; a person decides whether it is sent, once."""

    __tablename__ = "absence_step"
    __table_args__ = (UniqueConstraint("pupil_id", "quarter_on", "kind", "turn"),)

    pupil_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("absent_pupil.id"), index=True)
    quarter_on: Mapped[date]
    kind: Mapped[AbsenceStepKind] = mapped_column(by_value(AbsenceStepKind))
    #: which of its kind in the quarter: another follows where one was not sent and the sum grew
    turn: Mapped[int]
    prepared_at: Mapped[datetime]
    #: the day by which it should be decided: a target of ours, no deadline of the law
    due_on: Mapped[date]
    #: how many school days the whole quarter had by the calendar of that morning
    school_days: Mapped[int]
    decided_at: Mapped[datetime | None]
    decided_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("account.id"))
    #: whether it was decided to send it; None until then
    is_sent: Mapped[bool | None]
    #: when it was recorded that whoever got it was told that the days were put right below the limit
    put_right_told_at: Mapped[datetime | None]
    #: the language of the paper
    language: Mapped[str | None]
    #: SHA-256 of the PDF, in hexadecimal
    checksum: Mapped[str | None]
    #: the sealed PDF, which only opening the paper reads: lists and sums leave it where it is
    paper: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)

    #: the sum of that morning
    days = Sealed[float]()
    #: what the deciding person wrote, by the names of `referrals.statutory.absence.SAID`
    said = Sealed[dict[str, Any]]()

    pupil: Mapped[AbsentPupil] = relationship(back_populates="steps")
    decided_by: Mapped[Account | None] = relationship()

    @property
    def is_elsewhere(self) -> bool:
        """Whether it is a mere pointer: another system keeps the decision, and there is no paper of ours."""
        return "kept_in" in (self.said or {})


class AbsenceAside(Identified, Base):
    """That a head teacher is too close to a pupil, and leaves what is done about the absence to somebody else. Why is not kept."""

    __tablename__ = "absence_aside"
    __table_args__ = (UniqueConstraint("pupil_id", "account_id"),)

    pupil_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("absent_pupil.id"), index=True)
    account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"))
    at: Mapped[datetime]

    pupil: Mapped[AbsentPupil] = relationship(back_populates="asides")
    account: Mapped[Account] = relationship()
