"""Educational-psychological assessment in Danish schools: what the service is asked for, what came, and what is decided, on a page beside the team's work."""

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType

from flask import Response, redirect, url_for
from flask.typing import ResponseReturnValue

from referrals.access import View, may_view
from referrals.disclosure import coverage
from referrals.errors import Incomplete
from referrals.models import EducationalAssessment, EducationalDecision, Referral
from referrals.papers import readers
from referrals.stages import Verb
from referrals.statutory import educational_assessment as rules
from referrals.statutory import educational_decision
from referrals.statutory.support_programme import appeal_until
from referrals.vocabulary import EducationalNeed, EducationalOutcome, EducationalWish
from schemas.educational_assessment import (
    UNMET,
    AskAssessmentForm,
    AssessmentResultForm,
    DecideHelpForm,
    HelpToldForm,
)
from webapp import forms, notices, people, transactions
from webapp.casework import blueprint, words
from webapp.casework.carrying_out import GIVE_ON, back, colleagues, give_on, others
from webapp.casework.choices import choices
from webapp.casework.frame import referral_page, seen
from webapp.casework.moments import Moment
from webapp.guards import for_referral
from webapp.language import gettext

#: names of the forms of the page
ASK, RESULT, DECIDE, TOLD = "ask", "result", "decide", "told"


@dataclass(frozen=True)
class Line:
    """One assessment as the page shows it."""

    row: EducationalAssessment
    asked: Moment
    came: Moment | None
    decided: Moment | None
    #: who got the decision, on which day, and until when they may complain; None where the municipality decides
    told: list[tuple[str, date, date | None]]
    to_tell: list[str]
    #: and who of them gets no copy of it
    without_copy: list[str]


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


@blueprint.post("/referrals/<reference:number>/educational-assessment/<uuid:educational_assessment_id>/decision")
@for_referral(Verb.DECIDE_EDUCATIONAL_HELP)
def decide_educational_help(referral: Referral, educational_assessment_id: uuid.UUID) -> ResponseReturnValue:
    """Decide upon the assessment."""
    form = forms.submitted()
    given = form.load(DecideHelpForm())
    if given is None:
        return _page(referral, {DECIDE: form})
    decided = educational_decision.Decided(given["outcome"], given["decision_reasons"])
    try:
        educational_decision.decide_help(
            transactions.session(), referral, by=people.actor(), seen=seen(), assessment_id=educational_assessment_id,
            decided=decided,
        )  # fmt: skip
    except Incomplete as refused:
        form.refuse("", UNMET[refused.missing[0]])
        return _page(referral, {DECIDE: form})
    notices.say_next(gettext("It is decided, and made as a paper. Record below when each guardian got it."))
    return redirect(url_for("casework.educational_assessment", number=referral.number), 303)


@blueprint.post("/referrals/<reference:number>/educational-assessment/<uuid:educational_assessment_id>/told")
@for_referral(Verb.RECORD_EDUCATIONAL_TOLD)
def record_educational_told(referral: Referral, educational_assessment_id: uuid.UUID) -> ResponseReturnValue:
    """Record on which day a guardian got the decision."""
    form = forms.submitted()
    given = form.load(HelpToldForm())
    if given is None:
        return _page(referral, {TOLD: form})
    try:
        told = educational_decision.record_told(
            transactions.session(), referral, by=people.actor(), seen=seen(), assessment_id=educational_assessment_id,
            guardian_id=given["told_who"], told_on=given["told_on"],
        )  # fmt: skip
    except Incomplete as refused:
        return _refused(referral, TOLD, form, missing=refused.missing)
    if told.decision.is_final:
        notices.say_next(gettext("The day is recorded. The time for an appeal counts from it."))
    else:
        notices.say_next(gettext("It is recorded."))
    return redirect(url_for("casework.educational_assessment", number=referral.number), 303)


def _refused(referral: Referral, name: str, form: forms.Form, *, missing: Iterable[str]) -> Response:
    for field in missing:
        form.refuse(field, UNMET[field])
    return _page(referral, {name: form})


def _page(referral: Referral, refused: Mapping[str, forms.Form] = MappingProxyType({})) -> Response:
    session = transactions.session()
    shown = {name: refused.get(name) or forms.shown(name=name) for name in (ASK, GIVE_ON, RESULT, DECIDE, TOLD)}
    found = rules.assessments_for(session, referral, people.actor())
    lines = [_line(one) for one in found]
    running = next((one for one in found if one.concluded_id is None), None)
    may_tell = words.may_do(Verb.RECORD_EDUCATIONAL_TOLD, referral)
    may_ask = running is None and words.may_do(Verb.ASK_EDUCATIONAL_ASSESSMENT, referral)
    return referral_page(
        "educational_assessment.html",
        referral,
        status=422 if refused else 200,
        form=next(iter(refused.values()), None) or shown[ASK],
        shown=shown,
        reads_all=may_view(View.EDUCATIONAL_ASSESSMENT, people.actor(), referral.facts()),
        lines=lines,
        running=running,
        may_conclude=running is not None and words.may_do(Verb.CONCLUDE_EDUCATIONAL_ASSESSMENT, referral),
        colleagues=colleagues(referral) if may_ask else [],
        others=others(referral, running, Verb.GIVE_ON_EDUCATIONAL_ASSESSMENT),
        undecided=_undecided(found) if words.may_do(Verb.DECIDE_EDUCATIONAL_HELP, referral) else None,
        to_tell=_to_tell(lines) if may_tell else None,
        guardians=[(one.id, one.name) for one in coverage.guardians_of(session, referral)] if may_tell else [],
        outcomes=choices(EducationalOutcome),
        wishes=choices(EducationalWish),
        needs=choices(EducationalNeed),
    )


def _undecided(found: list[EducationalAssessment]) -> EducationalAssessment | None:
    """What has come and nothing was decided upon; of several the earliest, so that none is left behind."""
    return next((one for one in reversed(found) if one.concluded_id is not None and one.decision is None), None)


def _to_tell(lines: list[Line]) -> EducationalAssessment | None:
    """Whose decision somebody is still to be told; where nobody is, that of the newest, so that a day can be put right."""
    decided = [line for line in lines if line.decided]
    waits = (line.row for line in reversed(decided) if line.to_tell)
    return next(waits, decided[0].row if decided else None)


def _line(row: EducationalAssessment) -> Line:
    decision, session = row.decision, transactions.session()
    not_told = educational_decision.not_told(session, decision) if decision else []
    return Line(
        row,
        Moment.of(row.begun),
        Moment.of(row.concluded) if row.concluded else None,
        Moment.of(decision.history) if decision else None,
        _told(decision) if decision else [],
        [one.name or "" for one in not_told],
        [one.name or "" for one in readers.without_copy(session, decision.history, not_told)] if decision else [],
    )


def _told(decision: EducationalDecision) -> list[tuple[str, date, date | None]]:
    told = sorted(decision.told, key=lambda one: one.told_on)
    return [(one.guardian.name or "", one.told_on, _until(decision, one.told_on)) for one in told]


def _until(decision: EducationalDecision, told_on: date) -> date | None:
    return appeal_until(decision.referral, told_on) if decision.is_final else None
