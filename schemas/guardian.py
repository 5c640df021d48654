"""The shapes of what a guardian sends from their own page."""

from referrals.vocabulary import InvitationReply
from schemas.fields import N_, FormSchema, LongText, ShortText, TermField


class PageCodeForm(FormSchema):
    """The code from the letter."""

    code = ShortText(needed=N_("Write the code that stands in your letter."))


class InvitationAnswerForm(FormSchema):
    """A guardian's answer to an invitation."""

    reply = TermField(InvitationReply, needed=N_("Choose whether you are coming."))
    support_person = ShortText(load_default="")
    interpreter = ShortText(load_default="")
    words = LongText(load_default="")
