"""Degrading treatment: reports on their way to the organiser and the investigation of each, on a page beside the team's work."""

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from flask import Response, redirect, url_for
from flask.typing import ResponseReturnValue

from referrals.access import View, may_view
from referrals.errors import Incomplete
from referrals.models import DegradingReport, History, Referral
from referrals.stages import Verb
from referrals.statutory import degrading_treatment as rules
from referrals.statutory.carrying_out import may_conclude
from referrals.vocabulary import DegradingKind, DegradingOutcome
from schemas.degrading_treatment import UNMET, BeginDegradingForm, DegradingReportForm, DegradingResultForm, PassOnForm
from webapp import forms, notices, people, transactions
from webapp.casework import blueprint, words
from webapp.casework.carrying_out import GIVE_ON, Colleague, back, colleagues, give_on, others
from webapp.casework.choices import choices
from webapp.casework.frame import referral_page, seen
from webapp.casework.moments import Moment
from webapp.guards import for_referral
from webapp.language import gettext

#: names of the forms of the page
REPORT, RECEIVE, PASS_ON, BEGIN, RESULT = "report", "receive", "pass-on", "begin", "result"
#: which form is open where several reports wait: an investigation takes weeks, and nothing else may wait for its result
_FIRST = (PASS_ON, BEGIN, RESULT)


@dataclass(frozen=True)
class Line:
    """One report as the page shows it: each step that was taken, and the one that comes next."""

    row: DegradingReport
    came: Moment
    received: Moment | None
    passed_on: Moment | None
    begun: Moment | None
    concluded: Moment | None
    #: name of the form with which the next step is taken; empty for who does not take it
    next_form: str
    #: whether the reader carries it out
    is_carried_out: bool
    #: to whom the reader may give it while it runs, and the form to do it: each that runs has its own
    others: list[Colleague]
    giving: forms.Form


@blueprint.get("/referrals/<reference:number>/degrading-treatment", endpoint="degrading_treatment")
@for_referral(View.OWN_DEGRADING_REPORTS)
def overview(referral: Referral) -> Response:
    """What was reported and investigated, as far as this person may read it, and what they can do about it."""
    return _page(referral)


@blueprint.post("/referrals/<reference:number>/degrading-treatment")
@for_referral(Verb.REPORT_DEGRADING_TREATMENT)
def report_degrading_treatment(referral: Referral) -> ResponseReturnValue:
    """Report it to the head teacher."""
    form = forms.submitted()
    given = form.load(DegradingReportForm())
    if given is None:
        return _page(referral, {REPORT: form})
    report = rules.Reported(**given)
    rules.report_treatment(transactions.session(), referral, by=people.actor(), seen=seen(), report=report)
    notices.say_next(gettext("The head teacher has your report. The report is also made as a paper for the file."))
    return _back(referral)


@blueprint.post("/referrals/<reference:number>/degrading-treatment/<uuid:degrading_report_id>/receipt")
@for_referral(Verb.RECEIVE_DEGRADING_REPORT)
def receive_degrading_report(referral: Referral, degrading_report_id: uuid.UUID) -> ResponseReturnValue:
    """Record that it has reached the head teacher."""
    rules.receive_report(
        transactions.session(), referral, by=people.actor(), seen=seen(), report_id=degrading_report_id
    )
    notices.say_next(gettext("It is recorded that you have received the report. Pass it on to the organiser."))
    return _back(referral)


@blueprint.post("/referrals/<reference:number>/degrading-treatment/<uuid:degrading_report_id>/passed-on")
@for_referral(Verb.PASS_ON_DEGRADING_REPORT)
def pass_on_degrading_report(referral: Referral, degrading_report_id: uuid.UUID) -> ResponseReturnValue:
    """Record that it went on to the organiser."""
    form = forms.submitted()
    given = form.load(PassOnForm())
    if given is None:
        return _page(referral, {PASS_ON: form}, about=degrading_report_id)
    try:
        rules.pass_on_report(
            transactions.session(), referral, by=people.actor(), seen=seen(), report_id=degrading_report_id, **given
        )
    except Incomplete as refused:
        return _refused(referral, PASS_ON, form, missing=refused.missing, about=degrading_report_id)
    notices.say_next(gettext("It is recorded that the report went on to the organiser."))
    return _back(referral)


@blueprint.post("/referrals/<reference:number>/degrading-treatment/<uuid:degrading_report_id>/investigation")
@for_referral(Verb.BEGIN_DEGRADING_INVESTIGATION)
def begin_degrading_investigation(referral: Referral, degrading_report_id: uuid.UUID) -> ResponseReturnValue:
    """Let it be investigated."""
    form = forms.submitted()
    given = form.load(BeginDegradingForm())
    if given is None:
        return _page(referral, {BEGIN: form}, about=degrading_report_id)
    try:
        rules.begin_investigation(
            transactions.session(), referral, by=people.actor(), seen=seen(), report_id=degrading_report_id, **given
        )
    except Incomplete as refused:
        return _refused(referral, BEGIN, form, missing=refused.missing, about=degrading_report_id)
    notices.say_next(gettext("The investigation has begun. Its result is recorded on this page."))
    return _back(referral)


@blueprint.post("/referrals/<reference:number>/degrading-treatment/<uuid:degrading_report_id>/give-on")
@for_referral(Verb.GIVE_ON_DEGRADING_INVESTIGATION)
def give_on_degrading_investigation(referral: Referral, degrading_report_id: uuid.UUID) -> ResponseReturnValue:
    """Let somebody else carry it on."""
    refused = give_on(referral, Verb.GIVE_ON_DEGRADING_INVESTIGATION, degrading_report_id)
    return _back(referral) if refused is None else _page(referral, {GIVE_ON: refused}, about=degrading_report_id)


@blueprint.post("/referrals/<reference:number>/degrading-treatment/<uuid:degrading_report_id>/result")
@for_referral(Verb.CONCLUDE_DEGRADING_INVESTIGATION)
def conclude_degrading_investigation(referral: Referral, degrading_report_id: uuid.UUID) -> ResponseReturnValue:
    """Record what the investigation came to."""
    form = forms.submitted()
    given = form.load(DegradingResultForm())
    if given is None:
        return _page(referral, {RESULT: form}, about=degrading_report_id)
    rules.conclude_investigation(
        transactions.session(), referral, by=people.actor(), seen=seen(), report_id=degrading_report_id,
        result=rules.Result(**given),
    )  # fmt: skip
    notices.say_next(gettext("The result is recorded, and made as a paper for the file."))
    return back(referral, "casework.degrading_treatment", view=View.OWN_DEGRADING_REPORTS)


def _back(referral: Referral) -> ResponseReturnValue:
    return redirect(url_for("casework.degrading_treatment", number=referral.number), 303)


def _refused(referral: Referral, name: str, form: forms.Form, *, missing: Iterable[str], about: uuid.UUID) -> Response:
    for field in missing:
        form.refuse(field, UNMET[field])
    return _page(referral, {name: form}, about=about)


def _page(
    referral: Referral,
    refused: Mapping[str, forms.Form] = MappingProxyType({}),
    *,
    about: uuid.UUID | None = None,
) -> Response:
    session = transactions.session()
    giving = {about: refused[GIVE_ON]} if GIVE_ON in refused else {}
    lines = [_line(one, referral, giving.get(one.id)) for one in rules.reports_for(session, referral, people.actor())]
    open_to = [line for line in lines if line.next_form and about in (None, line.row.id)]
    waiting = min(open_to, key=lambda line: _FIRST.index(line.next_form), default=None)
    shown = {name: refused.get(name) or forms.shown(name=name) for name in (REPORT, RECEIVE, PASS_ON, BEGIN, RESULT)}
    return referral_page(
        "degrading_treatment.html",
        referral,
        status=422 if refused else 200,
        form=next(iter(refused.values()), None) or shown[REPORT],
        shown=shown,
        reads_all=may_view(View.DEGRADING_TREATMENT, people.actor(), referral.facts()),
        lines=lines,
        #: one at a time has its form open: what is soonest done, of several the newest
        waiting=waiting,
        may_report=words.may_do(Verb.REPORT_DEGRADING_TREATMENT, referral),
        colleagues=colleagues(referral) if waiting and waiting.next_form == BEGIN else [],
        plain=_plain(lines),
        kinds=choices(DegradingKind),
        outcomes=choices(DegradingOutcome),
    )


def _plain(lines: list[Line]) -> Line | None:
    """Whose form to give it on has the usual ids, to which the summary of what is to be mended leads; the others' are marked."""
    typed = (line for line in lines if line.giving.problems or line.giving.was_kept)
    return next(typed, next((line for line in lines if line.others), None))


def _line(row: DegradingReport, referral: Referral, refused: forms.Form | None) -> Line:
    runs = row.begun_id is not None and row.concluded_id is None
    return Line(
        row,
        came=Moment.of(row.history),
        received=_moment(row.received),
        passed_on=_moment(row.passed_on),
        begun=_moment(row.begun),
        concluded=_moment(row.concluded),
        next_form=_next_form(row, referral),
        is_carried_out=rules.is_investigated_by(row, people.actor()),
        others=others(referral, row if runs else None, Verb.GIVE_ON_DEGRADING_INVESTIGATION),
        giving=refused or forms.shown(name=f"{GIVE_ON}-{row.id}"),
    )


def _moment(row: History | None) -> Moment | None:
    return Moment.of(row) if row else None


def _next_form(row: DegradingReport, referral: Referral) -> str:
    """The form of the next step, for who takes it. Who has not received it yet may pass it on at once."""
    steps = (
        (row.passed_on_id, Verb.PASS_ON_DEGRADING_REPORT, PASS_ON),
        (row.begun_id, Verb.BEGIN_DEGRADING_INVESTIGATION, BEGIN),
        (row.concluded_id, Verb.CONCLUDE_DEGRADING_INVESTIGATION, RESULT),
    )
    for taken, verb, name in steps:
        if taken is None:
            is_theirs = name != RESULT or may_conclude(people.actor(), referral, row.carried_out_by_id)
            return name if is_theirs and words.may_do(verb, referral) else ""
    return ""
