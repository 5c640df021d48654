"""The shapes of what is recorded about an educational-psychological assessment."""

from referrals.vocabulary import EducationalNeed, EducationalOutcome, EducationalWish
from schemas.fields import N_, DateField, FormSchema, IdField, LongText, TermField

#: what is said where the shape was right and the unit's people, or the calendar, ask for something else
UNMET = {
    "carried_out_by": N_("Choose one of the school's own people or of the service."),
    "received_on": N_("Give the day on which the assessment came, from the day it was asked for until today."),
    "consulted_on": N_("Talk it over with the pupil and the parents first. Then give the day on which you did."),
    "assessed": N_("The assessment has not come yet. Record it first; then decide."),
    "told_on": N_("Give the day on which they got the decision, from the day of the decision until today."),
}


class AskAssessmentForm(FormSchema):
    """Why an assessment is asked for, what the service is told, and who carries it out."""

    wish = TermField(EducationalWish, needed=N_("Choose on whose wish it is asked for."))
    consulted_on = DateField(needed=UNMET["consulted_on"], is_past=True)
    reasons = LongText(needed=N_("Write why an assessment is asked for."))
    tried = LongText(needed=N_("Write what has been tried, and what came of it."))
    strengths = LongText(needed=N_("Write what the pupil is good at and likes."))
    views = LongText(needed=N_("Write how the pupil and the parents see it, or that they did not want to say."))
    question = LongText(needed=N_("Write what the service is asked to assess."))
    carried_out_by = IdField(needed=N_("Choose who carries out the assessment."))
    agreed_on = DateField(is_ahead=True)


class AssessmentResultForm(FormSchema):
    """What the assessment says, and on which day it came."""

    received_on = DateField(needed=UNMET["received_on"], is_past=True)
    basis = LongText(needed=N_("Write what the assessment builds on, with days."))
    resources = LongText(needed=N_("Write what the assessment found to be the pupil's strengths."))
    difficulties = LongText(needed=N_("Write what the assessment found to be difficult."))
    perspectives = LongText(needed=N_("Write how the pupil and the parents see it, or that they did not want to say."))
    judgement = LongText(needed=N_("Write what the service judges."))
    proposals = LongText(needed=N_("Write what the service proposes."))
    need = TermField(EducationalNeed, needed=N_("Choose what the assessment came to."))


class DecideHelpForm(FormSchema):
    """What is decided upon the assessment, and why."""

    outcome = TermField(EducationalOutcome, needed=N_("Choose what is decided."))
    decision_reasons = LongText(needed=N_("Write why it is decided so."))


class HelpToldForm(FormSchema):
    """Which guardian got the decision, and on which day."""

    told_who = IdField(needed=N_("Choose who got the decision."))
    told_on = DateField(needed=UNMET["told_on"], is_past=True)
