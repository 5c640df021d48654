"""Forms about requests to read the file: who asked, and what the reviewer decides about each piece."""

from collections.abc import Mapping
from typing import Any

from marshmallow import fields, post_load

from referrals.vocabulary import AskedBy, AskedHow
from schemas.fields import CHOOSE_ONE, N_, DateField, FormSchema, IdField, LongText, ShortText, TermField, YesNo


class ReadingRequestForm(FormSchema):
    """Who asked for what, when and how, and who goes through it."""

    asked_by = TermField(AskedBy, needed=N_("Choose who asked."))
    guardian_id = IdField()
    asker_name = ShortText(load_default=None)
    asked_how = TermField(AskedHow, needed=N_("Choose how they asked."))
    received_on = DateField(needed=N_("Give the day on which it came in."), is_past=True, years_back=2)
    wish = LongText(load_default=None)
    reviewer_id = IdField(needed=N_("Choose who goes through it."))


class GiveReadingOnForm(FormSchema):
    """Which request somebody else goes through from now on."""

    open_request = IdField(needed=CHOOSE_ONE)
    goes_on_by = IdField(needed=N_("Choose who goes through it."))


class PieceForm(FormSchema):
    """What is decided about one piece; nothing yet where it is left open."""

    piece = ShortText(load_default="")
    given = YesNo(load_default=None)
    ground = ShortText(load_default=None)
    reason = LongText(load_default=None)


class ReviewForm(FormSchema):
    """What is decided about the pieces, by their keys; those left open are left out."""

    pieces = fields.List(fields.Nested(PieceForm), load_default=list)

    @post_load
    def _by_piece(self, data: Mapping[str, Any], **_: Any) -> dict[str, dict[str, Any]]:
        return {
            row["piece"]: {"is_given": row["given"], "ground": row["ground"], "reason": row["reason"]}
            for row in data["pieces"]
            if row["piece"] and row["given"] is not None
        }
