"""What tests of the workflow ask our database, and the wait until all automatic work is done."""

import hashlib
import os
import signal
import time
import uuid
from collections import Counter

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from flows.engine import Engine
from referrals import db, documents
from referrals.development import papers as development_papers
from referrals.keeping import audit_check
from referrals.models import (
    DevelopmentEvent,
    DevelopmentPaper,
    Document,
    History,
    Mail,
    Referral,
    RegisterEntry,
    Step,
)
from referrals.stages import IN_TRIAGE
from tests import straight_way
from tests.flows.ground import Instance, until
from tests.programs import Program


def submit(instance: Instance, *, language: str = "sv") -> uuid.UUID:
    """A teacher sends in a concern; the id of the referral."""
    with db.writing(instance.database) as session:
        unit = session.merge(instance.cast.school, load=False)
        return straight_way.submit(session, unit, language=language).id


def is_quiet(instance: Instance) -> bool:
    """Whether no automatic work is waiting or under way."""
    with db.reading(instance.database) as session:
        open_ones = select(func.count()).select_from(Step).where(Step.finished_at.is_(None), Step.failed_at.is_(None))
        return session.scalar(open_ones) == 0


def is_held(instance: Instance) -> bool:
    """Whether a worker has a step in its hands."""
    with db.reading(instance.database) as session:
        return any(session.scalars(select(Step.holder)))


def is_stopped_with_a_step(worker: Program, instance: Instance) -> bool:
    """Let the worker stand still, to be killed, where it holds a step just now; else it goes on for a while."""
    assert worker.process is not None
    os.killpg(worker.process.pid, signal.SIGSTOP)
    if is_held(instance):
        return True
    os.killpg(worker.process.pid, signal.SIGCONT)
    time.sleep(0.03)
    return False


def carry_on(instance: Instance) -> None:
    """Let a worker's parts do in this process what waits, until nothing does."""
    engine = Engine(instance.settings, holder="test")
    engine.start()
    try:
        until(lambda: is_quiet(instance))
    finally:
        assert engine.stop(10)


def failures(instance: Instance) -> list[str]:
    """The words of the steps that were given up."""
    with db.reading(instance.database) as session:
        words = select(Step.failed_with).where(Step.failed_at.is_not(None)).order_by(Step.created_at)
        return [word or "" for word in session.scalars(words)]


def numbers(instance: Instance) -> tuple[int, int, int]:
    """How many papers, mails and history rows there are."""
    with db.reading(instance.database) as session:
        return tuple(
            session.scalar(select(func.count()).select_from(table)) or 0 for table in (Document, Mail, History)
        )  # type: ignore[return-value]


def state(instance: Instance, referral_id: uuid.UUID) -> tuple[str, str]:
    """Stage and status of a referral."""
    with db.reading(instance.database) as session:
        referral = session.get_one(Referral, referral_id)
        return referral.stage.value, referral.status.value


def everything_is_there_once(instance: Instance, referral_ids: list[uuid.UUID]) -> None:
    """Each concern came to triage with its two papers, readable and with the right checksum, and its two mails, gone."""
    assert failures(instance) == []
    with db.reading(instance.database) as session:
        for referral_id in referral_ids:
            papers = session.scalars(select(Document).where(Document.referral_id == referral_id)).all()
            assert sorted((paper.kind.value, paper.version) for paper in papers) == [("receipt", 1), ("referral", 1)]
            assert all(documents.read_content(paper).startswith(b"%PDF-") for paper in papers)
            mail = session.scalars(select(Mail).where(Mail.referral_id == referral_id)).all()
            assert [letter.sent_at is not None for letter in mail] == [True, True]
            assert state(instance, referral_id) == ("triage", "waiting")
    several = len(referral_ids)
    assert numbers(instance) == (2 * several, 2 * several, 2 * several)


def nothing_is_lost_twice_or_stuck(session: Session) -> None:
    """Whatever referrals and development work went through: no step left over, no paper twice, every checksum right, register and log whole."""
    assert not session.scalars(select(Step).where(Step.finished_at.is_(None) | Step.failed_at.is_not(None))).all()
    papers = session.scalars(select(Document)).all()
    assert max(Counter((one.kind, one.recipient, one.history_id) for one in papers).values()) == 1
    assert max(Counter((one.kind, one.recipient, one.version, one.referral_id) for one in papers).values()) == 1
    for paper in papers:
        documents.read_content(paper)  # raises where the checksum is wrong
    _work_is_whole(session)
    numbers = session.scalars(select(RegisterEntry.number).order_by(RegisterEntry.number)).all()
    assert list(numbers) == list(range(1, len(numbers) + 1))
    assert not audit_check.verify(session).findings


def _work_is_whole(session: Session) -> None:
    """What each stage of development work leaves is there once and as it was issued, and nothing is kept for a paper that is still to come."""
    left = session.scalars(select(DevelopmentPaper)).all()
    assert max(Counter((one.kind, one.audience, one.event_id) for one in left).values(), default=1) == 1
    for paper in left:
        assert hashlib.sha256(paper.content()).hexdigest() == paper.checksum
    for event in session.scalars(select(DevelopmentEvent)):
        assert (development_papers.outstanding(session, event), event.stood) == ([], None)


def all_are_in_triage_once(instance: Instance, count: int) -> None:
    """Each of so many concerns, however it came in, came to triage with its two papers, and all mail is gone."""
    with db.reading(instance.database) as session:
        nothing_is_lost_twice_or_stuck(session)
        assert [referral.state for referral in session.scalars(select(Referral))] == [IN_TRIAGE] * count
        papers = Counter(paper.kind.value for paper in session.scalars(select(Document)))
        assert papers == {"receipt": count, "referral": count}
        assert all(letter.sent_at for letter in session.scalars(select(Mail)))
