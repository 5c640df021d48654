"""Numbers week by week: a page to record them and see how they go, and the charts beside plan and follow-up."""

from typing import Any

from flask import Response, redirect, url_for
from flask.typing import ResponseReturnValue

from referrals.access import View, may_view
from referrals.errors import Incomplete
from referrals.models import ActionPlan, Referral
from referrals.plans import measurements as rules
from referrals.stages import Verb
from referrals.vocabulary import N_
from schemas.fields import CHOOSE_ONE
from schemas.measurements import MeasurementForm
from webapp import forms, notices, people, transactions
from webapp.casework import blueprint, words
from webapp.casework.frame import referral_page, seen, today
from webapp.guards import for_referral
from webapp.language import gettext

#: what is said where the shape was right and plan or calendar asks for something else
_UNMET = {
    "on": N_("Choose a week that has begun and in which the school is open."),
    "goal_id": CHOOSE_ONE,
    "value": N_(
        "There are at most as many days away as the school is open in the week, and at most 1,000 of anything; to take a number away there must be one."
    ),
    "counted": N_("Say what is counted."),
}


@blueprint.get("/referrals/<reference:number>/measurements", endpoint="measurements")
@for_referral(View.FOLLOW_UP)
def overview(referral: Referral) -> Response:
    """How the numbers go, and where one is recorded."""
    return _page(referral, forms.shown({"on": today()}))


@blueprint.post("/referrals/<reference:number>/measurements")
@for_referral(Verb.RECORD_MEASUREMENT)
def record_measurement(referral: Referral) -> ResponseReturnValue:
    """Record one number, or take one away."""
    form = forms.submitted()
    values = form.load(MeasurementForm())
    if values is None:
        return _page(referral, form, status=422)
    measured = rules.Measured(**values)
    try:
        rules.record_measurement(transactions.session(), referral, by=people.actor(), seen=seen(), measured=measured)
    except Incomplete as refused:
        for name in refused.missing:
            form.refuse(name, _UNMET[name])
        return _page(referral, form, status=422)
    gone = gettext("The week's number is taken away.")
    notices.say_next(gone if measured.value is None else gettext("The number is recorded."))
    return redirect(url_for("casework.measurements", number=referral.number), 303)


def beside(referral: Referral, plan: ActionPlan | None) -> dict[str, Any]:
    """What the pages of plan and follow-up show of them: nothing to those who do not see the whole plan."""
    if not may_view(View.FOLLOW_UP, people.actor(), referral.facts()):
        return {"series": [], "may_record": False}
    return {
        "series": rules.series_of(transactions.session(), referral, plan),
        "may_record": words.may_do(Verb.RECORD_MEASUREMENT, referral),
    }


def _page(referral: Referral, form: forms.Form, status: int = 200) -> Response:
    plan = rules.measured_plan(transactions.session(), referral)
    goals = [(goal.id, goal.text) for goal in plan.goals] if plan else []
    return referral_page("measurements.html", referral, status=status, form=form, goals=goals, **beside(referral, plan))
