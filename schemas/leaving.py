"""What comes in when somebody's part in a referral ends."""

from referrals.vocabulary import N_
from schemas.fields import FormSchema, IdField, LongText


class LeavingForm(FormSchema):
    """Why it ends, and who takes over what is left."""

    successor_id = IdField()
    reason = LongText(needed=N_("Write why; it stands in the history."))
