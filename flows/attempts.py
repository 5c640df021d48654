"""One attempt at one step: its lease kept while it works, its end written, and its failure told in one neutral word."""

import logging
import os
import threading
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, Final, Self

from prefect import runtime
from prefect.client.schemas.objects import State
from prefect.states import Cancelled
from sqlalchemy import select
from sqlalchemy.orm import Session
from structlog.contextvars import bound_contextvars

from flows.failures import StepFailed, neutral
from flows.opening import logger, open_instance
from referrals import db, steps
from referrals.errors import LeaseLost
from referrals.models import Referral, Step

#: one run does no more steps than this, so that no run goes on for ever
MOST_IN_A_RUN: Final = 25

#: the exit status of a process that ends because an attempt does not
STUCK: Final = 3

#: set when the process is asked to end: a run finishes the step it is at, and takes up no other
ending = threading.Event()


@dataclass(frozen=True)
class Attempt:
    """Which step, and the how manieth attempt at it."""

    step_id: uuid.UUID
    number: int
    #: the how manieth step of its run this is
    place: int = 1

    @classmethod
    def read(cls, step_id: str, attempt: int) -> Self:
        """The attempt a flow run's parameters name."""
        return cls(uuid.UUID(str(step_id)), int(attempt))


def finish(session: Session, step: Step, attempt: Attempt) -> Attempt | None:
    """Write that the work is done; the attempt at what comes next, taken up in the same transaction for the same run."""
    holder = step.holder or ""
    steps.finish(session, attempt.step_id, attempt=attempt.number)
    if ending.is_set() or attempt.place == MOST_IN_A_RUN:
        return None
    claim = steps.take_next(session, step, holder=holder)
    return Attempt(claim.step_id, claim.attempt, attempt.place + 1) if claim else None


def carry_out(first: Attempt, work: Callable[[Attempt], Attempt | None]) -> State[Any] | None:
    """Do `work`, which ends with `finish`, under the attempt's lease; then on with what comes next (docs/decisions/0012).

    Everything a step needs is here and not in our worker, so that it holds in a stock worker's process too.
    An attempt whose step was taken over ends cancelled and has changed nothing.
    """
    open_instance()
    attempt = first
    try:
        while following := _do_one(attempt, work):
            attempt = following
    except LeaseLost:
        logger().info("step %s: attempt %d was taken over", attempt.step_id, attempt.number)
        return Cancelled(message="taken over by another attempt")
    except StepFailed as failure:
        _write_failure(attempt, failure)
        raise
    return None


def _do_one(attempt: Attempt, work: Callable[[Attempt], Attempt | None]) -> Attempt | None:
    number = _begin(attempt)
    kept = steps.KeptLease(attempt.step_id, attempt=attempt.number, at_last=partial(_end_process, attempt))
    with bound_contextvars(number=number), kept:
        following = work(attempt)
        logger().info("step %s: attempt %d done", attempt.step_id, attempt.number)
    return following


@neutral("database")
def _begin(attempt: Attempt) -> str:
    """Take the step up; the number of the referral it belongs to, for the log. Development work has none."""
    run_id = runtime.flow_run.id
    with db.writing() as session:
        steps.start(
            session, attempt.step_id, attempt=attempt.number, flow_run_id=uuid.UUID(str(run_id)) if run_id else None
        )
        of_step = select(Referral.number).join(Step, Step.referral_id == Referral.id).where(Step.id == attempt.step_id)
        return session.scalars(of_step).one_or_none() or "development"


def _write_failure(attempt: Attempt, failure: StepFailed) -> None:
    try:
        _fail(attempt, failure)
    except (LeaseLost, StepFailed):
        # Taken over, or the database is away: the lease runs out and another attempt begins.
        logger().warning("step %s: the failure of attempt %d could not be written", attempt.step_id, attempt.number)


def _end_process(attempt: Attempt) -> None:
    """Give up an attempt that does not come to an end, and with it the process, which is started again.

    No thread can be ended in any other way, and one that hangs in the printer keeps every other paper of the process waiting.
    The failure is written before, so that a paper that does so each time is given up in the end.
    """
    logger().error("step %s: attempt %d does not come to an end; ending the process", attempt.step_id, attempt.number)
    _write_failure(attempt, StepFailed("time", again=True))
    logging.shutdown()
    os._exit(STUCK)


@neutral("database")
def _fail(attempt: Attempt, failure: StepFailed) -> None:
    with db.writing() as session:
        last = steps.fail(session, attempt.step_id, attempt=attempt.number, word=failure.word, again=failure.again)
    logger().warning(
        "step %s: attempt %d failed (%s)%s",
        attempt.step_id, attempt.number, failure.word, ", a person sees it" if last else "",
    )  # fmt: skip
