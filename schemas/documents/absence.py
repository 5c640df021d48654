"""What the papers about unlawful absence say: the warning to the parents, and the report to the municipality."""

from marshmallow import fields

from schemas.documents.kinds import ChildInFull, Frame
from schemas.documents.parts import PersonPart


class AbsenceDocument(Frame):
    """Which pupil, which quarter, and how much of it; the share is cut after one decimal."""

    #: the track stands apart from the team, and so does its letter head: no step has a forum
    forum = fields.String(attribute="absence.forum")
    child = fields.Nested(ChildInFull)
    first_on = fields.Date(attribute="absence.first_on")
    last_on = fields.Date(attribute="absence.last_on")
    days = fields.Float(attribute="absence.days")
    school_days = fields.Integer(attribute="absence.school_days")
    percent = fields.Float(attribute="absence.percent")
    limit = fields.Integer(attribute="absence.limit")
    law = fields.String(attribute="absence.law")
    decided_by = fields.Nested(PersonPart, attribute="absence.decided_by")
    decided_at = fields.AwareDateTime(attribute="absence.decided_at")


class AbsenceWarningDocument(AbsenceDocument):
    """What the head teacher tells the parents at the first limit."""

    #: from which share on the school must report
    next_limit = fields.Integer(attribute="absence.next_limit")
    has_reached_next = fields.Boolean(attribute="absence.has_reached_next")
    #: whether the quarter was over by then
    is_over = fields.Boolean(attribute="absence.is_over")
    to_whom = fields.String(attribute="absence.said.to_whom")
    offer = fields.String(attribute="absence.said.offer")


class AbsenceReportDocument(AbsenceDocument):
    """What the head teacher reports to the municipality at the second."""

    warned_on = fields.Date(attribute="absence.warned_on")
    told_on = fields.String(attribute="absence.said.told_on")
    done = fields.String(attribute="absence.said.done")
    views = fields.String(attribute="absence.said.views")
