"""What may stand beside the approval of minutes or a plan."""

from schemas.fields import FormSchema, LongText


class ApprovalForm(FormSchema):
    """Why it is approved, where that should be on record."""

    reason = LongText()
