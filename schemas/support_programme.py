"""The shapes of a programme of special support: while it is written, when it is decided, and when each was told."""

from referrals.vocabulary import SupportForm
from schemas.fields import N_, DateField, FormSchema, LongText, ShortText, TermList

_NAME_WHERE = N_("Say where it is written that the decision was delegated, or let the head teacher decide.")
#: what is said where the law asks for something a programme lacks; where only some programmes need it, the sentence says which
MISSING = {
    "needs": N_("Write what the pupil needs special support in."),
    "measures": N_("Write how the needs are met."),
    "forms": N_("Choose in which ways the support is given."),
    "special_reasons": N_(
        "Write the special reasons for support in another group, alone, at a distance or with adjusted studies."
    ),
    "distance_until": N_("Give the last day of teaching at a distance: it is decided for one term at a time."),
    "follow_up_on": N_("Give the day on which the measures are followed up, today or later."),
    "follow_up_by": N_("Write who is responsible for following up."),
    "evaluation_on": N_("Give the day on which the measures are evaluated, no earlier than they are followed up."),
    "evaluation_by": N_("Write who is responsible for the evaluation."),
    "participation": N_("Write how the pupil and the guardians could take part."),
    "delegation": _NAME_WHERE,
    "reasons": N_("Write why no programme is drawn up."),
    "told_on": N_("Give the day on which they got the decision, from the day of the decision until today."),
}


class ProgrammeForm(FormSchema):
    """A programme while it is written: anything can still be missing."""

    needs = LongText(load_default="")
    measures = LongText(load_default="")
    forms = TermList(SupportForm)
    special_reasons = LongText(load_default="")
    distance_until = DateField()
    follow_up_on = DateField()
    follow_up_by = ShortText(load_default="")
    evaluation_on = DateField()
    evaluation_by = ShortText(load_default="")
    participation = LongText(load_default="")


class DecideForm(FormSchema):
    """Where it is written that somebody else than the head teacher decides."""

    delegation = ShortText(load_default="")


class DecideNoneForm(FormSchema):
    """Why no programme is drawn up."""

    reasons = LongText(needed=MISSING["reasons"])
    none_delegation = ShortText(load_default="")


class ToldForm(FormSchema):
    """Who got the decision, a guardian's id or "pupil", and on which day."""

    told_who = ShortText(needed=N_("Choose who got the decision."))
    told_on = DateField(needed=MISSING["told_on"])
