"""What the papers of a decision about a programme of special support say."""

from marshmallow import fields

from schemas.documents.kinds import Frame
from schemas.documents.parts import PersonPart


class _DecisionDocument(Frame):
    """Who decided, and how it is appealed."""

    decided_by = fields.Nested(PersonPart, attribute="support.decided.by")
    decided_at = fields.AwareDateTime(attribute="support.decided.at")
    #: where it is written that the head teacher delegated it
    delegation = fields.String(attribute="support.delegation")
    #: how to appeal, by language
    appeal = fields.Dict(keys=fields.String(), values=fields.String())


class SupportProgrammeDocument(_DecisionDocument):
    """D7s: a programme under Skollag 3:9, with every element the law names."""

    needs = fields.String(attribute="support.needs")
    measures = fields.String(attribute="support.measures")
    ways = fields.List(fields.String(), attribute="support.forms")
    special_reasons = fields.String(attribute="support.special_reasons")
    distance_until = fields.Date(attribute="support.distance_until")
    follow_up_on = fields.Date(attribute="support.follow_up_on")
    follow_up_by = fields.String(attribute="support.follow_up_by")
    evaluation_on = fields.Date(attribute="support.evaluation_on")
    evaluation_by = fields.String(attribute="support.evaluation_by")
    participation = fields.String(attribute="support.participation")


class SupportReviewDocument(Frame):
    """A programme followed up or evaluated, and what follows."""

    review = fields.String(attribute="support.kind")
    held_on = fields.Date(attribute="support.held_on")
    findings = fields.String(attribute="support.findings")
    views = fields.String(attribute="support.views")
    outcome = fields.String(attribute="support.outcome")
    recorded_by = fields.Nested(PersonPart, attribute="support.history.by")
    recorded_at = fields.AwareDateTime(attribute="support.history.at")


class SupportProgrammeEndedDocument(_DecisionDocument):
    """The decision that the programme in force ends, with its reasons."""

    reasons = fields.String(attribute="support.reasons")


class NoSupportProgrammeDocument(_DecisionDocument):
    """D7s: the decision that no programme is drawn up, with its reasons."""

    reasons = fields.String(attribute="support.reasons")
    #: when the investigation had its result; None where it was made elsewhere
    investigated_at = fields.AwareDateTime(attribute="support.investigation.concluded.at")
