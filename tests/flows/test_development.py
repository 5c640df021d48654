"""A child, a group, a school and an area, carried by the same engine: the same dispatcher, worker, leases and flow runs at Prefect."""

import uuid

import pytest
from sqlalchemy import select

from flows import development as flow
from flows.engine import Engine
from referrals import db, printing
from referrals.development import cases, papers, stages
from referrals.models import DevelopmentCase, Referral, Step, StepKind
from referrals.stages import Stage
from referrals.vocabulary import DevelopmentKind, DevelopmentPaperKind
from tests import development, straight_way
from tests.flows.ground import Instance, until
from tests.flows.watching import failures, is_quiet, state, submit


def begin(instance: Instance, kind: DevelopmentKind) -> uuid.UUID:
    """Work of a kind, begun by the management; its id."""
    cast = instance.cast
    units = [cast.school.id, cast.other_school.id] if kind is DevelopmentKind.AREA else [cast.school.id]
    with db.writing(instance.database) as session:
        return cases.open_case(
            session, by=cast.manager.actor(), kind=kind, unit_ids=units, themes=development.THEMES, words=development.WORDS
        ).id  # fmt: skip


def carry(instance: Instance, case_id: uuid.UUID, to: Stage) -> None:
    with db.writing(instance.database) as session:
        development.carry(session, instance.cast, session.get_one(DevelopmentCase, case_id), to)


def test_one_case_of_each_kind_is_carried_from_intake_to_follow_up_by_the_same_engine(
    engine: Engine, instance: Instance
) -> None:
    """C09."""
    child = submit(instance)
    work = [begin(instance, kind) for kind in DevelopmentKind]
    until(lambda: is_quiet(instance))
    assert state(instance, child) == ("triage", "waiting")
    with db.reading(instance.database) as session:
        for case_id in work:
            found = session.get_one(DevelopmentCase, case_id)
            assert (found.stage, found.events[0].by_id) == (Stage.TRIAGE, None)
            assert found.target_on is not None
            (paper,) = papers.issued(session, found, by=instance.cast.manager.actor())
            assert paper.content().startswith(b"%PDF-")
    with db.writing(instance.database) as session:
        for decide in straight_way.DECISIONS[:-2]:
            decide(session, instance.cast, session.get_one(Referral, child))
    for case_id in work:
        carry(instance, case_id, Stage.FOLLOW_UP)
    until(lambda: is_quiet(instance))
    assert failures(instance) == []
    assert state(instance, child) == ("follow_up", "due")
    with db.reading(instance.database) as session:
        for case_id in work:
            left = papers.issued(session, session.get_one(DevelopmentCase, case_id), by=instance.cast.manager.actor())
            assert {one.kind for one in left} == set(DevelopmentPaperKind) - {"follow_up", "report"}
        done = session.scalars(select(Step).where(Step.kind == StepKind.ADVANCE_DEVELOPMENT)).all()
        assert all(one.finished_at and one.flow_run_id and one.referral_id is None for one in done)


def test_a_paper_that_cannot_be_made_is_given_up_in_sight_and_tried_again(
    one_engine: Engine, one_instance: Instance, impatient: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(flow.issue_development_papers, "retry_delay_seconds", [0.05, 0.05])
    with monkeypatch.context() as broken:
        broken.setattr(printing, "print_pdf", _no_paper)
        case_id = begin(one_instance, DevelopmentKind.SCHOOL)
        until(lambda: failures(one_instance) == ["paper"])
    with db.writing(one_instance.database) as session:
        (step,) = session.scalars(select(Step).where(Step.development_id == case_id)).all()
        assert step.failures == 3
        from referrals import steps

        steps.retry(session, step, by=one_instance.cast.administrator.actor())
    until(lambda: is_quiet(one_instance))
    with db.reading(one_instance.database) as session:
        found = session.get_one(DevelopmentCase, case_id)
        assert [one.kind for one in papers.issued(session, found, by=one_instance.cast.manager.actor())] == [
            "beginning"
        ]


def test_what_somebody_took_up_meanwhile_is_not_put_back_to_triage(one_engine: Engine, one_instance: Instance) -> None:
    with db.writing(one_instance.database) as session:
        cast = one_instance.cast
        found = cases.open_case(
            session, by=cast.manager.actor(), kind=DevelopmentKind.SCHOOL, unit_ids=[cast.school.id], themes=development.THEMES,
            words=development.WORDS,
        )  # fmt: skip
        stages.take_up(session, found, by=cast.manager.actor())
        case_id = found.id
    until(lambda: is_quiet(one_instance))
    with db.reading(one_instance.database) as session:
        assert session.get_one(DevelopmentCase, case_id).stage is Stage.ASSESSMENT


def _no_paper(_html: str) -> bytes:
    raise OSError("no space left")
