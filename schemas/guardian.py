"""The shapes of what a guardian sends from their own page."""

from typing import Any

from marshmallow import ValidationError, validates_schema

from referrals.vocabulary import InformationCategory, InvitationReply, Recipient
from schemas.fields import CHOOSE_SOME, GIVE_DATE, N_, DateField, FormSchema, LongText, ShortText, TermField, TermList


class PageCodeForm(FormSchema):
    """The code from the letter."""

    code = ShortText(needed=N_("Write the code that stands in your letter."))


class InvitationAnswerForm(FormSchema):
    """A guardian's answer to an invitation."""

    reply = TermField(InvitationReply, needed=N_("Choose whether you are coming."))
    support_person = ShortText(load_default="")
    interpreter = ShortText(load_default="")
    words = LongText(load_default="")


class OwnWordsForm(FormSchema):
    """A guardian's own text; empty to take it back."""

    text = LongText(load_default="")


class OwnConsentForm(FormSchema):
    """What a guardian allows, given or narrowed by themselves."""

    categories = TermList(InformationCategory)
    recipients = TermList(Recipient)
    until_on = DateField(is_ahead=True, years_ahead=5, needed=GIVE_DATE)

    @validates_schema
    def _need_a_scope(self, data: dict[str, Any], **_options: Any) -> None:
        problems = {name: [CHOOSE_SOME] for name in ("categories", "recipients") if not data[name]}
        if problems:
            raise ValidationError(problems)
