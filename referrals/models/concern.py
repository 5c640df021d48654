"""What the reporter wrote: the draft on its way, the concern as sent in, and what was added later."""

import uuid
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from cryptography.fernet import Fernet
from sqlalchemy import ForeignKey, Index, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column, relationship

from referrals.models.account import Account
from referrals.models.base import Base, Identified, by_value
from referrals.models.referral import OfReferral, Referral
from referrals.sealing import Sealed, new_data_key, open_data_key
from referrals.vocabulary import ConflictAnswer, GuardiansKnow, ProtectionAnswer, ReporterKind


class Draft(Identified, Base):
    """A concern somebody is still writing. Sealed with a key of its own and deleted on its day."""

    __tablename__ = "draft"

    #: keyed digest of the code that takes the draft up again
    code_index: Mapped[str] = mapped_column(unique=True)
    #: keyed digest of the token in the browser that writes it
    token_index: Mapped[str] = mapped_column(unique=True)
    unit_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("unit.id"))
    language: Mapped[str]
    saved_at: Mapped[datetime]
    expires_on: Mapped[date] = mapped_column(index=True)
    #: the signed-in person who writes it, who may take it up again without the code
    account_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("account.id"), index=True)
    #: set when it was sent in, so that sending twice makes one referral
    referral_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("referral.id"))
    wrapped_key: Mapped[bytes] = mapped_column(LargeBinary)

    answers = Sealed[dict[str, Any]]()
    #: the code that takes it up again, or once it was sent in the return code: for its writer's eyes, gone with the draft
    code = Sealed[str]()

    def __init__(self, **values: Any) -> None:
        """Give a new draft its id and data key first, so that its answers can be sealed."""
        self.id = values.pop("id", None) or uuid.uuid4()
        self.wrapped_key = new_data_key()
        super().__init__(**values)

    def data_key(self) -> Fernet:
        """What seals and opens this draft."""
        return open_data_key(self.wrapped_key)

    def seal_place(self, name: str) -> str:
        """The identity that binds the answers to this draft."""
        return f"{self.__tablename__}:{self.id}:{name}"


class Concern(OfReferral, Base):
    """The concern as it was sent in; never changed afterwards."""

    __tablename__ = "concern"

    reporter_kind: Mapped[ReporterKind] = mapped_column(by_value(ReporterKind))
    language: Mapped[str]
    protection: Mapped[ProtectionAnswer] = mapped_column(by_value(ProtectionAnswer))
    guardians_know: Mapped[GuardiansKnow] = mapped_column(by_value(GuardiansKnow))
    conflict: Mapped[ConflictAnswer] = mapped_column(by_value(ConflictAnswer))
    #: functions of the forum that are too close to the matter, as professions
    conflict_functions: Mapped[list[str]]
    #: keyed digest of the reporter's return code
    return_code_index: Mapped[str]
    submitted_at: Mapped[datetime]

    reporter_name = Sealed[str]()
    reporter_function = Sealed[str]()
    reporter_phone = Sealed[str]()
    reporter_email = Sealed[str]()
    #: the return code itself, until it is printed on the receipt
    return_code = Sealed[str]()
    observations = Sealed[str]()
    observed_when = Sealed[str]()
    observed_where = Sealed[str]()
    duration = Sealed[str]()
    strengths = Sealed[str]()
    child_voice = Sealed[str]()
    guardians_view = Sealed[str]()
    guardians_know_reason = Sealed[str]()
    tried = Sealed[str]()
    tried_result = Sealed[str]()
    wished_help = Sealed[str]()
    urgency = Sealed[str]()
    conflict_text = Sealed[str]()

    referral: Mapped[Referral] = relationship()

    @property
    def is_wary(self) -> bool:
        """Whether its reporter fears harm, or finds it unsuitable that the guardians are told now."""
        return self.guardians_know is GuardiansKnow.NOT_SUITABLE or self.protection is ProtectionAnswer.YES


class AdditionKind(StrEnum):
    """Why the reporter wrote again."""

    COMPLETION = "completion"
    ADDITION = "addition"


class ConcernAddition(OfReferral, Base):
    """What the reporter wrote later: an answer to a return for completion, or something to add."""

    __tablename__ = "concern_addition"
    __table_args__ = (Index("ix_concern_addition_unread", "kind", "read_at"),)

    kind: Mapped[AdditionKind] = mapped_column(by_value(AdditionKind))
    at: Mapped[datetime]
    #: when a coordinator read it, and who; an answer to a return is read by deciding anew
    read_at: Mapped[datetime | None]
    read_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("account.id"))

    text = Sealed[str]()

    read_by: Mapped[Account | None] = relationship()
