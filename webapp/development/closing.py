"""The closing report of development work: written on, closed with it, and the report as a paper."""

from typing import Any, Final

from flask import Response, request
from flask.typing import ResponseReturnValue

from referrals.development import cases as rules
from referrals.development import closing, papers
from referrals.development.closing import Report
from referrals.development.moves import WORKING
from referrals.errors import DevelopmentRefused, NamesSomebody, NoSuchReferral, NotAllowed
from referrals.models import DevelopmentCase, What
from referrals.vocabulary import DevelopmentAct
from schemas.development import ClosingReportForm
from webapp import downloads, forms, notices, pages, people, transactions
from webapp.development import blueprint
from webapp.development.doors import for_case, refuse, to_case, version_seen
from webapp.language import gettext, language

_TEXTS: Final = ("lessons_learnt", "good_examples", "reflections", "future_plans")


@blueprint.get("/development/<uuid:development_id>/closing")
@for_case()
def closing_report(found: DevelopmentCase) -> Response:
    """The form of the closing report."""
    return _page(found, forms.shown({name: getattr(found, name) or "" for name in _TEXTS}))


@blueprint.post("/development/<uuid:development_id>/closing")
@for_case()
def write_closing_report(found: DevelopmentCase) -> ResponseReturnValue:
    """Keep the report, and close the work with it where that was asked."""
    session, actor, form = transactions.session(), people.actor(), forms.submitted()
    seen = version_seen(found, DevelopmentAct.WRITE_REPORT)
    values = form.load(ClosingReportForm())
    if values is None:
        return _page(found, form, 422)
    report = Report(**{name: values[name] for name in _TEXTS})
    try:
        is_new = closing.write_report(session, found, by=actor, report=report, answered=values["answered"], seen=seen)
        if "close" in request.form:
            closing.close_case(session, found, by=actor)
    except (NamesSomebody, DevelopmentRefused) as refused:
        # what was written of it already is turned back: the version is still the one that was seen
        return _page(found, form, 422, seen=seen, doubts=refuse(form, refused, *_TEXTS))
    if found.closed_at is not None:
        notices.say_next(gettext("The work is closed. Its report can be printed now."))
    else:
        notices.say_next(gettext("The report has been saved.") if is_new else gettext("Nothing has changed."))
    return to_case(found)


@blueprint.get("/development/<uuid:development_id>/closing-report")
@for_case(leaves=What.OPENED_PAPER)
def closing_paper(found: DevelopmentCase) -> Response:
    """The report of what is closed, in the reader's language."""
    if not closing.has_report(found):
        raise NoSuchReferral
    paper = papers.closing_paper(transactions.session(), found, language=language())
    return downloads.to_look_at(paper, name="closing-report.pdf")


def _page(found: DevelopmentCase, form: forms.Form, status: int = 200, **values: Any) -> Response:
    if not rules.may_keep(transactions.session(), found, people.actor()):
        raise NotAllowed(DevelopmentAct.WRITE_REPORT.value)
    may_close = found.state in WORKING
    every = {"may_close": may_close, "seen": rules.times(found, DevelopmentAct.WRITE_REPORT), "doubts": None} | values
    return pages.page("development/closing.html", status, form=form, found=found, **every)
