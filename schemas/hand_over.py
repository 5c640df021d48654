"""The shapes of a hand-over: what is offered to whom, and why it is declined."""

from schemas.fields import N_, FormSchema, IdField, LongText, WordList

NEEDS_RECEIVER = N_("Choose to whom.")


class OfferForm(FormSchema):
    """To which unit or team of the own unit, by the id of either, what goes along, what for, and whom that team can ask."""

    to = IdField(needed=NEEDS_RECEIVER)
    chosen = WordList(needed=N_("Choose what goes along."))
    purpose = LongText(needed=N_("Write what the receiving team is asked to go on with."))
    contact = LongText(needed=N_("Write whom the receiving team can ask."))


class DeclineForm(FormSchema):
    """Why it is declined."""

    reason = LongText(needed=N_("Write why, so that those who offered it can choose again."))
