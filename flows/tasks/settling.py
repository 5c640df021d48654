"""The task that ends a step: the referral goes on where no person is needed, gets its target day, and mail is written."""

from flows.attempts import Attempt
from flows.failures import neutral
from flows.intake import open_triage
from flows.tasks.effects import effect
from referrals import db, notifications, steps, targets


@effect("settle")
@neutral("database")
def settle(attempt: Attempt) -> None:
    """All in one transaction, together with the end of the step: it happens once, or not at all."""
    with db.writing() as session:
        row = steps.hold(session, attempt.step_id, attempt=attempt.number).history
        open_triage(session, row)
        targets.set_target(session, row.referral)
        notifications.write(session, row)
        steps.finish(session, attempt.step_id, attempt=attempt.number)
