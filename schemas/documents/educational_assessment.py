"""What the papers about an educational-psychological assessment say: the request to the service, and the assessment."""

from marshmallow import fields

from schemas.documents.kinds import ChildInFull, Frame
from schemas.documents.parts import PersonPart


class EducationalRequestDocument(Frame):
    """What the head teacher asks the service for."""

    child = fields.Nested(ChildInFull)
    wish = fields.String(attribute="support.wish")
    consulted_on = fields.Date(attribute="support.consulted_on")
    reasons = fields.String(attribute="support.reasons")
    tried = fields.String(attribute="support.tried")
    strengths = fields.String(attribute="support.strengths")
    views = fields.String(attribute="support.views")
    question = fields.String(attribute="support.question")
    agreed_on = fields.Date(attribute="support.agreed_on")
    asked_by = fields.Nested(PersonPart, attribute="support.begun.by")
    asked_at = fields.AwareDateTime(attribute="support.begun.at")


class EducationalAssessmentDocument(Frame):
    """The assessment, with each step that led to it."""

    child = fields.Nested(ChildInFull)
    question = fields.String(attribute="support.question")
    asked_by = fields.Nested(PersonPart, attribute="support.begun.by")
    asked_at = fields.AwareDateTime(attribute="support.begun.at")
    carried_out_by = fields.Nested(PersonPart, attribute="support.carried_out_by")
    agreed_on = fields.Date(attribute="support.agreed_on")
    received_on = fields.Date(attribute="support.received_on")
    basis = fields.String(attribute="support.basis")
    resources = fields.String(attribute="support.resources")
    difficulties = fields.String(attribute="support.difficulties")
    perspectives = fields.String(attribute="support.perspectives")
    judgement = fields.String(attribute="support.judgement")
    proposals = fields.String(attribute="support.proposals")
    need = fields.String(attribute="support.need")
    concluded_by = fields.Nested(PersonPart, attribute="support.concluded.by")
    concluded_at = fields.AwareDateTime(attribute="support.concluded.at")


class EducationalDecisionDocument(Frame):
    """What was decided upon it, and how that is appealed."""

    outcome = fields.String(attribute="support.outcome")
    reasons = fields.String(attribute="support.reasons")
    received_on = fields.Date(attribute="support.assessment.received_on")
    decided_by = fields.Nested(PersonPart, attribute="support.history.by")
    decided_at = fields.AwareDateTime(attribute="support.history.at")
    #: how to appeal, by language
    appeal = fields.Dict(keys=fields.String(), values=fields.String())
