"""Forms about keeping and disposal: a proposal, the archive's number, and a hold."""

from referrals.vocabulary import Fate
from schemas.fields import N_, FormSchema, LongText, ShortText, TermField

CHOOSE_ONE = N_("Choose one of the lines.")
WRITE_NUMBER = N_("Write the number under which the archive holds it.")
SAY_WHY = N_("Write why nothing of it may go for now.")


class ProposalForm(FormSchema):
    """Which referral, and what is to become of what is due of it."""

    number = ShortText(needed=CHOOSE_ONE)
    fate = TermField(Fate, needed=CHOOSE_ONE)


class DeliveryForm(FormSchema):
    """Under which number the archive holds its copy."""

    archive_number = ShortText(needed=WRITE_NUMBER)


class HoldForm(FormSchema):
    """Why nothing of a referral may go."""

    reason = LongText(needed=SAY_WHY)
