"""The weekly look at the access log: a head teacher goes through a few visits drawn by chance."""

import uuid
from dataclasses import dataclass
from datetime import date

from flask import Response, redirect, url_for
from flask.typing import ResponseReturnValue

from referrals.access import Role
from referrals.keeping import log_samples as rules
from referrals.keeping.log_samples import Answer
from referrals.models import LogSample, What
from referrals.stages import Party
from referrals.vocabulary import DeadlineSource, VisitAnswer
from schemas.log_samples import SAY_WHAT, LogSampleForm
from webapp import auditing, forms, notices, pages, people, transactions
from webapp.casework import access_log, blueprint
from webapp.casework.choices import choices
from webapp.casework.lines import Line
from webapp.guards import signed_in
from webapp.language import gettext


@dataclass(frozen=True)
class Visit:
    """One visit as the page shows it."""

    id: uuid.UUID
    #: the reference number of the referral
    number: str
    line: access_log.Line
    ground: str


@blueprint.get("/log-samples")
@signed_in(Role.HEAD_TEACHER)
def log_samples() -> Response:
    """The samples that wait, and those looked through."""
    session, actor = transactions.session(), people.actor()
    return pages.page(
        "casework/log_samples.html",
        waiting=rules.samples_for(session, actor, is_done=False),
        done=rules.samples_for(session, actor, is_done=True),
    )


@blueprint.get("/log-samples/<uuid:sample_id>")
@signed_in(Role.HEAD_TEACHER)
def log_sample(sample_id: uuid.UUID) -> Response:
    """One sample; that it was read stands in the log of each referral it names."""
    session, actor = transactions.session(), people.actor()
    sample = rules.find(session, sample_id, by=actor)
    visits = rules.visits_of(session, sample, by=actor)
    for chain in sorted({visit.row.referral_id for visit in visits}, key=str):
        auditing.note(What.OPENED_PAGE, chain=chain, party=Party.HEAD_TEACHER, subject=rules.PAGE, object_id=sample.id)
    said = [{"visit_id": each.row.id, "answer": each.row.answer, "note": each.row.note} for each in visits]
    return _page(sample, forms.shown({"visits": said}))


@blueprint.post("/log-samples/<uuid:sample_id>")
@signed_in(Role.HEAD_TEACHER)
def look_through_log_sample(sample_id: uuid.UUID) -> ResponseReturnValue:
    """Keep the answers so far."""
    session, actor = transactions.session(), people.actor()
    sample = rules.find(session, sample_id, by=actor)
    form = forms.submitted()
    loaded = form.load(LogSampleForm())
    if loaded is None:
        return _page(sample, form, status=422)
    for row, visit in enumerate(loaded["visits"]):
        if visit["answer"] is VisitAnswer.ASK and not visit["note"]:
            form.refuse(f"visits-{row}-note", SAY_WHAT)
    if form.problems:
        return _page(sample, form, status=422)
    answers = {
        visit["visit_id"]: Answer(visit["answer"], visit["note"]) for visit in loaded["visits"] if visit["answer"]
    }
    is_done = rules.look_through(session, sample, by=actor, answers=answers)
    notices.say_next(
        gettext("The week is looked through. Thank you.") if is_done else gettext("Kept. Some visits are left.")
    )
    if is_done:
        return redirect(url_for("casework.log_samples"), 303)
    return redirect(url_for("casework.log_sample", sample_id=sample.id), 303)


def lines(day: date) -> list[Line]:
    """A line of home for each sample that waits for this person, to be looked through in the week in which it was drawn."""
    return [
        Line(
            number=sample.label,
            url=url_for("casework.log_sample", sample_id=sample.id),
            verb=gettext(
                "Look through some visits of week %(week)s, %(unit)s", week=sample.label, unit=sample.unit.name
            ),
            about=(gettext("Who has looked"),),
            due_on=rules.due_on(sample),
            source=DeadlineSource.TARGET,
            today=day,
        )
        for sample in rules.samples_for(transactions.session(), people.actor(), is_done=False)
    ]


def _page(sample: LogSample, form: forms.Form, status: int = 200) -> Response:
    session = transactions.session()
    found = rules.visits_of(session, sample, by=people.actor())
    lines = access_log.lines_of([visit.event for visit in found])
    return pages.page(
        "casework/log_sample.html",
        status=status,
        sample=sample,
        form=form,
        visits=[
            Visit(visit.row.id, visit.row.referral.number, line, visit.event.ground or "")
            for visit, line in zip(found, lines, strict=True)
        ],
        answers=choices(VisitAnswer),
    )
