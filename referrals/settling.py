"""What a decision sets off and needs no person, in the caller's transaction: on to where somebody is needed, the target day, mail.

The worker's steps do it, and so does the demonstration's year, which has no worker.
"""

from typing import Final

from sqlalchemy.orm import Session

from referrals import notifications, readdressing, triage
from referrals.access import SYSTEM
from referrals.development import stages
from referrals.development import targets as development_targets
from referrals.errors import AlreadyMoved, WrongStage
from referrals.forums import invitations_calendar
from referrals.mailer import Letter
from referrals.models import DevelopmentEvent, History, Mail
from referrals.rules import targets
from referrals.stages import SUBMITTED, Verb

#: after these a concern waits to be taken up
ARRIVALS: Final = frozenset({Verb.SUBMIT_CONCERN, Verb.RESUBMIT_CONCERN})


def settle_referral(session: Session, row: History) -> None:
    """Do what follows `row` once its papers are there: the referral goes on by itself, gets its target day, and mail is written."""
    open_triage(session, row)
    targets.set_target(session, row.referral)
    notifications.write(session, row)


def settle_development(session: Session, event: DevelopmentEvent) -> None:
    """The same for development work, of which nobody is told by mail."""
    _open_triage_of_work(session, event)
    development_targets.set_target(session, event.case)


def letter_to_send(session: Session, mail: Mail) -> Letter | None:
    """What is handed to the post office, with its calendar entry; None where it went, was stopped, or asks for what is done by now.

    It goes where its reader is by now: it was held for some minutes, or waited for the post office, since it was written.
    """
    if notifications.is_to_go(mail):
        readdressing.address_anew(session, mail)
    notifications.let_rest_if_done(session, mail)
    if not notifications.is_to_go(mail):
        return None
    return invitations_calendar.with_entry(session, notifications.letter(mail), mail)


def open_triage(session: Session, row: History) -> None:
    """Carry a concern that has just come in to triage, unless a coordinator already has, or does in this very moment."""
    if row.verb not in ARRIVALS or row.referral.state != SUBMITTED:
        return
    try:
        triage.open_triage(session, row.referral, by=SYSTEM)
    except (AlreadyMoved, WrongStage):
        session.refresh(row.referral)


def _open_triage_of_work(session: Session, event: DevelopmentEvent) -> None:
    """Let what has just been begun wait to be taken up, unless somebody already has taken it up, or does in this very moment."""
    if event.case.state != SUBMITTED:
        return
    try:
        stages.open_triage(session, event.case)
    except (AlreadyMoved, WrongStage):
        session.refresh(event.case)
