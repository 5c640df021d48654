"""Exports for research: who asked for one, what for and until when, who of the management decided, the package that is given out, and the rows of a term."""

import hashlib
import uuid
from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column, relationship

from referrals.errors import SealBroken
from referrals.models.account import Account
from referrals.models.base import Base, Identified
from referrals.models.own_key import OwnKey
from referrals.sealing import Sealed, seal_bytes, unseal_bytes


class ResearchExport(OwnKey, Base):
    """One export that was asked for. What it gives out is made once, when it is approved, and kept until its last day is over."""

    __tablename__ = "research_export"

    asked_by_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"))
    asked_at: Mapped[datetime]
    #: the terms it is about, from the first to the last, such as 2026-spring
    first_term: Mapped[str]
    last_term: Mapped[str]
    #: the last day on which it is given out
    ends_on: Mapped[date]
    #: whether the management approved it; None while it has not decided
    is_approved: Mapped[bool | None]
    decided_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("account.id"))
    decided_at: Mapped[datetime | None]

    purpose = Sealed[str]()
    #: from which its pseudonyms are made: in another export the same row has another. Gone with its package
    pseudonym_key = Sealed[str]()

    asked_by: Mapped[Account] = relationship(foreign_keys=[asked_by_id])
    decided_by: Mapped[Account | None] = relationship(foreign_keys=[decided_by_id])
    #: what is given out; None before the first approval and after the last day
    package: Mapped["ResearchPackage | None"] = relationship(back_populates="export", cascade="all, delete-orphan")

    @property
    def chain_id(self) -> uuid.UUID:
        """The chain of the audit log that is its own."""
        return self.id


class ResearchPackage(Identified, Base):
    """What an export gives out, sealed with the key of the export; the same bytes each time it is fetched."""

    __tablename__ = "research_package"

    export_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("research_export.id"), unique=True)
    made_at: Mapped[datetime]
    #: SHA-256 of the ZIP, in hexadecimal
    checksum: Mapped[str]
    sealed: Mapped[bytes] = mapped_column(LargeBinary)

    export: Mapped[ResearchExport] = relationship(back_populates="package")

    def __init__(self, export: ResearchExport, *, made_at: datetime, content: bytes) -> None:
        """Seal the bytes of a new package."""
        super().__init__(id=uuid.uuid4(), export=export, made_at=made_at, checksum=hashlib.sha256(content).hexdigest())
        self.sealed = seal_bytes(content, key=export.data_key(), place=export.seal_place("package"))

    @property
    def content(self) -> bytes:
        """The ZIP as it was made. Raises SealBroken where it is another one."""
        content = unseal_bytes(self.sealed, key=self.export.data_key(), place=self.export.seal_place("package"))
        if hashlib.sha256(content).hexdigest() != self.checksum:
            raise SealBroken("a package for research differs from its checksum")
        return content


class ResearchTerm(OwnKey, Base):
    """The rows of one term, as every export gives them out. No column, and nothing in one, leads to a person or a referral."""

    __tablename__ = "research_term"

    #: such as 2026-spring; the first who draws its rows is the only one
    term: Mapped[str] = mapped_column(unique=True)
    drawn_at: Mapped[datetime]

    #: of each its area, about how old the child is, and its values by column, in an order that tells nothing
    rows = Sealed[list[list[Any]]]()
