"""A decision is carried on without anybody waiting for it: papers, target day, mail; once, also when it is tried twice."""

from pathlib import Path
from unittest.mock import Mock

import pytest
from prefect import flow_engine
from prefect.client.orchestration import get_client
from sqlalchemy import select, update

from flows import attempts, deployments, transport
from flows.engine import Engine
from flows.referral import advance_referral
from referrals import db, documents, steps
from referrals.models import Document, Mail, Referral, Step, StepKind
from tests.factories import protected
from tests.flows.ground import Instance, until
from tests.flows.watching import is_quiet, numbers, state, submit


def test_a_concern_is_receipted_and_carried_to_triage(engine: Engine, instance: Instance, data_folder: Path) -> None:
    referral_id = submit(instance)
    until(lambda: is_quiet(instance))
    assert state(instance, referral_id) == ("triage", "waiting")
    with db.reading(instance.database) as session:
        referral = session.get_one(Referral, referral_id)
        assert referral.target_on is not None
        receipt = documents.receipt_of(session, referral)
        assert receipt is not None
        assert documents.read_content(receipt).startswith(b"%PDF-")
        kinds = [paper.kind.value for paper in documents.issued(session, referral)]
        mail = session.scalars(select(Mail)).all()
    assert sorted(kinds) == ["receipt", "referral"]
    assert [letter.sent_at is not None for letter in mail] == [True, True]
    assert len(list((data_folder / "mail").glob("*.eml"))) == 2


def test_a_run_does_without_what_nothing_of_ours_needs(
    one_engine: Engine, one_instance: Instance, monkeypatch: pytest.MonkeyPatch
) -> None:
    """docs/decisions/0011 leans on Prefect's inside; here it is noticed when that changes."""
    watched = Mock()
    assert callable(flow_engine.observe_flow_run_suspension), "Prefect has moved it: look where it is waited for now"
    monkeypatch.setattr(flow_engine, "observe_flow_run_suspension", watched)
    submit(one_instance)
    until(lambda: is_quiet(one_instance))
    watched.assert_not_called()
    with db.reading(one_instance.database) as session:
        run_id = session.scalars(select(Step.flow_run_id).where(Step.flow_run_id.is_not(None)).limit(1)).one()
    with transport.connected(patience=5) as client:
        assert get_client(sync_client=True) is client, "who asks for a client gets the patient one, and makes none"
        assert client.read_flow_run(run_id).deployment_id in deployments.register(client).by_flow.values()


def runs_of(instance: Instance, kind: StepKind) -> list[object]:
    """The flow run in which each step of a kind was done, in their order."""
    with db.reading(instance.database) as session:
        return list(session.scalars(select(Step.flow_run_id).where(Step.kind == kind).order_by(Step.created_at)))


def test_one_run_goes_on_as_long_as_nobody_is_needed(one_engine: Engine, one_instance: Instance) -> None:
    """The concern and the triage it opens, then its two mails: two runs, and not one for each of the four steps."""
    submit(one_instance)
    until(lambda: is_quiet(one_instance))
    for kind in (StepKind.ADVANCE_REFERRAL, StepKind.SEND_MAIL):
        runs = runs_of(one_instance, kind)
        assert len(runs) == 2
        assert len(set(runs)) == 1
    assert numbers(one_instance) == (2, 2, 2)


def test_a_run_does_not_go_on_for_ever(
    one_engine: Engine, one_instance: Instance, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(attempts, "MOST_IN_A_RUN", 1)
    submit(one_instance)
    until(lambda: is_quiet(one_instance))
    assert len(set(runs_of(one_instance, StepKind.ADVANCE_REFERRAL))) == 2
    assert numbers(one_instance) == (2, 2, 2)


def test_a_run_takes_up_nothing_more_when_the_worker_is_to_end(
    one_engine: Engine, one_instance: Instance, monkeypatch: pytest.MonkeyPatch
) -> None:
    from flows.tasks import papers

    real = papers.printing.print_pdf

    def told_meanwhile(html: str) -> bytes:
        one_engine.dispatcher.stop()
        attempts.ending.set()
        return real(html)

    monkeypatch.setattr(papers.printing, "print_pdf", told_meanwhile)
    submit(one_instance)
    until(lambda: all(runs_of(one_instance, StepKind.ADVANCE_REFERRAL)[:1]))
    assert one_engine.pool.wait_until_idle(30)
    first, second = runs_of(one_instance, StepKind.ADVANCE_REFERRAL)
    assert first is not None
    assert second is None
    assert numbers(one_instance) == (2, 2, 2)


def test_the_same_step_twice_changes_nothing(engine: Engine, instance: Instance) -> None:
    submit(instance)
    until(lambda: is_quiet(instance))
    before = numbers(instance)
    with db.reading(instance.database) as session:
        checksums = sorted(session.scalars(select(Document.checksum)))
    with db.writing(instance.database) as session:
        session.execute(update(Step).values(finished_at=None))
    until(lambda: is_quiet(instance))
    assert numbers(instance) == before
    with db.reading(instance.database) as session:
        assert sorted(session.scalars(select(Document.checksum))) == checksums
        assert min(session.scalars(select(Step.attempt))) >= 2


def test_a_run_of_an_attempt_long_gone_changes_nothing(one_engine: Engine, one_instance: Instance) -> None:
    submit(one_instance)
    until(lambda: is_quiet(one_instance))
    before = numbers(one_instance)
    with db.reading(one_instance.database) as session:
        step = session.scalars(select(Step).where(Step.kind == StepKind.ADVANCE_REFERRAL)).first()
        assert step is not None
    ended = advance_referral(str(step.id), step.attempt, return_state=True)
    assert ended.is_cancelled()
    assert numbers(one_instance) == before


def test_a_lost_lease_commits_nothing(one_engine: Engine, one_instance: Instance, monkeypatch: object) -> None:
    """Another worker takes the step over while the paper is in the printer: the first one keeps nothing of it."""
    from flows.tasks import papers

    real, taken_over = papers.printing.print_pdf, []

    def slow(html: str) -> bytes:
        if not taken_over:
            with db.writing(one_instance.database) as session:
                step = session.scalars(select(Step).where(Step.holder == "test")).one()
                steps.give_back(session, step.id, attempt=step.attempt)
                claim = steps.claim(session, step.id, holder="another worker")
                taken_over.append(claim)
        return real(html)

    monkeypatch.setattr(papers.printing, "print_pdf", slow)  # type: ignore[attr-defined]
    submit(one_instance)
    until(lambda: taken_over)
    # The other worker is never heard of again; when its lease has run out, ours carries the step on from the beginning.
    until(lambda: is_quiet(one_instance))
    with db.reading(one_instance.database) as session:
        first = session.scalars(select(Step).order_by(Step.created_at)).first()
        assert first is not None
        assert first.attempt == 3
    assert numbers(one_instance) == (2, 2, 2)


def test_an_identity_protected_while_a_paper_is_printed_is_not_on_it(
    one_engine: Engine, one_instance: Instance, monkeypatch: object
) -> None:
    from flows.tasks import papers

    real, printed = papers.printing.print_pdf, []

    def slow(html: str) -> bytes:
        if not printed:
            with db.writing(one_instance.database) as session:
                head = session.merge(one_instance.cast.head_teacher, load=False)
                protected(session, session.scalars(select(Referral)).one(), by=head)
        printed.append("Kvastengren" in html or "Lindskolan" in html)
        return real(html)

    monkeypatch.setattr(papers.printing, "print_pdf", slow)  # type: ignore[attr-defined]
    submit(one_instance)
    until(lambda: is_quiet(one_instance))
    assert printed == [True, False, False]
    with db.reading(one_instance.database) as session:
        assert len(session.scalars(select(Document)).all()) == 2
