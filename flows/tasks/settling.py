"""How a step ends: the referral goes on where no person is needed, gets its target day, and mail is written."""

from flows.attempts import Attempt, finish
from flows.failures import neutral
from flows.intake import open_triage
from referrals import db, notifications, steps
from referrals.rules import targets


@neutral("database")
def settle(attempt: Attempt) -> Attempt | None:
    """All in one transaction, together with the end of the step: it happens once, or not at all. What comes next, if anything."""
    with db.writing() as session:
        step = steps.hold(session, attempt.step_id, attempt=attempt.number)
        row = step.history
        open_triage(session, row)
        targets.set_target(session, row.referral)
        notifications.write(session, row)
        return finish(session, step, attempt)
