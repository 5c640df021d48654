"""The shapes of what is recorded about statutory decisions beside a referral."""

from referrals.vocabulary import DecidedBy
from schemas.fields import N_, DateField, FormSchema, ShortText, TermField
from schemas.triage import CHOOSE_TRACK

SAY_WHERE_KEPT = N_("Say where the decision is kept, so that it is found again.")
GIVE_DECISION_DAY = N_("Give the day of the decision.")


class LinkForm(FormSchema):
    """Which decision it is, where it is kept, since when and by which office."""

    track = ShortText(needed=CHOOSE_TRACK)
    kept_in = ShortText(needed=SAY_WHERE_KEPT)
    decided_on = DateField(needed=GIVE_DECISION_DAY, is_past=True)
    decided_by = TermField(DecidedBy, needed=N_("Choose who it was."))
