"""The work that history rows start: taken by one worker at a time under a lease, finished once, given back or given up."""

import secrets
import threading
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import TracebackType
from typing import Any, Final, Self

from sqlalchemy import func, select, update
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session, joinedload

from referrals import clock, db, step_queries
from referrals.access import Actor, is_administrator, parties
from referrals.config import current
from referrals.errors import LeaseLost, NotAllowed
from referrals.models import (
    DevelopmentCase,
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
#: pauses of a mail that a person sees already: a post office may be away for a night, and then nobody has to press for each mail
LATER: Final = (timedelta(minutes=15), timedelta(hours=1), *(timedelta(hours=4),) * 6)
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
        oldest = session.execute(step_queries.oldest(is_mail=is_mail), _now() | {"most": most})
        found += [(row.created_at, row.id) for row in oldest]
    return [step_id for _since, step_id in sorted(found)[:limit]]


def claim(session: Session, step_id: uuid.UUID, *, holder: str) -> Claim | None:
    """Take a step for the worker `holder`; None where somebody else was quicker."""
    word, until = secrets.token_hex(16), clock.machine_now() + lease()
    given = {"step": step_id, "word": word, "worker": holder, "until": until}
    taken = session.execute(step_queries.take(), _now() | given).one_or_none()
    return Claim(taken.id, taken.attempt, taken.kind, taken.token or "") if taken else None


def take_next(session: Session, done: Step, *, holder: str) -> Claim | None:
    """Take, for whoever has just finished `done`, what comes after it and can be taken now, if there is anything.

    After a step of a referral or of development work that is its next one; after a mail it is whichever mail is due longest.
    """
    of = {"of": done.referral_id or done.development_id}
    next_id = session.scalars(step_queries.following(done.kind), _now() | of).one_or_none()
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
    """Write that the attempt failed, in one neutral word; whether a person must look from now on.

    `again` is false for what another attempt cannot mend, such as a refusal of the core. A mail goes on being tried, seldom and
    for a day, while a person sees that it did not go. Raises LeaseLost.
    """
    step = hold(session, step_id, attempt=attempt)
    now, failures = clock.machine_now(), step.failures + 1
    soon = PAUSES if again else ()
    pauses = (*soon, *LATER) if again and step.kind is StepKind.SEND_MAIL else soon
    must_look = failures > len(soon)
    _change(
        session, step_id, attempt, failures=failures, failed_with=word, failed_at=clock.now() if must_look else None, holder=None,
        lease_until=now + pauses[failures - 1] if failures <= len(pauses) else None,
    )  # fmt: skip
    return must_look


def retry(session: Session, step: Step, *, by: Actor) -> None:
    """Let a step that was given up be tried again. Again changes nothing. Raises NotAllowed."""
    if not (is_administrator(by) if step.development_id else may_retry(step.referral, by)):
        raise NotAllowed("retry")
    if not keep_from_workers(session, step) or step.failed_at is None:
        return
    if step.mail_id is not None:
        address_anew(session, session.get_one(Mail, step.mail_id))
    step.failed_at, step.failed_with, step.failures = None, None, 0
    step.holder, step.lease_until = None, None
    session.flush()
    wake_dispatchers(session.connection())


def keep_from_workers(session: Session, step: Step) -> bool:
    """Let no worker take a step before this transaction ends, and read it anew; false where one has it just now.

    Whoever holds it in a transaction is not waited for: they may wait for what ours holds.
    """
    in_nobodys_hands = select(Step).where(Step.id == step.id, Step.holder.is_(None))
    locked = in_nobodys_hands.with_for_update(skip_locked=True, of=Step).execution_options(populate_existing=True)
    return session.scalars(locked).one_or_none() is not None


def let_rest(session: Session, step: Step) -> None:
    """Let a step that was given up count as done: somebody says that it is not needed any more."""
    step.failed_at, step.failed_with, step.lease_until, step.finished_at = None, None, None, clock.machine_now()
    session.flush()


def give_up(session: Session, step: Step, *, word: str) -> None:
    """Let a step need a person, whose work turned out not to have succeeded after all; `word` says in what, neutrally."""
    step.finished_at, step.failed_at, step.failed_with = None, clock.now(), word
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
    return session.scalar(select(func.count()).select_from(Step).where(*step_queries.can_be_taken()), _now()) or 0


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
        Step.finished_at.is_(None), Step.failed_at.is_(None), Step.holder.is_not(None), step_queries.is_over()
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


def _now(*, longest: timedelta | None = None) -> dict[str, Any]:
    """What the queries are asked with: the instants, and the work that we know. A lease or pause lasts `longest`."""
    now = clock.machine_now()
    lasts = max(PAUSES, default=timedelta()) if longest is None else longest
    until = {"too_late": now + 2 * lasts, "too_late_seen": now + 2 * max(LATER, default=timedelta())}
    return {"shown": clock.now(), "now": now, "known": EDITION} | until


def _change(session: Session, step_id: uuid.UUID, number: int, **values: Any) -> None:
    """Change the step if attempt `number` still holds it: the newest attempt, with a holder, not yet ended, of work that we know."""
    given = {"step": step_id, "number": number, "known": EDITION} | {f"new_{name}": new for name, new in values.items()}
    if session.scalars(step_queries.change_held(frozenset(values)), given).one_or_none() is None:
        raise LeaseLost(f"attempt {number} no longer holds its step")
