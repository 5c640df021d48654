"""What the form of the plan begins with and offers: what is saved, or what the team's meeting knows already, and whom one can choose."""

from collections.abc import Collection
from datetime import date, timedelta
from typing import Any

from referrals import calendar, notes, team_review
from referrals.disclosure import coverage
from referrals.meetings import meeting_room
from referrals.models import ActionPlan, Goal, MeetingDecision, PlannedAction, Referral, TeamMeeting
from referrals.notes import PLAN_TEXTS
from referrals.people import roster
from referrals.plans import plan_versions
from referrals.rules import rulebook, targets
from referrals.vocabulary import N_, About, Term, Unfit
from schemas.action_plan import END_BEFORE_START
from schemas.fields import GIVE_DATE
from webapp import forms, transactions
from webapp.casework import note_forms
from webapp.casework.frame import today
from webapp.language import gettext

_WEEKS_UNTIL_EVALUATION = 12
#: as many as one goal has
MOST_ACTIONS = 10
_PEOPLE_AND_DAYS = (
    "valid_from", "valid_to", "lead_id", "follow_up_on", "follow_up_by_id", "evaluation_on", "evaluation_by_id",
)  # fmt: skip
#: the plan's texts that begin with a note of the minutes
_FROM_MEETING = {"background": "situation", "child_voice": "child_words", "guardians_view": "guardians_words"}

#: what to say at a field that must be filled before the plan can be approved; by the last part of its name
LACKING: dict[str, str] = {
    "background": N_("Write why the plan is made."),
    "child_voice": N_("Write what the child says."),
    "guardians_view": N_("Write what the guardians say."),
    "if_worse": N_("Write what to do if things get worse."),
    "valid_from": GIVE_DATE,
    "valid_to": GIVE_DATE,
    "lead_id": N_("Choose somebody."),
    "follow_up_on": GIVE_DATE,
    "follow_up_by_id": N_("Choose somebody."),
    "evaluation_on": GIVE_DATE,
    "evaluation_by_id": N_("Choose somebody."),
    "goals": N_("Write at least one goal."),
    "domain": N_("Choose which domain the goal belongs to."),
    "categories": N_("Tick what kind of information the goal holds."),
    "baseline": N_("Write how it is now."),
    "target": N_("Write how it is to become."),
    "plain": N_("Write the goal in plain words."),
    "actions": N_("Write at least one action for the goal."),
    "from_on": GIVE_DATE,
    "to_on": GIVE_DATE,
    "owner_id": N_("Choose who does it, or write a name."),
}
_LACKING_GOAL = N_("Write the goal.")
_LACKING_ACTION = N_("Write what is to be done.")
NOT_TO_CHOOSE = N_("Choose somebody else: this person no longer works here, or consent does not reach their service.")


def beginning(referral: Referral) -> dict[str, Any]:
    """The plan as saved; otherwise the one in force as a basis, or what the last team meeting wrote down."""
    session = transactions.session()
    saved = plan_versions.plan_in_writing(session, referral)
    if saved is not None:
        return as_form(saved)
    in_force = plan_versions.plan_in_force(session, referral)
    if in_force is not None:
        return as_form(in_force, only_running=True) | {"follow_up_on": None, "child_next": None}
    offered = decided_actions(referral)
    full = range(0, len(offered), MOST_ACTIONS)  # what one goal does not hold stands at the next one
    goals = {"goals": [{"actions": offered[first : first + MOST_ACTIONS]} for first in full]} if offered else {}
    return _from_meeting(referral) | _usual_days(referral) | goals | {"whole": note_forms.usual(referral)}


def decided_actions(referral: Referral) -> list[dict[str, Any]]:
    """What the team decided to do itself at its last meeting and is not done yet, as the first actions of a plan: each with who
    answers for it, and with its day unless that has passed.

    Nothing that somebody does not read in the minutes: in the plan it would stand in everybody's copy.
    """
    meeting = team_review.held_meeting(transactions.session(), referral)
    open_ones = _for_everybody(meeting) if meeting else ()
    own = [
        one
        for one in (meeting.decisions if meeting else ())
        if one.kind is None and one.done_id is None and f"decisions-{one.position}" in open_ones
    ]
    able = {identity for identity, _ in people_to_choose(referral, for_an_action=True)} if own else set()
    return [_decided(one, able) for one in own]


def as_form(plan: ActionPlan, *, only_running: bool = False) -> dict[str, Any]:
    """A version as plain values for the form."""
    goals = [_goal(goal, only_running=only_running) for goal in plan.goals]
    values = {name: getattr(plan, name) for name in (*PLAN_TEXTS, "child_helpers", "child_next", *_PEOPLE_AND_DAYS)}
    return values | {"goals": goals, **note_forms.texts_said(plan, PLAN_TEXTS)}


def mark_missing(form: forms.Form, missing: list[str]) -> None:
    """Say at each field what is still missing before the plan can be approved, or comes before what it is to follow."""
    for name in missing:
        last = name.rpartition("-")[2]
        if last == "text":
            form.refuse(name, _LACKING_ACTION if "-actions-" in name else _LACKING_GOAL)
        else:  # what lacks nothing but an order is a last day before its first
            form.refuse(name, END_BEFORE_START if form.value(name) else LACKING[last])


def mark_unfit(form: forms.Form, unfit: dict[str, Unfit]) -> None:
    """Say at each text why it cannot stand on the child's version."""
    for name, why in unfit.items():
        form.refuse(name, why.label)


def child_hint(referral: Referral) -> str:
    """How one writes for the child here, with an example in the rule pack's voice."""
    if rulebook.load(referral.rulepack).childs_voice == "you":
        return gettext("Said to the child: “Petra is with you at break.”")
    return gettext("Said as the child: “Petra is with me at break.”")


def people_to_choose(referral: Referral, *, for_an_action: bool) -> list[tuple[str, str]]:
    """Whom one can give an action, or a part in the plan as a whole: id and name with profession.

    Those whom consent does not reach are left out, and whoever only answers for actions is offered nothing else.
    """
    return [
        (str(one.account.id), f"{one.account.name}, {gettext(one.account.profession.label)}")
        for one in roster.colleagues(transactions.session(), referral)
        if one.locked_by is None and (for_an_action or not one.only_acts)
    ]


def choices(terms: type[Term]) -> list[tuple[str, str]]:
    """A controlled list as value and words."""
    return [(term.value, gettext(term.label)) for term in terms]


def _goal(goal: Goal, *, only_running: bool) -> dict[str, Any]:
    actions = [one for one in goal.actions if not only_running or one.status in plan_versions.RUNNING]
    names = ("domain", "level", "categories", "text", "baseline", "target", "plain")
    values = {name: getattr(goal, name) for name in names} | {"actions": [_action(one) for one in actions]}
    return values | {"begun_as": goal.line, "about": note_forms.whom(goal.about, goal.about_guardian_id)}


def _action(action: PlannedAction) -> dict[str, Any]:
    names = ("text", "how", "owner_id", "owner_name", "arena", "from_on", "to_on")
    return {name: getattr(action, name) for name in names} | {"times_a_week": action.times_a_week or None}


def _decided(decision: MeetingDecision, able: Collection[str]) -> dict[str, Any]:
    by_account = str(decision.responsible_id) in able
    who = {"owner_id": decision.responsible_id} if by_account else {"owner_name": decision.responsible}
    is_ahead = decision.due_on is not None and decision.due_on >= today()
    return {"text": decision.text, "to_on": decision.due_on if is_ahead else None} | who


def _from_meeting(referral: Referral) -> dict[str, Any]:
    meeting = team_review.held_meeting(transactions.session(), referral)
    if meeting is None:
        return {}
    open_ones = _for_everybody(meeting)
    return {name: getattr(meeting, said) for name, said in _FROM_MEETING.items() if said in open_ones}


def _for_everybody(meeting: TeamMeeting) -> frozenset[str]:
    """The notes of the minutes, by name, that everybody reads who gets a copy: about the child, and kept from nobody.

    What the guardians said is told in their own words, which say who they are: minutes of a protected one leave it out.
    """
    session, referral = transactions.session(), meeting.referral
    kept = meeting_room.notes_kept_from_somebody(session, referral, meeting)
    if any(one.has_protected_identity for one in coverage.guardians_of(session, referral)):
        kept |= {"guardians_words"}
    about_child = {one.name for one in notes.notes_of(meeting) if one.about is About.CHILD}
    return frozenset(about_child - kept)


def _usual_days(referral: Referral) -> dict[str, Any]:
    session, begins = transactions.session(), today()
    last = _open_day(begins + timedelta(weeks=_WEEKS_UNTIL_EVALUATION))
    return {
        "valid_from": begins,
        "valid_to": last,
        "follow_up_on": targets.default_day(session, referral.rulepack, "follow_up", since=begins),
        "follow_up_by_id": referral.owner_id,
        "evaluation_on": last,
    }


def _open_day(day: date) -> date:
    return calendar.next_open_day(day, closed=calendar.closed_days(transactions.session()))
