"""The shape of what a coordinator, or the head teacher, decides about a concern."""

from datetime import date
from enum import StrEnum
from typing import Any

from marshmallow import ValidationError, fields, post_load, validates_schema

from referrals.triage import LOOKED_AT_AGAIN
from referrals.vocabulary import TriageEnding
from schemas.fields import N_, DateField, FormSchema, IdField, LongText, ShortText, TermField

CHOOSE_OWNER = N_("Choose who takes over.")
CHOOSE_TRACK = N_("Choose one of the statutory tracks.")
TELL_FIRST = N_("Tell the guardians first. Then give the day on which you did, no later than the decision.")


class TriageWay(StrEnum):
    """The ways on from the initial assessment, each by one verb."""

    ASSESSMENT = "assessment"
    TEAM = "team"
    RETURN = "return"
    HEAD_TEACHER = "head_teacher"
    OWN_UNIT = TriageEnding.OWN_UNIT.value
    OTHER_TRACK = TriageEnding.OTHER_TRACK.value
    REDIRECTED = TriageEnding.REDIRECTED.value
    NO_ACTION = TriageEnding.NO_ACTION.value


class ReasonsForm(FormSchema):
    """One text for each way; the one of the way that was chosen counts."""

    assessment = LongText(load_default="")
    team = LongText(load_default="")
    return_ = LongText(load_default="", data_key="return")
    head_teacher = LongText(load_default="")
    own_unit = LongText(load_default="")
    other_track = LongText(load_default="")
    redirected = LongText(load_default="")
    no_action = LongText(load_default="")


class RevisitForm(FormSchema):
    """The day to look again, for the ways that need one."""

    own_unit = DateField(is_ahead=True, years_ahead=2)
    no_action = DateField(is_ahead=True, years_ahead=2)


class TriageForm(FormSchema):
    """The decision: one way, why, and where one is due the day to look again."""

    way = TermField(TriageWay, needed=N_("Choose how the concern goes on."))
    reason = fields.Nested(ReasonsForm, load_default=dict)
    revisit = fields.Nested(RevisitForm, load_default=dict)

    @validates_schema
    def _need_what_the_way_asks_for(self, data: dict[str, Any], **_options: Any) -> None:
        way: TriageWay = data["way"]
        if not _reason(data):
            raise ValidationError({"reason": {way.value: [_WHAT_TO_WRITE.get(way, N_("Write why."))]}})
        if _reason(data).endswith(":"):
            raise ValidationError({"reason": {way.value: [N_("Finish the sentence.")]}})
        if way.value in _WITH_REVISIT and _revisit_on(data) is None:
            raise ValidationError({"revisit": {way.value: [N_("Give the day on which you look again.")]}})

    @post_load
    def _choose(self, data: dict[str, Any], **_options: Any) -> dict[str, Any]:
        return {"way": data["way"], "reason": _reason(data), "revisit_on": _revisit_on(data)}


class StatutoryTrackForm(FormSchema):
    """In which statutory track the concern goes on, and where the decision itself is kept."""

    track = ShortText(needed=CHOOSE_TRACK)
    reason = LongText(needed=N_("Write why."))
    kept_in = ShortText(needed=N_("Say where the decision is kept, so that it is found again."))
    decided_on = DateField(needed=N_("Give the day of the decision."), is_past=True, years_back=1)
    guardians_told_on = DateField(is_past=True, years_back=1, load_default=None)


class HandBackForm(FormSchema):
    """Why the coordinator decides after all."""

    reason = LongText(data_key="back", needed=N_("Write why."))


class OwnerForm(FormSchema):
    """Who keeps the referral moving from now on."""

    owner_id = IdField(needed=CHOOSE_OWNER)
    reason = LongText(load_default="")


_WITH_REVISIT = frozenset(ending.value for ending in LOOKED_AT_AGAIN)
_WHAT_TO_WRITE = {
    TriageWay.RETURN: N_("Write what you ask the reporter for."),
    TriageWay.HEAD_TEACHER: N_("Write what you ask the head teacher."),
}


def _reason(data: dict[str, Any]) -> str:
    way: TriageWay = data["way"]
    reasons: dict[str, str] = data["reason"]
    return reasons.get("return_" if way is TriageWay.RETURN else way.value, "")


def _revisit_on(data: dict[str, Any]) -> date | None:
    revisit: dict[str, date | None] = data["revisit"]
    return revisit.get(data["way"].value)
