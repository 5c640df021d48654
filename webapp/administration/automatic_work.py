"""Automatic work that was given up: which referral by number, in what it failed, its technical run, and another try."""

import uuid

from flask import abort, redirect, url_for
from flask.typing import ResponseReturnValue

from referrals import steps
from referrals.access import Role
from referrals.models import ClockPaper, Step
from referrals.papers import print_attempts
from referrals.vocabulary import N_
from webapp import notices, people, transactions
from webapp.administration import blueprint
from webapp.guards import signed_in
from webapp.language import gettext
from webapp.pages import page

#: what failed, by the neutral word the workflow leaves
WORDS = {
    "paper": N_("A paper could not be made."),
    "mail": N_("A mail could not be sent."),
    "address": N_("A mail came back: its address takes none."),
    "database": N_("The work could not be saved."),
    "refused": N_("The rules did not allow it."),
}

#: papers that follow the calendar, as each calls itself
PAPERS = {
    ClockPaper.ROUND_AGENDA: N_("Agenda of the consultation"),
    ClockPaper.QUALITY_REPORT: N_("Quality report"),
}


@blueprint.get("/automatic-work")
@signed_in(Role.ADMINISTRATOR)
def automatic_work() -> ResponseReturnValue:
    """What was given up, the newest first, and how much waits."""
    session = transactions.session()
    runs = transactions.settings().prefect_api.removesuffix("/api") + "/runs/flow-run/"
    return page(
        "administration/automatic_work.html",
        failed=steps.all_failed(session),
        waiting=steps.count_waiting(session),
        words=WORDS,
        never_printed=print_attempts.given_up(session),
        papers=PAPERS,
        runs=runs,
    )


@blueprint.post("/automatic-work/<uuid:step_id>/retry")
@signed_in(Role.ADMINISTRATOR)
def retry_automatic_work(step_id: uuid.UUID) -> ResponseReturnValue:
    """Let a step that was given up be tried again."""
    session = transactions.session()
    step = session.get(Step, step_id) or abort(404)
    steps.retry(session, step, by=people.actor())
    notices.say_next(gettext("It is being tried again. Look at this page in a moment."))
    return redirect(url_for(".automatic_work"), 303)


@blueprint.post("/automatic-work/papers")
@signed_in(Role.ADMINISTRATOR)
def print_papers_again() -> ResponseReturnValue:
    """Let the papers of the calendar that never came out of the printer be tried again."""
    print_attempts.retry(transactions.session(), by=people.actor())
    notices.say_next(
        gettext("Agendas are tried again within some minutes, quality reports in the coming night. Nothing is lost.")
    )
    return redirect(url_for(".automatic_work"), 303)
