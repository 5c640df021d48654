"""The action plan: read, written, approved or returned, each version of it, and each of its actions."""

import re
import uuid

from flask import Response, abort, redirect, request, url_for
from flask.typing import ResponseReturnValue

from referrals import action_plan as rules
from referrals import team_review
from referrals.access import View, may_view
from referrals.action_plan import PlanInput
from referrals.errors import Incomplete, LooksMedical
from referrals.models import ActionPlan, PlannedAction, Referral
from referrals.plans import childs_plan, plan_versions
from referrals.reminders import by_hand
from referrals.rules import rulebook
from referrals.stages import PLAN_FOR_APPROVAL, Stage, Verb
from referrals.vocabulary import Arena, Domain, Level, PlanStatus
from schemas.action_plan import ActionPlanForm, ActionStatusForm, ReturnPlanForm
from schemas.approval import ApprovalForm
from webapp import forms, kept, notices, people, transactions
from webapp.casework import blueprint, measurements, note_forms, plan_form, starters, wording, words
from webapp.casework.frame import referral_page, seen
from webapp.casework.own_actions import goals_shown, may_open, outside_page
from webapp.guards import for_referral
from webapp.language import gettext, language, ngettext

#: where on the page somebody pressed "save", to come back there
_PLACE = re.compile(r"[a-z]+(?:-[a-z0-9]+){0,3}")


@blueprint.get("/referrals/<reference:number>/action-plan")
@for_referral(View.PLAN)
def action_plan(referral: Referral) -> Response:
    """The plan as it stands: what is agreed, how each action stands, and what comes next."""
    session = transactions.session()
    versions = plan_versions.versions(session, referral)
    in_force = next((plan for plan in versions if plan.status is PlanStatus.ACTIVE), None)
    in_writing = next((plan for plan in versions if plan.status in plan_versions.UNFINISHED), None)
    is_whole = may_view(View.FOLLOW_UP, people.actor(), referral.facts())
    shown = in_force or ((in_writing or (versions[0] if versions else None)) if is_whole else None)
    return referral_page(
        "action_plan.html",
        referral,
        heading=_name(referral),
        plan=shown,
        is_whole=is_whole,
        goals=goals_shown(shown) if shown else [],
        in_writing=in_writing,
        in_force=in_force,
        versions=versions if is_whole else [],
        next_on=plan_versions.next_follow_up_on(session, in_force) if in_force else None,
        can=_can(referral),
        beyond=words.beyond_mandate(Verb.DRAFT_ACTION_PLAN, referral)
        or words.beyond_mandate(Verb.APPROVE_ACTION_PLAN, referral),
        mine=_mine(shown, referral),
        lead_name=_lead_name(referral),
        owed=by_hand.owed_approval(session, referral) if words.may_do(Verb.REMIND_COLLEAGUE, referral) else None,
        owed_actions=_owed_actions(in_force, referral),
        **measurements.beside(referral, shown),
    )


@blueprint.get("/referrals/<reference:number>/action-plan/edit")
@for_referral(Verb.DRAFT_ACTION_PLAN)
def edit_action_plan(referral: Referral) -> Response:
    """The form of the plan, with what is saved or what the meeting knows already."""
    if not _may_write(referral):
        return _editor(referral, forms.Form())
    kept.show_saved()
    form = forms.shown(plan_form.beginning(referral))
    if "missing" in request.args and not form.was_kept:
        saved = plan_versions.plan_in_writing(transactions.session(), referral)
        plan_form.mark_missing(form, rules.missing_in(saved) if saved else [])
        plan_form.mark_unfit(form, childs_plan.unfit_in(saved) if saved else {})
    return _editor(referral, form)


@blueprint.post("/referrals/<reference:number>/action-plan/edit")
@for_referral(Verb.DRAFT_ACTION_PLAN)
@wording.offers_notes
def save_action_plan(referral: Referral) -> ResponseReturnValue:
    """Save the plan; and where that is wished and nothing is missing, send it for approval."""
    form = forms.submitted()
    values = form.load(ActionPlanForm())
    if values is None:
        return _editor(referral, form, status=422)
    session, by = transactions.session(), people.actor()
    try:
        plan = rules.draft_action_plan(session, referral, by=by, seen=seen(), plan=PlanInput(**values))
    except Incomplete as refused:
        for name in refused.missing:
            form.refuse(name, plan_form.NOT_TO_CHOOSE)
        return _editor(referral, form, status=422)
    if "send" not in request.form:
        notices.say_next(gettext("Saved. You can go on writing, now or later."))
        place = request.form.get("save", "")
        anchor = place if _PLACE.fullmatch(place) else None
        return redirect(url_for("casework.edit_action_plan", number=referral.number, _anchor=anchor), 303)
    if missing := rules.missing_in(plan):
        said = ngettext(
            "Saved. One thing is missing before the plan can be approved.",
            "Saved. %(num)d things are missing before the plan can be approved.",
            len(missing),
        )
    elif childs_plan.unfit_in(plan):
        said = gettext("Saved. The child's version is not ready yet: look at what is marked.")
    else:
        said = ""
    if said:
        notices.say_next(said, "info")
        return redirect(url_for("casework.edit_action_plan", number=referral.number, missing=1), 303)
    referral_id = referral.id
    try:
        rules.submit_action_plan(session, referral, by=by, ground=wording.named_ground(form))
    except LooksMedical:
        wording.warn(form)
        transactions.turn_back()  # what was saved just now goes back with it: the page shows the version that stands
        return _editor(transactions.session().get_one(Referral, referral_id), form, status=422)
    notices.say_next(gettext("The plan has gone for approval."))
    return redirect(url_for("casework.action_plan", number=referral.number), 303)


@blueprint.get("/referrals/<reference:number>/action-plan/approval")
@for_referral(Verb.APPROVE_ACTION_PLAN)
def action_plan_approval(referral: Referral) -> Response:
    """The plan that waits for approval, with the decision below it."""
    can_decide = words.may_do(Verb.APPROVE_ACTION_PLAN, referral)
    return _approval(referral, starters.shown("comments", starters.RETURN_PLAN) if can_decide else forms.Form())


@blueprint.post("/referrals/<reference:number>/action-plan/approval")
@for_referral(Verb.APPROVE_ACTION_PLAN)
def decide_action_plan(referral: Referral) -> ResponseReturnValue:
    """Put the plan in force, or give it back with comments."""
    session, by = transactions.session(), people.actor()
    if request.form.get(kept.FORM) == "approve":
        approving = forms.submitted()
        if (why := approving.load(ApprovalForm())) is None:
            return _approval(referral, approving, approving=approving, status=422)
        rules.approve_action_plan(session, referral, by=by, seen=seen(), **why)
        notices.say_next(gettext("Approved. The plan is in force from now on."))
    else:
        form = starters.submitted("comments", starters.RETURN_PLAN)
        if (values := form.load(ReturnPlanForm())) is None:
            return _approval(referral, form, status=422)
        rules.return_action_plan(session, referral, by=by, seen=seen(), **values)
        notices.say_next(gettext("Returned. Whoever wrote the plan sees your comments."))
    return redirect(url_for("casework.action_plan", number=referral.number), 303)


@blueprint.get("/referrals/<reference:number>/action-plan/versions/<int:version>")
@for_referral(View.FOLLOW_UP)
def action_plan_version(referral: Referral, version: int) -> Response:
    """One version of the plan, as it was."""
    versions = plan_versions.versions(transactions.session(), referral)
    plan = next((plan for plan in versions if plan.version == version), None)
    if plan is None:
        abort(404)
    heading = gettext("%(plan)s, version %(version)s", plan=_name(referral), version=version)
    return referral_page(
        "action_plan_version.html",
        referral,
        heading=heading,
        plan=plan,
        mine=frozenset(),
        lead_name=_lead_name(referral),
    )


@blueprint.get("/referrals/<reference:number>/action-plan/actions/<uuid:action_id>")
@for_referral(View.OWN_ACTION)
def planned_action(referral: Referral, action_id: uuid.UUID) -> Response:
    """One action: what is agreed, how it stands, and for those who answer for it a way to say so."""
    action = _find_action(referral, action_id)
    can_report = _can_report(action)
    return _action_page(
        action,
        starters.shown("reason", starters.NOT_CARRIED_OUT, {"status": action.status}) if can_report else forms.Form(),
    )


@blueprint.post("/referrals/<reference:number>/action-plan/actions/<uuid:action_id>")
@for_referral(Verb.RECORD_ACTION_STATUS)
def record_action_status(referral: Referral, action_id: uuid.UUID) -> ResponseReturnValue:
    """Say how one action stands."""
    action = _find_action(referral, action_id)
    form = starters.left_out(starters.NOT_CARRIED_OUT)
    values = form.load(ActionStatusForm())
    if values is None:
        return _action_page(action, form, status=422)
    rules.record_action_status(
        transactions.session(), referral, by=people.actor(), seen=seen(), action_id=action_id, **values
    )
    notices.say_next(gettext("Noted. Thank you."))
    sees_plan = may_view(View.PLAN, people.actor(), referral.facts())
    return redirect(url_for("casework.action_plan" if sees_plan else "casework.referral", number=referral.number), 303)


def _may_write(referral: Referral) -> bool:
    return words.may_do(Verb.DRAFT_ACTION_PLAN, referral) and not words.beyond_mandate(Verb.DRAFT_ACTION_PLAN, referral)


def _editor(referral: Referral, form: forms.Form, status: int = 200) -> Response:
    session = transactions.session()
    saved, in_force = plan_versions.plan_in_writing(session, referral), plan_versions.plan_in_force(session, referral)
    return referral_page(
        "action_plan_edit.html",
        referral,
        status=status,
        heading=gettext("Write: %(plan)s", plan=_name(referral)),
        form=form,
        saved=saved,
        in_force=in_force,
        has_decided=not (saved or in_force) and bool(plan_form.decided_actions(referral)),
        most_actions=plan_form.MOST_ACTIONS,
        is_open=_may_write(referral),
        has_plan=bool(plan_versions.versions(session, referral)),
        beyond=words.beyond_mandate(Verb.DRAFT_ACTION_PLAN, referral),
        meeting=team_review.held_meeting(transactions.session(), referral),
        owners=plan_form.people_to_choose(referral, for_an_action=True),
        people=plan_form.people_to_choose(referral, for_an_action=False),
        domains=plan_form.choices(Domain),
        levels=plan_form.choices(Level),
        **note_forms.asked(referral),
        arenas=sorted(plan_form.choices(Arena), key=lambda choice: choice[0] != Arena.SCHOOL),
        mine=frozenset(),
        lead_name=_lead_name(referral),
        child_hint=plan_form.child_hint(referral),
    )


def _approval(
    referral: Referral, form: forms.Form, *, approving: forms.Form | None = None, status: int = 200
) -> Response:
    session = transactions.session()
    plan = plan_versions.plan_in_writing(session, referral) if referral.state == PLAN_FOR_APPROVAL else None
    return referral_page(
        "action_plan_approval.html",
        referral,
        status=status,
        heading=gettext("Approve: %(plan)s", plan=_name(referral)),
        form=form,
        approving=approving or forms.shown(name="approve"),
        plan=plan,
        in_force=plan_versions.plan_in_force(session, referral),
        has_written=plan is not None and rules.has_written(session, plan, people.actor()),
        beyond=words.beyond_mandate(Verb.APPROVE_ACTION_PLAN, referral),
        mine=frozenset(),
        lead_name=_lead_name(referral),
    )


def _action_page(action: PlannedAction, form: forms.Form, status: int = 200) -> Response:
    referral, can_report = action.referral, _can_report(action)
    sees_referral = may_view(View.REFERRAL, people.actor(), referral.facts())
    page, template = (referral_page, "action_plan_action.html") if sees_referral else (outside_page, "own_action.html")
    reportable = [(status.value, gettext(status.label)) for status in type(action.status) if status in rules.REPORTABLE]
    return page(
        template,
        referral,
        status=status,
        heading=gettext("How does this action stand?") if can_report else gettext("One action of the plan"),
        form=form,
        action=action,
        is_whole=may_view(View.FOLLOW_UP, people.actor(), referral.facts()),
        can_report=can_report,
        statuses=reportable,
    )


def _can_report(action: PlannedAction) -> bool:
    return (
        words.may_do(Verb.RECORD_ACTION_STATUS, action.referral)
        and action.goal.plan.status is PlanStatus.ACTIVE
        and rules.may_report(action, people.actor())
    )


def _find_action(referral: Referral, action_id: uuid.UUID) -> PlannedAction:
    action = transactions.session().get(PlannedAction, action_id)
    if action is None or action.referral_id != referral.id or not may_open(action):
        abort(404)
    return action


def _can(referral: Referral) -> dict[str, bool]:
    """What the one who looks may do now, by verb."""
    asked = (
        Verb.DRAFT_ACTION_PLAN, Verb.APPROVE_ACTION_PLAN, Verb.OPEN_FOLLOW_UP, Verb.RECORD_FOLLOW_UP,
        Verb.RECORD_ACTION_STATUS, Verb.PROPOSE_CLOSURE,
    )  # fmt: skip
    can = {verb.value: words.may_do(verb, referral) for verb in asked}
    return can | {Verb.DRAFT_ACTION_PLAN.value: _may_write(referral)}


def _mine(plan: ActionPlan | None, referral: Referral) -> frozenset[uuid.UUID]:
    """The actions whose standing the one who looks may report."""
    if plan is None or plan.status is not PlanStatus.ACTIVE or not words.may_do(Verb.RECORD_ACTION_STATUS, referral):
        return frozenset()
    actor = people.actor()
    return frozenset(one.id for one in plan_versions.actions_of(plan) if rules.may_report(one, actor))


def _owed_actions(plan: ActionPlan | None, referral: Referral) -> dict[uuid.UUID, by_hand.Owed]:
    """How what runs of the plan in force stands with reminders, by the actions' ids; for whoever may remind."""
    if plan is None or not words.may_do(Verb.REMIND_COLLEAGUE, referral):
        return {}
    session, actor = transactions.session(), people.actor()
    found = {one.id: by_hand.owed_action(session, one, by=actor) for one in plan_versions.running_actions(plan)}
    return {identity: owed for identity, owed in found.items() if owed.can_remind or owed.reminded_at}


def _lead_name(referral: Referral) -> str:
    """What the country calls the one who is there for the family."""
    return rulebook.load(referral.rulepack).artefact("lead", language())


def _name(referral: Referral) -> str:
    return words.stage_name(referral.rulepack, Stage.ACTION_PLAN)
