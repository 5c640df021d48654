"""The task that issues one paper: read, print, keep."""

from flows.attempts import Attempt
from flows.failures import neutral
from flows.tasks.effects import effect
from referrals import db, documents, paper_sources, printing, steps
from referrals.documents import Paper
from referrals.models import Step
from schemas.documents.writing import paper_html


@neutral("paper")
def papers_to_issue(attempt: Attempt) -> list[Paper]:
    """The papers that follow the step's history row and are not there yet."""
    with db.reading() as session:
        row = session.get_one(Step, attempt.step_id).history
        return documents.outstanding(session, row)


@effect("issue-paper")
@neutral("paper")
def issue_paper(attempt: Attempt, paper: Paper) -> None:
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
