"""Requests to read what is written about somebody: who asked for what, who goes through it, and what was decided of each piece."""

import uuid
from datetime import date, datetime

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from referrals.models.account import Account
from referrals.models.base import Base, by_value
from referrals.models.guardian import Guardian
from referrals.models.referral import OfReferral
from referrals.sealing import Sealed
from referrals.vocabulary import AskedBy, AskedHow


class ReadingRequest(OfReferral, Base):
    """One request to read the file of one referral. Nothing leaves before its reviewer has answered about every piece."""

    __tablename__ = "reading_request"

    asked_by: Mapped[AskedBy] = mapped_column(by_value(AskedBy))
    #: which guardian, where one asked
    guardian_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("guardian.id"))
    asked_how: Mapped[AskedHow] = mapped_column(by_value(AskedHow))
    received_on: Mapped[date]
    due_on: Mapped[date]
    recorded_at: Mapped[datetime]
    recorded_by_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"))
    reviewer_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"), index=True)
    #: the reviewer has gone through everything and let the extract go
    approved_at: Mapped[datetime | None]
    #: what the register's line about the extract is about
    extract_id: Mapped[uuid.UUID | None]

    #: who asked, where that is neither a guardian of the child nor the child
    asker_name = Sealed[str]()
    #: what they want to see, in their words
    wish = Sealed[str]()

    recorded_by: Mapped[Account] = relationship(foreign_keys=[recorded_by_id])
    reviewer: Mapped[Account] = relationship(foreign_keys=[reviewer_id])
    guardian: Mapped[Guardian | None] = relationship()


class ReadingAnswer(OfReferral, Base):
    """What the reviewer decided about one piece: it is given, or withheld on a ground of the rule pack and for a reason."""

    __tablename__ = "reading_answer"
    __table_args__ = (UniqueConstraint("request_id", "piece"),)

    request_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("reading_request.id"))
    #: table and row, such as `assessment_part:<id>`
    piece: Mapped[str]
    is_given: Mapped[bool]
    #: key of a ground in the rule pack
    ground: Mapped[str | None]
    decided_at: Mapped[datetime]

    reason = Sealed[str]()
