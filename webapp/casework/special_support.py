"""Special support: reports to the head teacher and the investigation of the need, on a page beside the team's work."""

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from flask import Response, redirect, url_for
from flask.typing import ResponseReturnValue

from referrals.access import View, may_view
from referrals.errors import Incomplete
from referrals.models import Referral, SupportInvestigation, SupportReport
from referrals.stages import Verb
from referrals.statutory import special_support as rules
from referrals.vocabulary import N_, HealthTeamAsked, SupportGround, SupportNeed
from schemas.special_support import BeginInvestigationForm, InvestigationResultForm, SupportReportForm
from webapp import forms, notices, people, transactions
from webapp.casework import blueprint, words
from webapp.casework.carrying_out import GIVE_ON, back, colleagues, give_on, others
from webapp.casework.choices import choices
from webapp.casework.frame import referral_page, seen
from webapp.casework.moments import Moment
from webapp.guards import for_referral
from webapp.language import gettext

#: names of the three forms of the page
REPORT, BEGIN, RESULT = "report", "begin", "result"
#: what is said where the shape was right and the unit's people, or another answer, ask for something else
_UNMET = {
    "carried_out_by": N_("Choose one of the school's own people."),
    "why_not_asked": N_("Write why the student health team did not have to be consulted."),
}


@dataclass(frozen=True)
class Report:
    """One report, and whether an investigation answers it."""

    row: SupportReport
    came: Moment
    is_answered: bool


@dataclass(frozen=True)
class Investigation:
    """One investigation, with its result once there is one."""

    row: SupportInvestigation
    begun: Moment
    concluded: Moment | None


@blueprint.get("/referrals/<reference:number>/special-support", endpoint="special_support")
@for_referral(View.OWN_SUPPORT_REPORTS)
def overview(referral: Referral) -> Response:
    """What was reported and investigated, as far as this person may read it, and what they can do about it."""
    return _page(referral)


@blueprint.post("/referrals/<reference:number>/special-support/reports")
@for_referral(Verb.REPORT_SUPPORT_NEED)
def report_need(referral: Referral) -> ResponseReturnValue:
    """Report to the head teacher that the pupil may need special support."""
    form = forms.submitted()
    given = form.load(SupportReportForm())
    if given is None:
        return _page(referral, {REPORT: form})
    report = rules.Reported(**given)
    rules.report_need(transactions.session(), referral, by=people.actor(), seen=seen(), report=report)
    notices.say_next(gettext("The head teacher has your report. The report is also made as a paper for the file."))
    return _back(referral)


@blueprint.post("/referrals/<reference:number>/special-support/investigations")
@for_referral(Verb.BEGIN_SUPPORT_INVESTIGATION)
def begin_investigation(referral: Referral) -> ResponseReturnValue:
    """Let the need be investigated."""
    form = forms.submitted()
    given = form.load(BeginInvestigationForm())
    if given is None:
        return _page(referral, {BEGIN: form})
    try:
        rules.begin_investigation(transactions.session(), referral, by=people.actor(), seen=seen(), **given)
    except Incomplete as refused:
        return _refused(referral, BEGIN, form, missing=refused.missing)
    notices.say_next(gettext("The investigation has begun. Its result is recorded on this page."))
    return _back(referral)


@blueprint.post("/referrals/<reference:number>/special-support/investigations/<uuid:investigation_id>/give-on")
@for_referral(Verb.GIVE_ON_SUPPORT_INVESTIGATION)
def give_on_support_investigation(referral: Referral, investigation_id: uuid.UUID) -> ResponseReturnValue:
    """Let somebody else carry it on."""
    refused = give_on(referral, Verb.GIVE_ON_SUPPORT_INVESTIGATION, investigation_id)
    return _back(referral) if refused is None else _page(referral, {GIVE_ON: refused})


@blueprint.post("/referrals/<reference:number>/special-support/investigations/<uuid:investigation_id>/result")
@for_referral(Verb.CONCLUDE_SUPPORT_INVESTIGATION)
def conclude_investigation(referral: Referral, investigation_id: uuid.UUID) -> ResponseReturnValue:
    """Record what the investigation came to."""
    form = forms.submitted()
    given = form.load(InvestigationResultForm())
    if given is None:
        return _page(referral, {RESULT: form})
    try:
        rules.conclude_investigation(
            transactions.session(), referral, by=people.actor(), seen=seen(), investigation_id=investigation_id,
            result=rules.Result(**given),
        )  # fmt: skip
    except Incomplete as refused:
        return _refused(referral, RESULT, form, missing=refused.missing)
    notices.say_next(gettext("The result is recorded, and made as a paper for the file."))
    return back(referral, "casework.special_support", view=View.OWN_SUPPORT_REPORTS)


def _back(referral: Referral) -> ResponseReturnValue:
    return redirect(url_for("casework.special_support", number=referral.number), 303)


def _refused(referral: Referral, name: str, form: forms.Form, *, missing: Iterable[str]) -> Response:
    for field in missing:
        form.refuse(field, _UNMET[field])
    return _page(referral, {name: form})


def _page(referral: Referral, refused: Mapping[str, forms.Form] = MappingProxyType({})) -> Response:
    session = transactions.session()
    shown = {name: refused.get(name) or forms.shown(name=name) for name in (REPORT, BEGIN, GIVE_ON, RESULT)}
    reads_all = may_view(View.SPECIAL_SUPPORT, people.actor(), referral.facts())
    investigations = rules.investigations_for(session, referral, people.actor())
    running = next((one for one in investigations if one.concluded_id is None), None)
    may_begin = reads_all and running is None and words.may_do(Verb.BEGIN_SUPPORT_INVESTIGATION, referral)
    return referral_page(
        "special_support.html",
        referral,
        status=422 if refused else 200,
        form=next(iter(refused.values()), None) or shown[REPORT],
        shown=shown,
        reads_all=reads_all,
        reports=[
            Report(row, Moment.of(row.history), row.investigation_id is not None)
            for row in rules.reports_for(session, referral, people.actor())
        ],
        investigations=[
            Investigation(row, Moment.of(row.begun), Moment.of(row.concluded) if row.concluded else None)
            for row in investigations
        ],
        running=running,
        may_report=words.may_do(Verb.REPORT_SUPPORT_NEED, referral),
        may_conclude=running is not None and words.may_do(Verb.CONCLUDE_SUPPORT_INVESTIGATION, referral),
        colleagues=colleagues(referral) if may_begin else [],
        others=others(referral, running, Verb.GIVE_ON_SUPPORT_INVESTIGATION),
        grounds=choices(SupportGround),
        asked=choices(HealthTeamAsked),
        needs=choices(SupportNeed),
    )
