"""What comes in around signing in: an address for a link, and the municipality's table of claims, roles and units."""

import tomllib
from pathlib import Path
from typing import Any

from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from referrals.access import WITHOUT_UNIT, Role
from referrals.errors import SetupFileInvalid
from referrals.people.municipal import Grant
from referrals.vocabulary import Rhythm
from schemas.fields import CHOOSE_ONE, FILL_IN, EmailText, FormSchema, TermField


class AddressForm(FormSchema):
    """The address somebody signs in with."""

    email = EmailText(needed=FILL_IN)


class RemindersForm(FormSchema):
    """How often somebody wants to be reminded."""

    reminders = TermField(Rhythm, needed=CHOOSE_ONE)


class _GrantRow(Schema):
    claim = fields.String(required=True, validate=validate.Length(min=1))
    value = fields.String(required=True, validate=validate.Length(min=1))
    role = fields.Enum(Role, by_value=True, required=True)
    unit = fields.String(load_default="")

    @validates_schema
    def _names_a_unit(self, data: dict[str, Any], **_options: Any) -> None:
        if (data["role"] in WITHOUT_UNIT) == bool(data["unit"]):
            raise ValidationError(
                "a role for the whole municipality has no unit, and every other role needs one", "unit"
            )


def read_grants(path: Path) -> tuple[Grant, ...]:
    """The table in the TOML file `path`: `[[role]]` with claim, value, role and unit. Raises SetupFileInvalid with the reason."""
    try:
        rows = tomllib.loads(path.read_text(encoding="utf-8")).get("role", [])
        loaded = _GrantRow(many=True).load(rows)
    except OSError as error:
        raise SetupFileInvalid(f"{path}: {error.strerror}") from None
    except tomllib.TOMLDecodeError as error:
        raise SetupFileInvalid(f"{path}: {error}") from None
    except ValidationError as error:
        raise SetupFileInvalid(f"{path}: {error.messages}") from None
    return tuple(Grant(**row) for row in loaded)
