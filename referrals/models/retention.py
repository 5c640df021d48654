"""Disposal: what was proposed, approved and done with the content of a referral, the receipt that stays, and legal holds."""

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from referrals.models.account import Account
from referrals.models.base import Base, by_value
from referrals.models.referral import OfReferral
from referrals.sealing import Sealed
from referrals.vocabulary import DisposalState, Fate


class Disposal(OfReferral, Base):
    """One disposal of some kinds of content of one referral. It outlives the content and says nothing of it."""

    __tablename__ = "disposal"

    #: values of ContentKind
    kinds: Mapped[list[str]]
    fate: Mapped[Fate] = mapped_column(by_value(Fate))
    #: the plan's name and the years for each kind, as they stood when it was proposed
    rule: Mapped[dict[str, Any]]
    proposed_at: Mapped[datetime]
    proposed_by_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"))
    #: approved by somebody else, or declined by anybody who may decide
    decided_at: Mapped[datetime | None]
    decided_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("account.id"))
    is_declined: Mapped[bool] = mapped_column(default=False)
    #: when the archive's copy was taken out, and under which number the archive holds it
    exported_at: Mapped[datetime | None]
    archive_number: Mapped[str | None]
    done_at: Mapped[datetime | None]
    #: what went: rows for each table, and the checksum of each paper
    receipt: Mapped[dict[str, Any] | None]

    proposed_by: Mapped[Account] = relationship(foreign_keys=[proposed_by_id])
    decided_by: Mapped[Account | None] = relationship(foreign_keys=[decided_by_id])

    @property
    def state(self) -> DisposalState:
        """How far it has come."""
        if self.is_declined:
            return DisposalState.DECLINED
        if self.done_at is not None:
            return DisposalState.DONE
        if self.decided_at is None:
            return DisposalState.PROPOSED
        waits = self.fate is Fate.PRESERVE and self.archive_number is None
        return DisposalState.TO_DELIVER if waits else DisposalState.APPROVED


class LegalHold(OfReferral, Base):
    """That nothing of a referral may be disposed of for now, such as while a case is in court."""

    __tablename__ = "legal_hold"

    since: Mapped[datetime]
    by_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"))
    lifted_at: Mapped[datetime | None]
    lifted_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("account.id"))

    reason = Sealed[str]()

    by: Mapped[Account] = relationship(foreign_keys=[by_id])
