"""The shape of the decision about a conflict of interest that was told in free words."""

from schemas.fields import N_, FormSchema, IdList, LongText


class SettlingForm(FormSchema):
    """Who is kept out, nobody among them, and why."""

    kept_out = IdList()
    reason = LongText(needed=N_("Write the reason for your decision."))
