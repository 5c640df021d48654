"""Exports for research: asked for by researchers, decided by the management, fetched until their end."""

from functools import partial
from typing import Any, Final

from flask import Response, abort, make_response, redirect, url_for
from flask.typing import ResponseReturnValue

from referrals import identity_check
from referrals.errors import ExportRefused, NamesSomebody
from referrals.models import ResearchExport, What
from referrals.patterns.school_terms import SchoolTerm
from referrals.people import practices
from referrals.research import exports as rules
from referrals.research.exports import Wish
from referrals.vocabulary import ExportProblem, Practice
from schemas.research import ExportForm
from webapp import auditing, forms, nobody, notices, pages, people, transactions
from webapp.guards import for_row, signed_in
from webapp.language import gettext
from webapp.patterns import blueprint, terms

for_export = partial(for_row, "export", ResearchExport, rules.may_read)
_READERS: Final = (*rules.ASKERS, *rules.DECIDERS)


@blueprint.get("/research")
@signed_in(*_READERS)
def exports() -> Response:
    """The exports that somebody may read."""
    session, actor = transactions.session(), people.actor()
    found = [(one, rules.state(session, one)) for one in rules.known_to(session, actor)]
    return pages.page("patterns/exports.html", exports=found, may_ask=_may_ask())


@blueprint.get("/research/new")
@signed_in(*rules.ASKERS, keeps_forms=False)
def new_export() -> Response:
    """The form of a new export."""
    return _new_page(forms.shown())


@blueprint.post("/research/new")
@signed_in(*rules.ASKERS, keeps_forms=False)
def ask_for_export() -> ResponseReturnValue:
    """Ask for an export."""
    form = forms.submitted()
    values = form.load(ExportForm())
    if values is None:
        return _new_page(form, 422)
    answered, session, actor = values.pop("answered"), transactions.session(), people.actor()
    if values["first"] is None or values["last"] is None:
        form.refuse("first", ExportProblem.NO_TERMS.label)
        return _new_page(form, 422)
    try:
        found = rules.ask_for_export(session, Wish(**values), by=actor, answered=answered)
    except ExportRefused as refused:
        form.refuse("first", refused.problem.label)
        return _new_page(form, 422)
    except NamesSomebody:
        checker = identity_check.municipal_checker(session, by=actor)
        return _new_page(form, 422, doubts=nobody.mark(form, checker, "purpose"))
    notices.say_next(gettext("You have asked for the export. The management decides about it."))
    return _to(found)


@blueprint.get("/research/<uuid:export_id>")
@for_export()
def export(found: ResearchExport) -> Response:
    """One export: what for, of what, until when, and what was decided."""
    session, actor = transactions.session(), people.actor()
    return pages.page(
        "patterns/export.html",
        found=found,
        state=rules.state(session, found),
        first=_name(found.first_term),
        last=_name(found.last_term),
        may_decide=rules.may_decide(found, actor),
        may_approve=practices.is_on(session, Practice.RESEARCH),
        may_fetch=rules.may_fetch(found, actor),
    )


@blueprint.post("/research/<uuid:export_id>/approval")
@for_export()
def approve_export(found: ResearchExport) -> ResponseReturnValue:
    """Approve it."""
    return _decided(found, approves=True)


@blueprint.post("/research/<uuid:export_id>/refusal")
@for_export()
def decline_export(found: ResearchExport) -> ResponseReturnValue:
    """Do not approve it, or no longer."""
    return _decided(found, approves=False)


@blueprint.get("/research/<uuid:export_id>/export.zip")
@for_export()
def fetch_export(found: ResearchExport) -> ResponseReturnValue:
    """The export with its codebook; each time it is fetched stands in its log."""
    if not rules.may_fetch(found, people.actor()):
        abort(404)
    try:
        content = rules.fetch_export(transactions.session(), found, by=people.actor())
    except ExportRefused as refused:
        notices.say_next(gettext(refused.problem.label), "warning")
        return _to(found)
    auditing.note(What.EXPORTED, chain=found.chain_id, subject="fetch_export")
    response = make_response(content)
    response.mimetype = "application/zip"
    response.headers["Content-Disposition"] = 'attachment; filename="export.zip"'
    return response


# ------------------------------------------------------------------------------------------------------- inside
def _decided(found: ResearchExport, *, approves: bool) -> ResponseReturnValue:
    try:
        rules.decide_export(transactions.session(), found, by=people.actor(), approves=approves)
    except ExportRefused as refused:
        notices.say_next(gettext(refused.problem.label), "warning")
        return _to(found)
    notices.say_next(
        gettext("The export is approved. Whoever asked for it can fetch it until its end.")
        if approves
        else gettext("The export is not approved. Nothing is given out.")
    )
    return _to(found)


def _may_ask() -> bool:
    return rules.may_ask(transactions.session(), people.actor())


def _name(code: str) -> str:
    term = SchoolTerm.read(code)
    return terms.name(term) if term else code


def _new_page(form: forms.Form, status: int = 200, **values: Any) -> Response:
    if not _may_ask():
        abort(404)
    choices = [(term.code, terms.name(term)) for term in rules.terms(transactions.session())]
    return pages.page("patterns/export_new.html", status, form=form, terms=choices, **values)


def _to(found: ResearchExport) -> ResponseReturnValue:
    return redirect(url_for(".export", export_id=found.id), 303)
