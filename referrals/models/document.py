"""Papers and mail: what was issued or sent, once, to whom, and the bytes that were kept."""

import uuid
from datetime import datetime

from sqlalchemy import ForeignKey, LargeBinary, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from referrals.models.account import Account
from referrals.models.base import Base, by_value
from referrals.models.referral import History, OfReferral
from referrals.sealing import Sealed
from referrals.vocabulary import DocumentKind, MailKind


class Document(OfReferral, Base):
    """A paper that was issued: never made again, never changed."""

    __tablename__ = "document"
    __table_args__ = (UniqueConstraint("referral_id", "kind", "version", "recipient"),)

    kind: Mapped[DocumentKind] = mapped_column(by_value(DocumentKind))
    version: Mapped[int]
    #: `file`, `reporter`, `professional` for those called, `guardian:` and the guardian's id, or `service:` and which
    recipient: Mapped[str]
    language: Mapped[str]
    #: the history row whose work issued it; dates on the paper come from there
    history_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("history.id"))
    issued_at: Mapped[datetime]
    #: until this instant it can be stopped, counted from when it was made, which may be long after; None where it stays in the file
    held_until: Mapped[datetime | None]
    #: SHA-256 of the PDF, in hexadecimal
    checksum: Mapped[str]
    size: Mapped[int]
    #: somebody kept it from going out; the bytes stay
    stopped_at: Mapped[datetime | None]
    #: it was issued before an identity in it was protected: only the referral's access list opens it since
    restricted_at: Mapped[datetime | None]
    stopped_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("account.id"))

    history: Mapped[History] = relationship()
    stopped_by: Mapped[Account | None] = relationship()
    #: none once the paper was disposed of
    content: Mapped["DocumentContent | None"] = relationship(back_populates="document", uselist=False)

    @property
    def stoppable_until(self) -> datetime | None:
        """Until when it can be kept from going out; None where it stays in the file or was stopped."""
        return None if self.stopped_at is not None else self.held_until


class DocumentContent(OfReferral, Base):
    """The bytes of one paper, sealed; in a table of their own so that lists never load them."""

    __tablename__ = "document_content"

    document_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("document.id"), unique=True)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)

    document: Mapped[Document] = relationship(back_populates="content")


class Mail(OfReferral, Base):
    """A mail to one person. It carries a link and, unless it goes to a guardian, a reference number; never what it is about."""

    __tablename__ = "mail"
    __table_args__ = (UniqueConstraint("history_id", "kind", "recipient"),)

    kind: Mapped[MailKind] = mapped_column(by_value(MailKind))
    history_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("history.id"))
    #: `reporter`, `account:` or `guardian:` and an id: whom it is for, so that nobody gets the same mail twice
    recipient: Mapped[str]
    language: Mapped[str]
    #: the same each time it is tried, so that a post office can recognise a second delivery
    message_id: Mapped[str] = mapped_column(unique=True)
    written_at: Mapped[datetime]
    #: until this instant it can be stopped
    held_until: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    stopped_at: Mapped[datetime | None]
    stopped_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("account.id"))
    #: the date of the team it is part of, which may have been taken away since: it is not sent by itself, the date is told of
    date_id: Mapped[uuid.UUID | None] = mapped_column(index=True)

    address = Sealed[str]()

    history: Mapped[History] = relationship()
    stopped_by: Mapped[Account | None] = relationship()

    @property
    def account_id(self) -> uuid.UUID | None:
        """Whose account it goes to; None for the reporter and for guardians."""
        kind, _, identity = self.recipient.partition(":")
        return uuid.UUID(identity) if kind == "account" else None
