"""send_mail: mail whose minutes in hand are over and which nobody has stopped, one after the other."""

from typing import Any

from prefect import flow
from prefect.client.schemas.objects import State

from flows.attempts import Attempt, carry_out, finish
from flows.failures import neutral
from referrals import db, mailer, notifications, settling, steps


@flow(name="send-mail", persist_result=False, validate_parameters=False)
def send_mail(step_id: str, attempt: int) -> State[Any] | None:
    """Hand mail to the post office, this one and what is due after it. At least once: its Message-ID is the same at each try,
    unless its reader's address was put right in between.

    A mail that fails ends the run; it is tried again after a pause, and the others go with the next run.
    """
    return carry_out(Attempt.read(step_id, attempt), _send)


def _send(attempt: Attempt) -> Attempt | None:
    hand_over(attempt)
    return note_sent(attempt)


@neutral("mail")
def hand_over(attempt: Attempt) -> None:
    """Give the mail to the post office. The address is read here: it never travels through Prefect."""
    with db.writing() as session:
        mail = notifications.mail_of(session, steps.hold(session, attempt.step_id, attempt=attempt.number))
        letter = settling.letter_to_send(session, mail)
    if letter is not None:
        mailer.send(letter)


@neutral("database")
def note_sent(attempt: Attempt) -> Attempt | None:
    """Write that it went, and finish the step. The next mail that is due, if there is one."""
    with db.writing() as session:
        step = steps.hold(session, attempt.step_id, attempt=attempt.number)
        notifications.note_sent(session, notifications.mail_of(session, step))
        return finish(session, step, attempt)
