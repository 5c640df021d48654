"""The shapes of what is entered about unlawful absence, and of what a head teacher decides about it."""

import re
from collections.abc import Mapping
from typing import Any

from marshmallow import ValidationError, fields

from referrals.languages import is_written
from schemas.fields import (
    CHOOSE_ONE,
    FILL_IN,
    GIVE_DATE,
    N_,
    DateField,
    FormSchema,
    IdField,
    LongText,
    PersonName,
    ShortText,
    Tick,
)
from schemas.statutory import SAY_WHERE_KEPT

#: no quarter has more weekdays
MOST_DAYS = 66
GIVE_DAYS = N_("Give the number of days.")


class DaysField(fields.Field[float]):
    """Whole and half days: 7, 4.5 or 4,5."""

    default_error_messages = {  # noqa: RUF012 - marshmallow's own way to say them
        "required": GIVE_DAYS, "null": GIVE_DAYS, "invalid": N_("Write whole or half days, such as 7 or 4.5."),
        "too_many": N_("No quarter has so many school days."),
    }  # fmt: skip

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> float:
        found = re.fullmatch(r"([0-9]{1,3})(?:[.,]([05])0*)?", str(value).strip())
        if not found:
            raise self.make_error("invalid")
        days = int(found[1]) + (0.5 if found[2] == "5" else 0.0)
        if days > MOST_DAYS:
            raise self.make_error("too_many")
        return days


class PupilAbsenceForm(FormSchema):
    """A pupil and all their unlawful absence in one quarter: typed, or one line of a file."""

    name = PersonName(needed=N_("Write the pupil's name."))
    birth_date = DateField(needed=N_("Give the pupil's birth date."), is_past=True)
    class_name = ShortText(load_default="")
    days = DaysField(required=True)


class AbsenceForm(PupilAbsenceForm):
    """The same, with the school and the quarter."""

    unit_id = IdField(needed=CHOOSE_ONE)
    quarter = DateField(needed=CHOOSE_ONE)


class AbsenceFileForm(FormSchema):
    """For which school and quarter a file was sent."""

    unit_id = IdField(needed=CHOOSE_ONE)
    quarter = DateField(needed=CHOOSE_ONE)


class _ReadLine(PupilAbsenceForm):
    """A line as a file gave it, and whether it is wanted."""

    is_wanted = Tick()


class ReadAbsenceForm(AbsenceFileForm):
    """What was read from a file and is to be taken."""

    lines = fields.List(fields.Nested(_ReadLine), load_default=list)


class DaysForm(FormSchema):
    """The days of somebody who is there already, put right."""

    quarter = DateField(needed=CHOOSE_ONE)
    days = DaysField(required=True)


class OwnNumberForm(FormSchema):
    """What stands for a pupil whose name is protected."""

    own_number = ShortText(needed=N_("Write the school's own number for the pupil."))


def _can_be_written(language: str) -> None:
    if not is_written(language):
        raise ValidationError(CHOOSE_ONE)


class _StepForm(FormSchema):
    """What is decided about a step, and the sum that stood on its page."""

    seen = ShortText(load_default="")


class WarningForm(_StepForm):
    """What goes with the warning to the parents."""

    to_whom = ShortText(needed=N_("Write whom it goes to."))
    offer = LongText(needed=N_("Write what the school offers."))
    language = ShortText(needed=CHOOSE_ONE, validate=_can_be_written)


class ReportForm(_StepForm):
    """What goes with the report to the municipality."""

    told_on = DateField(needed=GIVE_DATE, is_past=True)
    done = LongText(needed=N_("Write what the school has done."))
    views = LongText(needed=N_("Write how parents and pupil see it, or that they did not want to say."))


class LeaveForm(_StepForm):
    """Why nothing is sent."""

    why_not = LongText(needed=FILL_IN)


class ElsewhereForm(_StepForm):
    """Where another system keeps what was sent, and since when."""

    kept_in = ShortText(needed=SAY_WHERE_KEPT)
    decided_on = DateField(needed=GIVE_DATE, is_past=True)
