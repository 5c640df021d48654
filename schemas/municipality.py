"""The municipality's file: what stands in it, and at which line something is wrong."""

import re
import tomllib
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import available_timezones

from marshmallow import Schema, ValidationError, fields, post_load, validate, validates, validates_schema

from referrals.access import WITHOUT_UNIT, Role
from referrals.errors import SetupFileInvalid
from referrals.languages import LANGUAGES
from referrals.rules import rulebook
from referrals.rules.rulebook import Target
from referrals.vocabulary import (
    ContentKind,
    Country,
    DeadlineSource,
    Fate,
    MeetingOutcome,
    Practice,
    Profession,
    SchoolForm,
    TeamLevel,
)

SLUG = validate.Regexp(r"[a-z0-9]+(-[a-z0-9]+)*\Z", error="use small letters a to z, digits and hyphens")
LANGUAGE = validate.OneOf(list(LANGUAGES), error="is none of: {choices}")
TEXT = validate.Length(min=1, max=200, error="write 1 to 200 characters")

#: marshmallow's own sentences, as somebody says them who looks after a file
_PLAIN = {
    "Missing data for required field.": "is missing",
    "Field may not be null.": "is missing",
    "Unknown field.": "is not known here",
    "Not a valid string.": "write a text in quotation marks",
    "Not a valid boolean.": "write true or false",
    "Not a valid email address.": "is not an e-mail address",
    "Not a valid list.": "write a list in square brackets",
    "Not a valid mapping type.": "write name = value in braces",
    "Invalid input type.": "write it as a table, as in the demonstration's file",
    "Invalid type.": "write it as a table, as in the demonstration's file",
}


class _Words(fields.Enum[Any]):
    """A word of a controlled list; the message names the words there are."""

    def __init__(self, kind: type[Any], **options: Any) -> None:
        super().__init__(kind, by_value=True, **options)
        self.error_messages["unknown"] = "is none of: " + ", ".join(word.value for word in kind)


class _LevelWord(_Words):
    """For whom a team meets. In files from before there were teams around one child, `school` said that: it still does."""

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **options: Any) -> Any:
        meant = TeamLevel.CHILD.value if value == "school" else value
        return super()._deserialize(meant, attr, data, **options)


class MunicipalityPart(Schema):
    """The table `[municipality]`."""

    name = fields.String(required=True, validate=TEXT)
    country = _Words(Country, required=True)
    language = fields.String(required=True, validate=LANGUAGE)
    timezone = fields.String(required=True)
    keeps_protected_outside = fields.Boolean()
    holds_rounds = fields.Boolean()
    switched_off = fields.List(fields.String(validate=validate.OneOf([one.value for one in Practice])))

    @validates("timezone")
    def _is_a_zone(self, value: str, data_key: str) -> None:
        if value not in available_timezones():
            raise ValidationError("is not a time zone such as Europe/Stockholm")


class PhonesPart(Schema):
    """The table `[phones]`."""

    social_services = fields.String(required=True, validate=TEXT)
    emergency = fields.String(validate=TEXT)
    helpline = fields.String(validate=TEXT)


class ForumPart(Schema):
    """One of `[[forums]]`."""

    slug = fields.String(required=True, validate=SLUG)
    name = fields.String(required=True, validate=TEXT)
    place = fields.String(validate=validate.Length(max=200, error="write at most 200 characters"))
    quorum = fields.List(_Words(Profession), load_default=list)
    level = _LevelWord(TeamLevel)
    outcomes = fields.List(_Words(MeetingOutcome))
    mandate = fields.String(validate=validate.Length(max=1000, error="write at most 1000 characters"))
    shows_names = fields.Boolean(truthy={True}, falsy={False})
    rates_by_colour = fields.Boolean(truthy={True}, falsy={False})
    has_public_page = fields.Boolean(truthy={True}, falsy={False})
    contact = fields.String(validate=validate.Length(max=200, error="write at most 200 characters"))
    phone = fields.String(validate=validate.Length(max=40, error="write at most 40 characters"))


class UnitPart(Schema):
    """One of `[[units]]`."""

    slug = fields.String(required=True, validate=SLUG)
    name = fields.String(required=True, validate=TEXT)
    school_form = _Words(SchoolForm, required=True)
    forum = fields.String(required=True)
    #: its teams beside the one that takes in its concerns
    other_forums = fields.List(fields.String(), load_default=list)
    takes_part = fields.Boolean(truthy={True}, falsy={False})
    is_open = fields.Boolean(truthy={True}, falsy={False})
    contact = fields.String(validate=validate.Length(max=200, error="write at most 200 characters"))
    phone = fields.String(validate=validate.Length(max=40, error="write at most 40 characters"))
    area = fields.String(validate=validate.Length(max=200, error="write at most 200 characters"))


class RolePart(Schema):
    """One role somebody holds."""

    role = _Words(Role, required=True)
    units = fields.List(fields.String(), load_default=list)

    @validates_schema
    def _has_units(self, data: Mapping[str, Any], **_options: Any) -> None:
        if data["role"] not in WITHOUT_UNIT and not data["units"]:
            raise ValidationError("name the units for which the role holds", "units")


class PersonPart(Schema):
    """One of `[[people]]`."""

    name = fields.String(required=True, validate=TEXT)
    email = fields.Email(required=True)
    profession = _Words(Profession, required=True)
    language = fields.String(validate=LANGUAGE)
    roles = fields.List(
        fields.Nested(RolePart), required=True, validate=validate.Length(min=1, error="give at least one role")
    )
    seats = fields.List(fields.String(), load_default=list)
    #: in which of them they coordinate what is handed over to the team, where it works beside a unit's first one
    coordinates = fields.List(fields.String(), load_default=list)


class ClosedDaysPart(Schema):
    """One of `[[closed_days]]`."""

    first_on = fields.Raw(required=True)
    last_on = fields.Raw(required=True)
    label = fields.String(required=True, validate=TEXT)

    @validates("first_on", "last_on")
    def _is_a_day(self, value: object, data_key: str) -> None:
        if not isinstance(value, date) or isinstance(value, datetime):
            raise ValidationError("write the day as 2026-10-26, without quotation marks")

    @validates_schema
    def _is_a_stretch(self, data: Mapping[str, Any], **_options: Any) -> None:
        if data["last_on"] < data["first_on"]:
            raise ValidationError("ends before it begins", "last_on")


class ProtectionPart(Schema):
    """The table `[protection]`: who else may know of protection reports, and how the authority counts its weekdays."""

    #: people at the authority whom a sender can choose as receiver
    receivers = fields.List(fields.Email(), load_default=list)
    #: people who read every report once it was given
    readers = fields.List(fields.Email(), load_default=list)
    saturday_is_weekday = fields.Boolean(truthy={True}, falsy={False}, load_default=False)

    @post_load
    def _in_small_letters(self, data: dict[str, Any], **_options: Any) -> dict[str, Any]:
        return data | {name: [email.lower() for email in data[name]] for name in ("receivers", "readers")}


class RetentionRulePart(Schema):
    """One line of `[retention.kinds]`: so many years after the end, and then what."""

    years = fields.Integer(required=True, strict=True, validate=validate.Range(0, 120, error="write 0 to 120 years"))
    then = _Words(Fate, required=True)


class RetentionPart(Schema):
    """The table `[retention]`: what the municipality's plan for its documents says of the referrals' content."""

    plan = fields.String(required=True, validate=TEXT)
    #: what the closing paper says of it
    words = fields.String(validate=validate.Length(max=1000, error="write at most 1000 characters"))
    #: so many years after a protection report was given, it may be destroyed; without it, none ever is
    protection_report_years = fields.Integer(strict=True, validate=validate.Range(0, 120, error="write 0 to 120 years"))
    #: whether the archive has it first
    protection_report_then = _Words(Fate)
    #: so many years after a report was begun that was never given, it goes; its sender alone is asked a month before
    protection_never_given_years = fields.Integer(
        strict=True, validate=validate.Range(1, 120, error="write 1 to 120 years")
    )
    kinds = fields.Dict(keys=_Words(ContentKind), values=fields.Nested(RetentionRulePart), load_default=dict)

    @post_load
    def _as_it_is_kept(self, data: dict[str, Any], **_options: Any) -> dict[str, Any]:
        kinds, then = data["kinds"].items(), data.get("protection_report_then")
        return (
            data
            | ({"protection_report_then": then.value} if then else {})
            | {"kinds": {kind.value: {"years": rule["years"], "then": rule["then"].value} for kind, rule in kinds}}
        )


class MunicipalityFile(Schema):
    """The whole file."""

    municipality = fields.Nested(MunicipalityPart, required=True)
    phones = fields.Nested(PhonesPart, required=True)
    targets = fields.Dict(keys=fields.String(), values=fields.Dict(), load_default=dict)
    forums = fields.List(fields.Nested(ForumPart), required=True)
    units = fields.List(fields.Nested(UnitPart), required=True)
    people = fields.List(fields.Nested(PersonPart), required=True)
    protection = fields.Nested(ProtectionPart)
    retention = fields.Nested(RetentionPart)
    closed_days = fields.List(fields.Nested(ClosedDaysPart), load_default=list)

    @validates("targets")
    def _are_targets(self, value: Mapping[str, Any], data_key: str) -> None:
        for key, target in value.items():
            try:
                source = Target.read(dict(target)).source
            except SetupFileInvalid as refused:
                raise ValidationError({key: [refused.reason]}) from None
            if source is DeadlineSource.LAW:
                raise ValidationError({key: ["what the law says stands in the rule pack, not here"]})

    @validates_schema
    def _targets_are_known(self, data: Mapping[str, Any], **_options: Any) -> None:
        known = rulebook.newest(data["municipality"]["country"]).targets
        for key in data["targets"]:
            if key not in known:
                raise ValidationError({"targets": {key: ["is none of: " + ", ".join(known)]}})

    @validates_schema
    def _nothing_stands_twice(self, data: Mapping[str, Any], **_options: Any) -> None:
        for part, key in (("forums", "slug"), ("units", "slug"), ("people", "email")):
            there: set[str] = set()
            for number, row in enumerate(data[part]):
                if row[key].lower() in there:
                    raise ValidationError({part: {number: {key: [f"{row[key]} stands here twice"]}}})
                there.add(row[key].lower())

    @validates_schema
    def _names_lead_somewhere(self, data: Mapping[str, Any], **_options: Any) -> None:
        forums, units = {row["slug"] for row in data["forums"]}, {row["slug"] for row in data["units"]}
        for number, row in enumerate(data["units"]):
            if row["forum"] not in forums:
                raise ValidationError({"units": {number: {"forum": [f"there is no forum {row['forum']}"]}}})
            if missing := set(row["other_forums"]) - (forums - {row["forum"]}):
                said = f"{min(missing)} is no other forum than the one that takes in its concerns"
                raise ValidationError({"units": {number: {"other_forums": [said]}}})
        for number, row in enumerate(data["people"]):
            missing = {slug for held in row["roles"] for slug in held["units"]} - units
            if missing:
                raise ValidationError({"people": {number: {"roles": [f"there is no unit {min(missing)}"]}}})

    @validates_schema
    def _who_sits_in_a_team_works_for_its_units(self, data: Mapping[str, Any], **_options: Any) -> None:
        beside = {slug for row in data["units"] for slug in row["other_forums"]}
        teams_of = {row["slug"]: {row["forum"], *row["other_forums"]} for row in data["units"]}
        above = {row["slug"] for row in data["forums"]}.difference(*teams_of.values())
        for number, row in enumerate(data["people"]):
            units = [slug for held in row["roles"] for slug in held["units"]]
            works_for = set().union(*(teams_of.get(slug, ()) for slug in units))
            if works_for or any(held["role"] is Role.MANAGEMENT for held in row["roles"]):
                works_for |= above  # a team without units meets above them
            if strange := [slug for slug in row["seats"] if slug not in works_for]:
                said = f"no role in a unit of the forum {strange[0]}: only who works there can sit in it"
                raise ValidationError({"people": {number: {"seats": [said]}}})
            if strange := [slug for slug in row["coordinates"] if slug not in beside & set(row["seats"])]:
                said = (
                    f"{strange[0]}: only who sits in a forum that is among a unit's other_forums coordinates it by this"
                )
                raise ValidationError({"people": {number: {"coordinates": [said]}}})

    @validates_schema
    def _who_is_named_for_protection_reports_works_here(self, data: Mapping[str, Any], **_options: Any) -> None:
        people = {row["email"].lower() for row in data["people"]}
        for capacity in ("receivers", "readers"):
            for email in data.get("protection", {}).get(capacity, ()):
                if email not in people:
                    raise ValidationError({"protection": {capacity: [f"there is no person {email}"]}})


def read(path: Path) -> dict[str, Any]:
    """What stands in the file at `path`. Raises SetupFileInvalid with the line and the reason."""
    try:
        text = path.read_text(encoding="utf-8-sig")  # an editor's invisible mark at the beginning does no harm
        written = tomllib.loads(text)
    except OSError as error:
        raise SetupFileInvalid(f"the file cannot be read: {error.strerror}") from None
    except UnicodeDecodeError as error:
        line = bytes(error.object[: error.start]).count(b"\n") + 1
        raise SetupFileInvalid("this is not UTF-8 text", line) from None
    except tomllib.TOMLDecodeError as error:
        raise _broken(str(error), text) from None
    try:
        loaded: dict[str, Any] = MunicipalityFile().load(written)
    except ValidationError as refused:
        raise _first(refused, text) from None
    for person in loaded["people"]:
        person["email"] = person["email"].lower()
    return loaded


def _broken(reason: str, text: str) -> SetupFileInvalid:
    """What the TOML reader found, with its line: `Expected '=' … (at line 3, column 6)` or `… (at end of document)`."""
    said, _, where = reason.partition(" (at ")
    number = re.match(r"line (\d+)", where)
    return SetupFileInvalid(said, int(number[1]) if number else text.count("\n") + 1)


def _first(refused: ValidationError, text: str) -> SetupFileInvalid:
    """Of all that is wrong, what stands first in the file; what has no place in it comes last."""
    found = [(_line(text, place), place, reason) for place, reason in _flat(refused.messages)]
    line, place, reason = min(found, key=lambda fault: fault[0] or len(text))
    return SetupFileInvalid(".".join(_named(place)) + f": {reason}", line)


def _flat(messages: Any, place: tuple[str | int, ...] = ()) -> Iterator[tuple[tuple[str | int, ...], str]]:
    if isinstance(messages, Mapping):
        for key, inner in messages.items():
            yield from _flat(inner, place if key in ("_schema", "value", "key") else (*place, key))
    else:
        for message in messages:
            yield place, _PLAIN.get(str(message), str(message))


def _named(place: tuple[str | int, ...]) -> Iterator[str]:
    """The steps to a place as people count them: the first row is 1."""
    for step in place:
        yield str(step + 1) if isinstance(step, int) else step


def _line(text: str, place: tuple[str | int, ...]) -> int | None:
    """The line of the key that `place` leads to, or of the table it is missing from; None where not even that is there."""
    section = str(place[0])
    row = place[1] if len(place) > 1 and isinstance(place[1], int) else 0
    key = next((step for step in place[1:] if isinstance(step, str)), "")
    rows, table, is_inside = -1, None, False
    for number, line in enumerate(text.splitlines(), 1):
        if head := re.match(r"\s*\[{1,2}\s*([\w-]+)(?:\s*\.\s*([\w-]+))?[^\]=]*\]", line):
            if head[2] is None:
                rows += head[1] == section
            is_inside = head[1] == section and max(rows, 0) == row
            if is_inside and (table is None or head[2] == key):
                table = number
            if is_inside and head[2] is not None and head[2] == key:
                return number
        elif is_inside and key and re.match(rf"\s*{re.escape(key)}\s*[=.]", line):
            return number
    return table
