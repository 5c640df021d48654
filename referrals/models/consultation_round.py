"""Consultation rounds: the days of a round, the teams enrolled in it, their slots and learning questions. No person has a field here."""

import hashlib
import uuid
from datetime import date, datetime, timedelta
from typing import Any

from cryptography.fernet import Fernet
from sqlalchemy import ForeignKey, LargeBinary, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from referrals.models.account import Account
from referrals.models.base import Base, Identified, by_value
from referrals.models.organisation import Forum, Unit
from referrals.models.own_key import OwnKey
from referrals.sealing import Sealed, new_data_key, open_data_key, seal_bytes, unseal_bytes
from referrals.vocabulary import Helped, QualityTheme


class ConsultationRound(Identified, Base):
    """Some days of a term on which teams talk about their learning questions with a consultant."""

    __tablename__ = "consultation_round"

    #: what it is called, such as the week's own name
    name: Mapped[str]
    opened_by_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"))
    opened_at: Mapped[datetime]
    #: teams enrol until the end of this day
    enrols_until: Mapped[date]
    #: enrolment was ended before its last day
    enrolment_closed_at: Mapped[datetime | None]
    first_on: Mapped[date]
    last_on: Mapped[date]

    opened_by: Mapped[Account] = relationship()
    enrolments: Mapped[list["RoundEnrolment"]] = relationship(
        back_populates="round", order_by="RoundEnrolment.enrolled_at", cascade="all, delete-orphan"
    )
    consultants: Mapped[list["RoundConsultant"]] = relationship(back_populates="round", cascade="all, delete-orphan")
    slots: Mapped[list["RoundSlot"]] = relationship(
        back_populates="round", order_by="RoundSlot.starts_at", cascade="all, delete-orphan"
    )
    attendance: Mapped[list["RoundAttendance"]] = relationship(back_populates="round", cascade="all, delete-orphan")

    @property
    def chain_id(self) -> uuid.UUID:
        """The chain of the audit log that is its own."""
        return self.id


class RoundAttendance(Identified, Base):
    """A unit that was enrolled when a round was held, and how many came from it; never who."""

    __tablename__ = "round_attendance"
    __table_args__ = (UniqueConstraint("round_id", "unit_id"),)

    round_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("consultation_round.id"))
    unit_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("unit.id"))
    #: None until somebody has counted, 0 where nobody came
    count: Mapped[int | None]

    round: Mapped[ConsultationRound] = relationship(back_populates="attendance")
    unit: Mapped[Unit] = relationship()


class RoundEnrolment(OwnKey, Base):
    """A team that takes part in a round. Its texts are sealed: what happens at one school can tell who it is about."""

    __tablename__ = "round_enrolment"
    __table_args__ = (UniqueConstraint("round_id", "forum_id"),)

    round_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("consultation_round.id"))
    forum_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("forum.id"), index=True)
    enrolled_by_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"))
    enrolled_at: Mapped[datetime]
    #: when the head teacher said for the joint meeting how the team goes on
    summarised_at: Mapped[datetime | None]

    summary = Sealed[str]()

    round: Mapped[ConsultationRound] = relationship(back_populates="enrolments")
    forum: Mapped[Forum] = relationship()
    enrolled_by: Mapped[Account] = relationship()
    slot: Mapped["RoundSlot | None"] = relationship(back_populates="enrolment")
    questions: Mapped[list["LearningQuestion"]] = relationship(
        back_populates="enrolment", order_by="LearningQuestion.sent_at", cascade="all, delete-orphan"
    )

    @property
    def chain_id(self) -> uuid.UUID:
        """The chain of the audit log in which it stands: its round's."""
        return self.round_id


class RoundSlot(Identified, Base):
    """A time of a round, for one team at most."""

    __tablename__ = "round_slot"

    round_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("consultation_round.id"), index=True)
    starts_at: Mapped[datetime]
    minutes: Mapped[int]
    place: Mapped[str]
    enrolment_id: Mapped[uuid.UUID | None] = mapped_column(
        ForeignKey("round_enrolment.id", ondelete="SET NULL"), unique=True
    )

    #: who talks with the team then, and reads what it brings
    consultant_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("round_consultant.id", ondelete="SET NULL"))

    round: Mapped[ConsultationRound] = relationship(back_populates="slots")
    consultant: Mapped["RoundConsultant | None"] = relationship(back_populates="slots")
    enrolment: Mapped[RoundEnrolment | None] = relationship(back_populates="slot")

    @property
    def ends_at(self) -> datetime:
        """When it is over."""
        return self.starts_at + timedelta(minutes=self.minutes)


class LearningQuestion(Identified, Base):
    """What a team wants help to see: about its own work, never about a child."""

    __tablename__ = "learning_question"

    enrolment_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("round_enrolment.id"), index=True)
    theme: Mapped[QualityTheme] = mapped_column(by_value(QualityTheme))
    sent_by_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"))
    sent_at: Mapped[datetime]
    #: by when it was due as things stood when it came in; None where the team had no slot yet
    due_at: Mapped[datetime | None]

    #: when the team said how it goes on, and what came of that
    agreed_at: Mapped[datetime | None]
    result_at: Mapped[datetime | None]
    outcome: Mapped[Helped | None] = mapped_column(by_value(Helped))

    question = Sealed[str]()
    background = Sealed[str]()
    tried = Sealed[str]()
    help_wanted = Sealed[str]()
    next_step = Sealed[str]()
    result = Sealed[str]()

    enrolment: Mapped[RoundEnrolment] = relationship(back_populates="questions")
    sent_by: Mapped[Account] = relationship()

    def __init__(self, *, enrolment: RoundEnrolment, **values: Any) -> None:
        """Tie the question to its enrolment first, so that its words can be sealed."""
        self.id = uuid.uuid4()
        self.enrolment = enrolment
        super().__init__(**values)

    @property
    def is_late(self) -> bool:
        """Whether it came in after it was due."""
        return self.due_at is not None and self.sent_at >= self.due_at

    def data_key(self) -> Fernet:
        """What seals and opens its words: the key of its enrolment."""
        return self.enrolment.data_key()

    def seal_place(self, name: str) -> str:
        """The identity that binds a sealed value to this question."""
        return f"{self.__tablename__}:{self.id}:{name}"


class RoundConsultant(Identified, Base):
    """Somebody from outside who talks with teams in a round: what they may read ends with `last_on`."""

    __tablename__ = "round_consultant"
    __table_args__ = (UniqueConstraint("round_id", "account_id"),)

    round_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("consultation_round.id"))
    account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"), index=True)
    last_on: Mapped[date]

    round: Mapped[ConsultationRound] = relationship(back_populates="consultants")
    account: Mapped[Account] = relationship()
    slots: Mapped[list[RoundSlot]] = relationship(back_populates="consultant", order_by="RoundSlot.starts_at")


class RoundPaper(Identified, Base):
    """A paper of a round that was issued: a team's agenda, or the report of the round where no enrolment is named. Never changed,
    and gone where the team takes back words that it is made of.
    """

    __tablename__ = "round_paper"
    __table_args__ = (UniqueConstraint("round_id", "enrolment_id", "version"),)

    round_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("consultation_round.id"))
    enrolment_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("round_enrolment.id"))
    version: Mapped[int]
    language: Mapped[str]
    issued_at: Mapped[datetime]
    #: SHA-256 of the PDF, in hexadecimal
    checksum: Mapped[str]
    #: SHA-256 of what it says, so that it is seen when it would say something else
    made_from: Mapped[str]
    wrapped_key: Mapped[bytes] = mapped_column(LargeBinary)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)

    def __init__(self, *, content: bytes, **values: Any) -> None:
        """Seal the bytes of a new paper under a key of its own."""
        self.id = uuid.uuid4()
        self.wrapped_key = new_data_key()
        self.checksum = hashlib.sha256(content).hexdigest()
        self.sealed = seal_bytes(content, key=open_data_key(self.wrapped_key), place=self._place)
        super().__init__(**values)

    @property
    def content(self) -> bytes:
        """The PDF as it was issued."""
        return unseal_bytes(self.sealed, key=open_data_key(self.wrapped_key), place=self._place)

    @property
    def _place(self) -> str:
        return f"{self.__tablename__}:{self.id}"


class RoundAnswer(OwnKey, Base):
    """What somebody answered in the evaluation of a round. Nothing here tells who, or when."""

    __tablename__ = "round_answer"

    round_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("consultation_round.id"), index=True)
    #: from 1, not at all, to 5, very much
    rating: Mapped[int]

    comment = Sealed[str]()


class RoundAnswered(Identified, Base):
    """That somebody has evaluated a round: so that everybody does so once, and the response rate is known."""

    __tablename__ = "round_answered"
    __table_args__ = (UniqueConstraint("round_id", "account_id"),)

    round_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("consultation_round.id"))
    account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"))
