"""The situation analysis of development work: written on, with counts by group, and as a paper."""

import uuid
from typing import Any, Final

from flask import Response, redirect, url_for
from flask.typing import ResponseReturnValue

from referrals.development import analysis as rules
from referrals.development import cases, papers
from referrals.development.analysis import Analysis, Counted
from referrals.errors import DevelopmentRefused, NamesSomebody, NoSuchReferral, NotAllowed
from referrals.models import DevelopmentCase, What
from referrals.vocabulary import DevelopmentEvidence
from schemas.development import AnalysisForm, ResultForm
from webapp import downloads, forms, notices, pages, people, transactions
from webapp.development import blueprint
from webapp.development.doors import for_case, refuse
from webapp.language import gettext, language

_TEXTS: Final = tuple(Analysis.__dataclass_fields__)


@blueprint.get("/development/<uuid:development_id>/analysis")
@for_case()
def analysis(found: DevelopmentCase) -> Response:
    """The analysis, to be read, and written on by who keeps the work."""
    return _page(found)


@blueprint.post("/development/<uuid:development_id>/analysis")
@for_case()
def write_analysis(found: DevelopmentCase) -> ResponseReturnValue:
    """Keep what the analysis says."""
    form = forms.submitted()
    values = form.load(AnalysisForm())
    if values is None:
        return _again(found, told=form)
    said = Analysis(**{name: values[name] for name in _TEXTS})
    try:
        is_new = rules.write_analysis(
            transactions.session(), found, by=people.actor(), analysis=said, answered=values["answered"]
        )
    except (NamesSomebody, DevelopmentRefused) as refused:
        return _again(found, told=form, doubts=refuse(form, refused, *_TEXTS))
    notices.say_next(gettext("The analysis has been saved.") if is_new else gettext("Nothing has changed."))
    return _to(found)


@blueprint.post("/development/<uuid:development_id>/results")
@for_case()
def add_result(found: DevelopmentCase) -> ResponseReturnValue:
    """Keep the counts of a survey or a test."""
    form = forms.submitted()
    values = form.load(ResultForm())
    if values is None:
        return _again(found, counting=form)
    groups = [Counted(**row) for row in values.pop("groups")]
    try:
        rules.add_result(transactions.session(), found, by=people.actor(), groups=groups, **values)
    except (NamesSomebody, DevelopmentRefused) as refused:
        names = ("question", *(f"groups-{number}-group" for number in range(len(groups))))
        return _again(found, counting=form, count_doubts=refuse(form, refused, *names))
    notices.say_next(gettext("The counts have been saved. Those under five were not kept."))
    return _to(found)


@blueprint.post("/development/<uuid:development_id>/results/<uuid:result_id>/drop")
@for_case()
def drop_result(found: DevelopmentCase, result_id: uuid.UUID) -> ResponseReturnValue:
    """Take counts away."""
    result = rules.find_result(found, result_id)
    if result is None:
        raise NoSuchReferral
    rules.drop_result(transactions.session(), result, by=people.actor())
    notices.say_next(gettext("The counts are gone."))
    return _to(found)


@blueprint.get("/development/<uuid:development_id>/situation-analysis")
@for_case(leaves=What.OPENED_PAPER)
def analysis_paper(found: DevelopmentCase) -> Response:
    """The analysis as a paper, in the reader's language."""
    paper = papers.analysis_paper(transactions.session(), found, by=people.actor(), language=language())
    return downloads.to_look_at(paper, name="situation-analysis.pdf")


# ------------------------------------------------------------------------------------------------------- inside
def _to(found: DevelopmentCase) -> ResponseReturnValue:
    return redirect(url_for(".analysis", development_id=found.id), 303)


def _again(found: DevelopmentCase, **shown: Any) -> Response:
    if not cases.may_keep(transactions.session(), found, people.actor()):
        raise NotAllowed("analysis")
    return _page(found, 422, **shown)


def _page(found: DevelopmentCase, status: int = 200, **values: Any) -> Response:
    as_it_is = {name: getattr(found, name) or "" for name in _TEXTS}
    every = {"told": forms.shown(as_it_is), "counting": forms.shown(name="counts")} | values
    sent = next((one for one in (every["told"], every["counting"]) if one.problems), forms.Form())
    return pages.page(
        "development/analysis.html",
        status,
        form=sent,
        found=found,
        may_keep=cases.may_keep(transactions.session(), found, people.actor()),
        results=[(one, rules.groups_of(one)) for one in found.results],
        evidence=[(one.value, gettext(one.label)) for one in DevelopmentEvidence],
        **every,
    )
