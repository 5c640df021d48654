"""The forms of the closure: the proposal, the closing itself, and the ways back."""

from collections.abc import Mapping
from typing import Any

from marshmallow import ValidationError, fields, post_load, validates_schema

from referrals.closure import ENDINGS, Ending, Outcome
from referrals.notes import CLOSING_TEXTS, NOT_SAID
from referrals.vocabulary import ActionStatus, ClosureReason, GoalResult
from schemas.fields import N_, FormSchema, IdField, LongText, ShortText, TermField
from schemas.notes import ClassificationForm, each_by_itself

SAY_WHY_CLOSE = N_("Write why the referral can be closed.")
SAY_WHY_GO_ON = N_("Write why the work goes on.")
SAY_WHY_REOPEN = N_("Write what is new.")
CHOOSE_REASON = N_("Choose why the referral is closed.")
SUM_UP = N_("Sum up in a few sentences.")
SAY_WHERE_TO_TURN = N_("Write what to do, and whom to turn to, if a new need arises.")
SAY_WHAT_CAME_OF_IT = N_("Choose what came of the goal.")
END_ACTION = N_("Choose how this action ends.")
SAY_WHY_NOT_DONE = N_("Write why it was not done.")
NAME_SOMEBODY = N_("Write the name of the person who takes it over.")


class ProposalForm(FormSchema):
    """Why the referral can be closed."""

    reason = LongText(needed=SAY_WHY_CLOSE)


class ResumeForm(FormSchema):
    """That the work goes on after all, and why. It stands beside the closing, which asks for a reason too."""

    why = LongText(needed=SAY_WHY_GO_ON)


class ReopenForm(FormSchema):
    """What is new since the referral was closed."""

    reason = LongText(needed=SAY_WHY_REOPEN)


class OutcomeForm(FormSchema):
    """What came of one goal."""

    goal_id = IdField(needed=SAY_WHAT_CAME_OF_IT)
    result = TermField(GoalResult, needed=SAY_WHAT_CAME_OF_IT)
    note = LongText()
    own = fields.Nested(ClassificationForm, load_default=NOT_SAID)

    @post_load
    def _to_input(self, data: dict[str, Any], **_kwargs: Any) -> Outcome:
        return Outcome(**data)


class EndingForm(FormSchema):
    """How one running action ends."""

    action_id = IdField(needed=END_ACTION)
    status = TermField(ActionStatus, needed=END_ACTION)
    reason = LongText()
    handed_to = ShortText()

    @validates_schema
    def _ask(self, data: Mapping[str, Any], **_kwargs: Any) -> None:
        if data["status"] not in ENDINGS:
            raise ValidationError(END_ACTION, "status")
        if data["status"] is ActionStatus.NOT_DONE and not data.get("reason"):
            raise ValidationError(SAY_WHY_NOT_DONE, "reason")
        if data["status"] is ActionStatus.HANDED_OVER and not data.get("handed_to"):
            raise ValidationError(NAME_SOMEBODY, "handed_to")

    @post_load
    def _to_input(self, data: dict[str, Any], **_kwargs: Any) -> Ending:
        return Ending(**data)


class ClosureForm(FormSchema):
    """All that is decided when a referral is closed."""

    outcomes = fields.List(fields.Nested(OutcomeForm), load_default=list)
    endings = fields.List(fields.Nested(EndingForm), load_default=list)
    reason = TermField(ClosureReason, needed=CHOOSE_REASON)
    summary = LongText(needed=SUM_UP)
    if_needed_again = LongText(needed=SAY_WHERE_TO_TURN)
    whole = fields.Nested(ClassificationForm, load_default=NOT_SAID)
    own = fields.Nested(each_by_itself(*CLOSING_TEXTS), load_default=dict)
