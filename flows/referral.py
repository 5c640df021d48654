"""advance_referral: what follows a history row and needs no person. It does that, and ends; the next decision starts the next run."""

from typing import Any

from prefect import flow
from prefect.client.schemas.objects import State

from flows.attempts import Attempt, carry_out
from flows.tasks.papers import issue_papers, papers_to_issue
from flows.tasks.settling import settle


@flow(name="advance-referral", persist_result=False, validate_parameters=False)
def advance_referral(step_id: str, attempt: int) -> State[Any] | None:
    """Carry a referral on after one decision, until a person is needed. Both parameters are opaque; all else is in our database.

    Papers are printed one by one, each kept as soon as it is there; then, in one transaction, the referral goes on by
    itself where no person is needed, its target day is set, mail is written, and the step is finished. What has followed
    by then is the next step of the same run.
    A second attempt finds what the first has done, and changes none of it.
    """
    return carry_out(Attempt.read(step_id, attempt), _what_follows)


def _what_follows(attempt: Attempt) -> Attempt | None:
    if papers_to_issue(attempt):
        issue_papers(attempt)
    return settle(attempt)
