"""What somebody sees of a plan that they see only in part: their own action with its goal in the short form, and whom to call."""

from typing import Any

from flask import Response, url_for

from referrals.access import Extent, View, extent, is_from_another_service, may_view
from referrals.models import ActionPlan, Goal, PlannedAction, Referral
from referrals.plans import plan_versions
from referrals.vocabulary import N_, About, PlanStatus
from referrals.vocabulary.knowing import Information
from webapp import pages, people, transactions
from webapp.language import gettext

#: where somebody carries out an investigation who sees nothing else of the referral
_INVESTIGATIONS = (
    (View.OWN_SUPPORT_REPORTS, "casework.special_support", N_("Special support")),
    (View.OWN_ABSENCE_INVESTIGATION, "casework.absence_investigation", N_("Absence at school")),
    (View.OWN_DEGRADING_REPORTS, "casework.degrading_treatment", N_("Degrading treatment")),
    (View.OWN_EDUCATIONAL_ASSESSMENT, "casework.educational_assessment", N_("Educational-psychological assessment")),
)


def own_actions_page(referral: Referral) -> Response:
    """All that somebody sees of the referral who only answers for an action in it, or carries out an investigation."""
    actor, facts = people.actor(), referral.facts()
    return outside_page(
        "own_actions.html",
        referral,
        heading=gettext("Your part in this"),
        actions=_own(referral),
        investigations=[
            (url_for(page, number=referral.number), gettext(name))
            for view, page, name in _INVESTIGATIONS
            if may_view(view, actor, facts)
        ],
        may_note=may_view(View.WORKING_NOTES, actor, facts),
    )


def outside_page(template: str, referral: Referral, status: int = 200, **values: Any) -> Response:
    """A page about one's own action: without the frame that tells of whom, where and how far."""
    return pages.page(f"casework/{template}", status=status, referral=referral, contact=referral.unit, **values)


def may_open(action: PlannedAction) -> bool:
    """Whether the one who is signed in may look at this action: with the plan, or as their own of the plan in force."""
    actor, facts = people.actor(), action.referral.facts()
    if may_view(View.PLAN, actor, facts):
        return action.goal in goals_shown(action.goal.plan)
    return action.owner_id == actor.account_id and action.goal.plan.status is PlanStatus.ACTIVE


def goals_shown(plan: ActionPlan) -> list[Goal]:
    """The goals of `plan` that the one who is signed in may see: for another service those of the kinds consent names."""
    actor, facts = people.actor(), plan.referral.facts()
    is_outside = is_from_another_service(actor)
    return [
        goal
        for goal in plan.goals
        if extent(Information.PLAN, actor, facts, kinds=set(goal.category_values)) >= Extent.PARTLY
        and (goal.about is About.CHILD or not is_outside)
    ]


def _own(referral: Referral) -> list[PlannedAction]:
    in_force = plan_versions.plan_in_force(transactions.session(), referral)
    actions = plan_versions.actions_of(in_force) if in_force else []
    return [action for action in actions if action.owner_id == people.actor().account_id]
