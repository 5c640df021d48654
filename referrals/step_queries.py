"""The queries for steps, each built once: whoever runs one gives it the instants of now.

The dispatcher runs them twenty times a second, also at rest, and each step a few times: to build one costs more than to run it.
"""

import uuid
from datetime import datetime
from functools import cache

from sqlalchemy import ColumnElement, Integer, Select, bindparam, select, update
from sqlalchemy.orm import aliased
from sqlalchemy.sql.dml import ReturningUpdate

from referrals.models import DevelopmentEvent, History, Step, StepKind


@cache
def oldest(*, is_mail: bool | None) -> Select[datetime, uuid.UUID]:
    """What can be taken now, of mails, of all else, or with None of everything, the oldest first."""
    able = select(Step.created_at, Step.id).where(*can_be_taken())
    if is_mail is not None:
        able = able.where((Step.kind == StepKind.SEND_MAIL) == is_mail)
    return able.order_by(Step.created_at, Step.id).limit(bindparam("most", type_=Integer))


@cache
def following(kind: StepKind) -> Select[uuid.UUID]:
    """What can be taken now after a step of this kind."""
    like = [Step.kind == kind, *can_be_taken()]
    if kind is StepKind.ADVANCE_REFERRAL:
        like.append(Step.referral_id == bindparam("of"))
    if kind is StepKind.ADVANCE_DEVELOPMENT:
        like.append(Step.development_id == bindparam("of"))
    oldest = select(Step.id).where(*like).order_by(Step.created_at, Step.id).limit(1)
    return oldest.with_for_update(skip_locked=True, of=Step)


@cache
def take() -> ReturningUpdate[uuid.UUID, int, StepKind, str | None]:
    """Take one step, if it can be taken."""
    able = update(Step).where(Step.id == bindparam("step"), *can_be_taken())
    taken = able.values(
        attempt=Step.attempt + 1, token=bindparam("word"), holder=bindparam("worker"), lease_until=bindparam("until"), flow_run_id=None,
        started_at=None, failed_at=None,
    )  # fmt: skip
    return taken.returning(Step.id, Step.attempt, Step.kind, Step.token).execution_options(synchronize_session=False)


@cache
def change_held(names: frozenset[str]) -> ReturningUpdate[uuid.UUID]:
    """Change these columns of a step, if the attempt that wants it still holds it."""
    held = update(Step).where(
        Step.id == bindparam("step"), Step.attempt == bindparam("number"), Step.edition <= bindparam("known"),
        Step.holder.is_not(None), Step.finished_at.is_(None), Step.failed_at.is_(None),
    )  # fmt: skip
    changed = held.values({name: bindparam(f"new_{name}") for name in sorted(names)})
    return changed.returning(Step.id).execution_options(synchronize_session=False)


def can_be_taken() -> tuple[ColumnElement[bool], ...]:
    """What is true of a step that a worker can take now."""
    return (
        Step.edition <= bindparam("known"),
        Step.finished_at.is_(None),
        Step.holder.is_(None),
        (Step.failed_at.is_(None) & (Step.lease_until.is_(None) | is_over()))
        | (Step.failed_at.is_not(None) & is_over("too_late_seen")),  # what is given up for good has no pause
        Step.not_before.is_(None) | (Step.not_before <= bindparam("shown")),
        (Step.kind == StepKind.SEND_MAIL)
        | ((Step.kind == StepKind.ADVANCE_REFERRAL) & ~_waits_its_turn())
        | ((Step.kind == StepKind.ADVANCE_DEVELOPMENT) & ~_waits_for_earlier_work()),
    )


def _waits_its_turn() -> ColumnElement[bool]:
    """What follows one decision is done before what follows the next: papers come in the order of their versions.

    The rows are numbered; by their instants a clock that was put back would turn the order round.
    """
    earlier, its_row, our_row = aliased(Step), aliased(History), aliased(History)
    return (
        select(earlier.id)
        .join(its_row, its_row.id == earlier.history_id)
        .join(our_row, our_row.id == Step.history_id)
        .where(
            earlier.referral_id == Step.referral_id,
            earlier.kind == StepKind.ADVANCE_REFERRAL,
            earlier.finished_at.is_(None),
            earlier.failed_at.is_(None),
            its_row.number < our_row.number,
        )
        .correlate(Step)
        .exists()
    )


def _waits_for_earlier_work() -> ColumnElement[bool]:
    """The same for development work, whose events are numbered too."""
    earlier, its_event, our_event = aliased(Step), aliased(DevelopmentEvent), aliased(DevelopmentEvent)
    return (
        select(earlier.id)
        .join(its_event, its_event.id == earlier.event_id)
        .join(our_event, our_event.id == Step.event_id)
        .where(
            earlier.development_id == Step.development_id,
            earlier.finished_at.is_(None),
            earlier.failed_at.is_(None),
            its_event.number < our_event.number,
        )
        .correlate(Step)
        .exists()
    )


def is_over(too_late: str = "too_late") -> ColumnElement[bool]:
    """Whether a lease or pause has run out: it has too where it ends later than any that begins now.

    Such a one was written before the machine's clock was put back, and would hold the step for as long as that was.
    Twice as long is allowed, for machines whose clocks differ a little.
    """
    return (Step.lease_until <= bindparam("now")) | (Step.lease_until > bindparam(too_late))
