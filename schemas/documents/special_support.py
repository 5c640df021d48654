"""What the papers about special support say: the report to the head teacher, and the investigation."""

from datetime import datetime

from marshmallow import fields

from schemas.documents.kinds import ChildInFull, Frame
from schemas.documents.parts import PersonPart
from schemas.documents.source import PaperSource


class SupportReportDocument(Frame):
    """A report under Skollag 3:7, as it was made."""

    child = fields.Nested(ChildInFull)
    ground = fields.String(attribute="support.ground")
    observed = fields.String(attribute="support.observed")
    tried = fields.String(attribute="support.tried")
    reported_by = fields.Nested(PersonPart, attribute="support.history.by")
    reported_at = fields.AwareDateTime(attribute="support.history.at")


class SupportInvestigationDocument(Frame):
    """The investigation under Skollag 3:7, with its result."""

    #: when each report came that it answers, the earliest first
    reported_at = fields.Method("get_reported_at")
    begun_at = fields.AwareDateTime(attribute="support.begun.at")
    begun_by = fields.Nested(PersonPart, attribute="support.begun.by")
    carried_out_by = fields.Nested(PersonPart, attribute="support.carried_out_by")
    health_team = fields.String(attribute="support.health_team")
    why_not_asked = fields.String(attribute="support.why_not_asked")
    findings = fields.String(attribute="support.findings")
    views = fields.String(attribute="support.views")
    judgement = fields.String(attribute="support.judgement")
    need = fields.String(attribute="support.need")
    concluded_by = fields.Nested(PersonPart, attribute="support.concluded.by")
    concluded_at = fields.AwareDateTime(attribute="support.concluded.at")

    def get_reported_at(self, source: PaperSource) -> list[str]:
        """The instants in ISO form."""
        came: list[datetime] = sorted(report.history.at for report in getattr(source.support, "reports", ()))
        return [at.isoformat() for at in came]
