"""A worker of the version before and a web of the new one: what the worker does not know yet it leaves alone, and nothing is done by half."""

import pytest
from sqlalchemy import delete, select, text, update
from sqlalchemy.orm import Session

from referrals import steps
from referrals.errors import LeaseLost
from referrals.models import Step
from referrals.models.step import EDITION
from tests.factories import a_referral
from tests.people import Cast


@pytest.fixture
def step(session: Session, cast: Cast) -> Step:
    a_referral(session, cast)
    return session.scalars(select(Step)).one()


def of_a_later_edition(session: Session, step: Step) -> None:
    session.execute(update(Step).where(Step.id == step.id).values(edition=EDITION + 1))


def test_work_of_a_later_edition_is_left_alone_and_waits_for_a_worker_that_knows_it(
    session: Session, step: Step, monkeypatch: pytest.MonkeyPatch
) -> None:
    of_a_later_edition(session, step)
    assert steps.waiting(session, limit=5) == []
    assert steps.claim(session, step.id, holder="of the version before") is None
    session.refresh(step)
    assert (step.attempt, step.failures, step.failed_at, step.finished_at) == (0, 0, None, None)
    monkeypatch.setattr(steps, "EDITION", EDITION + 1)
    assert steps.waiting(session, limit=5) == [step.id]
    assert steps.claim(session, step.id, holder="new") is not None


def test_a_run_of_later_work_that_an_older_worker_finds_at_prefect_changes_nothing(
    session: Session, step: Step
) -> None:
    claim = steps.claim(session, step.id, holder="new")
    assert claim is not None
    of_a_later_edition(session, step)
    for change in (steps.start, steps.renew, steps.hold, steps.finish):
        with pytest.raises(LeaseLost):
            change(session, step.id, attempt=claim.attempt)
    with pytest.raises(LeaseLost):
        steps.fail(session, step.id, attempt=claim.attempt, word="paper")
    session.refresh(step)
    assert (step.failures, step.failed_at, step.finished_at) == (0, None, None)


def test_what_a_web_of_the_version_before_leaves_to_do_is_done(session: Session, step: Step) -> None:
    columns = [column.name for column in Step.__table__.columns if column.name != "edition"]
    session.execute(text(f"CREATE TEMPORARY TABLE before_now AS SELECT {', '.join(columns)} FROM step"))
    step_id = step.id
    session.execute(delete(Step))
    session.expunge_all()
    session.execute(text(f"INSERT INTO step ({', '.join(columns)}) SELECT {', '.join(columns)} FROM before_now"))
    session.execute(text("DROP TABLE before_now"))
    assert session.get_one(Step, step_id).edition == 0
    assert steps.waiting(session, limit=5) == [step_id]
    assert steps.claim(session, step_id, holder="new") is not None
