"""advance_development: what follows an event of development work and needs no person, carried as a referral's steps are."""

from typing import Any

from prefect import flow, task
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import State

from flows.attempts import Attempt, carry_out, finish
from flows.failures import may_help, neutral
from flows.tasks.papers import QUICK_RETRIES
from referrals import db, printing, settling, steps
from referrals.development import papers
from referrals.development.papers import Draft
from referrals.models import Step


@flow(name="advance-development", persist_result=False, validate_parameters=False)
def advance_development(step_id: str, attempt: int) -> State[Any] | None:
    """Carry development work on after one decision: its papers, then the stage that needs no person, and the day it should be done by.

    Both parameters are opaque; all else is in our database. A second attempt finds what the first has done, and changes none of it.
    """
    return carry_out(Attempt.read(step_id, attempt), _what_follows)


def _what_follows(attempt: Attempt) -> Attempt | None:
    if _to_issue(attempt):
        issue_development_papers(attempt)
    return _settle(attempt)


@task(
    name="issue-development-papers",
    retries=len(QUICK_RETRIES),
    retry_delay_seconds=QUICK_RETRIES,
    retry_condition_fn=may_help,
    persist_result=False,
    cache_policy=NO_CACHE,
)
def issue_development_papers(attempt: Attempt) -> None:
    """Issue what is outstanding, each paper kept as soon as it is there: a second try prints none of them again."""
    for draft in _to_issue(attempt):
        _issue(attempt, draft)


@neutral("paper")
def _to_issue(attempt: Attempt) -> list[Draft]:
    with db.reading() as session:
        return papers.outstanding(session, session.get_one(Step, attempt.step_id).event)


@neutral("paper")
def _issue(attempt: Attempt, draft: Draft) -> None:
    """Print outside of any transaction; what it says and its day are those of the decision, so that each attempt prints the same."""
    with db.reading() as session:
        html = papers.html_of(session, session.get_one(Step, attempt.step_id).event, draft)
    content = printing.print_pdf(html)
    with db.writing() as session:
        event = steps.hold(session, attempt.step_id, attempt=attempt.number).event
        papers.issue(session, event, draft, content=content)


@neutral("database")
def _settle(attempt: Attempt) -> Attempt | None:
    """All in one transaction, together with the end of the step: it happens once, or not at all."""
    with db.writing() as session:
        step = steps.hold(session, attempt.step_id, attempt=attempt.number)
        settling.settle_development(session, step.event)
        return finish(session, step, attempt)
