"""The task that ends a step: the referral goes on where no person is needed, gets its target day, and mail is written."""

from prefect import task
from prefect.cache_policies import NO_CACHE

from flows.attempts import Attempt
from flows.failures import may_help, neutral
from flows.intake import open_triage
from referrals import db, notifications, steps, targets


@task(
    name="settle",
    retries=2,
    retry_delay_seconds=[0.5, 2],
    retry_condition_fn=may_help,
    persist_result=False,
    cache_policy=NO_CACHE,
)
@neutral("database")
def settle(attempt: Attempt) -> None:
    """All in one transaction, together with the end of the step: it happens once, or not at all."""
    with db.writing() as session:
        row = steps.hold(session, attempt.step_id, attempt=attempt.number).history
        open_triage(session, row)
        targets.set_target(session, row.referral)
        notifications.write(session, row)
        steps.finish(session, attempt.step_id, attempt=attempt.number)
