"""The shape of one number that is recorded."""

import re
from collections.abc import Mapping
from typing import Any

from marshmallow import fields

from schemas.fields import GIVE_DATE, N_, DateField, FormSchema, IdField, ShortText


class NumberField(fields.Field[float]):
    """A number with one decimal at most: 3, 2.5 or 2,5; left out it is None."""

    default_error_messages = {  # noqa: RUF012 - marshmallow's own way to say them
        "invalid": N_("Write a number such as 3 or 2.5."),
    }

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> float:
        text = str(value).strip().replace(",", ".")
        if not re.fullmatch(r"[0-9]{1,4}(?:\.[0-9])?", text):
            raise self.make_error("invalid")
        return float(text)


class MeasurementForm(FormSchema):
    """For which week, of what, and how much."""

    on = DateField(needed=GIVE_DATE)
    goal_id = IdField()
    value = NumberField(load_default=None)
    counted = ShortText(load_default="")
