"""What the plan for another service says: what may go there; for those who only act, their own action and its goal in short."""

from typing import Any

from marshmallow import fields, post_dump

from schemas.documents.kinds import ActionPlanDocument
from schemas.documents.parts import ActionPart


class OwnPart(ActionPart):
    """One action as the one reads it who carries it out: with what it is for, and nothing else of the plan."""

    goal = fields.String(attribute="goal.plain")

    class Meta:
        """How it stands is for those who keep the plan together."""

        exclude = ("status", "status_reason", "handed_to")


class PlanForServiceDocument(ActionPlanDocument):
    """D7 for another service: what guardians wrote themselves, what each of them allowed, and numbers by week are not for it."""

    service = fields.String()
    own_part = fields.Nested(OwnPart, attribute="action", metadata={"optional": True})

    class Meta:
        """Not of the plan's agreement, but of the referral's own work."""

        exclude = ("own_words", "guardians", "series", "strengths_first")

    @post_dump
    def name_nobody_beside_an_action(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        """Whoever only carries out an action knows the child already, or is told in person: the paper can lie about."""
        if data.get("own_part"):
            data["child"]["name"] = None
        return data
