"""The form with which a researcher asks for an export."""

from typing import Any

from marshmallow import post_load

from referrals.patterns.school_terms import SchoolTerm
from schemas.fields import CHOOSE_ONE, FILL_IN, GIVE_DATE, DateField, FormSchema, LongText, ShortText, WordList


class ExportForm(FormSchema):
    """What for, of which terms, and until when. A term that is none is None."""

    purpose = LongText(needed=FILL_IN)
    first = ShortText(needed=CHOOSE_ONE)
    last = ShortText(needed=CHOOSE_ONE)
    ends_on = DateField(needed=GIVE_DATE, is_ahead=True, years_ahead=3)
    answered = WordList()

    @post_load
    def _read_terms(self, data: dict[str, Any], **_options: Any) -> dict[str, Any]:
        return data | {name: SchoolTerm.read(data[name]) for name in ("first", "last")}
