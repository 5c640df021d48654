"""The forms of the action plan: the plan itself with goals and actions, its return, and how an action stands."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from marshmallow import ValidationError, fields, post_load, validates_schema

from referrals.action_plan import ActionInput, GoalInput
from referrals.notes import NOT_SAID, PLAN_TEXTS
from referrals.vocabulary import About, ActionStatus, Arena, Domain, InformationCategory, Level
from schemas.fields import (
    N_,
    CountField,
    DateField,
    FormSchema,
    IdField,
    LongText,
    ShortText,
    TermField,
    TermList,
)
from schemas.notes import AboutField, ClassificationForm, each_by_itself

END_BEFORE_START = N_("The last day comes before the first. Check both.")
BEGINS_AFTER_PLAN = N_("The plan ends before this day. Choose an earlier one, or write the action's last day too.")
ENDS_BEFORE_PLAN = N_("The plan begins after this day. Choose a later one, or write the action's first day too.")
OUTSIDE_PLAN = N_("The follow-up lies outside the plan's time. Choose a day within it.")
EVALUATION_TOO_EARLY = N_("The evaluation comes on the day of the follow-up or later.")
SAY_WHAT_TO_CHANGE = N_("Write what is to be changed, so that the next version gets through.")
SAY_HOW_IT_STANDS = N_("Choose how the action stands.")
SAY_WHY = N_("Write why, so that the team can help.")


class ActionForm(FormSchema):
    """Who does what for a goal."""

    text = LongText()
    how = LongText()
    owner_id = IdField()
    owner_name = ShortText()
    arena = TermField(Arena, load_default=Arena.SCHOOL)
    from_on = DateField()
    to_on = DateField()
    times_a_week = CountField(load_default=0, most=50)

    @validates_schema
    def _check_days(self, data: Mapping[str, Any], **_kwargs: Any) -> None:
        _refuse_backwards(data, first="from_on", last="to_on")

    @post_load
    def _to_input(self, data: dict[str, Any], **_kwargs: Any) -> ActionInput:
        return ActionInput(**data)


class GoalForm(FormSchema):
    """What should be different for the child, and the actions for it."""

    begun_as = IdField()
    domain = TermField(Domain)
    level = TermField(Level, load_default=Level.INDIVIDUAL)
    about = AboutField(load_default=(About.CHILD, None))
    categories = TermList(InformationCategory)
    text = LongText()
    baseline = LongText()
    target = LongText()
    plain = LongText()
    actions = fields.List(fields.Nested(ActionForm), load_default=list)

    @post_load
    def _to_input(self, data: dict[str, Any], **_kwargs: Any) -> GoalInput:
        about, guardian_id = data.pop("about")
        return GoalInput(**data, about=about, about_guardian_id=guardian_id)


class ActionPlanForm(FormSchema):
    """The plan while it is being written: anything may still be missing. Goals and actions nobody wrote anything about are left out."""

    background = LongText()
    child_voice = LongText()
    guardians_view = LongText()
    goals = fields.List(fields.Nested(GoalForm), load_default=list)
    if_worse = LongText()
    child_helpers = LongText()
    child_next = LongText()
    valid_from = DateField()
    valid_to = DateField()
    lead_id = IdField()
    follow_up_on = DateField()
    follow_up_by_id = IdField()
    evaluation_on = DateField()
    evaluation_by_id = IdField()
    whole = fields.Nested(ClassificationForm, load_default=NOT_SAID)
    own = fields.Nested(each_by_itself(*PLAN_TEXTS), load_default=dict)

    @validates_schema
    def _check_days(self, data: Mapping[str, Any], **_kwargs: Any) -> None:
        _refuse_backwards(data, first="valid_from", last="valid_to")
        follow_up = data.get("follow_up_on")
        if follow_up is None:
            return
        first, last, evaluation = (data.get(name) for name in ("valid_from", "valid_to", "evaluation_on"))
        if (first and follow_up < first) or (last and follow_up > last):
            raise ValidationError(OUTSIDE_PLAN, "follow_up_on")
        if evaluation and evaluation < follow_up:
            raise ValidationError(EVALUATION_TOO_EARLY, "evaluation_on")

    @validates_schema
    def _check_actions(self, data: Mapping[str, Any], **_kwargs: Any) -> None:
        """An action with one day of its own has its other from the plan, and the two must come in order as well."""
        first, last = data["valid_from"], data["valid_to"]
        goals = {
            place: {"actions": wrong}
            for place, goal in enumerate(data["goals"])
            if (wrong := {at: said for at, one in enumerate(goal.actions) if (said := _backwards_in(one, first, last))})
        }
        if goals:
            raise ValidationError({"goals": goals})

    @post_load
    def _tidy(self, data: dict[str, Any], **_kwargs: Any) -> dict[str, Any]:
        """An action without days of its own runs as long as the plan."""
        first, last = data["valid_from"], data["valid_to"]
        goals = [
            replace(goal, actions=[_within(action, first, last) for action in goal.actions if _is_written(action)])
            for goal in data["goals"]
        ]
        return data | {"goals": [goal for goal in goals if _has_content(goal)]}


class ReturnPlanForm(FormSchema):
    """Why a plan goes back to whoever wrote it."""

    comments = LongText(needed=SAY_WHAT_TO_CHANGE)


class ActionStatusForm(FormSchema):
    """How one action stands, and why where it could not be done."""

    status = TermField(ActionStatus, needed=SAY_HOW_IT_STANDS)
    reason = LongText()

    @validates_schema
    def _ask_why(self, data: Mapping[str, Any], **_kwargs: Any) -> None:
        if data.get("status") in {ActionStatus.HINDERED, ActionStatus.NOT_DONE} and not data.get("reason"):
            raise ValidationError(SAY_WHY, "reason")
        if data.get("status") is ActionStatus.HANDED_OVER:
            raise ValidationError(SAY_HOW_IT_STANDS, "status")


def _refuse_backwards(data: Mapping[str, Any], *, first: str, last: str) -> None:
    if data.get(first) and data.get(last) and data[last] < data[first]:
        raise ValidationError(END_BEFORE_START, last)


def _is_written(action: ActionInput) -> bool:
    """Whether more than the answers chosen beforehand stands there."""
    said = (action.text, action.how, action.owner_id, action.owner_name, action.from_on, action.to_on)
    return any(said) or action.times_a_week > 0


def _backwards_in(action: ActionInput, first: date | None, last: date | None) -> dict[str, list[str]] | None:
    """What to say at the one day that was written, where the plan's own first or last day makes the action end before it begins."""
    if action.to_on and not action.from_on and first and action.to_on < first:
        return {"to_on": [ENDS_BEFORE_PLAN]}
    if action.from_on and not action.to_on and last and action.from_on > last:
        return {"from_on": [BEGINS_AFTER_PLAN]}
    return None


def _within(action: ActionInput, first: date | None, last: date | None) -> ActionInput:
    return replace(action, from_on=action.from_on or first, to_on=action.to_on or last)


def _has_content(goal: GoalInput) -> bool:
    said = (goal.domain, goal.categories, goal.text, goal.baseline, goal.target, goal.plain, goal.actions)
    return any(said)
