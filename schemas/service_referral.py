"""The shapes of a referral to a service outside: what is asked, and what became of it."""

from referrals.vocabulary import ServiceReferralState
from schemas.fields import N_, DateField, FormSchema, LongText, ShortText, TermField, WordList


class RequestForm(FormSchema):
    """Which service, what goes along, what for, and whom it can ask."""

    service = ShortText(needed=N_("Write which service, by name."))
    chosen = WordList(needed=N_("Choose what goes along."))
    question = LongText(needed=N_("Write what the service is asked for."))
    contact = LongText(needed=N_("Write whom the service can answer and ask."))


class CorrectionForm(FormSchema):
    """Why what was recorded is taken back."""

    wrong = LongText(needed=N_("Write what was wrong."))


class OutcomeForm(FormSchema):
    """What became of it, since when, and why."""

    state = TermField(ServiceReferralState, needed=N_("Choose what became of it."))
    on = DateField(needed=N_("Give the day."), is_past=True, years_back=5)
    reason = LongText(load_default="")
