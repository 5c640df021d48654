"""The shapes of a protection report: one question must be answered, everything else may be left out."""

from referrals.models.protection import GuardiansTold, ProtectionOutcome, ProtectionUrgency
from schemas.fields import N_, DateField, FormSchema, IdField, LongText, ShortText, TermField, Tick, TimeField


class ProtectionSinceForm(FormSchema):
    """How a report was given, who was told, and what came back: any of it, in any order."""

    orally_on = DateField(is_past=True, years_back=2)
    orally_time = TimeField()
    orally_to = ShortText()
    in_writing_on = DateField(is_past=True, years_back=2)
    in_writing_time = TimeField()
    in_writing_how = ShortText()
    told = TermField(GuardiansTold)
    told_on = DateField(is_past=True, years_back=2)
    told_how = LongText()
    why_not_told = LongText()
    receipt_on = DateField(is_past=True, years_back=2)
    receipt_note = LongText()
    outcome = TermField(ProtectionOutcome)
    outcome_note = LongText()


class ProtectionReportForm(FormSchema):
    """The report itself. Nothing is required but what was seen or heard."""

    seen = LongText(needed=N_("Write what you have seen or heard. Everything else can wait."))
    seen_when = ShortText()
    urgency = TermField(ProtectionUrgency)
    child_name = ShortText()
    child_id = ShortText()
    guardians = LongText()
    interpreter = ShortText()
    siblings = LongText()
    tried = LongText()
    other_knowledge = LongText()
    suspects_family = Tick()
    told = TermField(GuardiansTold)
    told_on = DateField(is_past=True, years_back=2)
    told_how = LongText()
    why_not_told = LongText()
    orally_on = DateField(is_past=True, years_back=2)
    orally_time = TimeField()
    orally_to = ShortText()
    sender_function = ShortText()
    sender_address = ShortText()
    sender_phone = ShortText()
    sender_email = ShortText()
    case_number = ShortText()
    receiver_id = IdField()
