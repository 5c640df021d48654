"""Forms of the assessment: asking for parts, writing one's part, and saying that it is enough."""

from collections.abc import Mapping
from typing import Any

from marshmallow import ValidationError, fields, post_load, pre_load, validates_schema

from referrals.vocabulary import Arena, Domain, InformationCategory, Level
from schemas.fields import (
    CHOOSE_ONE,
    GIVE_DATE,
    N_,
    DateField,
    FormSchema,
    IdField,
    LongText,
    ShortText,
    TermList,
    Tick,
)
from schemas.notes import AboutField

__all__ = ["ConclusionForm", "OpeningForm", "PartForm", "PartRequestForm", "PointerForm"]

ASK_SOMEBODY = N_("Choose at least one colleague to ask.")
CHOOSE_DOMAIN = N_("Choose at least one of health, safety and learning.")
CHOOSE_LEVEL = N_("Choose at least one level.")
CHOOSE_ARENA = N_("Choose at least one place.")
WRITE_FINDINGS = N_("Write what you see in at least one of the areas.")
WRITE_CONCLUSION = N_("Write a conclusion that the rest of the team may read.")
WRITE_POINTER = N_("Write that there is something to add, and whom the team can ask.")
CHOOSE_CATEGORY = N_("Choose at least one kind of information.")
SAY_ABOUT = N_("Choose whom your part is mostly about.")
SAY_WHAT_FOR = N_("Write what the investigation needs it for.")


class PersonAskedForm(FormSchema):
    """One line of the list of colleagues: ticked or not, and by when."""

    assessor_id = IdField(needed=ASK_SOMEBODY)
    is_asked = Tick()
    due_on = DateField(is_ahead=True, years_ahead=1)

    @pre_load
    def _forget_date_of_others(self, data: Mapping[str, Any], **_: Any) -> dict[str, Any]:
        # Every line comes with a date; only those of people who are asked count.
        return {name: value for name, value in data.items() if name != "due_on" or data.get("is_asked")}

    @validates_schema
    def _needs_date(self, data: Mapping[str, Any], **_: Any) -> None:
        if data["is_asked"] and data["due_on"] is None:
            raise ValidationError(GIVE_DATE, "due_on")


class PartRequestForm(FormSchema):
    """Whom to ask for a part, by when, and what the parts should speak of."""

    asked = fields.List(fields.Nested(PersonAskedForm), load_default=list)
    domains = TermList(Domain, needed=CHOOSE_DOMAIN)
    levels = TermList(Level, needed=CHOOSE_LEVEL)
    arenas = TermList(Arena, needed=CHOOSE_ARENA)
    question = LongText()

    @validates_schema(skip_on_field_errors=False)
    def _needs_somebody(self, data: Mapping[str, Any], **_: Any) -> None:
        if "asked" in data and not any(line.get("is_asked") for line in data["asked"]):
            raise ValidationError(ASK_SOMEBODY, "asked")

    @post_load
    def _keep_those_asked(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        asked = [
            {"assessor_id": line["assessor_id"], "due_on": line["due_on"]} for line in data["asked"] if line["is_asked"]
        ]
        return data | {"asked": asked}


class FindingsForm(FormSchema):
    """What somebody sees, by domain."""

    health = LongText()
    safety = LongText()
    learning = LongText()

    @post_load
    def _by_domain(self, data: dict[str, Any], **_: Any) -> dict[Domain, str]:
        return {Domain(name): found for name, found in data.items() if found}


class PartForm(FormSchema):
    """One person's part. With `partial=True` it is a draft, in which anything may still be missing."""

    findings = fields.Nested(FindingsForm, load_default=dict)
    protective_factors = LongText()
    risk_factors = LongText()
    child_voice = LongText()
    conclusion = LongText(needed=WRITE_CONCLUSION)
    sources = LongText()
    categories = TermList(InformationCategory, needed=CHOOSE_CATEGORY)
    about = AboutField(needed=SAY_ABOUT)
    is_confided = Tick()

    @validates_schema(skip_on_field_errors=False)
    def _needs_findings(self, data: Mapping[str, Any], *, partial: object, **_: Any) -> None:
        if not partial and not data.get("findings"):
            raise ValidationError(WRITE_FINDINGS, "findings")

    @post_load
    def _say_which_guardian(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        if "about" not in data:
            return data
        about, guardian_id = data["about"]
        return data | {"about": about, "about_guardian_id": guardian_id}


class PointerForm(FormSchema):
    """The part of a service of whose knowledge the team keeps only a pointer."""

    conclusion = LongText(needed=WRITE_POINTER)
    is_confided = Tick()


class ConclusionForm(FormSchema):
    """That the assessment is enough, and why where parts are still out."""

    reason = LongText()


class OpeningForm(FormSchema):
    """For which investigation a part behind the wall is opened, and what for."""

    ground = ShortText(needed=CHOOSE_ONE)
    purpose = LongText(needed=SAY_WHAT_FOR)
