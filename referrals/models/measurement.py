"""Numbers that show how it goes, week by week: days away, and whatever a goal is measured by."""

import uuid
from datetime import date

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from referrals.models.base import Base
from referrals.models.referral import History, OfReferral
from referrals.sealing import Sealed


class Measurement(OfReferral, Base):
    """One number for one week, never changed: the newest counts. Who gave it and when stands in its history row."""

    __tablename__ = "measurement"

    history_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("history.id"), unique=True)
    #: the goal it measures, as that is called through all versions of the plan; None where it is days away from school
    goal_line: Mapped[uuid.UUID | None]
    #: the Monday of the week
    week_on: Mapped[date]

    #: None where an earlier number of the week was taken away
    value = Sealed[float]()
    #: what is counted, in a few words
    counted = Sealed[str]()

    history: Mapped[History] = relationship()
