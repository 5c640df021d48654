"""Educational-psychological assessment in Danish schools: what the service is asked for, and what came, on a page beside the team's work."""

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from flask import Response, redirect, url_for
from flask.typing import ResponseReturnValue

from referrals.access import View, may_view
from referrals.errors import Incomplete
from referrals.models import EducationalAssessment, Referral
from referrals.stages import Verb
from referrals.statutory import educational_assessment as rules
from referrals.vocabulary import DeadlineSource, EducationalNeed, EducationalWish
from schemas.educational_assessment import UNMET, AskAssessmentForm, AssessmentResultForm
from webapp import forms, notices, people, transactions
from webapp.casework import blueprint, words
from webapp.casework.carrying_out import GIVE_ON, back, colleagues, give_on, others
from webapp.casework.choices import choices
from webapp.casework.frame import referral_page, seen
from webapp.casework.moments import Moment
from webapp.guards import for_referral
from webapp.language import gettext

#: names of the forms of the page
ASK, RESULT = "ask", "result"


@dataclass(frozen=True)
class Line:
    """One assessment as the page shows it."""

    row: EducationalAssessment
    asked: Moment
    came: Moment | None


@blueprint.get("/referrals/<reference:number>/educational-assessment", endpoint="educational_assessment")
@for_referral(View.OWN_EDUCATIONAL_ASSESSMENT)
def overview(referral: Referral) -> Response:
    """What was asked for and what came, as far as this person may read it, and what they can do about it."""
    return _page(referral)


@blueprint.post("/referrals/<reference:number>/educational-assessment")
@for_referral(Verb.ASK_EDUCATIONAL_ASSESSMENT)
def ask_educational_assessment(referral: Referral) -> ResponseReturnValue:
    """Ask the service to assess the pupil."""
    form = forms.submitted()
    given = form.load(AskAssessmentForm())
    if given is None:
        return _page(referral, {ASK: form})
    try:
        rules.ask_assessment(
            transactions.session(), referral, by=people.actor(), seen=seen(), request=rules.Request(**given)
        )
    except Incomplete as refused:
        return _refused(referral, ASK, form, missing=refused.missing)
    notices.say_next(gettext("The request is recorded, and made as a paper. Send it to the service."))
    return redirect(url_for("casework.educational_assessment", number=referral.number), 303)


@blueprint.post("/referrals/<reference:number>/educational-assessment/<uuid:educational_assessment_id>/give-on")
@for_referral(Verb.GIVE_ON_EDUCATIONAL_ASSESSMENT)
def give_on_educational_assessment(referral: Referral, educational_assessment_id: uuid.UUID) -> ResponseReturnValue:
    """Let somebody else carry it on."""
    refused = give_on(referral, Verb.GIVE_ON_EDUCATIONAL_ASSESSMENT, educational_assessment_id)
    if refused is not None:
        return _page(referral, {GIVE_ON: refused})
    return redirect(url_for("casework.educational_assessment", number=referral.number), 303)


@blueprint.post("/referrals/<reference:number>/educational-assessment/<uuid:educational_assessment_id>/result")
@for_referral(Verb.CONCLUDE_EDUCATIONAL_ASSESSMENT)
def conclude_educational_assessment(referral: Referral, educational_assessment_id: uuid.UUID) -> ResponseReturnValue:
    """Record what the assessment says."""
    form = forms.submitted()
    given = form.load(AssessmentResultForm())
    if given is None:
        return _page(referral, {RESULT: form})
    try:
        rules.conclude_assessment(
            transactions.session(), referral, by=people.actor(), seen=seen(), assessment_id=educational_assessment_id,
            result=rules.Result(**given),
        )  # fmt: skip
    except Incomplete as refused:
        return _refused(referral, RESULT, form, missing=refused.missing)
    notices.say_next(gettext("The assessment is recorded, and made as a paper for the file."))
    return back(referral, "casework.educational_assessment", view=View.OWN_EDUCATIONAL_ASSESSMENT)


def _refused(referral: Referral, name: str, form: forms.Form, *, missing: Iterable[str]) -> Response:
    for field in missing:
        form.refuse(field, UNMET[field])
    return _page(referral, {name: form})


def _page(referral: Referral, refused: Mapping[str, forms.Form] = MappingProxyType({})) -> Response:
    session = transactions.session()
    shown = {name: refused.get(name) or forms.shown(name=name) for name in (ASK, GIVE_ON, RESULT)}
    found = rules.assessments_for(session, referral, people.actor())
    running = next((one for one in found if one.concluded_id is None), None)
    may_ask = running is None and words.may_do(Verb.ASK_EDUCATIONAL_ASSESSMENT, referral)
    return referral_page(
        "educational_assessment.html",
        referral,
        status=422 if refused else 200,
        form=next(iter(refused.values()), None) or shown[ASK],
        shown=shown,
        reads_all=may_view(View.EDUCATIONAL_ASSESSMENT, people.actor(), referral.facts()),
        lines=[Line(one, Moment.of(one.begun), Moment.of(one.concluded) if one.concluded else None) for one in found],
        running=running,
        may_conclude=running is not None and words.may_do(Verb.CONCLUDE_EDUCATIONAL_ASSESSMENT, referral),
        colleagues=colleagues(referral) if may_ask else [],
        others=others(referral, running, Verb.GIVE_ON_EDUCATIONAL_ASSESSMENT),
        by_agreement=DeadlineSource.AGREEMENT.label,
        wishes=choices(EducationalWish),
        needs=choices(EducationalNeed),
    )
