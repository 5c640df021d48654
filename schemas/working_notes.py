"""The form of somebody's own working notes about a referral."""

from schemas.fields import FormSchema, LongText


class WorkingNotesForm(FormSchema):
    """What they want to remember; nothing is a note too."""

    text = LongText(load_default="")
