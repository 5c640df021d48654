"""Follow-ups and evaluations of a programme of special support."""

import uuid
from datetime import date

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from referrals.models.base import Base, by_value
from referrals.models.referral import History, OfReferral
from referrals.models.support_programme import SupportProgramme
from referrals.sealing import Sealed
from referrals.vocabulary import SupportReviewKind, SupportReviewOutcome


class SupportReview(OfReferral, Base):
    """One follow-up or evaluation: by whom and when it was recorded stands in its history row."""

    __tablename__ = "support_review"

    programme_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("support_programme.id"))
    history_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("history.id"), unique=True)
    kind: Mapped[SupportReviewKind] = mapped_column(by_value(SupportReviewKind))
    #: on which day it was done
    held_on: Mapped[date]
    outcome: Mapped[SupportReviewOutcome] = mapped_column(by_value(SupportReviewOutcome))

    #: how the measures were carried out, and what they gave
    findings = Sealed[str]()
    #: how the pupil and the guardians see it
    views = Sealed[str]()

    programme: Mapped[SupportProgramme] = relationship()
    history: Mapped[History] = relationship()
