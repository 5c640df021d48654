"""Automatic work that was given up: which referral by number, in what it failed, its technical run, and another try."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from flask import abort, redirect, url_for
from flask.typing import ResponseReturnValue

from referrals import steps
from referrals.access import Role
from referrals.models import ClockPaper, PrintAttempt, Step
from referrals.papers import print_attempts
from referrals.rounds import papers as round_papers
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


@dataclass(frozen=True)
class Agenda:
    """Which agenda it is: all that an administrator may know of one, who reads no team's questions."""

    team: str
    round_name: str
    meets_at: datetime


@blueprint.get("/automatic-work")
@signed_in(Role.ADMINISTRATOR)
def automatic_work() -> ResponseReturnValue:
    """What was given up, the newest first, and how much waits."""
    session = transactions.session()
    runs = transactions.settings().prefect_api.removesuffix("/api") + "/runs/flow-run/"
    never_printed = print_attempts.given_up(session)
    return page(
        "administration/automatic_work.html",
        failed=steps.all_failed(session),
        waiting=steps.count_waiting(session),
        words=WORDS,
        never_printed=never_printed,
        papers=PAPERS,
        agendas=_agendas_of(never_printed),
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


def _agendas_of(attempts: Sequence[PrintAttempt]) -> dict[str, Agenda]:
    """Which agendas were tried, by the digest of what they say; not what has been held meanwhile, or says something else by now."""
    if not any(one.paper is ClockPaper.ROUND_AGENDA for one in attempts):
        return {}
    drafts = {one.made_from: one.context for one in round_papers.agendas_to_issue(transactions.session())}
    return {
        key: Agenda(said["forum"], said["round"], datetime.fromisoformat(said["starts_at"]))
        for key, said in drafts.items()
    }
