"""The situation analysis of development work: written on, with counts by group, and as a paper."""

import uuid
from typing import Any, Final

from flask import Response, redirect, url_for
from flask.typing import ResponseReturnValue

from referrals.development import analysis as rules
from referrals.development import cases, counts, papers
from referrals.development.analysis import Analysis
from referrals.development.counts import Counted
from referrals.errors import DevelopmentRefused, NamesSomebody
from referrals.models import DevelopmentCase, What
from referrals.vocabulary import DevelopmentAct, DevelopmentEvidence
from schemas.development import MOST_GROUPS, AnalysisForm, ResultForm
from webapp import downloads, forms, notices, pages, people, transactions
from webapp.development import blueprint
from webapp.development.doors import for_case, refuse, version_seen
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
        return _again(found, DevelopmentAct.WRITE_ANALYSIS, told=form)
    said = Analysis(**{name: values[name] for name in _TEXTS})
    try:
        is_new = rules.write_analysis(
            transactions.session(),
            found,
            by=people.actor(),
            analysis=said,
            answered=values["answered"],
            seen=version_seen(found, DevelopmentAct.WRITE_ANALYSIS),
        )
    except (NamesSomebody, DevelopmentRefused) as refused:
        return _again(found, DevelopmentAct.WRITE_ANALYSIS, told=form, doubts=refuse(form, refused, *_TEXTS))
    notices.say_next(gettext("The analysis has been saved.") if is_new else gettext("Nothing has changed."))
    return _to(found)


@blueprint.post("/development/<uuid:development_id>/results")
@for_case()
def add_result(found: DevelopmentCase) -> ResponseReturnValue:
    """Keep the counts of a survey or a test."""
    form = forms.submitted()
    values = form.load(ResultForm())
    if values is None:
        return _again(found, DevelopmentAct.ADD_RESULT, counting=form)
    groups = [Counted(**row) for row in values.pop("groups")]
    try:
        rules.add_result(transactions.session(), found, by=people.actor(), groups=groups, **values)
    except (NamesSomebody, DevelopmentRefused) as refused:
        names = ("question", *_group_fields(form))
        return _again(found, DevelopmentAct.ADD_RESULT, counting=form, count_doubts=refuse(form, refused, *names))
    notices.say_next(gettext("The counts have been saved. Those under five were not kept."))
    return _to(found)


@blueprint.post("/development/<uuid:development_id>/results/<uuid:result_id>/drop")
@for_case()
def drop_result(found: DevelopmentCase, result_id: uuid.UUID) -> ResponseReturnValue:
    """Take counts away."""
    rules.drop_result(transactions.session(), found, result_id, by=people.actor())
    notices.say_next(gettext("The counts have been taken away."))
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


def _again(found: DevelopmentCase, act: DevelopmentAct, **shown: Any) -> Response:
    cases.refuse_others(transactions.session(), found, act, by=people.actor())
    return _page(found, 422, **shown)


def _group_fields(form: forms.Form) -> list[str]:
    """The names of the groups that were given, in the order of their counts: a row that is blank is none of them."""
    rows = [f"groups-{number}-" for number in form.rows("groups")]
    return [f"{row}group" for row in rows if any(form.value(row + name) for name in ("group", "holds", "asked"))]


def _page(found: DevelopmentCase, status: int = 200, **values: Any) -> Response:
    may_keep = cases.may_keep(transactions.session(), found, people.actor())
    every = (_forms(found) if may_keep else {}) | values
    sent = next((one for one in every.values() if isinstance(one, forms.Form) and one.problems), forms.Form())
    return pages.page(
        "development/analysis.html",
        status,
        form=sent,
        found=found,
        may_keep=may_keep,
        seen=cases.times(found, DevelopmentAct.WRITE_ANALYSIS),
        results=[(one, counts.groups_of(one)) for one in found.results],
        most_groups=MOST_GROUPS,
        evidence=[(one.value, gettext(one.label)) for one in DevelopmentEvidence],
        **every,
    )


def _forms(found: DevelopmentCase) -> dict[str, forms.Form]:
    """The forms of whoever keeps it: nobody else's page has a place for what was typed."""
    as_it_is = {name: getattr(found, name) or "" for name in _TEXTS}
    return {"told": forms.shown(as_it_is), "counting": forms.shown(name="counts")}
