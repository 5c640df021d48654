"""Files somebody handed in with a text: what they are, what they belong to, and their bytes, sealed."""

import uuid
from datetime import datetime

from cryptography.fernet import Fernet
from sqlalchemy import ForeignKey, LargeBinary, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from referrals.models.account import Account
from referrals.models.assessment import AssessmentPart
from referrals.models.base import Base, Identified, by_value
from referrals.models.concern import Draft
from referrals.models.follow_up import FollowUp
from referrals.models.referral import OfReferral
from referrals.sealing import Sealed
from referrals.vocabulary import AttachedTo, FileKind


class Attachment(OfReferral, Base):
    """A file that belongs to the concern, to one part of the assessment, or to one follow-up."""

    __tablename__ = "attachment"
    __table_args__ = (UniqueConstraint("referral_id", "number"),)

    #: 1, 2, 3 … within the referral; with it the file has a name that says nothing about anybody
    number: Mapped[int]
    belongs_to: Mapped[AttachedTo] = mapped_column(by_value(AttachedTo))
    part_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("assessment_part.id"), index=True)
    #: none while the follow-up is still being written
    follow_up_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("follow_up.id"), index=True)
    kind: Mapped[FileKind] = mapped_column(by_value(FileKind))
    #: SHA-256 of the bytes as they are kept, in hexadecimal
    checksum: Mapped[str]
    size: Mapped[int]
    attached_at: Mapped[datetime]
    #: the reporter has no account
    by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("account.id"))
    #: somebody took it out: its bytes and its sender's name for it are gone, the row says who, when and why
    taken_out_at: Mapped[datetime | None]
    taken_out_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("account.id"))

    #: what its sender called it: personal data, for those only who may open it
    sender_name = Sealed[str]()
    taken_out_reason = Sealed[str]()

    part: Mapped[AssessmentPart | None] = relationship()
    follow_up: Mapped[FollowUp | None] = relationship()
    taken_out_by: Mapped[Account | None] = relationship(foreign_keys=[taken_out_by_id])

    @property
    def paper_name(self) -> str:
        """The name it goes out under, without the reference number: attachment-1.pdf."""
        return f"attachment-{self.number}.{FILE_ENDINGS[self.kind]}"


class AttachmentContent(OfReferral, Base):
    """The bytes of one attachment, sealed; in a table of their own so that lists never load them."""

    __tablename__ = "attachment_content"

    attachment_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("attachment.id"), unique=True)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)


class DraftFile(Identified, Base):
    """A file that waits in a draft until the concern is sent in; sealed with the draft's key and gone with it."""

    __tablename__ = "draft_file"

    draft_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("draft.id", ondelete="CASCADE"), index=True)
    kind: Mapped[FileKind] = mapped_column(by_value(FileKind))
    checksum: Mapped[str]
    size: Mapped[int]
    taken_at: Mapped[datetime]
    sealed: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)

    sender_name = Sealed[str]()

    draft: Mapped[Draft] = relationship()

    def __init__(self, *, draft: Draft, **values: object) -> None:
        """Tie the row to its draft first, so that values can be sealed for it."""
        self.id = uuid.uuid4()
        self.draft_id = draft.id
        self.draft = draft
        super().__init__(**values)

    def data_key(self) -> Fernet:
        """What seals and opens this file: the key of its draft."""
        return self.draft.data_key()

    def seal_place(self, name: str) -> str:
        """The identity that binds a sealed value to this row."""
        return f"{self.__tablename__}:{self.id}:{name}"


#: how a file's name ends, by what it is
FILE_ENDINGS = {FileKind.PDF: "pdf", FileKind.JPEG: "jpg", FileKind.PNG: "png"}
