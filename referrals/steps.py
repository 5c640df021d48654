"""The work that history rows start: taken by one worker at a time under a lease, finished once, given back or given up."""

import secrets
import threading
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from types import TracebackType
from typing import Any, Final, Self

from sqlalchemy import ColumnElement, Integer, Select, bindparam, func, select, update
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session, aliased, joinedload
from sqlalchemy.sql.dml import ReturningUpdate

from referrals import clock, db
from referrals.access import Actor, is_administrator, parties
from referrals.config import current
from referrals.errors import LeaseLost, NotAllowed
from referrals.models import (
    DevelopmentCase,
    DevelopmentEvent,
    History,
    Mail,
    Referral,
    Step,
    StepKind,
)
from referrals.models.step import EDITION, wake_dispatchers
from referrals.readdressing import address_anew
from referrals.stages import Party

#: pauses after the first, second … failure of the outside world; when they are used up a person must look
PAUSES: Final = (timedelta(seconds=5), timedelta(seconds=30), timedelta(minutes=2))
#: an attempt that works for longer than this does not come to an end by itself: a paper takes a second, a mail two minutes at most
LONGEST: Final = timedelta(minutes=10)


@dataclass(frozen=True)
class Claim:
    """A step in one worker's hands: which one, the how manieth attempt it is, and the random word that stands for it."""

    step_id: uuid.UUID
    attempt: int
    kind: StepKind
    token: str


@dataclass(frozen=True)
class Freed:
    """A step taken away from a worker that was not heard of any more, and the flow run it left behind."""

    step_id: uuid.UUID
    attempt: int
    flow_run_id: uuid.UUID | None


def lease() -> timedelta:
    """How long a step is held before another worker may take it over, unless the lease is renewed."""
    return timedelta(seconds=current().lease_seconds)


def waiting(session: Session, *, limit: int, mail: int | None = None) -> list[uuid.UUID]:
    """The ids of steps that can be taken now, oldest first, at most `limit`, and of them at most `mail` mails."""
    kinds: dict[bool | None, int] = {None: limit} if mail is None else {False: limit, True: mail}
    found: list[tuple[datetime, uuid.UUID]] = []
    for is_mail, most in kinds.items():
        oldest = session.execute(_oldest(is_mail=is_mail), _now() | {"most": most})
        found += [(row.created_at, row.id) for row in oldest]
    return [step_id for _since, step_id in sorted(found)[:limit]]


def claim(session: Session, step_id: uuid.UUID, *, holder: str) -> Claim | None:
    """Take a step for the worker `holder`; None where somebody else was quicker."""
    word, until = secrets.token_hex(16), clock.machine_now() + lease()
    given = {"step": step_id, "word": word, "worker": holder, "until": until}
    taken = session.execute(_take(), _now() | given).one_or_none()
    return Claim(taken.id, taken.attempt, taken.kind, taken.token or "") if taken else None


def take_next(session: Session, done: Step, *, holder: str) -> Claim | None:
    """Take, for whoever has just finished `done`, what comes after it and can be taken now, if there is anything.

    After a step of a referral or of development work that is its next one; after a mail it is whichever mail is due longest.
    """
    of = {"of": done.referral_id or done.development_id}
    next_id = session.scalars(_following(done.kind), _now() | of).one_or_none()
    return claim(session, next_id, holder=holder) if next_id else None


def start(session: Session, step_id: uuid.UUID, *, attempt: int, flow_run_id: uuid.UUID | None = None) -> None:
    """Begin the work of an attempt, in whichever process it turned out to run. Raises LeaseLost."""
    now = clock.machine_now()
    _change(session, step_id, attempt, lease_until=now + lease(), started_at=now, flow_run_id=flow_run_id)


def renew(session: Session, step_id: uuid.UUID, *, attempt: int) -> None:
    """Go on holding the step. Raises LeaseLost."""
    _change(session, step_id, attempt, lease_until=clock.machine_now() + lease())


def hold(session: Session, step_id: uuid.UUID, *, attempt: int) -> Step:
    """The step, with nobody able to take it over before this transaction ends. Raises LeaseLost.

    Whatever an attempt commits, it commits in a transaction that began with this.
    """
    _change(session, step_id, attempt, attempt=attempt)
    return session.get_one(Step, step_id, populate_existing=True)


def finish(session: Session, step_id: uuid.UUID, *, attempt: int) -> None:
    """Write that the work is done. Raises LeaseLost."""
    now = clock.machine_now()
    _change(session, step_id, attempt, finished_at=now, failed_with=None, **_NOBODY)


def give_back(session: Session, step_id: uuid.UUID, *, attempt: int) -> None:
    """Let another attempt begin at once: it was nobody's fault, such as a Prefect server that does not answer."""
    _change(session, step_id, attempt, **_NOBODY)


def fail(session: Session, step_id: uuid.UUID, *, attempt: int, word: str, again: bool = True) -> bool:
    """Write that the attempt failed, in one neutral word; whether it was the last one and a person must look.

    `again` is false for what another attempt cannot mend, such as a refusal of the core. Raises LeaseLost.
    """
    step = hold(session, step_id, attempt=attempt)
    now = clock.machine_now()
    failures = step.failures + 1
    if again and failures <= len(PAUSES):
        pause = {"holder": None, "lease_until": now + PAUSES[failures - 1]}
        _change(session, step_id, attempt, failures=failures, failed_with=word, **pause)
        return False
    _change(session, step_id, attempt, failures=failures, failed_with=word, failed_at=now, **_NOBODY)
    return True


def retry(session: Session, step: Step, *, by: Actor) -> None:
    """Let a step that was given up be tried again. Again changes nothing. Raises NotAllowed."""
    if not (is_administrator(by) if step.development_id else may_retry(step.referral, by)):
        raise NotAllowed("retry")
    if step.failed_at is None:
        return
    if step.mail_id is not None:
        address_anew(session, session.get_one(Mail, step.mail_id))
    step.failed_at, step.failed_with, step.failures = None, None, 0
    step.holder, step.lease_until = None, None
    session.flush()
    wake_dispatchers(session.connection())


def let_rest(session: Session, step: Step) -> None:
    """Let a step that was given up count as done: somebody says that it is not needed any more."""
    step.failed_at, step.failed_with, step.finished_at = None, None, clock.machine_now()
    session.flush()


def give_up(session: Session, step: Step, *, word: str) -> None:
    """Let a step need a person, whose work turned out not to have succeeded after all; `word` says in what, neutrally."""
    step.finished_at, step.failed_at, step.failed_with = None, clock.machine_now(), word
    step.holder, step.lease_until = None, None
    session.flush()


def may_retry(referral: Referral, by: Actor) -> bool:
    """Whether `by` may let a failed step of this referral be tried again."""
    return Party.COORDINATOR in parties(by, referral.facts()) or is_administrator(by)


def failed(session: Session, referral: Referral) -> list[Step]:
    """The steps of a referral that were given up, oldest first."""
    given_up = select(Step).where(Step.referral_id == referral.id, Step.failed_at.is_not(None))
    return list(session.scalars(given_up.order_by(Step.created_at)))


def failed_of_work(session: Session, found: DevelopmentCase) -> list[Step]:
    """The steps of development work that were given up, oldest first."""
    given_up = select(Step).where(Step.development_id == found.id, Step.failed_at.is_not(None))
    return list(session.scalars(given_up.order_by(Step.created_at)))


def all_failed(session: Session, *, limit: int = 200) -> list[Step]:
    """The steps of everything that were given up, the newest first, at most `limit`."""
    given_up = select(Step).where(Step.failed_at.is_not(None)).options(joinedload(Step.referral))
    return list(session.scalars(given_up.order_by(Step.failed_at.desc()).limit(limit)))


def count_waiting(session: Session) -> int:
    """How many steps could be taken now and were not."""
    return session.scalar(select(func.count()).select_from(Step).where(*_can_be_taken()), _now()) or 0


def unfinished(session: Session, referral: Referral) -> list[Step]:
    """The steps of a referral that wait or are under way, oldest first; mail that is still held is not among them."""
    open_ones = select(Step).where(
        Step.referral_id == referral.id,
        Step.finished_at.is_(None),
        Step.failed_at.is_(None),
        Step.kind == StepKind.ADVANCE_REFERRAL,
    )
    return list(session.scalars(open_ones.order_by(Step.created_at)))


def free_expired(session: Session) -> list[Freed]:
    """Take back what workers held that were not heard of any more, so that others can go on with it.

    A step that somebody's transaction is just changing is passed over until the next time: a host that was cut off in the
    middle of one must not keep whoever looks for such steps waiting.
    """
    silent = select(Step.id).where(
        Step.finished_at.is_(None), Step.failed_at.is_(None), Step.holder.is_not(None), _is_over()
    )
    freed = session.execute(
        update(Step)
        .where(Step.id.in_(silent.with_for_update(skip_locked=True)))
        .values(**_NOBODY)
        .returning(Step.id, Step.attempt, Step.flow_run_id)
        .execution_options(synchronize_session=False),
        _now(longest=lease()),
    )
    return [Freed(*row) for row in freed]


class KeptLease:
    """Goes on renewing the lease of one attempt in the background, for as long as its work lasts, but not beyond LONGEST.

    `lost` is set when the step was taken over in the meantime. `at_last` is called after LONGEST, then too: work that does not come
    to an end keeps its place in the process, whoever has the step by now.
    """

    def __init__(
        self,
        step_id: uuid.UUID,
        *,
        attempt: int,
        database: str | None = None,
        at_last: Callable[[], None] | None = None,
    ) -> None:
        self.step_id, self.attempt, self.database, self.at_last = step_id, attempt, database, at_last
        self.lost = threading.Event()
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._go_on, name=f"lease-{step_id.hex[:8]}", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._done.set()
        self._thread.join(timeout=lease().total_seconds())

    def _go_on(self) -> None:
        began = time.monotonic()
        while not self._done.wait(lease().total_seconds() / 6):
            if time.monotonic() - began > LONGEST.total_seconds():
                if self.at_last is not None:
                    self.at_last()
                return
            if self.lost.is_set():
                continue
            try:
                with db.writing(self.database) as session:
                    renew(session, self.step_id, attempt=self.attempt)
            except LeaseLost:
                self.lost.set()
            except SQLAlchemyError:
                continue  # the database may be back before the lease runs out


_NOBODY: Final[dict[str, Any]] = {"holder": None, "lease_until": None}


# ------------------------------------------------------------------------------------------------ questions made once
# The dispatcher asks them twenty times a second, also at rest, and each step a few times: to make one costs more than to ask it.
def _now(*, longest: timedelta | None = None) -> dict[str, Any]:
    """What these questions are asked with: the instants, and the work that we know. A lease or pause lasts `longest`."""
    now = clock.machine_now()
    lasts = max(PAUSES, default=timedelta()) if longest is None else longest
    return {"shown": clock.now(), "now": now, "too_late": now + 2 * lasts, "known": EDITION}


@cache
def _oldest(*, is_mail: bool | None) -> Select[datetime, uuid.UUID]:
    """What can be taken now, of mails, of all else, or with None of everything, the oldest first."""
    able = select(Step.created_at, Step.id).where(*_can_be_taken())
    if is_mail is not None:
        able = able.where((Step.kind == StepKind.SEND_MAIL) == is_mail)
    return able.order_by(Step.created_at, Step.id).limit(bindparam("most", type_=Integer))


@cache
def _following(kind: StepKind) -> Select[uuid.UUID]:
    """What can be taken now after a step of this kind."""
    like = [Step.kind == kind, *_can_be_taken()]
    if kind is StepKind.ADVANCE_REFERRAL:
        like.append(Step.referral_id == bindparam("of"))
    if kind is StepKind.ADVANCE_DEVELOPMENT:
        like.append(Step.development_id == bindparam("of"))
    oldest = select(Step.id).where(*like).order_by(Step.created_at, Step.id).limit(1)
    return oldest.with_for_update(skip_locked=True, of=Step)


@cache
def _take() -> ReturningUpdate[uuid.UUID, int, StepKind, str | None]:
    """Take one step, if it can be taken."""
    able = update(Step).where(Step.id == bindparam("step"), *_can_be_taken())
    taken = able.values(
        attempt=Step.attempt + 1, token=bindparam("word"), holder=bindparam("worker"), lease_until=bindparam("until"), flow_run_id=None,
        started_at=None,
    )  # fmt: skip
    return taken.returning(Step.id, Step.attempt, Step.kind, Step.token).execution_options(synchronize_session=False)


@cache
def _change_held(names: frozenset[str]) -> ReturningUpdate[uuid.UUID]:
    """Change these columns of a step, if the attempt that wants it still holds it."""
    held = update(Step).where(
        Step.id == bindparam("step"), Step.attempt == bindparam("number"), Step.edition <= bindparam("known"),
        Step.holder.is_not(None), Step.finished_at.is_(None), Step.failed_at.is_(None),
    )  # fmt: skip
    changed = held.values({name: bindparam(f"new_{name}") for name in sorted(names)})
    return changed.returning(Step.id).execution_options(synchronize_session=False)


def _can_be_taken() -> tuple[ColumnElement[bool], ...]:
    return (
        Step.edition <= bindparam("known"),
        Step.finished_at.is_(None),
        Step.failed_at.is_(None),
        Step.holder.is_(None),
        Step.lease_until.is_(None) | _is_over(),
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


def _is_over() -> ColumnElement[bool]:
    """Whether a lease or pause has run out: it has too where it ends later than any that begins now.

    Such a one was written before the machine's clock was put back, and would hold the step for as long as that was.
    Twice as long is allowed, for machines whose clocks differ a little.
    """
    return (Step.lease_until <= bindparam("now")) | (Step.lease_until > bindparam("too_late"))


def _change(session: Session, step_id: uuid.UUID, number: int, **values: Any) -> None:
    """Change the step if attempt `number` still holds it: the newest attempt, with a holder, not yet ended, of work that we know."""
    given = {"step": step_id, "number": number, "known": EDITION} | {f"new_{name}": new for name, new in values.items()}
    if session.scalars(_change_held(frozenset(values)), given).one_or_none() is None:
        raise LeaseLost(f"attempt {number} no longer holds its step")
