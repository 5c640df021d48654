"""Absence at school: the investigation, its report to the organiser and its result, on a page beside the team's work."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from flask import Response, redirect, url_for
from flask.typing import ResponseReturnValue

from referrals import here
from referrals.access import View, may_view
from referrals.errors import Incomplete
from referrals.models import AbsenceInvestigation, Referral
from referrals.stages import Verb
from referrals.statutory import absence_investigation as rules
from referrals.statutory.tracks import told_first
from referrals.vocabulary import AbsenceKind, AbsencePattern, SupportToo
from schemas.absence_investigation import UNMET, AbsenceFindingsForm, BeginAbsenceForm, ReportAbsenceForm
from webapp import forms, notices, people, transactions
from webapp.casework import blueprint, words
from webapp.casework.carrying_out import GIVE_ON, back, colleagues, give_on, others
from webapp.casework.choices import choices
from webapp.casework.frame import referral_page, seen, today
from webapp.casework.moments import Moment
from webapp.guards import for_referral
from webapp.language import gettext

#: names of the three forms of the page
BEGIN, NOTICE, RESULT = "begin", "notice", "result"


@dataclass(frozen=True)
class Line:
    """One investigation as the page shows it."""

    row: AbsenceInvestigation
    begun: Moment
    reported: Moment | None
    concluded: Moment | None


@blueprint.get("/referrals/<reference:number>/absence-investigation", endpoint="absence_investigation")
@for_referral(View.OWN_ABSENCE_INVESTIGATION)
def overview(referral: Referral) -> Response:
    """What was investigated, and what can be done now."""
    return _page(referral)


@blueprint.post("/referrals/<reference:number>/absence-investigation")
@for_referral(Verb.BEGIN_ABSENCE_INVESTIGATION)
def begin_absence_investigation(referral: Referral) -> ResponseReturnValue:
    """Let the absence be investigated."""
    form = forms.submitted()
    given = form.load(BeginAbsenceForm())
    if given is None:
        # Not with the fields that are always needed: of a pupil who is of age nobody has to be told.
        if not form.value("guardians_told_on") and not told_first(referral, None, today()):
            form.refuse("guardians_told_on", UNMET["guardians_told_on"])
        return _page(referral, {BEGIN: form})
    try:
        rules.begin_investigation(
            transactions.session(), referral, by=people.actor(), seen=seen(), beginning=rules.Beginning(**given)
        )
    except Incomplete as refused:
        return _refused(referral, BEGIN, form, refused=refused)
    notices.say_next(
        gettext(
            "The investigation has begun. The report to the organiser is made as a paper; send it as soon as you can."
        )
    )
    return _back(referral)


@blueprint.post("/referrals/<reference:number>/absence-investigation/<uuid:absence_investigation_id>/report")
@for_referral(Verb.REPORT_ABSENCE)
def report_absence(referral: Referral, absence_investigation_id: uuid.UUID) -> ResponseReturnValue:
    """Record that the absence was reported to the organiser."""
    form = forms.submitted()
    given = form.load(ReportAbsenceForm())
    if given is None:
        return _page(referral, {NOTICE: form})
    try:
        rules.report_absence(
            transactions.session(), referral, by=people.actor(), seen=seen(),
            investigation_id=absence_investigation_id, **given,
        )  # fmt: skip
    except Incomplete as refused:
        return _refused(referral, NOTICE, form, refused=refused)
    notices.say_next(gettext("It is recorded that the absence was reported to the organiser."))
    return _back(referral)


@blueprint.post("/referrals/<reference:number>/absence-investigation/<uuid:absence_investigation_id>/give-on")
@for_referral(Verb.GIVE_ON_ABSENCE_INVESTIGATION)
def give_on_absence_investigation(referral: Referral, absence_investigation_id: uuid.UUID) -> ResponseReturnValue:
    """Let somebody else carry it on."""
    refused = give_on(referral, Verb.GIVE_ON_ABSENCE_INVESTIGATION, absence_investigation_id)
    return _back(referral) if refused is None else _page(referral, {GIVE_ON: refused})


@blueprint.post("/referrals/<reference:number>/absence-investigation/<uuid:absence_investigation_id>/result")
@for_referral(Verb.CONCLUDE_ABSENCE_INVESTIGATION)
def conclude_absence_investigation(referral: Referral, absence_investigation_id: uuid.UUID) -> ResponseReturnValue:
    """Record what the investigation came to."""
    form = forms.submitted()
    given = form.load(AbsenceFindingsForm())
    if given is None:
        return _page(referral, {RESULT: form})
    rules.conclude_investigation(
        transactions.session(), referral, by=people.actor(), seen=seen(), investigation_id=absence_investigation_id,
        findings=rules.Findings(**given),
    )  # fmt: skip
    notices.say_next(gettext("The result is recorded, and made as a paper for the file."))
    return back(referral, "casework.absence_investigation", view=View.OWN_ABSENCE_INVESTIGATION)


def _back(referral: Referral) -> ResponseReturnValue:
    return redirect(url_for("casework.absence_investigation", number=referral.number), 303)


def _refused(referral: Referral, name: str, form: forms.Form, *, refused: Incomplete) -> Response:
    for field in refused.missing:
        form.refuse(field, UNMET[field])
    return _page(referral, {name: form})


def _page(referral: Referral, refused: Mapping[str, forms.Form] = MappingProxyType({})) -> Response:
    session = transactions.session()
    shown = {name: refused.get(name) or forms.shown(name=name) for name in (BEGIN, NOTICE, GIVE_ON, RESULT)}
    found = rules.investigations_for(session, referral, people.actor())
    running = next((one for one in found if one.concluded_id is None), None)
    may_begin = running is None and words.may_do(Verb.BEGIN_ABSENCE_INVESTIGATION, referral)
    return referral_page(
        "absence_investigation.html",
        referral,
        status=422 if refused else 200,
        form=next(iter(refused.values()), None) or shown[BEGIN],
        shown=shown,
        reads_all=may_view(View.ABSENCE_INVESTIGATION, people.actor(), referral.facts()),
        lines=[_line(one) for one in found],
        unreported=next((one for one in found if one.reported_id is None), None),
        running=running,
        may_report=words.may_do(Verb.REPORT_ABSENCE, referral),
        may_conclude=words.may_do(Verb.CONCLUDE_ABSENCE_INVESTIGATION, referral),
        colleagues=colleagues(referral) if may_begin else [],
        others=others(referral, running, Verb.GIVE_ON_ABSENCE_INVESTIGATION),
        **_answers(referral),
    )


def _answers(referral: Referral) -> dict[str, Any]:
    on = here.today(transactions.session())
    return {
        "patterns": choices(AbsencePattern),
        "kinds": choices(AbsenceKind),
        "support_answers": choices(SupportToo),
        "is_of_age": told_first(referral, None, on),
    }


def _line(row: AbsenceInvestigation) -> Line:
    return Line(
        row,
        Moment.of(row.begun),
        Moment.of(row.reported) if row.reported else None,
        Moment.of(row.concluded) if row.concluded else None,
    )
