"""What the child's version of the plan says: the goals about the child in plain words, with pictures of what and where."""

from typing import Any

from marshmallow import fields

from referrals.rules import rulebook
from referrals.vocabulary import About, Arena, Country
from schemas.documents.kinds import Frame
from schemas.documents.parts import PaperSchema
from schemas.documents.source import PaperSource


class WishPart(PaperSchema):
    """One goal as the child reads it."""

    text = fields.Function(lambda goal: _one_line(goal.plain))
    domain = fields.String()
    #: where something is done for it, each place once
    arenas = fields.Function(
        lambda goal: [arena.value for arena in Arena if any(action.arena is arena for action in goal.actions)]
    )


class ChildsPlanDocument(Frame):
    """D7 for the child: one sheet. What is about a guardian or a sibling is not for the child to carry."""

    voice = fields.Function(lambda source: rulebook.newest(Country(source.municipality.country)).childs_voice)
    goals = fields.Method("get_goals")
    helpers = fields.Function(lambda source: _one_line(getattr(source.plan, "child_helpers", None)))
    next_time = fields.Function(lambda source: _one_line(getattr(source.plan, "child_next", None)))
    lead = fields.String(attribute="plan.lead.name")

    class Meta:
        """The sheet hangs on a wall: the child is not named on it, nor whom to call."""

        exclude = ("child", "contact")

    def get_goals(self, source: PaperSource) -> list[Any]:
        """The goals about the child, in the plan's order."""
        own = [goal for goal in source.shown_goals if goal.about is About.CHILD]
        dumped: list[Any] = WishPart(many=True).dump(own)
        return dumped


def _one_line(text: str | None) -> str | None:
    """What was typed, without its breaks, so that the sheet has the room it was measured with."""
    return " ".join((text or "").split()) or None
