"""Referrals to services outside: what was sent on consent, the form for another, and what became of each."""

import uuid
from typing import Any, Final

from flask import Response, redirect, url_for
from flask.typing import ResponseReturnValue

from referrals import documents
from referrals.access import View, may_view
from referrals.disclosure import handed_over
from referrals.disclosure import service_referral as rules
from referrals.errors import Incomplete, LooksMedical, NoSuchReferral, NotAllowed, NotCovered
from referrals.models import Document, Referral, ServiceReferral
from referrals.stages import Verb
from referrals.vocabulary import N_, DocumentKind, InformationCategory, Recipient, ServiceReferralState
from schemas.service_referral import CorrectionForm, OutcomeForm, RequestForm
from webapp import forms, notices, people, previewing, transactions
from webapp.casework import blueprint, sharing, wording, words
from webapp.casework.choices import names_of_kinds
from webapp.casework.frame import referral_page, seen, today
from webapp.casework.withholding import as_key, piece_name
from webapp.guards import for_referral
from webapp.language import gettext, long_date

#: the name of the form that takes back what was recorded
_RIGHT: Final = "right"
_LACKING: Final = {
    "on": N_("Choose a day from the one it was sent or answered until today."),
    "reason": N_("Write why."),
}


@blueprint.get("/referrals/<reference:number>/services", endpoint="service_referrals")
@for_referral(View.GUARDIANS)
def service_referrals(referral: Referral) -> Response:
    """Every referral to a service outside, and to which kinds of service another can go."""
    services = rules.services_for(referral)
    return referral_page(
        "service_referrals.html",
        referral,
        sent=rules.referrals_to_services(transactions.session(), referral),
        lines=[line for line in sharing.recipient_lines(referral) if line.recipient in services],
        may_refer=words.may_do(Verb.REFER_TO_SERVICE, referral) and referral.protected_since is None,
    )


@blueprint.get("/referrals/<reference:number>/services/to/<string:recipient>", endpoint="refer_to_service_form")
@for_referral(Verb.REFER_TO_SERVICE)
def refer_form(referral: Referral, recipient: str) -> Response:
    """The form for a referral to one kind of service."""
    somebody, unit = people.account(), referral.unit
    asked = (somebody.name if somebody else "", unit.name, unit.phone)
    usual = {"contact": ", ".join(part for part in asked if part)}
    return _form_page(referral, _service(referral, recipient), forms.shown(usual))


@blueprint.post("/referrals/<reference:number>/services/to/<string:recipient>")
@for_referral(Verb.REFER_TO_SERVICE)
@previewing.offers(DocumentKind.SERVICE_REFERRAL)
@wording.offers_notes
def refer_to_service(referral: Referral, recipient: str) -> ResponseReturnValue:
    """Refer to it, or look at the paper that would follow."""
    to, form = _service(referral, recipient), forms.submitted()
    given = form.load(RequestForm())
    if given is None:
        return _form_page(referral, to, form, status=422)
    request = rules.Request(recipient=to, **given | {"chosen": [as_key(value) for value in given["chosen"]]})
    ground = wording.named_ground(form)
    try:
        sent = rules.refer_to_service(
            transactions.session(), referral, by=people.actor(), seen=seen(), request=request, ground=ground
        )
    except LooksMedical:
        wording.warn(form)
        return _form_page(referral, to, form, status=422)
    except NotCovered:
        form.refuse(
            "chosen", gettext("The consent does not let all of this go there any more. Choose again from what is left.")
        )
        return _form_page(referral, to, form, status=422)
    notices.say_next(gettext("It is recorded, and its paper is made. Print it and send it as you send such papers."))
    return _to(sent)


@blueprint.get("/referrals/<reference:number>/services/<uuid:service_referral_id>", endpoint="service_referral")
@for_referral(View.GUARDIANS)
def service_referral(referral: Referral, service_referral_id: uuid.UUID) -> Response:
    """One of them: what was sent to whom, and what became of it."""
    return _page(_find(referral, service_referral_id), forms.shown({"on": today().isoformat()}))


@blueprint.post("/referrals/<reference:number>/services/<uuid:service_referral_id>")
@for_referral(Verb.RECORD_SERVICE_ANSWER)
def record_service_answer(referral: Referral, service_referral_id: uuid.UUID) -> ResponseReturnValue:
    """Record what became of it."""
    found, form = _find(referral, service_referral_id), forms.submitted()
    given = form.load(OutcomeForm())
    if given is None:
        return _page(found, form, 422)
    try:
        rules.record_service_answer(
            transactions.session(),
            referral,
            by=people.actor(),
            seen=seen(),
            found=found,
            outcome=rules.Outcome(**given),
        )
    except Incomplete as refused:
        for name in refused.missing:
            form.refuse(name, gettext(_LACKING[name]))
        return _page(found, form, 422)
    notices.say_next(gettext("It is recorded."))
    return _to(found)


@blueprint.post("/referrals/<reference:number>/services/<uuid:service_referral_id>/correction")
@for_referral(Verb.PUT_SERVICE_ANSWER_RIGHT)
def put_service_answer_right(referral: Referral, service_referral_id: uuid.UUID) -> ResponseReturnValue:
    """Take back what was recorded last, and say why."""
    found, form = _find(referral, service_referral_id), forms.submitted()
    given = form.load(CorrectionForm())
    if given is None:
        if not rules.may_put_right(transactions.session(), found, people.actor()):
            raise NoSuchReferral
        return _page(found, forms.shown({"on": today().isoformat()}), 422, correction=form)
    rules.put_service_answer_right(
        transactions.session(), referral, by=people.actor(), seen=seen(), found=found, reason=given["wrong"]
    )
    notices.say_next(gettext("It is taken back. Record what did become of it, if anything has."))
    return _to(found)


# ------------------------------------------------------------------------------------------------------------- inside
def _form_page(referral: Referral, to: Recipient, form: forms.Form, *, status: int = 200) -> Response:
    offerable = handed_over.offerable(transactions.session(), referral, to=to, on=today())
    return referral_page(
        "service_referral_new.html",
        referral,
        status=status,
        form=form,
        line=next(one for one in sharing.recipient_lines(referral) if one.recipient is to),
        choices=[
            (f"{piece.object_id}:{piece.name}", piece_name(piece), _kinds(handed_over.kinds_of([piece])))
            for piece in offerable
        ],
    )


def _page(
    found: ServiceReferral, form: forms.Form, status: int = 200, *, correction: forms.Form | None = None
) -> Response:
    session, referral, package = transactions.session(), found.referral, found.package or {}
    may_record = words.may_do(Verb.RECORD_SERVICE_ANSWER, referral)
    possible = rules.possible_now(session, found) if may_record else []
    may_put_right = words.may_do(Verb.PUT_SERVICE_ANSWER_RIGHT, referral)
    may_put_right = may_put_right and rules.may_put_right(session, found, people.actor())
    return referral_page(
        "service_referral.html",
        referral,
        status=status,
        form=correction or form,
        # What was typed in a form that is no longer there is shown to be copied.
        correction=correction or (forms.shown(name=_RIGHT) if may_put_right else forms.Form()),
        may_put_right=may_put_right,
        found=found,
        kinds=_kinds([InformationCategory(kind) for kind in package.get("categories", [])]),
        contact=package.get("contact"),
        paper=_paper(found),
        ended_on=rules.consent_ended_on(session, found) if found.state in rules.NEXT else None,
        moments=_moments(found),
        choices=[(state.value, gettext(state.label)) for state in possible],
        earliest=rules.earliest(session, found),
    )


def _paper(found: ServiceReferral) -> Document | None:
    """Its own paper, for whoever may see the referral's papers; none while it is being made."""
    if not may_view(View.DOCUMENTS, people.actor(), found.referral.facts()):
        return None
    issued = documents.issued(transactions.session(), found.referral)
    return next((one for one in issued if one.history_id == found.sent_id), None)


def _moments(found: ServiceReferral) -> list[dict[str, Any]]:
    """What happened with it, the newest first: the day it holds from, who recorded it when, and why."""
    states = ServiceReferralState
    answer = states.DECLINED if found.state is states.DECLINED and found.ended is None else states.ACCEPTED
    told = [
        (gettext(found.state.label), found.ended, found.ended_on),
        (gettext(answer.label), found.answered, found.answered_on),
        (gettext("Sent to the service"), found.sent, None),
    ]
    return [
        {
            "what": f"{what}, {long_date(on)}" if on else what,
            "at": row.at,
            "who": words.who(row),
            "note": row.reason,
        }
        for what, row, on in told
        if row is not None
    ]


def _kinds(kinds: list[InformationCategory]) -> str:
    return ", ".join(names_of_kinds(kinds))


def _service(referral: Referral, value: str) -> Recipient:
    for recipient in rules.services_for(referral):
        if recipient == value:
            return recipient
    raise NoSuchReferral


def _find(referral: Referral, service_referral_id: uuid.UUID) -> ServiceReferral:
    try:
        return rules.find(transactions.session(), referral, service_referral_id)
    except NotAllowed:
        raise NoSuchReferral from None


def _to(found: ServiceReferral) -> ResponseReturnValue:
    return redirect(
        url_for("casework.service_referral", number=found.referral.number, service_referral_id=found.id), 303
    )
