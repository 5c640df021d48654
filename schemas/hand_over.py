"""The shapes of a hand-over: what is offered to whom, and why it is declined."""

from schemas.fields import N_, FormSchema, IdField, LongText, WordList

NEEDS_UNIT = N_("Choose to which unit.")


class OfferForm(FormSchema):
    """To which unit, what goes along, what for, and whom its team can ask."""

    to_unit_id = IdField(needed=NEEDS_UNIT)
    chosen = WordList(needed=N_("Choose what goes along."))
    purpose = LongText(needed=N_("Write what the receiving team is asked to go on with."))
    contact = LongText(needed=N_("Write whom the receiving team can ask."))


class DeclineForm(FormSchema):
    """Why it is declined."""

    reason = LongText(needed=N_("Write why, so that those who offered it can choose again."))
