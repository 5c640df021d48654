"""send_mail: one mail, once its minutes in hand are over and nobody has stopped it."""

from typing import Any

from prefect import flow
from prefect.client.schemas.objects import State

from flows.attempts import Attempt, carry_out
from flows.failures import neutral
from flows.tasks.effects import effect
from referrals import db, mailer, notifications, steps


@flow(name="send-mail", persist_result=False, validate_parameters=False)
def send_mail(step_id: str, attempt: int) -> State[Any] | None:
    """Hand one mail to the post office. At least once: its Message-ID is the same each time it is tried."""
    return carry_out(Attempt.read(step_id, attempt), _send)


def _send(attempt: Attempt) -> None:
    hand_over(attempt)
    note_sent(attempt)


@effect("hand-over-mail")
@neutral("mail")
def hand_over(attempt: Attempt) -> None:
    """Give the mail to the post office. The address is read here: it never travels through Prefect."""
    with db.writing() as session:
        mail = notifications.mail_of(session, steps.hold(session, attempt.step_id, attempt=attempt.number))
        notifications.let_rest_if_done(mail)
        letter = notifications.letter(mail) if notifications.is_to_go(mail) else None
    if letter is not None:
        mailer.send(letter)


@effect("note-sent")
@neutral("database")
def note_sent(attempt: Attempt) -> None:
    """Write that it went, and finish the step."""
    with db.writing() as session:
        mail = notifications.mail_of(session, steps.hold(session, attempt.step_id, attempt=attempt.number))
        notifications.note_sent(session, mail)
        steps.finish(session, attempt.step_id, attempt=attempt.number)
