"""The shapes of what is reported and recorded about degrading treatment."""

from referrals.vocabulary import DegradingKind, DegradingOutcome
from schemas.fields import N_, DateField, FormSchema, IdField, LongText, ShortText, TermField

#: what is said where the shape was right and the unit's people, or the calendar, ask for something else
UNMET = {
    "carried_out_by": N_("Choose one of the unit's own people."),
    "passed_on_on": N_("Give the day on which it went on, from the day of the report until today."),
}


class DegradingReportForm(FormSchema):
    """Which kind it is, what happened, when and where, and what was done at once."""

    kind = TermField(DegradingKind, needed=N_("Choose what it is about."))
    happened = LongText(needed=N_("Write what the child says has happened, or what was seen."))
    circumstances = LongText(needed=N_("Write when and where it happened, as far as it is known."))
    done_at_once = LongText(load_default="")


class PassOnForm(FormSchema):
    """To whom at the organiser it went on, and on which day."""

    passed_on_to = ShortText(needed=N_("Write to whom at the organiser it went on."))
    passed_on_on = DateField(needed=UNMET["passed_on_on"])


class BeginDegradingForm(FormSchema):
    """Who carries the investigation out."""

    carried_out_by = IdField(needed=N_("Choose who carries out the investigation."))


class DegradingResultForm(FormSchema):
    """What was found, how those it is about see it, and what is done."""

    findings = LongText(needed=N_("Write what the investigation found."))
    views = LongText(needed=N_("Write how the child, the guardians and the others it is about see it."))
    measures = LongText(needed=N_("Write what is done so that it does not happen again, or that nothing is needed."))
    outcome = TermField(DegradingOutcome, needed=N_("Choose what the investigation came to."))
