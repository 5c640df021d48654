"""What the papers about degrading treatment say: the report, and the investigation with every step that led to it."""

from marshmallow import fields

from schemas.documents.kinds import ChildInFull, Frame
from schemas.documents.parts import PersonPart


class DegradingReportDocument(Frame):
    """A report under Skollag 6:10, as it was made: the head teacher sends it on to the organiser."""

    child = fields.Nested(ChildInFull)
    treatment = fields.String(attribute="support.kind")
    happened = fields.String(attribute="support.happened")
    circumstances = fields.String(attribute="support.circumstances")
    done_at_once = fields.String(attribute="support.done_at_once")
    reported_by = fields.Nested(PersonPart, attribute="support.history.by")
    reported_at = fields.AwareDateTime(attribute="support.history.at")


class DegradingInvestigationDocument(DegradingReportDocument):
    """The investigation of one report, with every step on its way."""

    received_by = fields.Nested(PersonPart, attribute="support.received.by")
    received_at = fields.AwareDateTime(attribute="support.received.at")
    passed_on_by = fields.Nested(PersonPart, attribute="support.passed_on.by")
    passed_on_on = fields.Date(attribute="support.passed_on_on")
    passed_on_to = fields.String(attribute="support.passed_on_to")
    begun_by = fields.Nested(PersonPart, attribute="support.begun.by")
    begun_at = fields.AwareDateTime(attribute="support.begun.at")
    carried_out_by = fields.Nested(PersonPart, attribute="support.carried_out_by")
    findings = fields.String(attribute="support.findings")
    views = fields.String(attribute="support.views")
    measures = fields.String(attribute="support.measures")
    outcome = fields.String(attribute="support.outcome")
    concluded_by = fields.Nested(PersonPart, attribute="support.concluded.by")
    concluded_at = fields.AwareDateTime(attribute="support.concluded.at")
