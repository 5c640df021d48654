"""Random journeys of one referral, and of development work beside it, made by their seeds, and the faults that meet them on the way.

The steps are carried out by the workflow's own code, without a Prefect server: what is hurt is our code and our database.
"""

import dataclasses
import difflib
import os
import random
import re
import threading
import uuid
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import Enum
from typing import Any

import pytest
import time_machine
from sqlalchemy import Connection, Engine, event, func, select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from flows import development as development_flow
from flows import referral as referral_flow
from flows.deployments import FLOWS
from flows.failures import StepFailed
from referrals import clock, config, db, documents, reference, steps
from referrals.access import SYSTEM, Actor
from referrals.errors import ReferralError
from referrals.mailer import Letter
from referrals.models import Account, Document, Guardian, History, Mail, Referral, RegisterEntry, Step
from referrals.stages import Verb
from tests import straight_way
from tests.documents.reading import paper_text
from tests.flows.watching import nothing_is_lost_twice_or_stuck
from tests.flows.work_beside import WorkBeside
from tests.people import Cast, settle
from tests.referrals.test_whole_lives import DEEDS, USUALLY

#: what people do now and then besides what the work asks for
NOW_AND_THEN = (
    (Verb.ADD_TO_CONCERN, "reporter"), (Verb.ASSIGN_OWNER, "coordinator"), (Verb.RECORD_CONSENT, "coordinator"),
    (Verb.WITHDRAW_CONSENT, "coordinator"), (Verb.GIVE_PAGE_CODE, "coordinator"), (Verb.SHARE_INFORMATION, "coordinator"),
    (Verb.RECORD_INFORMATION, "coordinator"), (Verb.END_AT_TRIAGE, "coordinator"), (Verb.CLOSE_REFERRAL, "coordinator"),
    (Verb.PROTECT_IDENTITY, "head teacher"), (Verb.DRAFT_ACTION_PLAN, "coordinator"), (Verb.WITHDRAW_CONCERN, "reporter"),
)  # fmt: skip
#: the time of the day of a journey, which a fault may make later; that of a meeting on another day stays what it was
TIME = re.compile(r"(?<=16 september 2026 kl\. )\d\d:\d\d|(?<=16september2026kl\.)\d\d:\d\d")
#: what a return code looks like
CODE = re.compile("-".join([f"[{reference.ALPHABET}]{{4}}"] * 3))


class Fault(Enum):
    """What happens to the workflow at one moment of a journey."""

    # at a commit
    KILLED_BEFORE_COMMIT = "the process dies just before a commit"
    KILLED_AFTER_COMMIT = "the process dies just after a commit"
    REFUSED_COMMIT = "the database refuses a commit"
    # while paper is printed or mail handed over
    OUTSIDE_FAILS = "printer or post office fails once"
    OUTSIDE_FAILS_AFTERWARDS = "printer or post office does its work and then fails"
    KILLED_OUTSIDE = "the process dies in the middle of printing or handing over"
    TAKEN_OVER = "the lease runs out in the middle, another worker does the whole step, and then the first one goes on"
    TAKEN_AND_DROPPED = "the lease runs out in the middle, and the worker that took the step over dies"
    DISPATCHED_TWICE = "the same attempt is carried out a second time while the first is in the middle"
    CLOCK_PUT_ON = "the worker's clock jumps an hour on in the middle, and back once its work is done"
    CLOCK_PUT_BACK = "the worker's clock jumps an hour back in the middle, and on once its work is done"
    # at a run
    RUN_AGAIN = "Prefect runs an attempt again after it has ended"


def asked_for(few: int) -> range:
    """The seeds that `TRIVSEL_SEEDS` asks for, a number of them or from one to another; by default the first `few`."""
    first, dash, last = os.environ.get("TRIVSEL_SEEDS", str(few)).partition("-")
    return range(int(first), int(last) + 1) if dash else range(int(first))


AT_COMMIT = {Fault.KILLED_BEFORE_COMMIT, Fault.KILLED_AFTER_COMMIT, Fault.REFUSED_COMMIT}


class Killed(BaseException):
    """The process is gone: nothing of ours may catch this."""


@dataclass
class Moments:
    """Counts the moments of a journey at which something could go wrong, and lets it go wrong at one of them."""

    fault: Fault | None = None
    #: the how manieth of its kind
    at: int = 0
    commits: int = 0
    outside: int = 0
    runs: int = 0
    #: only what is automatic is hurt: a person whose decision was not kept is told, and decides again
    is_automatic: bool = False
    has_struck: bool = False

    def with_a_fault(self, seed: int) -> "Moments":
        """The same moments again, but with a fault at one of them: as many seeds in a row as there are kinds bring each of them."""
        fault = list(Fault)[seed % len(Fault)]
        of_its_kind = self.commits if fault in AT_COMMIT else self.runs if fault is Fault.RUN_AGAIN else self.outside
        return Moments(fault, random.Random(seed).randint(1, of_its_kind))

    def strikes(self, number: int, *faults: Fault) -> bool:
        """Whether one of `faults` strikes at the moment with this number."""
        strikes = self.fault in faults and not self.has_struck and number == self.at
        self.has_struck |= strikes
        return strikes


@dataclass
class Journey:
    """One referral on its way, in a database of its own; looks enough like a `Life` for its deeds."""

    address: str
    seed: int
    moments: Moments
    traveller: time_machine.Traveller
    #: how often people wait for what is automatic before they decide again
    patience: float = 0.8
    #: the people of its municipality, where that is settled already
    people: Cast | None = None
    referral: Referral = field(init=False)
    session: Session = field(init=False)
    cast: Cast = field(init=False)
    under_way: steps.Claim = field(init=False)
    clock_is_off: timedelta = timedelta()
    handed_over: Counter[str] = field(default_factory=Counter)
    #: of each paper, the page it was printed from
    printed: dict[bytes, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.choice, self.work = random.Random(self.seed), WorkBeside(self.seed)
        self.today: date = clock.now().date()
        self.refused: list[str] = []
        if self.people is not None:
            return
        with db.writing(self.address) as session:
            self.people = settle(session)
            session.flush()
            session.expunge_all()

    def draw(self, strategy: Any) -> Any:
        """One of the values a deed may choose between; every strategy there is `sampled_from`."""
        return self.choice.choice(list(strategy.elements))

    def go(self) -> list[str]:
        """Make the whole journey; what became of it."""
        with self._decides():
            self.referral = straight_way.submit(self.session, self.cast.school)
            self.referral_id = self.referral.id
            self.work.begin(self.session, self.cast)
        for _ in range(self.choice.randint(6, 22)):
            if self.choice.random() < self.patience:
                self.carry_on()
            with self._decides():
                self.referral = self.session.get_one(Referral, self.referral_id)
                self._decide()
                self.work.decide(self.session, self.cast)
        self.carry_on()
        return self.summary()

    @contextmanager
    def _decides(self) -> Iterator[None]:
        self.traveller.shift(timedelta(minutes=1))
        with db.writing(self.address) as self.session:
            merged = {one.name: getattr(self.people, one.name) for one in dataclasses.fields(Cast)}
            self.cast = Cast(**{name: self.session.merge(row, load=False) for name, row in merged.items()})
            yield

    def _decide(self) -> None:
        usual = USUALLY.get(self.referral.state)
        if usual is None or self.choice.random() < 0.25:
            deeds = [self.choice.choice(NOW_AND_THEN)]
        else:
            deeds = self.choice.choice(usual)
        for verb, who in deeds:
            attempt = self.session.begin_nested()
            try:
                DEEDS[verb](self, self._actor(who), self.referral.version, self)  # type: ignore[arg-type]
                self.session.flush()
            except ReferralError as refusal:
                attempt.rollback()
                self.session.expire_all()
                self.refused.append(f"{verb}: {type(refusal).__name__}")
            else:
                attempt.commit()

    def _actor(self, who: str) -> Actor:
        coordinator = self.cast.coordinator
        if self.referral.owner_id == self.cast.second_coordinator.id:
            coordinator = self.cast.second_coordinator
        return {
            "reporter": Actor(reported=self.referral.id),
            "coordinator": coordinator.actor(),
            "head teacher": self.cast.head_teacher.actor(),
            "special educator": self.cast.special_educator.actor(),
            "workflow": SYSTEM,
        }[who]

    # ------------------------------------------------------------------------------------------- what carries it on
    def carry_on(self) -> None:
        """Do all automatic work there is, whatever happens to it."""
        self.moments.is_automatic = True
        for _ in range(200):
            try:
                if not self._look():
                    break
            except (Killed, OperationalError):
                continue  # another process, or the same one a moment later, begins again
        else:
            raise AssertionError("a step is stuck")
        self.moments.is_automatic = False
        self._put_clock(-self.clock_is_off)

    def _look(self) -> bool:
        """What a dispatcher does; whether there was something to do."""
        with db.writing(self.address) as session:
            steps.free_expired(session)
        with db.reading(self.address) as session:
            found = steps.waiting(session, limit=1)
            if not found and not session.scalar(select(func.count()).where(Step.finished_at.is_(None))):
                return False
        if not found:
            self.traveller.shift(max(steps.lease(), *steps.PAUSES) / 4)
            return True
        self.moments.runs += 1
        with db.writing(self.address) as session:
            claim = steps.claim(session, found[0], holder="one")
        assert claim is not None
        self.under_way = claim
        self._run(claim)
        if self.moments.strikes(self.moments.runs, Fault.RUN_AGAIN):
            self._run(claim)
        return True

    def _put_clock(self, by: timedelta) -> None:
        self.traveller.shift(by)
        self.clock_is_off += by

    def _run(self, claim: steps.Claim) -> None:
        with suppress(StepFailed):  # told and written where it happened
            FLOWS[claim.kind].fn(str(claim.step_id), claim.attempt)

    def _take_over(self, *, dies: bool) -> None:
        """What happens elsewhere while a worker of ours is stuck."""
        self.traveller.shift(steps.lease() + timedelta(seconds=1))
        with db.writing(self.address) as session:
            (freed,) = steps.free_expired(session)
            claim = steps.claim(session, freed.step_id, holder="another")
        assert claim is not None
        if not dies:
            self._run(claim)

    def outside(self, work: Callable[[], None]) -> None:
        """Print or hand over, unless it goes wrong."""
        moments = self.moments
        moments.outside += 1
        number = moments.outside
        if moments.strikes(number, Fault.TAKEN_OVER):
            self._take_over(dies=False)
        elif moments.strikes(number, Fault.TAKEN_AND_DROPPED):
            self._take_over(dies=True)
        elif moments.strikes(number, Fault.DISPATCHED_TWICE):
            self._run(self.under_way)
        elif moments.strikes(number, Fault.OUTSIDE_FAILS):
            raise OSError("away")
        elif moments.strikes(number, Fault.KILLED_OUTSIDE):
            raise Killed
        elif moments.strikes(number, Fault.CLOCK_PUT_ON):
            self._put_clock(timedelta(hours=1))
        elif moments.strikes(number, Fault.CLOCK_PUT_BACK):
            self._put_clock(timedelta(hours=-1))
        work()
        if moments.strikes(number, Fault.OUTSIDE_FAILS_AFTERWARDS):
            raise OSError("away")

    def hand_over(self, letter: Letter) -> None:
        """A post office."""
        self.outside(lambda: self.handed_over.update([letter.message_id]))

    def print_pdf(self, html: str) -> bytes:
        """A printer that remembers what it printed; how that looks on paper is not asked here."""
        self.outside(lambda: None)
        pdf = b"%PDF-" + uuid.uuid5(uuid.NAMESPACE_OID, html).bytes
        self.printed[pdf] = html
        return pdf

    def read(self, pdf: bytes) -> str:
        """The words of a paper."""
        return paper_text(self.printed[pdf])

    # ---------------------------------------------------------------------------------------------- what became of it
    def summary(self) -> list[str]:
        """Everything that must be the same with and without a fault, to the last word on paper: no ids, no times. Counts on the way."""
        with db.reading(self.address) as session:
            self._count(session)
            names = {str(one.id): one.name for one in session.scalars(select(Account))}
            guardians = self._ours(session, Guardian, Guardian.recorded_at)
            names |= {str(one.id): f"guardian {number}" for number, one in enumerate(guardians)}

            def named(key: str) -> str:
                for identity, name in names.items():
                    key = key.replace(identity, name)
                return key

            def told(paper: Document) -> str:
                return f"{paper.kind} {paper.version} for {named(paper.recipient)} after {paper.history.number}"

            referral = session.get_one(Referral, self.referral_id)
            rows = self._ours(session, History, History.number)
            papers, mail = self._ours(session, Document, Document.id), self._ours(session, Mail, Mail.id)
            register = self._ours(session, RegisterEntry, RegisterEntry.id)
            return [
                f"{referral.state} until {referral.target_on}",
                *(f"{row.number} {row.verb} by {row.by_party} {row.by and row.by.name} to {row.to_stage}/{row.to_status} {row.choice}" for row in rows),
                *(line for one in sorted(papers, key=told) for line in (told(one), *self._words(one))),
                *sorted(f"{one.kind} to {named(one.recipient)} {one.sent_at is not None} {one.stopped_at is not None}" for one in mail),
                *sorted(f"{one.kind} {one.direction} {one.counterpart} {one.paper}" for one in register),
                *self.refused,
                *self.work.became(session, lambda pdf: self._lines(self.read(pdf))),
            ]  # fmt: skip

    def _words(self, paper: Document) -> list[str]:
        """What a paper says, line by line; numbers and codes are drawn anew in each journey, and a fault takes its time."""
        return self._lines(self.read(documents.read_content(paper)).replace(paper.referral.number, "NUMBER"))

    def _lines(self, words: str) -> list[str]:
        return [f"    {TIME.sub('TIME', CODE.sub('CODE', line))}" for line in words.splitlines()]

    def _ours(self, session: Session, table: Any, order: Any) -> Sequence[Any]:
        return session.scalars(select(table).where(table.referral_id == self.referral_id).order_by(order)).all()

    def _count(self, session: Session) -> None:
        """What must hold whatever happened, with all mail that is written down as sent really handed over."""
        nothing_is_lost_twice_or_stuck(session)
        assert set(session.scalars(select(Mail.message_id).where(Mail.sent_at.is_not(None)))) == set(self.handed_over)
        if self.moments.fault is None:
            assert set(self.handed_over.values()) <= {1}


def differences(expected: Sequence[str], became: Sequence[str]) -> str:
    """What became of a journey otherwise than expected, line by line; nothing where all is the same."""
    return "\n".join(difflib.unified_diff(expected, became, "without", "with", n=0, lineterm=""))


@contextmanager
def hurt(address: str, moments: Moments) -> Iterator[None]:
    """Count the commits made while steps are carried out, and let the fault strike at one of them."""
    engine: Engine = db.engine_for(address)
    if engine.dialect.name == "sqlite":
        # Whoever dies here dies alone; waiting for the disk, as for a machine that dies, is most of a journey's time.
        event.listen(engine, "connect", lambda connection, _entry: connection.execute("PRAGMA synchronous=OFF"))
    ours = threading.get_ident()  # not the thread that renews a lease

    def before(_connection: Connection) -> None:
        if threading.get_ident() != ours or not moments.is_automatic:
            return
        moments.commits += 1
        if moments.strikes(moments.commits, Fault.KILLED_BEFORE_COMMIT):
            raise Killed
        if moments.strikes(moments.commits, Fault.REFUSED_COMMIT):
            raise OperationalError("COMMIT", None, Exception("away"))

    def after(_session: Session) -> None:
        is_counted = threading.get_ident() == ours and moments.is_automatic
        if is_counted and moments.strikes(moments.commits, Fault.KILLED_AFTER_COMMIT):
            raise Killed

    event.listen(engine, "commit", before)
    event.listen(Session, "after_commit", after)
    try:
        yield
    finally:
        event.remove(engine, "commit", before)
        event.remove(Session, "after_commit", after)


def go_without_prefect(
    patch: pytest.MonkeyPatch,
    traveller: time_machine.Traveller,
    address: str,
    seed: int,
    moments: Moments,
    *,
    patience: float = 0.8,
    kind: type[Journey] = Journey,
) -> list[str]:
    """Make a journey in the empty database at `address`, all of it in this process; what became of it."""
    patch.setenv("TRIVSEL_DATABASE_URL", address)
    patch.setenv("TRIVSEL_HOLD_MINUTES", "0")
    config.current.cache_clear()
    # Prefect's part in a task is to try it again; a step that fails is tried again by itself too, only later.
    patch.setattr(referral_flow, "issue_papers", referral_flow.issue_papers.fn)
    patch.setattr(development_flow, "issue_development_papers", development_flow.issue_development_papers.fn)
    with hurt(address, moments):
        journey = kind(address, seed, moments, traveller, patience=patience)
        patch.setattr("referrals.printing.print_pdf", journey.print_pdf)
        patch.setattr("referrals.mailer.send", journey.hand_over)
        became = journey.go()
    db.engine_for(address).dispose()
    return became
