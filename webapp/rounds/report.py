"""After the slots: the head teacher's words, the one report for the joint meeting, the evaluation, and from question to result as a table."""

from typing import Any

from flask import Response, request
from flask.typing import ResponseReturnValue

from referrals import identity_check, printing
from referrals.access import Role
from referrals.errors import NamesSomebody, NoSuchReferral, NotAllowed, RoundRefused
from referrals.models import ConsultationRound, RoundEnrolment, What
from referrals.rounds import evaluating
from referrals.rounds import report as rules
from referrals.rounds.as_seen import as_it_stands
from referrals.vocabulary import N_
from schemas.rounds import EvaluationForm, SummaryForm
from webapp import auditing, downloads, forms, nobody, notices, pages, people, transactions
from webapp.casework import extracts
from webapp.guards import signed_in
from webapp.language import gettext
from webapp.rounds import blueprint
from webapp.rounds.doors import for_enrolment, for_round, require_rounds, term_name
from webapp.rounds.rounds import to_round
from webapp.rounds.team import to_team

#: of the table from question to result
_HEADINGS = (
    N_("Round"),
    N_("Term"),
    N_("Team"),
    N_("Theme"),
    N_("Learning question"),
    N_("Agreed next step"),
    N_("Did it help?"),
    N_("What came of it"),
)


@blueprint.get("/rounds/enrolments/<uuid:enrolment_id>/summary")
@for_enrolment()
def summary(found: RoundEnrolment) -> Response:
    """The form of the head teacher's words."""
    return _summary_page(found, forms.shown({"summary": found.summary or ""}))


@blueprint.post("/rounds/enrolments/<uuid:enrolment_id>/summary")
@for_enrolment()
def summarise(found: RoundEnrolment) -> ResponseReturnValue:
    """Say how the team goes on."""
    form = forms.submitted()
    values = form.load(SummaryForm())
    if values is None:
        return _summary_page(found, form, 422)
    session, actor = transactions.session(), people.actor()
    try:
        rules.summarise(session, found, by=actor, seen=request.form["seen"], **values)
    except NamesSomebody:
        doubts = nobody.mark(form, identity_check.team_checker(session, found.forum, by=actor), "summary")
        return _summary_page(found, form, 422, doubts=doubts)
    notices.say_next(gettext("It is kept, and stands in the report of the round."))
    return to_team(found)


@blueprint.get("/rounds/<uuid:round_id>/report")
@for_round(leaves=What.OPENED_PAPER)
def round_report(found: ConsultationRound) -> Response:
    """The newest report of the round."""
    session = transactions.session()
    paper = rules.report(session, found)
    if paper is None or not rules.may_read_report(session, found, people.actor()):
        raise NoSuchReferral
    return downloads.to_look_at(paper.content, name="report.pdf")


@blueprint.post("/rounds/<uuid:round_id>/report")
@for_round()
def issue_report(found: ConsultationRound) -> ResponseReturnValue:
    """Issue the report as things stand now."""
    session, actor = transactions.session(), people.actor()
    try:
        draft = rules.report_to_issue(session, found, by=actor)
    except RoundRefused as refused:
        notices.say_next(gettext(refused.problem.label), "warning")
        return to_round(found)
    if draft is None:
        notices.say_next(gettext("The report that was issued last says the same: nothing has changed since."))
    else:
        html = printing.extract_html(draft.context, language=draft.language, name=draft.template)
        after = to_round(found)
        transactions.turn_back()  # nobody waits for the printing
        rules.keep_report(transactions.session(), draft, printing.print_in_time(html), by=actor)
        notices.say_next(
            gettext("The report is issued. The management, and coordinators and head teachers of the teams read it.")
        )
        return after
    return to_round(found)


@blueprint.get("/rounds/<uuid:round_id>/evaluation")
@for_round()
def evaluation(found: ConsultationRound) -> Response:
    """The form of the evaluation."""
    return _evaluation_page(found, forms.shown())


@blueprint.post("/rounds/<uuid:round_id>/evaluation")
@for_round()
def evaluate(found: ConsultationRound) -> ResponseReturnValue:
    """Evaluate the round, without one's name."""
    form = forms.submitted()
    values = form.load(EvaluationForm())
    if values is None:
        return _evaluation_page(found, form, 422)
    session, actor = transactions.session(), people.actor()
    try:
        evaluating.answer(session, found, by=actor, **values)
    except NamesSomebody:
        doubts = nobody.mark(form, identity_check.municipal_checker(session, by=actor), "comment")
        return _evaluation_page(found, form, 422, doubts=doubts)
    except RoundRefused as refused:
        notices.say_next(gettext(refused.problem.label))
        return to_round(found)
    notices.say_next(gettext("Thank you. Your answer is kept without your name."))
    return to_round(found)


@blueprint.get("/rounds/questions.xlsx")
@signed_in(Role.MANAGEMENT)
def traced_questions() -> Response:
    """From question to theme, next step and result, over all rounds, for a spreadsheet."""
    require_rounds()
    session, actor = transactions.session(), people.actor()
    rows = [
        (
            one.round,
            term_name(one.term),
            one.team,
            gettext(one.theme.label),
            one.question,
            one.next_step,
            gettext(one.outcome.label) if one.outcome else "",
            one.result,
        )
        for one in rules.traced(session, by=actor)
    ]
    auditing.note(What.EXPORTED, subject="rounds.traced_questions")
    return extracts.as_workbook(
        "questions", [gettext(each) for each in _HEADINGS], rows, title=gettext("Learning questions")
    )


# ------------------------------------------------------------------------------------------------------- inside
def _summary_page(found: RoundEnrolment, form: forms.Form, status: int = 200, **values: Any) -> Response:
    if not rules.may_summarise(transactions.session(), found, people.actor()):
        raise NotAllowed("summarise_round")
    seen = as_it_stands(found, rules.SUMMARISED)
    return pages.page("rounds/summary.html", status, form=form, found=found, seen=seen, **values)


def _evaluation_page(found: ConsultationRound, form: forms.Form, status: int = 200, **values: Any) -> Response:
    if not evaluating.may_answer(transactions.session(), found, people.actor()):
        raise NotAllowed("evaluate_round")
    return pages.page("rounds/evaluation.html", status, form=form, found=found, **values)
