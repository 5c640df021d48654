"""Papers that follow the clock and no step: the tries at printing each of them that have not come back."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from referrals.models.base import Base, Identified, by_value


class ClockPaper(StrEnum):
    """What is issued when its time has come, by the name of its template."""

    ROUND_AGENDA = "round_agenda"
    QUALITY_REPORT = "quality_report"


class PrintAttempt(Identified, Base):
    """A paper that the printer has, or had when its process ended. What comes out of the printer, or fails in it, leaves no row."""

    __tablename__ = "print_attempt"
    __table_args__ = (UniqueConstraint("paper", "key"),)

    paper: Mapped[ClockPaper] = mapped_column(by_value(ClockPaper))
    #: which one: the year of a report, the digest of what an agenda says
    key: Mapped[str]
    tries: Mapped[int]
    #: by the machine's clock
    tried_at: Mapped[datetime]
