"""That somebody who decides an investigation opened a part behind a wall: on which ground, and what for."""

import uuid
from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from referrals.models.account import Account
from referrals.models.assessment import AssessmentPart
from referrals.models.base import Base
from referrals.models.referral import OfReferral
from referrals.sealing import Sealed


class PartOpening(OfReferral, Base):
    """One part that one person opened wholly. It stays when the wall is closed again."""

    __tablename__ = "part_opening"

    part_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("assessment_part.id"), index=True)
    by_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"))
    at: Mapped[datetime]
    #: a key of the rule pack's statutory tracks: the investigation it is needed for
    ground: Mapped[str]

    purpose = Sealed[str]()

    part: Mapped[AssessmentPart] = relationship()
    by: Mapped[Account] = relationship()
