"""What the papers about absence say: the report to the organiser of the school, and the investigation."""

from marshmallow import fields

from schemas.documents.kinds import ChildInFull, Frame
from schemas.documents.parts import PersonPart


class AbsenceNoticeDocument(Frame):
    """The report that an investigation of absence has begun, under Skollag 7:19 a third paragraph: no more than the organiser needs."""

    child = fields.Nested(ChildInFull)
    pattern = fields.String(attribute="support.pattern")
    absence = fields.String(attribute="support.absence")
    begun_at = fields.AwareDateTime(attribute="support.begun.at")
    begun_by = fields.Nested(PersonPart, attribute="support.begun.by")


class AbsenceInvestigationDocument(Frame):
    """The investigation of absence, with its result."""

    pattern = fields.String(attribute="support.pattern")
    absence = fields.String(attribute="support.absence")
    known = fields.String(attribute="support.known")
    guardians_told_on = fields.Date(attribute="support.guardians_told_on")
    begun_at = fields.AwareDateTime(attribute="support.begun.at")
    begun_by = fields.Nested(PersonPart, attribute="support.begun.by")
    reported_on = fields.Date(attribute="support.reported_on")
    reported_to = fields.String(attribute="support.reported_to")
    carried_out_by = fields.Nested(PersonPart, attribute="support.carried_out_by")
    causes = fields.String(attribute="support.causes")
    pupils_view = fields.String(attribute="support.pupils_view")
    guardians_view = fields.String(attribute="support.guardians_view")
    health_team_view = fields.String(attribute="support.health_team_view")
    measures = fields.String(attribute="support.measures")
    support_too = fields.String(attribute="support.support_too")
    concluded_by = fields.Nested(PersonPart, attribute="support.concluded.by")
    concluded_at = fields.AwareDateTime(attribute="support.concluded.at")
