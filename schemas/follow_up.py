"""The form of the follow-up: of each action two questions, of each goal one, the voices, and the decision."""

from collections.abc import Mapping
from typing import Any

from marshmallow import ValidationError, fields, post_load, validates_schema

from referrals.follow_up import ActionAnswer, GoalAnswer, GuardianAnswer
from referrals.notes import FOLLOW_UP_TEXTS, NOT_SAID
from referrals.vocabulary import FollowUpDecision, GoalResult, Helped, LossCause
from schemas.fields import N_, CountField, DateField, FormSchema, IdField, LongText, TermField, Tick
from schemas.notes import ClassificationForm, each_by_itself

SAY_HOW_OFTEN = N_("Write how many times it was done; 0 if never.")
SAY_WHETHER_IT_HELPED = N_("Choose whether it helped.")
SAY_HOW_GOAL_STANDS = N_("Choose how the goal stands.")
ASK_CHILD = N_("Write what the child says, or tick that the child did not want to answer.")
ASK_GUARDIAN = N_("Write what the guardian says, or tick that they did not want to answer.")
DECIDE = N_("Choose what the follow-up leads to.")
GIVE_REASON = N_("Write why, so that others can follow the decision.")
GIVE_NEXT_DAY = N_("Choose the day of the next follow-up.")
GIVE_CAUSE = N_("It was done fewer times than planned. Choose the cause.")
#: how the field of a reason is called, by what is decided
REASON_OF: Mapping[FollowUpDecision, str] = {one: f"reason-{one.value}" for one in FollowUpDecision}
GIVE_HELD_ON = N_("Give the day on which the follow-up was held.")


class ActionAnswerForm(FormSchema):
    """Was it done, and did it help."""

    action_id = IdField(needed=SAY_HOW_OFTEN)
    times_done = CountField(needed=SAY_HOW_OFTEN)
    loss_cause = TermField(LossCause, load_default=LossCause.NONE)
    helped = TermField(Helped, needed=SAY_WHETHER_IT_HELPED)
    note = LongText()
    own = fields.Nested(ClassificationForm, load_default=NOT_SAID)

    @post_load
    def _to_input(self, data: dict[str, Any], **_kwargs: Any) -> ActionAnswer:
        return ActionAnswer(**data)


class GoalAnswerForm(FormSchema):
    """How one goal stands."""

    goal_id = IdField(needed=SAY_HOW_GOAL_STANDS)
    result = TermField(GoalResult, needed=SAY_HOW_GOAL_STANDS)
    note = LongText()
    own = fields.Nested(ClassificationForm, load_default=NOT_SAID)

    @post_load
    def _to_input(self, data: dict[str, Any], **_kwargs: Any) -> GoalAnswer:
        return GoalAnswer(**data)


class GuardianAnswerForm(FormSchema):
    """What one guardian says, or that they did not want to answer."""

    guardian_id = IdField(needed=ASK_GUARDIAN)
    view = LongText()
    declined = Tick()
    own = fields.Nested(ClassificationForm, load_default=NOT_SAID)

    @validates_schema
    def _ask(self, data: Mapping[str, Any], **_kwargs: Any) -> None:
        if not (data.get("view") or data.get("declined")):
            raise ValidationError(ASK_GUARDIAN, "view")

    @post_load
    def _to_input(self, data: dict[str, Any], **_kwargs: Any) -> GuardianAnswer:
        return GuardianAnswer(**data)


#: one text for each decision; that of the decision that was taken counts
_ReasonsForm = FormSchema.from_dict({one.value: LongText(load_default="") for one in FollowUpDecision})


class FollowUpForm(FormSchema):
    """All that is said at a follow-up, and what it leads to."""

    held_on = DateField(needed=GIVE_HELD_ON, is_past=True, years_back=2)
    goals = fields.List(fields.Nested(GoalAnswerForm), load_default=list)
    actions = fields.List(fields.Nested(ActionAnswerForm), load_default=list)
    child_view = LongText()
    child_declined = Tick()
    guardians = fields.List(fields.Nested(GuardianAnswerForm), load_default=list)
    learned = LongText()
    decision = TermField(FollowUpDecision, needed=DECIDE)
    next_follow_up_on = DateField(is_ahead=True, years_ahead=2)
    reason = fields.Nested(_ReasonsForm, load_default=dict)
    whole = fields.Nested(ClassificationForm, load_default=NOT_SAID)
    own = fields.Nested(each_by_itself(*FOLLOW_UP_TEXTS), load_default=dict)

    @validates_schema(skip_on_field_errors=False)
    def _ask(self, data: Mapping[str, Any], **_kwargs: Any) -> None:
        missing: dict[str, Any] = {}
        if not (data.get("child_view") or data.get("child_declined")):
            missing["child_view"] = [ASK_CHILD]
        if data.get("decision") is FollowUpDecision.CONTINUE and data.get("next_follow_up_on") is None:
            missing["next_follow_up_on"] = [GIVE_NEXT_DAY]
        if data.get("decision") and not _reason(data):
            missing["reason"] = {data["decision"].value: [GIVE_REASON]}
        if missing:
            raise ValidationError(missing)

    @post_load
    def _choose(self, data: dict[str, Any], **_kwargs: Any) -> dict[str, Any]:
        return data | {"reason": _reason(data)}


def _reason(data: Mapping[str, Any]) -> str:
    return str(data.get("reason", {}).get(data["decision"].value, ""))
