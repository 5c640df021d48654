"""How a step of a referral ends: with what needs no person, as the core does it."""

from flows.attempts import Attempt, finish
from flows.failures import neutral
from referrals import db, settling, steps


@neutral("database")
def settle(attempt: Attempt) -> Attempt | None:
    """All in one transaction, together with the end of the step: it happens once, or not at all. What comes next, if anything."""
    with db.writing() as session:
        step = steps.hold(session, attempt.step_id, attempt=attempt.number)
        settling.settle_referral(session, step.history)
        return finish(session, step, attempt)
