"""The follow-up: recorded in one form, and every earlier one as it was."""

import uuid
from collections.abc import Mapping
from datetime import date
from typing import Any

from flask import Response, redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from referrals import follow_up as rules
from referrals.access import View, may_view
from referrals.errors import Incomplete, LooksMedical
from referrals.files import attachment_reading, attachments
from referrals.files.quarantine import Cleared
from referrals.follow_up import FollowUpInput
from referrals.forums import mandate
from referrals.models import ActionPlan, FollowUp, Referral
from referrals.plans import plan_versions
from referrals.rules import targets
from referrals.stages import Stage, Verb
from referrals.vocabulary import N_, DocumentKind, FollowUpDecision, GoalResult, Helped, LossCause
from schemas import follow_up as words_for
from schemas.follow_up import FollowUpForm
from webapp import forms, kept, navigation, notices, people, previewing, transactions, uploads
from webapp.casework import blueprint, measurements, note_forms, plan_form, starters, wording, words
from webapp.casework.attachments import Line, take_beside
from webapp.casework.attachments import lines as file_lines
from webapp.casework.documents import copies_told
from webapp.casework.frame import referral_page, seen, today
from webapp.guards import for_referral
from webapp.language import gettext, long_date

#: what each decision means for what comes next
_MEANING: Mapping[FollowUpDecision, str] = {
    FollowUpDecision.CONTINUE: N_("The plan goes on as it is until the next follow-up."),
    FollowUpDecision.ADJUST: N_("You change the plan in a new version. This one stays in force until then."),
    FollowUpDecision.STEP_UP: N_("The team meets again. The plan stays in force until then."),
    FollowUpDecision.STEP_DOWN: N_("You write a lighter version. This one stays in force until then."),
    FollowUpDecision.CLOSE: N_("You decide about each goal and each action on the next page."),
}
#: what the reason for each decision begins with
_STARTERS: Mapping[FollowUpDecision, str] = {
    FollowUpDecision.CONTINUE: N_("It helps, and there is more to reach: "),
    FollowUpDecision.ADJUST: N_("This needs to change in the plan: "),
    FollowUpDecision.STEP_UP: N_("What is done is not enough, because: "),
    FollowUpDecision.STEP_DOWN: N_("The child manages with less help now, because: "),
    FollowUpDecision.CLOSE: N_("The plan is not needed any more, because: "),
}
#: what to say where the rules ask for more than the form could know; by the last part of the field's name
_LACKING: Mapping[str, str] = {
    "held_on": N_("This day has not come yet. Choose today or an earlier day."),
    "before_plan": N_("This is before the plan began. Check the day of the follow-up."),
    "next_follow_up_on": N_("Choose a day after today."),
    "times_done": N_("More often than was planned. Check the number, or write below how it came about."),
    "loss_cause": words_for.GIVE_CAUSE,
    "view": words_for.ASK_GUARDIAN,
    "child_view": words_for.ASK_CHILD,
    "reason": words_for.GIVE_REASON,
}
_CHANGED = N_("The plan has changed since this page was opened. Read it again below; what you typed is still here.")
_SAID: Mapping[FollowUpDecision, str] = {
    FollowUpDecision.CONTINUE: N_("The follow-up is saved. The plan goes on."),
    FollowUpDecision.ADJUST: N_("The follow-up is saved. Now change what needs changing in the new version."),
    FollowUpDecision.STEP_DOWN: N_("The follow-up is saved. Now make the new version lighter."),
    FollowUpDecision.STEP_UP: N_("The follow-up is saved. Now find a day for the team to meet."),
    FollowUpDecision.CLOSE: N_("The follow-up is saved. Now decide about the closing."),
}
_NEXT_PAGE: Mapping[FollowUpDecision, str] = {
    FollowUpDecision.CONTINUE: "casework.action_plan",
    FollowUpDecision.ADJUST: "casework.edit_action_plan",
    FollowUpDecision.STEP_DOWN: "casework.edit_action_plan",
    FollowUpDecision.STEP_UP: "casework.team_review",
    FollowUpDecision.CLOSE: "casework.closure",
}


@blueprint.get("/referrals/<reference:number>/follow-up")
@for_referral(View.FOLLOW_UP)
def follow_up(referral: Referral) -> Response:
    """The form where a follow-up is due, and every earlier one."""
    kept.show_saved()
    can_record = words.may_do(Verb.RECORD_FOLLOW_UP, referral)
    return _page(referral, forms.shown(_beginning(referral), name="record") if can_record else forms.Form())


@blueprint.post("/referrals/<reference:number>/follow-up")
@uploads.takes_files
@for_referral(Verb.RECORD_FOLLOW_UP)
@previewing.offers(DocumentKind.FOLLOW_UP)
@wording.offers_notes
def record_follow_up(referral: Referral) -> ResponseReturnValue:
    """Record the follow-up and go where its decision leads; or open one before its day."""
    session, by = transactions.session(), people.actor()
    if request.form.get(kept.FORM) == "open":
        rules.open_early(session, referral, by=by, seen=seen())
        return redirect(url_for("casework.follow_up", number=referral.number), 303)
    form = forms.submitted()
    if not previewing.is_wanted():
        referral = _take_files(form, referral)
    session = transactions.session()
    if uploads.stays_here() and not form.problems:
        return _page(referral, form)
    for decision, starter in _STARTERS.items():
        if form.value("decision") == decision:
            starters.refuse_unfinished(form, words_for.REASON_OF[decision], starter)
    values = form.load(FollowUpForm())
    if values is None:
        return _page(referral, form, status=422)
    ground = wording.named_ground(form)
    try:
        row = rules.record_follow_up(
            session, referral, by=by, seen=seen(), follow_up=FollowUpInput(**values), ground=ground
        )
    except LooksMedical:
        wording.warn(form)
        return _page(referral, form, status=422)
    except Incomplete as refused:
        for name in refused.missing:
            last = name.rpartition("-")[2]
            field = "held_on" if last == "before_plan" else name
            form.refuse(field if last in _LACKING else "", _LACKING.get(last, _CHANGED))
        return _page(referral, form, status=422)
    notices.say_next(gettext(_SAID[row.decision]))
    return redirect(url_for(_next_page(row.decision), number=referral.number), 303)


def _next_page(decision: FollowUpDecision) -> str:
    wanted = _NEXT_PAGE[decision]
    return wanted if navigation.has_page(wanted) else "casework.action_plan"


def _page(referral: Referral, form: forms.Form, status: int = 200) -> Response:
    session = transactions.session()
    starters.known(_STARTERS.values())
    plan = plan_versions.plan_in_force(session, referral)
    can_record = plan is not None and words.may_do(Verb.RECORD_FOLLOW_UP, referral)
    beyond = {one: what for one, what in mandate.OF_DECISION.items() if not mandate.allows(referral, what)}
    return referral_page(
        "follow_up.html",
        referral,
        status=status,
        heading=words.stage_name(referral.rulepack, Stage.FOLLOW_UP),
        form=form,
        plan=plan,
        goals=_numbered(plan) if plan else [],
        planned=rules.times_planned(session, plan, _held_on(form)) if plan and can_record else {},
        guardians=rules.guardians_to_ask(session, referral) if can_record else [],
        can_record=can_record,
        copies=copies_told(referral) if can_record else [],
        can_open=words.may_do(Verb.OPEN_FOLLOW_UP, referral),
        next_on=plan_versions.next_follow_up_on(session, plan) if plan else None,
        taken=uploads.lines(attachments.beside_follow_up(session, referral, None)) if can_record else [],
        earlier=[(row, _files_of(row)) for row in plan_versions.follow_ups(session, referral)],
        may_know_guardians=may_view(View.GUARDIANS, people.actor(), referral.facts()),
        **note_forms.asked(referral),
        **measurements.beside(referral, plan),
        results=plan_form.choices(GoalResult),
        helped=plan_form.choices(Helped),
        causes=plan_form.choices(LossCause),
        decisions=[
            (one.value, gettext(one.label), gettext(_MEANING[one])) for one in FollowUpDecision if one not in beyond
        ],
        not_its_to_decide=list(dict.fromkeys(gettext(what.label) for what in beyond.values() if what)),
    )


def _take_files(form: forms.Form, referral: Referral) -> Referral:
    by = people.actor()

    def keep(session: Session, found: Referral, file: Cleared) -> None:
        rules.attach_file(session, found, by=by, file=file)

    def remove(session: Session, found: Referral, file_id: uuid.UUID) -> None:
        rules.remove_file(session, found, by=by, file_id=file_id)

    return take_beside(form, referral, keep=keep, remove=remove)


def _numbered(plan: ActionPlan) -> list[tuple[Any, list[tuple[int, Any]]]]:
    """Each goal with its actions, the actions numbered through the whole plan as in the form."""
    numbers = {action.id: number for number, action in enumerate(plan_versions.actions_of(plan))}
    return [(goal, [(numbers[action.id], action) for action in goal.actions]) for goal in plan.goals]


def _files_of(row: FollowUp) -> list[Line]:
    found = attachment_reading.of_follow_up(transactions.session(), row.referral, row, reader=people.actor())
    return file_lines(found)


def _held_on(form: forms.Form) -> date:
    """The day typed, where it is one; the times planned are counted up to it."""
    try:
        return min(date.fromisoformat(form.value("held_on")), today())
    except ValueError:
        return today()


def _beginning(referral: Referral) -> dict[str, Any]:
    session, day = transactions.session(), today()
    next_on = targets.default_day(session, referral.rulepack, "follow_up", since=day)
    return {
        "held_on": day,
        "next_follow_up_on": next_on,
        "whole": note_forms.usual(referral),
        "actions": _lost_consent(referral, day),
        "reason": {decision.value: gettext(starter) for decision, starter in _STARTERS.items()},
    }


def _lost_consent(referral: Referral, day: date) -> list[dict[str, str]]:
    """What the form says already of actions whose consent ended: that this is why they were not done, and when it was."""
    session = transactions.session()
    plan = plan_versions.plan_in_force(session, referral)
    lost = rules.consent_lost(session, plan, day) if plan else {}
    return [
        {
            "loss_cause": LossCause.NO_CONSENT.value,
            "note": gettext(
                "The consent ended on %(date)s: %(why)s.",
                date=long_date(lost[action.id].ended_on),
                why=gettext(lost[action.id].why.label),
            ),
        }
        if action.id in lost
        else {}
        for action in (plan_versions.actions_of(plan) if plan else ())
    ]
