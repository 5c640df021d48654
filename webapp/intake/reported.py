"""Coming back with reference number and return code: how far it is, answering a question, adding, withdrawing, the receipt."""

from typing import Any

from flask import Response, abort, make_response, redirect, request, url_for
from flask.typing import ResponseReturnValue
from marshmallow import Schema
from sqlalchemy.orm import Session

from referrals import documents, intake, pace, reference
from referrals.access import Actor
from referrals.errors import WrongCode
from referrals.models import Referral, What
from referrals.stages import MOVE_BY_VERB, Party, Verb
from referrals.vocabulary import N_
from schemas.intake import AdditionForm, CompletionForm, ReturnForm, WithdrawalForm
from webapp import auditing, forms, notices, transactions
from webapp.accounts import paces
from webapp.guards import public
from webapp.intake import blueprint, browser
from webapp.language import gettext
from webapp.pages import page

#: the forms of the reporter's page, and what each does
_VERBS = {"complete": Verb.RESUBMIT_CONCERN, "add": Verb.ADD_TO_CONCERN, "withdraw": Verb.WITHDRAW_CONCERN}


@blueprint.get("/return")
@public
def come_back() -> ResponseReturnValue:
    """Where reference number and return code are given."""
    if _referral() is not None:
        return redirect(url_for(".report"), 303)
    return page("intake/come_back.html", form=forms.shown({"number": request.args.get("number", "")}))


@blueprint.post("/return")
@public
def let_in() -> ResponseReturnValue:
    """Let the reporter see how far it has come."""
    form = forms.submitted()
    given = form.load(ReturnForm())
    if given is None:
        return page("intake/come_back.html", 422, form=form)
    number = reference.as_number(given["number"])
    if reference.is_code(given["code"]):  # a slip of the finger is no try
        paces.take(paces.REPORTERS, paces.this_browser())
    try:
        referral = intake.find_reported(transactions.session(), number, given["code"])
    except WrongCode as refused:
        auditing.note(What.REFUSED, party=Party.REPORTER, subject=auditing.page_name(), ground=type(refused).__name__)
        form.refuse("code", N_("Number and code do not belong together. Check both as they stand on your receipt."))
        return page("intake/come_back.html", 422, form=form)
    pace.forget(transactions.session(), paces.REPORTERS, paces.this_browser())
    browser.remember_reported(referral)
    return redirect(url_for(".report"), 303)


@blueprint.get("/report")
@public
def report() -> ResponseReturnValue:
    """How far it has come, and what the reporter can do; never what was written earlier."""
    referral = _referral()
    return _report_page(referral) if referral is not None else redirect(url_for(".come_back"), 303)


@blueprint.post("/report/complete")
@public
def complete() -> ResponseReturnValue:
    """Answer the question a coordinator has sent back."""
    return _act("complete", CompletionForm(), N_("Thank you. Your answer has been sent to the team."))


@blueprint.post("/report/add")
@public
def add() -> ResponseReturnValue:
    """Add something."""
    return _act("add", AdditionForm(), N_("Thank you. What you added has been sent to the team."))


@blueprint.post("/report/withdraw")
@public
def withdraw() -> ResponseReturnValue:
    """Take the concern back."""
    return _act(
        "withdraw", WithdrawalForm(), N_("The concern has been taken back. The team does nothing more about it.")
    )


@blueprint.post("/report/close")
@public
def close_report() -> ResponseReturnValue:
    """Let this browser forget it."""
    browser.forget_reported()
    browser.forget_draft()
    return redirect(url_for(".start"), 303)


@blueprint.get("/report/receipt.pdf")
@public
def receipt() -> ResponseReturnValue:
    """The receipt, for the browser that gave number and code, or that has just sent the concern in."""
    referral = _referral()
    session = transactions.session()
    document = documents.receipt_of(session, referral) if referral is not None else None
    if document is None:
        abort(404)
    auditing.note(
        What.OPENED_PAPER,
        chain=document.referral_id,
        party=Party.REPORTER,
        subject=document.kind,
        object_id=document.id,
    )
    response = make_response(documents.read_content(document))
    response.mimetype = "application/pdf"
    response.headers["Content-Disposition"] = f'attachment; filename="{documents.file_name(session, document)}"'
    return response


def _act(name: str, schema: Schema, thanks: str) -> ResponseReturnValue:
    referral = _referral()
    if referral is None:
        return redirect(url_for(".come_back"), 303)
    form = forms.submitted()
    given = form.load(schema)
    if given is None:
        return _report_page(referral, {name: form}, 422)
    session, by = transactions.session(), Actor(reported=referral.id)
    _do(session, referral, name=name, by=by, given=given)
    notices.say_next(gettext(thanks))
    return redirect(url_for(".report"), 303)


def _do(session: Session, referral: Referral, *, name: str, by: Actor, given: dict[str, Any]) -> None:
    if name == "complete":
        intake.resubmit_concern(session, referral, by=by, seen=None, text=given["text"])
    elif name == "add":
        intake.add_to_concern(session, referral, by=by, seen=None, text=given["text"])
    else:
        intake.withdraw_concern(session, referral, by=by, seen=None, reason=given["reason"])


def _referral() -> Referral | None:
    identity = browser.reported_id()
    return transactions.session().get(Referral, identity) if identity else None


def _report_page(referral: Referral, tried: dict[str, forms.Form] | None = None, status: int = 200) -> Response:
    auditing.note(What.OPENED_PAGE, chain=referral.id, party=Party.REPORTER, subject=auditing.page_name())
    # A form that is not offered claims nothing: what was typed in it before the referral moved on is shown by the page itself.
    offered = [name for name, verb in _VERBS.items() if referral.state in MOVE_BY_VERB[verb].frm]
    if "complete" in offered:
        offered.remove("add")
    return page(
        "intake/report.html",
        status,
        form=next(iter(tried.values())) if tried else forms.Form(),
        forms={name: (tried or {}).get(name) or forms.shown(name=name) for name in offered},
        number=referral.number,
        opened_at=referral.opened_at,
        unit=referral.unit if referral.protected_since is None else None,
        is_checked_first=referral.held_since is not None,
        progress=intake.progress(referral),
        question=intake.question_to_reporter(referral),
        has_receipt=documents.receipt_of(transactions.session(), referral) is not None,
    )
