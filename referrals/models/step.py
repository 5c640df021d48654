"""The work a history row starts: who holds it, how often it was tried, and what became of it; and the parts that are alive."""

import uuid
from datetime import datetime
from enum import StrEnum
from typing import Final

from sqlalchemy import CheckConstraint, Connection, ForeignKey, Index, event, text
from sqlalchemy.orm import Mapped, Mapper, mapped_column, relationship

from referrals.models.base import Base, Identified, by_value
from referrals.models.development import DevelopmentEvent
from referrals.models.referral import History, Referral

#: The edition of the automatic work that this version knows. A worker leaves steps of a later edition alone, so that a web that was
#: upgraded may leave work to do beside a worker that was not. Raised when a verb, a paper, a mail or a kind of step comes in, or where
# a worker of the version before could not read what this one writes: one that knows one key a referral only would fail at each step.
EDITION: Final = 2


class StepKind(StrEnum):
    """Which flow does the work."""

    ADVANCE_REFERRAL = "advance_referral"
    ADVANCE_DEVELOPMENT = "advance_development"
    SEND_MAIL = "send_mail"


class Step(Identified, Base):
    """One piece of automatic work, waiting, held under a lease, finished or failed.

    It follows a row of a referral's history or an event of development work, and the database itself refuses one that follows
    both: no step leads from the one to the other. All its instants are the machine's, not the shifted date of a demonstration, except `not_before`.
    """

    __tablename__ = "step"
    __table_args__ = (
        Index("ix_step_waiting", "finished_at", "failed_at", "lease_until"),
        Index(
            "ix_step_failed",
            "failed_at",
            sqlite_where=text("failed_at IS NOT NULL"),
            postgresql_where=text("failed_at IS NOT NULL"),
        ),
        CheckConstraint(
            "(referral_id IS NOT NULL AND history_id IS NOT NULL AND development_id IS NULL AND event_id IS NULL)"
            " OR (referral_id IS NULL AND history_id IS NULL AND development_id IS NOT NULL AND event_id IS NOT NULL)",
            name="follows_one",
        ),
    )

    referral_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("referral.id"), index=True)
    development_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("development_case.id"), index=True)

    kind: Mapped[StepKind] = mapped_column(by_value(StepKind))
    #: which edition of the work a worker must know to do it
    edition: Mapped[int] = mapped_column(default=EDITION, server_default="0")
    history_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("history.id"), index=True)
    #: the same of development work
    event_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("development_event.id"), index=True)
    #: the mail to send, where that is the work
    mail_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("mail.id"), unique=True)
    #: not before this instant of `clock.now()`, so that a mail can be stopped for some minutes
    not_before: Mapped[datetime | None]
    created_at: Mapped[datetime]
    attempt: Mapped[int] = mapped_column(default=0)
    #: tries that ended in a failure of the outside world; the attempt also counts workers that died
    failures: Mapped[int] = mapped_column(default=0)
    #: random, new with each attempt: the idempotency key of the flow run
    token: Mapped[str | None]
    holder: Mapped[str | None]
    lease_until: Mapped[datetime | None]
    flow_run_id: Mapped[uuid.UUID | None]
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    #: by `clock.now()`, which people read: a person sees it and can try again; given up for good where no `lease_until` stands beside it
    failed_at: Mapped[datetime | None]
    #: what failed, as one neutral word such as `paper`, `mail`, `address`, `database`
    failed_with: Mapped[str | None]

    #: both of a step about a child; those of development work have `event`
    referral: Mapped[Referral] = relationship()
    history: Mapped[History] = relationship()
    event: Mapped[DevelopmentEvent] = relationship()

    @property
    def tried_again_at(self) -> datetime | None:
        """When it is tried again by itself although a person sees already that it failed; None where it is given up for good."""
        return self.lease_until if self.failed_at else None


#: the channel on which PostgreSQL wakes a dispatcher at the commit that leaves a step; SQLite is looked at often instead
WAKE_CHANNEL = "trivsel_step"


@event.listens_for(Step, "after_insert")
def _wake_dispatchers(_mapper: Mapper[Step], connection: Connection, _step: Step) -> None:
    wake_dispatchers(connection)


def wake_dispatchers(connection: Connection) -> None:
    """Let waiting dispatchers know, at the commit of `connection`, that there is something to do."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_notify(:channel, '')"), {"channel": WAKE_CHANNEL})


class Heartbeat(Identified, Base):
    """That automatic work goes on: a worker was alive a moment ago, or a sweep left nothing over."""

    __tablename__ = "heartbeat"

    #: `worker`, with a random name for the process, or `sweep`
    part: Mapped[str]
    holder: Mapped[str] = mapped_column(unique=True)
    seen_at: Mapped[datetime]
