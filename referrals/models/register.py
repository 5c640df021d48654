"""The register: one numbered line for everything that came in or went out, without a word of what it says."""

import uuid
from datetime import date, datetime

from cryptography.fernet import MultiFernet
from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from referrals.errors import SealBroken
from referrals.models.base import Base, Identified, by_value
from referrals.models.organisation import Unit
from referrals.models.referral import Referral
from referrals.sealing import Sealed
from referrals.vocabulary import Counterpart, Direction, DocumentKind, Registered


class RegisterYear(Base):
    """The last number given in one year: it moves in the transaction that uses it, so that none is left out."""

    __tablename__ = "register_year"

    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    last: Mapped[int]


class RegisterEntry(Identified, Base):
    """One line of the register, never changed; struck where it should not have been entered."""

    __tablename__ = "register_entry"
    __table_args__ = (
        UniqueConstraint("year", "number"),
        Index("ix_register_entry_unit", "unit_id", "year", "number"),
        Index("ix_register_entry_object_id", "object_id"),
    )

    year: Mapped[int]
    #: 1, 2, 3 … within its year, for the whole municipality, without a gap
    number: Mapped[int]
    entered_at: Mapped[datetime]
    #: the day it came in or went out
    dated_on: Mapped[date]
    direction: Mapped[Direction] = mapped_column(by_value(Direction))
    kind: Mapped[Registered] = mapped_column(by_value(Registered))
    paper: Mapped[DocumentKind | None] = mapped_column(by_value(DocumentKind))
    counterpart: Mapped[Counterpart] = mapped_column(by_value(Counterpart))
    #: the profession or the kind of reporter, where that is known
    function: Mapped[str | None]
    #: none for a protection report, which nothing ties to a referral for those who read the register
    referral_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("referral.id"), index=True)
    unit_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("unit.id"))
    #: the concern, addition, part, paper or other row it is about
    object_id: Mapped[uuid.UUID]
    #: which source of the rule pack makes it secret
    secrecy: Mapped[str]
    #: it should not have been entered: the number stays, what it said does not
    struck_at: Mapped[datetime | None]

    #: from or to whom, where no other row says it; only beside a referral, and sealed with its key
    counterpart_name = Sealed[str]()

    referral: Mapped[Referral | None] = relationship()
    unit: Mapped[Unit | None] = relationship()

    @property
    def label(self) -> str:
        """Its own number, such as 2026-000123."""
        return f"{self.year}-{self.number:06d}"

    @property
    def subject(self) -> str:
        """What it is, in neutral English words."""
        return self.paper.label if self.paper else self.kind.label

    def data_key(self) -> MultiFernet:
        """What seals a name: the referral's own key. Raises SealBroken where there is none."""
        if self.referral is None:
            raise SealBroken("a name is kept beside a referral only")
        return self.referral.key_of(None)

    def seal_place(self, name: str) -> str:
        """The identity that binds a sealed value to this row."""
        return f"{self.__tablename__}:{self.id}:{name}"
