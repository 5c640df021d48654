"""Development work that goes on beside the referral of a random journey, carried by the same steps: what is decided about it, and what it left."""

import random
import uuid
from collections.abc import Callable, Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session

from referrals.development import stages
from referrals.models import DevelopmentCase, DevelopmentPaper
from referrals.stages import IN_TRIAGE, SUBMITTED, Stage
from tests import development
from tests.people import Cast

#: how often something is decided about it when something is about the referral, and how it goes on
OFTEN = 0.3
GOES_ON = {
    Stage.ASSESSMENT: Stage.TEAM_REVIEW, Stage.TEAM_REVIEW: Stage.ACTION_PLAN, Stage.ACTION_PLAN: Stage.FOLLOW_UP,
    Stage.FOLLOW_UP: Stage.CLOSURE,
}  # fmt: skip


class WorkBeside:
    """It has a chance of its own, so that the referral goes the same way with it as without."""

    id: uuid.UUID

    def __init__(self, seed: int) -> None:
        self.choice = random.Random(f"work {seed}")

    def begin(self, session: Session, cast: Cast) -> None:
        """Begin it."""
        self.id = development.begin(session, cast).id

    def decide(self, session: Session, cast: Cast) -> None:
        """Now and then the next decision, whether or not what follows the one before is done."""
        if self.choice.random() >= OFTEN:
            return
        found = session.get_one(DevelopmentCase, self.id)
        if found.state in (SUBMITTED, IN_TRIAGE):
            stages.take_up(session, found, by=cast.coordinator.actor())
        elif found.stage in GOES_ON:
            development.carry(session, cast, found, GOES_ON[found.stage])
        elif found.closed_at is None:
            development.close(session, cast, found)

    def became(self, session: Session, lines_of: Callable[[bytes], list[str]]) -> Iterator[str]:
        """Everything that must be the same with and without a fault; `lines_of` reads a paper."""
        found = session.get_one(DevelopmentCase, self.id)
        yield f"work {found.state} until {found.target_on}"
        for row in reversed(found.events):
            yield f"work {row.number} {row.act} by {row.by and row.by.name} to {row.to_stage}/{row.to_status}"
            left = select(DevelopmentPaper).where(DevelopmentPaper.event_id == row.id)
            for paper in session.scalars(left.order_by(DevelopmentPaper.audience)):
                yield f"work {paper.kind} for {paper.audience}"
                yield from lines_of(paper.content())
