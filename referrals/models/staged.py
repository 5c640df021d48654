"""What moves through the stages, whoever it is about: where it stands, since when, and by which day it should be done."""

from datetime import date, datetime

from sqlalchemy.orm import Mapped, mapped_column

from referrals.models.base import by_value
from referrals.stages import Stage, State, Status


class Staged:
    """A row that stands in a stage. Only a door (`referrals/moving.py`) moves it on."""

    stage: Mapped[Stage] = mapped_column(by_value(Stage))
    status: Mapped[Status] = mapped_column(by_value(Status))
    #: number of the newest history row; what a person saw is compared with it
    version: Mapped[int] = mapped_column(default=0)
    #: false once it has ended
    is_open: Mapped[bool] = mapped_column(default=True)
    #: the day by which this stage should be done: a local target, never a legal deadline
    target_on: Mapped[date | None]
    stage_since: Mapped[datetime]

    @property
    def state(self) -> State:
        """Stage and status together."""
        return State(self.stage, self.status)

    def is_past_target(self, today: date) -> bool:
        """Whether the stage's target day has passed."""
        return self.is_open and self.target_on is not None and self.target_on < today
