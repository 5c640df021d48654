"""What the papers of a hand-over and of a referral to a service say: what guardians have consented to, and nothing else."""

from typing import Any

from marshmallow import fields

from schemas.documents.kinds import Frame
from schemas.documents.parts import PaperSchema


class _Day(fields.Field[Any]):
    """A day that was kept as text, given on as it is: papers hold days in the same form."""


class NotePart(PaperSchema):
    """Something that was written down, and when."""

    text = fields.String()
    on = _Day()


class ActionOver(PaperSchema):
    """One action that ran when it was handed over."""

    text = fields.String()
    how = fields.String()
    who = fields.String()
    arena = fields.String()
    from_on = _Day()
    to_on = _Day()
    times_a_week = fields.Integer()


class GoalOver(PaperSchema):
    """One goal with the actions that ran for it."""

    text = fields.String()
    plain = fields.String()
    domain = fields.String()
    level = fields.String()
    baseline = fields.String()
    target = fields.String()
    actions = fields.List(fields.Nested(ActionOver))


class PartOver(PaperSchema):
    """One person's part of the assessment; from behind a wall of secrecy its conclusion alone."""

    profession = fields.String()
    on = _Day()
    conclusion = fields.String()
    findings = fields.Dict(keys=fields.String(), values=fields.String())
    protective_factors = fields.String()


class _Package(Frame):
    """What was chosen of a referral, and whom one can ask about it."""

    consented_on = _Day(attribute="handed_over.consented_on")
    categories = fields.List(fields.String(), attribute="handed_over.categories")
    purpose = fields.String(attribute="handed_over.purpose")
    works = fields.List(fields.Nested(NotePart), attribute="handed_over.works")
    voice_notes = fields.List(fields.Nested(NotePart), attribute="handed_over.voice")
    goals = fields.List(fields.Nested(GoalOver), attribute="handed_over.goals")
    parts = fields.List(fields.Nested(PartOver), attribute="handed_over.parts")
    notes = fields.List(fields.Nested(NotePart), attribute="handed_over.notes")
    ask = fields.String(attribute="handed_over.contact")
    ask_phone = fields.String(attribute="handed_over.phone")


class HandOverDocument(_Package):
    """D12: what works, what is under way and whom to ask, as far as guardians have consented to it."""

    from_unit = fields.String(attribute="handed_over.from_unit")
    to_unit = fields.String(attribute="handed_over.to_unit")
    accepted_on = _Day(attribute="handed_over.accepted_on")


class ServiceReferralDocument(_Package):
    """What a service outside is asked for, and what goes there, as far as guardians have consented to it."""

    service = fields.String(attribute="handed_over.to_unit")
    service_kind = fields.String(attribute="handed_over.recipient")
    born_on = _Day(attribute="handed_over.born_on")
    sent_on = _Day(attribute="handed_over.sent_on")
