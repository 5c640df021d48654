"""The municipality's file: what stands in it, and at which line something is wrong."""

import re
import tomllib
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from marshmallow import Schema, ValidationError, fields, validate, validates, validates_schema

from referrals.access import Role
from referrals.errors import SetupFileInvalid
from referrals.languages import LANGUAGES
from referrals.rulebook import Target
from referrals.vocabulary import Country, Profession, SchoolForm

SLUG = validate.Regexp(r"[a-z0-9]+(-[a-z0-9]+)*\Z", error="use small letters a to z, digits and hyphens")
LANGUAGE = validate.OneOf(list(LANGUAGES), error="is not one of the languages here: {choices}")
TEXT = validate.Length(min=1, max=200, error="write 1 to 200 characters")


class _Words(fields.Enum[Any]):
    """A word of a controlled list; the message names the words there are."""

    def __init__(self, kind: type[Any], **options: Any) -> None:
        super().__init__(kind, by_value=True, **options)
        self.error_messages["unknown"] = "is none of: " + ", ".join(word.value for word in kind)


class MunicipalityPart(Schema):
    """The table `[municipality]`."""

    name = fields.String(required=True, validate=TEXT)
    country = _Words(Country, required=True)
    language = fields.String(required=True, validate=LANGUAGE)
    timezone = fields.String(required=True)

    @validates("timezone")
    def _is_a_zone(self, value: str, data_key: str) -> None:
        if value not in available_timezones():
            raise ValidationError("is not a time zone such as Europe/Stockholm")
        ZoneInfo(value)


class PhonesPart(Schema):
    """The table `[phones]`."""

    social_services = fields.String(required=True, validate=TEXT)
    emergency = fields.String(validate=TEXT)
    helpline = fields.String(validate=TEXT)


class ForumPart(Schema):
    """One `[[forums]]`."""

    slug = fields.String(required=True, validate=SLUG)
    name = fields.String(required=True, validate=TEXT)
    place = fields.String(load_default="", validate=validate.Length(max=200))
    quorum = fields.List(_Words(Profession), load_default=list)


class UnitPart(Schema):
    """One `[[units]]`."""

    slug = fields.String(required=True, validate=SLUG)
    name = fields.String(required=True, validate=TEXT)
    school_form = _Words(SchoolForm, required=True)
    forum = fields.String(required=True)
    is_open = fields.Boolean(load_default=True, truthy={True}, falsy={False})
    contact = fields.String(load_default="", validate=validate.Length(max=200))
    phone = fields.String(load_default="", validate=validate.Length(max=40))


class RolePart(Schema):
    """One role somebody holds."""

    role = _Words(Role, required=True)
    units = fields.List(fields.String(), load_default=list)

    @validates_schema
    def _has_units(self, data: Mapping[str, Any], **_options: Any) -> None:
        if data["role"] is not Role.ADMINISTRATOR and not data["units"]:
            raise ValidationError("name the units for which the role holds", "units")


class PersonPart(Schema):
    """One of `[[people]]`."""

    name = fields.String(required=True, validate=TEXT)
    email = fields.Email(required=True)
    profession = _Words(Profession, required=True)
    language = fields.String(load_default="", validate=validate.OneOf(["", *LANGUAGES]))
    roles = fields.List(
        fields.Nested(RolePart), required=True, validate=validate.Length(min=1, error="give at least one role")
    )


class ClosedDaysPart(Schema):
    """One of `[[closed_days]]`."""

    first_on = fields.Raw(required=True)
    last_on = fields.Raw(required=True)
    label = fields.String(required=True, validate=TEXT)

    @validates_schema
    def _is_a_stretch(self, data: Mapping[str, Any], **_options: Any) -> None:
        first, last = data.get("first_on"), data.get("last_on")
        if not (isinstance(first, date) and isinstance(last, date)):
            raise ValidationError("write days as 2026-10-26, without quotation marks", "first_on")
        if last < first:
            raise ValidationError("ends before it begins", "last_on")


class MunicipalityFile(Schema):
    """The whole file."""

    municipality = fields.Nested(MunicipalityPart, required=True)
    phones = fields.Nested(PhonesPart, required=True)
    targets = fields.Dict(keys=fields.String(), values=fields.Dict(), load_default=dict)
    forums = fields.List(fields.Nested(ForumPart), required=True)
    units = fields.List(fields.Nested(UnitPart), required=True)
    people = fields.List(fields.Nested(PersonPart), required=True)
    closed_days = fields.List(fields.Nested(ClosedDaysPart), load_default=list)

    @validates("targets")
    def _are_targets(self, value: Mapping[str, Any], data_key: str) -> None:
        for key, target in value.items():
            try:
                Target.read(dict(target))
            except SetupFileInvalid as refused:
                raise ValidationError({key: [refused.reason]}) from None

    @validates_schema
    def _names_lead_somewhere(self, data: Mapping[str, Any], **_options: Any) -> None:
        forums, units = {row["slug"] for row in data["forums"]}, {row["slug"] for row in data["units"]}
        for number, row in enumerate(data["units"]):
            if row["forum"] not in forums:
                raise ValidationError({"units": {number: {"forum": [f"there is no forum {row['forum']}"]}}})
        for number, row in enumerate(data["people"]):
            missing = {slug for held in row["roles"] for slug in held["units"]} - units
            if missing:
                raise ValidationError({"people": {number: {"roles": [f"there is no unit {min(missing)}"]}}})


def read(path: Path) -> dict[str, Any]:
    """What stands in the file at `path`. Raises SetupFileInvalid with the line and the reason."""
    try:
        text = path.read_text(encoding="utf-8")
        written = tomllib.loads(text)
    except OSError as error:
        raise SetupFileInvalid(f"the file cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise SetupFileInvalid("the file is not UTF-8 text") from None
    except tomllib.TOMLDecodeError as error:
        found = re.search(r"(.*) \(at line (\d+), column \d+\)", str(error))
        raise SetupFileInvalid(found[1] if found else str(error), int(found[2]) if found else None) from None
    try:
        loaded: dict[str, Any] = MunicipalityFile().load(written)
    except ValidationError as refused:
        place, reason = next(_flat(refused.messages))
        where = ".".join(str(word) for word in place if word != "_schema")
        raise SetupFileInvalid(f"{where}: {reason}", _line(text, place)) from None
    for person in loaded["people"]:
        person["language"] = person["language"] or loaded["municipality"]["language"]
    return loaded


def _flat(messages: Any, place: tuple[str | int, ...] = ()) -> Iterator[tuple[tuple[str | int, ...], str]]:
    if isinstance(messages, Mapping):
        for key, inner in messages.items():
            yield from _flat(inner, (*place, key))
    else:
        for message in messages:
            yield place, str(message).rstrip(".")


def _line(text: str, place: tuple[str | int, ...]) -> int | None:
    """The line of the table, and within it of the key, that `place` leads to."""
    section = str(place[0]) if place else ""
    wanted = place[1] if len(place) > 1 and isinstance(place[1], int) else 0
    keys = [word for word in place[1:] if isinstance(word, str)]
    seen, start = -1, None
    for number, line in enumerate(text.splitlines(), 1):
        head = re.match(r"\s*\[+\s*([\w-]+)\s*\]+", line)
        if head and start is not None:
            break
        if head and head[1] == section:
            seen += 1
            start = number if seen == wanted else None
        elif start is not None and keys and re.match(rf"\s*{re.escape(keys[0])}\s*=", line):
            return number
    return start
