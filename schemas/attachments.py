"""What is asked when a file is taken out."""

from schemas.fields import N_, FormSchema, ShortText


class TakeOutForm(FormSchema):
    """Why a file should not have come in."""

    reason = ShortText(needed=N_("Write why the file is taken out. One line is enough."))
