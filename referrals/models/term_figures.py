"""What is kept of patterns: the figures of a school term, counted once, and the quality report of a school year, issued once."""

import hashlib
from datetime import datetime
from typing import Any

from sqlalchemy import LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from referrals.errors import SealBroken
from referrals.models.base import Base, Identified
from referrals.models.own_key import OwnKey
from referrals.sealing import seal_bytes, unseal_bytes


class TermFigures(Identified, Base):
    """The figures of one term as they are told, without those that are left out. No column, and nothing in one, leads to a person."""

    __tablename__ = "term_figures"

    #: such as 2026-spring; the first who counts it is the only one
    term: Mapped[str] = mapped_column(unique=True)
    counted_at: Mapped[datetime]
    #: {"tables": what is told, "areas": {the id of a school: the area it lay in, where that area is told}}
    told: Mapped[dict[str, Any]]


class QualityReport(OwnKey, Base):
    """The quality report of one school year as it was issued: never made again, never changed."""

    __tablename__ = "quality_report"

    #: the year in which the school year began
    begins: Mapped[int] = mapped_column(unique=True)
    language: Mapped[str]
    issued_at: Mapped[datetime]
    #: SHA-256 of the PDF, in hexadecimal
    checksum: Mapped[str]
    sealed: Mapped[bytes] = mapped_column(LargeBinary)

    def __init__(self, *, content: bytes, **values: Any) -> None:
        """Seal the bytes of a new report."""
        super().__init__(checksum=hashlib.sha256(content).hexdigest(), **values)
        self.sealed = seal_bytes(content, key=self.data_key(), place=self.seal_place("content"))

    @property
    def content(self) -> bytes:
        """The PDF as it was issued. Raises SealBroken where it is another one."""
        content = unseal_bytes(self.sealed, key=self.data_key(), place=self.seal_place("content"))
        if hashlib.sha256(content).hexdigest() != self.checksum:
            raise SealBroken("a quality report differs from its checksum")
        return content
