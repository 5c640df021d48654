"""What the watchers of an installation are told: how much work waits, how long it took, papers and mail. Numbers of nobody."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import ColumnElement, case, func, select
from sqlalchemy.orm import Session

from referrals import clock, steps
from referrals.models import Document, Heartbeat, Mail, Step, StepKind
from referrals.papers import print_attempts
from referrals.vocabulary import DocumentKind

#: how far back finished steps are looked at, and how many of them at most
LATELY: Final = timedelta(hours=1)
MOST: Final = 5_000
#: whose sign of life a row is: that of a worker, or of a sweep that left nothing over
WORKER: Final = "worker"
SWEEP: Final = "sweep"


@dataclass(frozen=True)
class Work:
    """One kind of automatic work. Ages and durations in seconds; what is held on purpose counts from the end of the hold."""

    waiting: int
    #: age of the oldest that waits; 0 where none does
    oldest: float
    given_up: int
    #: how long those took that were finished in the last hour, shortest first
    took: tuple[float, ...]

    def quantile(self, part: float) -> float:
        """The duration that `part` (0 to 1) of those finished in the last hour did not exceed; 0 where none was."""
        return self.took[min(len(self.took) - 1, int(part * len(self.took)))] if self.took else 0.0


@dataclass(frozen=True)
class Figures:
    """The figures of one moment."""

    work: dict[StepKind, Work]
    papers: dict[DocumentKind, int]
    #: papers that follow the clock and never came out of the printer
    papers_given_up: int
    #: `sent`, `stopped`, `waiting`
    mail: dict[str, int]
    #: seconds since a worker showed that it lives; None where none ever did
    worker_silent: float | None
    #: seconds since a sweep left nothing over; None where none ever did
    sweep_silent: float | None


def read(session: Session) -> Figures:
    """The figures of now. Protection reports are in none of them: a number would tell that there was one."""
    counted = select(Document.kind, func.count()).group_by(Document.kind)
    papers = {row[0]: row[1] for row in session.execute(counted)}
    return Figures(
        work={kind: _work(session, kind) for kind in StepKind},
        papers={kind: papers.get(kind, 0) for kind in DocumentKind if kind is not DocumentKind.PROTECTION_REPORT},
        papers_given_up=print_attempts.count_given_up(session),
        mail=_mail(session),
        worker_silent=silent(session, WORKER),
        sweep_silent=silent(session, SWEEP),
    )


def silent(session: Session, part: str) -> float | None:
    """Seconds since a part showed that it goes on; None where it never did."""
    seen = session.scalar(select(func.max(Heartbeat.seen_at)).where(Heartbeat.part == part))
    return None if seen is None else (clock.machine_now() - seen).total_seconds()


def _work(session: Session, kind: StepKind) -> Work:
    now = clock.machine_now()
    is_open = Step.kind == kind, Step.finished_at.is_(None), Step.failed_at.is_(None)
    is_due = Step.not_before.is_(None) | (Step.not_before <= clock.now())
    waiting = session.scalar(select(func.count()).select_from(Step).where(*is_open, is_due)) or 0
    # a mail that is tried again after a person saw it is as old as the outage, and no sign that nobody works
    is_first = Step.failures <= len(steps.PAUSES)
    oldest = session.scalar(select(func.min(_since())).where(*is_open, is_due, is_first))
    given_up = select(func.count()).select_from(Step).where(Step.kind == kind, Step.failed_at.is_not(None))
    lately = select(_since(), Step.finished_at).where(Step.kind == kind, Step.finished_at > now - LATELY)
    ended = session.execute(lately.order_by(Step.finished_at.desc()).limit(MOST))
    return Work(
        waiting=waiting,
        oldest=0.0 if oldest is None else _seconds(oldest, now),
        given_up=session.scalar(given_up) or 0,
        took=tuple(sorted(_seconds(since, until) for since, until in ended if until)),
    )


def _since() -> ColumnElement[datetime]:
    """From when on a step waits for us, and not for somebody who may still stop it."""
    return case((Step.not_before > Step.created_at, Step.not_before), else_=Step.created_at)


def _seconds(since: datetime, until: datetime) -> float:
    return max(0.0, (until - since).total_seconds())


def _mail(session: Session) -> dict[str, int]:
    is_stopped, is_sent = Mail.stopped_at.is_not(None), Mail.sent_at.is_not(None)
    numbers = select(
        func.count(case((is_sent, 1))),
        func.count(case((is_stopped, 1))),
        func.count(case((~is_sent & ~is_stopped, 1))),
    )
    sent, stopped, waiting = session.execute(numbers).one()
    return {"sent": sent, "stopped": stopped, "waiting": waiting}
