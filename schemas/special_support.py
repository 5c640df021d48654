"""The shapes of what is reported and recorded about special support."""

from referrals.vocabulary import HealthTeamAsked, SupportGround, SupportNeed
from schemas.fields import N_, FormSchema, IdField, LongText, TermField


class SupportReportForm(FormSchema):
    """Why a pupil may need special support, what was seen, and what was tried."""

    ground = TermField(SupportGround, needed=N_("Choose why you report it."))
    observed = LongText(needed=N_("Write what you have seen."))
    tried = LongText(needed=N_("Write what has been tried, or why it would not be enough."))


class BeginInvestigationForm(FormSchema):
    """Who carries the investigation out."""

    carried_out_by = IdField(needed=N_("Choose who carries out the investigation."))


class InvestigationResultForm(FormSchema):
    """What was found, how it is seen, and what it came to."""

    health_team = TermField(HealthTeamAsked, needed=N_("Say whether the student health team was consulted."))
    why_not_asked = LongText(load_default="")
    findings = LongText(needed=N_("Write what the investigation found."))
    views = LongText(needed=N_("Write how the pupil and the guardians see it, or that they did not want to say."))
    judgement = LongText(needed=N_("Write the pedagogical judgement."))
    need = TermField(SupportNeed, needed=N_("Choose what the investigation came to."))
