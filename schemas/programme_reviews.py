"""The shapes of what is recorded when a programme of special support is followed up, evaluated or ended."""

from referrals.vocabulary import SupportReviewKind, SupportReviewOutcome
from schemas.fields import N_, DateField, FormSchema, LongText, TermField

#: what is said where the shape was right and the programme, or the calendar, asks for something else
UNMET = {
    "held_on": N_("Give the day on which it was done, from the day of the decision until today."),
    "outcome": N_(
        "After its evaluation the programme has no day left on which it is looked at again. Choose that it is changed and decided anew, with new days, or that the head teacher is to decide whether it ends."
    ),
    "reviewed": N_("Record first how the programme was followed up or evaluated. Then it can be ended."),
}


class SupportReviewForm(FormSchema):
    """Which it was, on which day, what was found, how it is seen, and what follows."""

    review_kind = TermField(SupportReviewKind, needed=N_("Choose whether it was followed up or evaluated."))
    held_on = DateField(needed=UNMET["held_on"])
    findings = LongText(needed=N_("Write how the measures were carried out, and what they gave."))
    views = LongText(needed=N_("Write how the pupil and the guardians see it, or that they did not want to say."))
    outcome = TermField(SupportReviewOutcome, needed=N_("Choose what follows."))


class EndProgrammeForm(FormSchema):
    """Why the programme ends."""

    end_reasons = LongText(needed=N_("Write why the programme ends."))
