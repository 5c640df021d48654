"""The closure: proposed, decided or taken back on one page, and reopened on another."""

from typing import Any

from flask import Response, g, redirect, request, url_for
from flask.typing import ResponseReturnValue

from referrals import closure as rules
from referrals import team_review
from referrals.access import View, may_view
from referrals.closure import ClosureInput
from referrals.errors import Incomplete, LooksMedical
from referrals.models import History, PlannedAction, Referral
from referrals.plans import plan_versions
from referrals.stages import CLOSED, CLOSURE_PROPOSED, Stage, Verb
from referrals.vocabulary import N_, ActionStatus, ClosureReason, DocumentKind, GoalResult
from schemas.closure import ClosureForm, ProposalForm, ReopenForm, ResumeForm
from webapp import forms, kept, notices, people, previewing, transactions
from webapp.casework import blueprint, note_forms, plan_form, starters, wording, words
from webapp.casework.documents import copies_told
from webapp.casework.frame import referral_page, seen
from webapp.guards import for_referral
from webapp.language import gettext
from webapp.learning import sources

#: how a running action can end, in words that fit the question
_ENDINGS: dict[ActionStatus, str] = {
    ActionStatus.DONE: N_("It is done"),
    ActionStatus.NOT_DONE: N_("It was not done"),
    ActionStatus.HANDED_OVER: N_("Somebody takes it over"),
}
_STARTER = N_("Call %(contact)s, %(phone)s, or send a new concern. You need not begin from the beginning.")
_CHANGED = N_("The plan has changed since this page was opened. Read it again below; what you typed is still here.")


@blueprint.get("/referrals/<reference:number>/closure")
@for_referral(View.FOLLOW_UP)
def closure(referral: Referral) -> Response:
    """Whether and why the referral is closed, and for the coordinator what can be decided now."""
    kept.show_saved()
    g.starters = frozenset({_starter(referral)})
    starters.known((starters.NOT_CARRIED_OUT, starters.GO_ON, starters.PROPOSE_CLOSURE))
    if words.may_do(Verb.CLOSE_REFERRAL, referral):
        return _page(referral, close=_begun(referral), resume=starters.shown("why", starters.GO_ON, name="resume"))
    if _may_propose(referral):
        return _page(referral, propose=starters.shown("reason", starters.PROPOSE_CLOSURE, name="propose"))
    return _page(referral)


@blueprint.post("/referrals/<reference:number>/closure")
@for_referral(Verb.CLOSE_REFERRAL)
@previewing.offers(DocumentKind.CLOSING)
@wording.offers_notes
def decide_closure(referral: Referral) -> ResponseReturnValue:
    """Propose the closing, close, or go on with the work."""
    which = request.form.get(kept.FORM)
    if which == "propose":
        return _propose(referral)
    if which == "resume":
        return _resume(referral)
    return _close(referral)


@blueprint.get("/referrals/<reference:number>/closure/reopen")
@for_referral(Verb.REOPEN_REFERRAL)
def reopen(referral: Referral) -> Response:
    """The question what is new."""
    can_reopen = words.may_do(Verb.REOPEN_REFERRAL, referral)
    return _reopen_page(referral, starters.shown("reason", starters.REOPEN) if can_reopen else forms.Form())


@blueprint.post("/referrals/<reference:number>/closure/reopen")
@for_referral(Verb.REOPEN_REFERRAL)
def reopen_referral(referral: Referral) -> ResponseReturnValue:
    """Take the referral up again."""
    form = starters.submitted("reason", starters.REOPEN)
    values = form.load(ReopenForm())
    if values is None:
        return _reopen_page(referral, form, status=422)
    rules.reopen_referral(transactions.session(), referral, by=people.actor(), seen=seen(), **values)
    notices.say_next(gettext("The referral is open again. It begins with the initial assessment."))
    return redirect(url_for("casework.referral", number=referral.number), 303)


def _may_propose(referral: Referral) -> bool:
    return words.may_do(Verb.PROPOSE_CLOSURE, referral) and not words.beyond_mandate(Verb.PROPOSE_CLOSURE, referral)


def _propose(referral: Referral) -> ResponseReturnValue:
    form = starters.submitted("reason", starters.PROPOSE_CLOSURE)
    values = form.load(ProposalForm())
    if values is None:
        return _page(referral, status=422, propose=form)
    rules.propose_closure(transactions.session(), referral, by=people.actor(), seen=seen(), **values)
    notices.say_next(gettext("Closing is proposed. Decide about each goal and each action below."))
    return redirect(url_for("casework.closure", number=referral.number), 303)


def _resume(referral: Referral) -> ResponseReturnValue:
    form = starters.submitted("why", starters.GO_ON)
    values = form.load(ResumeForm())
    if values is None:
        kept.show_saved()
        return _page(referral, status=422, resume=form, close=_begun(referral))
    rules.resume_work(transactions.session(), referral, by=people.actor(), seen=seen(), reason=values["why"])
    notices.say_next(gettext("The work goes on."))
    return redirect(url_for("casework.referral", number=referral.number), 303)


def _close(referral: Referral) -> ResponseReturnValue:
    form = starters.left_out(starters.NOT_CARRIED_OUT)
    values = form.load(ClosureForm())
    if values is None:
        return _page(referral, status=422, close=form)
    ground = wording.named_ground(form)
    meeting = team_review.current_meeting(transactions.session(), referral)
    falls_away = meeting if meeting is not None and meeting.is_to_come else None
    try:
        rules.close_referral(
            transactions.session(),
            referral,
            by=people.actor(),
            seen=seen(),
            closure=ClosureInput(**values),
            ground=ground,
        )
    except LooksMedical:
        wording.warn(form)
        return _page(referral, status=422, close=form)
    except Incomplete:
        form.refuse("", _CHANGED)
        return _page(referral, status=422, close=form)
    said = [gettext("The referral is closed. Thank you for what you have done.")]
    if falls_away and (to_tell := team_review.without_mail(transactions.session(), falls_away)):
        said += [gettext("The meeting is called off."), words.guardians_to_tell(len(to_tell))]
    notices.say_next(" ".join(said))
    return redirect(url_for("casework.closure", number=referral.number), 303)


def _begun(referral: Referral) -> forms.Form:
    beginning = {
        "if_needed_again": _starter(referral),
        "whole": note_forms.usual(referral),
        "outcomes": _outcomes_followed_up(referral),
        "endings": [{"reason": starters.begun(starters.NOT_CARRIED_OUT)} for _action in _running(referral)],
    }
    return forms.shown(beginning, name="close")


def _running(referral: Referral) -> list[PlannedAction]:
    plan = plan_versions.plan_in_force(transactions.session(), referral)
    return plan_versions.running_actions(plan) if plan else []


def _outcomes_followed_up(referral: Referral) -> list[dict[str, str]]:
    """What the newest follow-up of the plan in force found for each goal: it need not be said twice."""
    session = transactions.session()
    plan = plan_versions.plan_in_force(session, referral)
    newest = next((row for row in plan_versions.follow_ups(session, referral) if plan and row.plan_id == plan.id), None)
    found = (
        {row.goal_id: {"result": row.result.value, "note": row.note or ""} for row in newest.goal_results}
        if newest
        else {}
    )
    return [found.get(goal.id, {}) for goal in (plan.goals if plan else ())]


def _page(referral: Referral, status: int = 200, **shown: forms.Form) -> Response:
    session = transactions.session()
    plan = plan_versions.plan_in_force(session, referral)
    sent = next((form for form in shown.values() if form.problems), forms.Form())
    every = {"close": forms.Form(), "propose": forms.Form(), "resume": forms.Form()} | shown
    return referral_page(
        "closure.html",
        referral,
        status=status,
        heading=words.stage_name(referral.rulepack, Stage.CLOSURE),
        form=sent,
        forms=every,
        plan=plan,
        running=_running(referral),
        is_proposed=referral.state == CLOSURE_PROPOSED,
        is_closed=referral.state == CLOSED,
        can_propose=_may_propose(referral),
        beyond=words.beyond_mandate(Verb.PROPOSE_CLOSURE, referral),
        can_close=words.may_do(Verb.CLOSE_REFERRAL, referral),
        copies=copies_told(referral) if words.may_do(Verb.CLOSE_REFERRAL, referral) else [],
        can_reopen=words.may_do(Verb.REOPEN_REFERRAL, referral),
        lesson_url=sources.address_to_write(referral),
        proposal=_newest_into(referral, CLOSURE_PROPOSED.stage),
        may_read_reason=may_view(View.CONCERN, people.actor(), referral.facts()),
        closures=rules.closures(session, referral),
        **note_forms.asked(referral),
        reasons=plan_form.choices(ClosureReason),
        results=plan_form.choices(GoalResult),
        endings=[(status.value, gettext(label)) for status, label in _ENDINGS.items()],
    )


def _reopen_page(referral: Referral, form: forms.Form, status: int = 200) -> Response:
    return referral_page(
        "closure_reopen.html",
        referral,
        status=status,
        heading=gettext("Reopen the referral"),
        form=form,
        can_reopen=words.may_do(Verb.REOPEN_REFERRAL, referral),
    )


def _newest_into(referral: Referral, stage: Stage) -> History | None:
    """The newest row of the history that led into the closure: the proposal, or the ending at the initial assessment."""
    return next((row for row in reversed(referral.history) if row.is_move and row.to_stage == stage), None)


def _starter(referral: Referral) -> str:
    if referral.protected_since is not None:
        return ""  # the school's name and number would stand on the paper
    unit: Any = referral.unit
    return gettext(_STARTER, contact=unit.contact or unit.name, phone=unit.phone) if unit.phone else ""
