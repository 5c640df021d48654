"""The forms with which administrators change the organisation."""

from collections.abc import Collection, Mapping
from typing import Any

from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from referrals.access import WITHOUT_UNIT, Role
from referrals.languages import LANGUAGES
from referrals.rules.rulebook import Counting
from referrals.vocabulary import DeadlineSource, MeetingOutcome, Profession, SchoolForm, TeamLevel
from schemas.fields import (
    CHOOSE_ONE,
    FILL_IN,
    GIVE_DATE,
    N_,
    CountField,
    DateField,
    EmailText,
    FormSchema,
    IdField,
    IdList,
    LongText,
    PhoneText,
    ShortText,
    TermField,
    TermList,
    Tick,
)

_A_LANGUAGE = validate.OneOf(list(LANGUAGES), error=CHOOSE_ONE)
#: the time zones of the Nordic countries, each under whose it is
NORDIC_ZONES = {
    "Europe/Stockholm": N_("Sweden"),
    "Europe/Copenhagen": N_("Denmark"),
    "Europe/Oslo": N_("Norway"),
    "Europe/Helsinki": N_("Finland"),
    "Europe/Mariehamn": N_("Åland"),
    "Atlantic/Reykjavik": N_("Iceland"),
    "Atlantic/Faroe": N_("Faroe Islands"),
    "America/Nuuk": N_("Greenland"),
}
#: roles that hold in a unit, each a field of the form with the units it holds in
ROLES_BY_UNIT = (Role.COORDINATOR, Role.ASSESSOR, Role.HEAD_TEACHER, Role.REGISTRAR)


class UnitForm(FormSchema):
    """A school, preschool or leisure centre."""

    name = ShortText(needed=FILL_IN)
    school_form = TermField(SchoolForm, needed=CHOOSE_ONE)
    forum = IdField(needed=CHOOSE_ONE)
    other_teams = IdList()
    contact = ShortText(load_default="")
    phone = PhoneText(load_default="")
    area = ShortText(load_default="")
    takes_part = Tick()
    is_open = Tick()


class ForumForm(FormSchema):
    """A team that meets."""

    name = ShortText(needed=FILL_IN)
    place = ShortText(load_default="")
    quorum = TermList(Profession)
    level = TermField(TeamLevel, needed=CHOOSE_ONE)
    mandate = LongText(load_default="")
    outcomes = TermList(MeetingOutcome)
    shows_names = Tick()
    rates_by_colour = Tick()


class PersonForm(FormSchema):
    """Somebody who signs in, with the units in which each role holds."""

    name = ShortText(needed=FILL_IN)
    email = EmailText(needed=FILL_IN)
    profession = TermField(Profession, needed=CHOOSE_ONE)
    language = ShortText(needed=CHOOSE_ONE, validate=_A_LANGUAGE)
    is_active = Tick()
    coordinator = IdList()
    assessor = IdList()
    head_teacher = IdList()
    registrar = IdList()
    administrator = Tick()
    management = Tick()
    researcher = Tick()
    consultant = Tick()
    elected_member = Tick()

    @validates_schema(skip_on_field_errors=False)
    def _has_a_role(self, data: Mapping[str, Any], **_options: Any) -> None:
        held = [data.get(role.value) for role in WITHOUT_UNIT] + [data.get(role.value, True) for role in ROLES_BY_UNIT]
        if not any(held):
            raise ValidationError(N_("Give at least one role."), ROLES_BY_UNIT[0].value)


class ClosedDaysForm(FormSchema):
    """A stretch of days on which the schools are closed."""

    label = ShortText(needed=FILL_IN)
    first_on = DateField(needed=GIVE_DATE)
    last_on = DateField(needed=GIVE_DATE)

    @validates_schema
    def _is_a_stretch(self, data: Mapping[str, Any], **_options: Any) -> None:
        if data["last_on"] < data["first_on"]:
            raise ValidationError(N_("The last day comes before the first."), "last_on")


class _ReadDays(ClosedDaysForm):
    """A stretch as a file gave it, and whether it is wanted."""

    is_wanted = Tick()


class ReadDaysForm(FormSchema):
    """What was read from a file and is to be closed."""

    days = fields.List(fields.Nested(_ReadDays), load_default=list)


class MunicipalityForm(FormSchema):
    """The municipality's name and language, and the numbers people call; `municipality_form` adds its time zone."""

    name = ShortText(needed=FILL_IN)
    language = ShortText(needed=CHOOSE_ONE, validate=_A_LANGUAGE)
    emergency = PhoneText(needed=FILL_IN)
    social_services = PhoneText(needed=FILL_IN)
    helpline = PhoneText(needed=FILL_IN)
    keeps_protected_outside = Tick()


#: where a target of the municipality's own can come from, the usual one first
OWN_SOURCES = (DeadlineSource.LOCAL, DeadlineSource.AGREEMENT)


class TargetForm(FormSchema):
    """One local target; without days the rule pack's holds."""

    days = CountField(most=400)
    counting = TermField(Counting, needed=CHOOSE_ONE)
    source = TermField(
        DeadlineSource, load_default=DeadlineSource.LOCAL, validate=validate.OneOf(OWN_SOURCES, error=CHOOSE_ONE)
    )


class DateForm(FormSchema):
    """The date a demonstration shows: a day, or so many days on from today."""

    day = DateField(is_ahead=True)
    days = CountField(least=1, most=400)

    @validates_schema
    def _says_where_to(self, data: Mapping[str, Any], **_options: Any) -> None:
        if data["day"] is None and data["days"] is None:
            raise ValidationError(GIVE_DATE, "day")


def zones(present: str) -> tuple[str, ...]:
    """The time zones a municipality can choose from, with the one it has, which its file may have taken from elsewhere."""
    return tuple(dict.fromkeys((*NORDIC_ZONES, present)))


def municipality_form(present_zone: str) -> Schema:
    """The form of a municipality that has the time zone `present_zone`."""
    zone = ShortText(needed=CHOOSE_ONE, validate=validate.OneOf(zones(present_zone), error=CHOOSE_ONE))
    return MunicipalityForm.from_dict({"timezone": zone}, name="MunicipalityForm")()


def targets_form(keys: Collection[str]) -> Schema:
    """The form of all local targets, one part for each of `keys`."""
    parts: dict[str, fields.Field[Any]] = {key: fields.Nested(TargetForm, required=True) for key in keys}
    return FormSchema.from_dict(parts, name="TargetsForm")()
