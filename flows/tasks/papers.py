"""The task that issues the papers of a step: each is read, printed and kept before the next."""

from typing import Final

from prefect import task
from prefect.cache_policies import NO_CACHE

from flows.attempts import Attempt
from flows.failures import may_help, neutral
from referrals import db, documents, printing, steps
from referrals.documents import Paper
from referrals.models import Step
from referrals.papers import paper_sources
from schemas.documents.writing import paper_html

#: seconds before the second and the third try; longer pauses are the step's own, so that no thread is kept waiting
QUICK_RETRIES: Final = [0.5, 2.0]


@neutral("paper")
def papers_to_issue(attempt: Attempt) -> list[Paper]:
    """The papers that follow the step's history row and are not there yet."""
    with db.reading() as session:
        row = session.get_one(Step, attempt.step_id).history
        return documents.outstanding(session, row)


@task(
    name="issue-papers",
    retries=len(QUICK_RETRIES),
    retry_delay_seconds=QUICK_RETRIES,
    retry_condition_fn=may_help,
    persist_result=False,
    cache_policy=NO_CACHE,
)
def issue_papers(attempt: Attempt) -> None:
    """Issue what is outstanding, each paper kept as soon as it is there: a second try prints none of them again.

    It is tried again where the outside world failed, and Prefect keeps nothing of it.
    """
    for paper in papers_to_issue(attempt):
        _issue(attempt, paper)


@neutral("paper")
def _issue(attempt: Attempt, paper: Paper) -> None:
    """Issue one paper: dates on it come from the history row, so that each attempt prints the same.

    A referral that changed while the paper was printed is read again: an identity may have been protected meanwhile.
    """
    while True:
        with db.reading() as session:
            row = session.get_one(Step, attempt.step_id).history
            version = row.referral.version
            html = paper_html(paper_sources.gather(session, row.referral, paper, after=row))
        pdf = printing.print_pdf(html)
        with db.writing() as session:
            step = steps.hold(session, attempt.step_id, attempt=attempt.number)
            if step.history.referral.version == version:
                documents.issue(session, step.history, paper, content=pdf)
                return
