"""Development work on its way through the stages: the form of its page that moves it on."""

import uuid
from collections.abc import Callable
from typing import Any, Final

from flask import Response
from flask.typing import ResponseReturnValue

from referrals.development import cases as rules
from referrals.development import papers, stages
from referrals.errors import DevelopmentRefused, NamesSomebody, NoSuchReferral
from referrals.models import DevelopmentCase, What
from referrals.vocabulary import N_, DevelopmentAct
from schemas.development import StageForm
from schemas.fields import CHOOSE_ONE
from webapp import downloads, forms, notices, people, transactions
from webapp.casework.frame import seen
from webapp.development import blueprint
from webapp.development.cases import case_page
from webapp.development.doors import for_case, refuse, to_case
from webapp.language import gettext

#: what moves it on without a word, and what is said then
_PLAIN: Final[dict[DevelopmentAct, tuple[Callable[..., None], str]]] = {
    DevelopmentAct.TAKE_UP: (stages.take_up, N_("The work is taken up. Write its situation analysis.")),
    DevelopmentAct.CONCLUDE_ANALYSIS: (stages.conclude_analysis, N_("The analysis is done. Decide what comes first.")),
    DevelopmentAct.DECIDE_PRIORITIES: (stages.decide_priorities, N_("The priorities are decided. Plan what is done.")),
    DevelopmentAct.AGREE_PLAN: (stages.agree_plan, N_("The plan is agreed. It is followed up as the term ends.")),
    DevelopmentAct.OPEN_FOLLOW_UP: (stages.open_follow_up, N_("It is time to follow up.")),
    DevelopmentAct.STEP_BACK: (stages.step_back, N_("It stands one stage earlier again.")),
}


@blueprint.post("/development/<uuid:development_id>/stage")
@for_case()
def move_case(found: DevelopmentCase) -> ResponseReturnValue:
    """Let it go on to its next stage, or back."""
    session, actor, form = transactions.session(), people.actor(), forms.submitted()
    rules.refuse_others(session, found, DevelopmentAct.TAKE_UP, by=actor)
    values = form.load(StageForm())
    if values is None:
        return _again(found, form)
    act, version = values["act"], seen()
    try:
        if act in _PLAIN:
            move, said = _PLAIN[act]
            move(session, found, by=actor, seen=version)
        else:
            said = _with_words(found, form, values=values, version=version)
    except (NamesSomebody, DevelopmentRefused) as refused:
        return _again(found, form, move_doubts=refuse(form, refused, "said"))
    if form.problems:
        return _again(found, form)
    notices.say_next(gettext(said))
    return to_case(found)


def _with_words(found: DevelopmentCase, form: forms.Form, *, values: dict[str, Any], version: int) -> str:
    """What is done with words of its own: the follow-up, and not taking it up. What is said then."""
    session, actor, answered = transactions.session(), people.actor(), values["answered"]
    words, outcome = values["said"] or "", values["outcome"]
    if values["act"] is DevelopmentAct.END_AT_TRIAGE:
        stages.end_at_triage(session, found, by=actor, reason=words, answered=answered, seen=version)
        return N_("The work is not taken up. Why stands in its history.")
    if values["act"] is not DevelopmentAct.RECORD_FOLLOW_UP or outcome is None:
        form.refuse("outcome" if values["act"] is DevelopmentAct.RECORD_FOLLOW_UP else "", CHOOSE_ONE)
        return ""
    stages.record_follow_up(
        session, found, by=actor, seen_by_then=words, outcome=outcome, answered=answered, seen=version
    )
    return N_("The follow-up has been saved.")


def _again(found: DevelopmentCase, form: forms.Form, **shown: Any) -> Response:
    return case_page(found, 422, moving=form, **shown)


@blueprint.get("/development/<uuid:development_id>/papers/<uuid:work_paper_id>")
@for_case(leaves=What.OPENED_PAPER)
def stage_paper(found: DevelopmentCase, work_paper_id: uuid.UUID) -> Response:
    """A paper that a stage left, where it is theirs to read."""
    theirs = papers.issued(transactions.session(), found, by=people.actor())
    paper = next((one for one in theirs if one.id == work_paper_id), None)
    if paper is None:
        raise NoSuchReferral
    return downloads.to_look_at(paper.content(), name=f"{paper.kind.value.replace('_', '-')}.pdf")
