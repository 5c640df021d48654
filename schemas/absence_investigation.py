"""The shapes of what is recorded about an investigation of absence."""

from referrals.vocabulary import AbsenceKind, AbsencePattern, SupportToo
from schemas.fields import N_, DateField, FormSchema, IdField, LongText, ShortText, TermField

#: what is said where the shape was right and the unit's people, or the calendar, ask for something else
UNMET = {
    "carried_out_by": N_("Choose one of the school's own people."),
    "guardians_told_on": N_("Tell the guardians first. Then give the day on which you did."),
    "reported_on": N_("Give the day of the report, from the day on which the investigation began until today."),
}


class BeginAbsenceForm(FormSchema):
    """What is known of the absence, when the guardians were told, and who investigates it."""

    pattern = TermField(AbsencePattern, needed=N_("Choose whether the absence is repeated or longer."))
    absence = TermField(AbsenceKind, needed=N_("Choose whether the absence is valid."))
    known = LongText(needed=N_("Write since when and how much the pupil has been away."))
    guardians_told_on = DateField(is_past=True)
    carried_out_by = IdField(needed=N_("Choose who carries out the investigation."))


class ReportAbsenceForm(FormSchema):
    """To whom the absence was reported, and on which day."""

    reported_to = ShortText(needed=N_("Write to whom the absence was reported."))
    reported_on = DateField(needed=UNMET["reported_on"])


class AbsenceFindingsForm(FormSchema):
    """Why the pupil is away, how each sees it, and what is done."""

    causes = LongText(needed=N_("Write why the pupil is away, as far as the investigation found."))
    pupils_view = LongText(needed=N_("Write how the pupil sees it, or that they did not want to say."))
    guardians_view = LongText(needed=N_("Write how the guardians see it, or that they did not want to say."))
    health_team_view = LongText(needed=N_("Write how the student health team sees it."))
    measures = LongText(needed=N_("Write what is done so that the pupil comes back."))
    support_too = TermField(SupportToo, needed=N_("Say whether special support is to be investigated too."))
