"""Keeping and disposal: what is due by the municipality's plan, what waits for a second person, what went; and legal holds."""

import uuid

from flask import Response, make_response, redirect, request, url_for
from flask.typing import ResponseReturnValue

from referrals.access import View
from referrals.keeping import archive
from referrals.keeping import retention as rules
from referrals.models import Disposal, Referral
from referrals.people import organisation
from referrals.vocabulary import ContentKind, DisposalState, Fate
from schemas.retention import DeliveryForm, HoldForm, ProposalForm
from webapp import forms, notices, pages, people, transactions
from webapp.casework import blueprint, starters
from webapp.casework.frame import referral_page, today
from webapp.guards import for_referral, signed_in
from webapp.language import gettext


@blueprint.get("/retention")
@signed_in(*rules.MAY_PROPOSE)
def retention() -> Response:
    """What is due, what is under way, and what has gone, in this person's units."""
    return _page()


@blueprint.post("/retention")
@signed_in(*rules.MAY_PROPOSE)
def propose_disposal() -> ResponseReturnValue:
    """Propose what is due of one referral."""
    chosen = forms.submitted().load(ProposalForm())
    if chosen is None:
        return _page(status=422)
    session, actor = transactions.session(), people.actor()
    due = rules.due(session, actor, today=today())
    found = next((one for one in due if one.referral.number == chosen["number"] and one.fate is chosen["fate"]), None)
    if found is None:
        return _back(gettext("That is no longer due. Nothing was changed."))
    rules.propose_disposal(session, found.referral, by=actor, fate=found.fate)
    return _back(gettext("It is proposed. Somebody else has to approve it before anything goes."))


@blueprint.post("/retention/<uuid:disposal_id>/approval")
@signed_in(*rules.MAY_APPROVE)
def approve_disposal(disposal_id: uuid.UUID) -> ResponseReturnValue:
    """Approve what somebody else proposed."""
    session, actor = transactions.session(), people.actor()
    disposal = rules.find(session, disposal_id, by=actor)
    rules.approve_disposal(session, disposal, by=actor)
    if disposal.fate is Fate.PRESERVE:
        return _back(
            gettext("It is approved. Take the archive's copy out, and write down its number when they have it.")
        )
    return _back(gettext("It is approved, and goes tonight. Until then it can be stopped."))


@blueprint.post("/retention/<uuid:disposal_id>/refusal")
@signed_in(*rules.MAY_APPROVE)
def decline_disposal(disposal_id: uuid.UUID) -> ResponseReturnValue:
    """Say no, or stop it before the night."""
    session, actor = transactions.session(), people.actor()
    rules.decline_disposal(session, rules.find(session, disposal_id, by=actor), by=actor)
    return _back(gettext("It is stopped. Nothing has gone."))


@blueprint.post("/retention/<uuid:disposal_id>/copy")
@signed_in(*rules.MAY_APPROVE)
def archive_copy(disposal_id: uuid.UUID) -> ResponseReturnValue:
    """The archive's copy, taken out by a form: it leaves a trace, and no page is read into it by chance."""
    session, actor = transactions.session(), people.actor()
    disposal = rules.find(session, disposal_id, by=actor)
    response = make_response(archive.copy_for_archive(session, disposal, by=actor))
    response.mimetype = "application/zip"
    response.headers["Content-Disposition"] = f'attachment; filename="{disposal.referral.number}-archive.zip"'
    return response


@blueprint.get("/retention/<uuid:disposal_id>/delivery")
@signed_in(*rules.MAY_APPROVE)
def delivery(disposal_id: uuid.UUID) -> Response:
    """The archive's copy, and the number it is held under."""
    disposal = rules.find(transactions.session(), disposal_id, by=people.actor())
    return pages.page("casework/retention_delivery.html", disposal=disposal, form=forms.shown())


@blueprint.post("/retention/<uuid:disposal_id>/delivery")
@signed_in(*rules.MAY_APPROVE)
def record_delivery(disposal_id: uuid.UUID) -> ResponseReturnValue:
    """Record under which number the archive holds its copy."""
    session, actor, form = transactions.session(), people.actor(), forms.submitted()
    disposal = rules.find(session, disposal_id, by=actor)
    written = form.load(DeliveryForm())
    if written is None:
        return pages.page("casework/retention_delivery.html", status=422, disposal=disposal, form=form)
    rules.record_delivery(session, disposal, by=actor, archive_number=written["archive_number"])
    return _back(gettext("The number is kept. What the archive holds now goes from here tonight."))


@blueprint.get("/referrals/<reference:number>/hold")
@for_referral(View.ACCESS_LOG)
def hold(referral: Referral) -> Response:
    """Whether nothing of this referral may go for now, and why."""
    return _hold_page(referral, starters.shown("reason", starters.HOLD))


@blueprint.post("/referrals/<reference:number>/hold")
@for_referral(View.ACCESS_LOG)
def change_hold(referral: Referral) -> ResponseReturnValue:
    """Put a hold on it, or lift the one that is there."""
    session, actor, form = transactions.session(), people.actor(), starters.submitted("reason", starters.HOLD)
    if request.form.get("lift"):
        rules.lift_hold(session, referral, by=actor)
        notices.say_next(gettext("The hold is lifted."))
        return redirect(url_for("casework.hold", number=referral.number), 303)
    written = form.load(HoldForm())
    if written is None:
        return _hold_page(referral, form, status=422)
    rules.place_hold(session, referral, by=actor, reason=written["reason"])
    notices.say_next(gettext("The hold is in place. Nothing of this referral goes until somebody lifts it."))
    return redirect(url_for("casework.hold", number=referral.number), 303)


# ------------------------------------------------------------------------------------------------------- inside
def _page(status: int = 200) -> Response:
    session, actor = transactions.session(), people.actor()
    found = rules.disposals(session, actor)
    plan = organisation.municipality(session).retention

    def among(*states: DisposalState) -> list[Disposal]:
        return [disposal for disposal in found if disposal.state in states]

    return pages.page(
        "casework/retention.html",
        status=status,
        plan=plan.get("plan"),
        rules=rules.rules(session),
        due=rules.due(session, actor, today=today()),
        proposed=among(DisposalState.PROPOSED),
        approved=among(DisposalState.APPROVED),
        to_deliver=among(DisposalState.TO_DELIVER),
        ended=among(DisposalState.DONE, DisposalState.DECLINED),
        kind_names={kind.value: gettext(kind.label) for kind in ContentKind},
        may_approve={one.id: rules.may_approve(one, actor) for one in found},
        mine=actor.account_id,
    )


def _hold_page(referral: Referral, form: forms.Form, status: int = 200) -> Response:
    there = rules.hold_of(transactions.session(), referral)
    return referral_page("hold.html", referral, status=status, form=form, hold=there)


def _back(words: str) -> ResponseReturnValue:
    notices.say_next(words)
    return redirect(url_for("casework.retention"), 303)
