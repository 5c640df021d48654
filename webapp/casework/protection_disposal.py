"""What becomes of a protection report in the end, on a page of its own: due, proposed, approved by a second person, held."""

from dataclasses import dataclass
from datetime import date

from flask import Response, make_response, redirect, request, url_for
from flask.typing import ResponseReturnValue

from referrals.errors import NoSuchReferral
from referrals.models import ProtectionDisposal, ProtectionHold, ProtectionReport
from referrals.people import organisation
from referrals.safeguarding import protection
from referrals.safeguarding import protection_disposal as rules
from referrals.vocabulary import Fate
from schemas.retention import DeliveryForm, HoldForm
from webapp import forms, notices, people, transactions
from webapp.casework import blueprint, starters
from webapp.casework.protection import quiet_page
from webapp.guards import for_report
from webapp.language import gettext


@dataclass(frozen=True)
class Keeping:
    """How long one report stays, as whoever has the page open sees it, and what they may do about it."""

    due_on: date | None
    is_due: bool
    hold: ProtectionHold | None
    is_held: bool
    under_way: ProtectionDisposal | None
    fate: Fate
    may_decide: bool
    is_mine: bool


def keeping_of(report: ProtectionReport) -> Keeping | None:
    """How long it stays; None for a reader who takes no part in that, and before it is known."""
    session, actor = transactions.session(), people.actor()
    setting = protection.Setting.read(session)
    if not rules.may_propose(report, actor, setting=setting):
        return None
    under_way = rules.under_way(session, report)
    return Keeping(
        due_on=rules.due_on(session, report),
        is_due=rules.is_due(session, report),
        hold=rules.hold_of(session, report),
        is_held=rules.is_held(session, report),
        under_way=under_way,
        fate=rules.fate_of(session, under_way),
        may_decide=rules.may_decide(report, actor, setting=setting),
        is_mine=under_way is not None and under_way.proposed_by_id == actor.account_id,
    )


@blueprint.get("/protection/<uuid:report_id>/keeping")
@for_report()
def report_keeping(report: ProtectionReport) -> Response:
    """How long it stays, and what is proposed."""
    return _page(report, starters.shown("reason", starters.HOLD))


@blueprint.post("/protection/<uuid:report_id>/disposal")
@for_report()
def propose_report_disposal(report: ProtectionReport) -> ResponseReturnValue:
    """Propose that it goes."""
    rules.propose_disposal(transactions.session(), report, by=people.actor())
    return _back(report, gettext("It is proposed. Somebody else has to approve it before anything goes."))


@blueprint.post("/protection/<uuid:report_id>/disposal/approval")
@for_report()
def approve_report_disposal(report: ProtectionReport) -> ResponseReturnValue:
    """Approve what somebody else proposed."""
    session = transactions.session()
    rules.approve_disposal(session, report, by=people.actor())
    going = rules.under_way(session, report)
    if going is not None and going.fate is Fate.PRESERVE:
        return _back(
            report,
            gettext("It is approved. Take the archive's copy out, and write down its number when they have it."),
        )
    return _back(report, gettext("It is approved, and goes tonight. Until then it can be stopped."))


@blueprint.post("/protection/<uuid:report_id>/disposal/refusal")
@for_report()
def decline_report_disposal(report: ProtectionReport) -> ResponseReturnValue:
    """Say no, or stop it before the night."""
    rules.decline_disposal(transactions.session(), report, by=people.actor())
    return _back(report, gettext("It is stopped. Nothing has gone."))


@blueprint.post("/protection/<uuid:report_id>/copy")
@for_report()
def report_archive_copy(report: ProtectionReport) -> Response:
    """The archive's copy, taken out by a form."""
    response = make_response(rules.copy_for_archive(transactions.session(), report, by=people.actor()))
    response.mimetype = "application/zip"
    response.headers["Content-Disposition"] = f'attachment; filename="{report.number}-archive.zip"'
    return response


@blueprint.post("/protection/<uuid:report_id>/delivery")
@for_report()
def record_report_delivery(report: ProtectionReport) -> ResponseReturnValue:
    """Record under which number the archive holds its copy."""
    form = forms.submitted()
    written = form.load(DeliveryForm())
    if written is None:
        return _page(report, form, status=422)
    rules.record_delivery(transactions.session(), report, by=people.actor(), archive_number=written["archive_number"])
    return _back(report, gettext("The number is kept. What the archive holds now goes from here tonight."))


@blueprint.post("/protection/<uuid:report_id>/keeping")
@for_report()
def change_report_hold(report: ProtectionReport) -> ResponseReturnValue:
    """Put a hold on it, or lift the one that is there."""
    session, actor, form = transactions.session(), people.actor(), starters.submitted("reason", starters.HOLD)
    if request.form.get("lift"):
        rules.lift_hold(session, report, by=actor)
        return _back(report, gettext("The hold is lifted."))
    written = form.load(HoldForm())
    if written is None:
        return _page(report, form, status=422)
    rules.place_hold(session, report, by=actor, reason=written["reason"])
    return _back(report, gettext("The hold is in place. The report stays until somebody lifts it."))


# ------------------------------------------------------------------------------------------------------- inside
def _page(report: ProtectionReport, form: forms.Form, status: int = 200) -> Response:
    keeping = keeping_of(report)
    if keeping is None:
        raise NoSuchReferral
    plan = organisation.municipality(transactions.session()).retention
    return quiet_page(
        "protection_keeping.html", status=status, report=report, keeping=keeping, form=form, plan=plan.get("plan"),
        years=plan.get("protection_report_years"), goes_on=rules.goes_on(transactions.session(), report),
    )  # fmt: skip


def _back(report: ProtectionReport, words: str) -> ResponseReturnValue:
    notices.say_next(words)
    return redirect(url_for("casework.report_keeping", report_id=report.id), 303)
