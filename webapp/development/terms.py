"""What the terms of development work are for, and its milestones: forms of its page."""

import uuid

from flask import request
from flask.typing import ResponseReturnValue

from referrals.development import terms as rules
from referrals.errors import DevelopmentRefused, NamesSomebody
from referrals.models import DevelopmentCase
from referrals.vocabulary import DevelopmentAct
from schemas.development import MilestoneForm, TermsForm
from schemas.fields import CHOOSE_ONE
from webapp import forms, notices, people, transactions
from webapp.development import blueprint
from webapp.development.cases import again
from webapp.development.doors import for_case, refuse, to_case, version_seen
from webapp.language import gettext


@blueprint.post("/development/<uuid:development_id>/terms")
@for_case()
def set_terms(found: DevelopmentCase) -> ResponseReturnValue:
    """Say what some terms are for, or take them out."""
    form = forms.submitted()
    values = form.load(TermsForm())
    if values is None:
        return again(found, DevelopmentAct.SET_TERMS, setting=form)
    if "take_out" in request.form:
        values["phase"] = None
    elif values["phase"] is None:
        form.refuse("phase", CHOOSE_ONE)
        return again(found, DevelopmentAct.SET_TERMS, setting=form)
    try:
        is_new = rules.set_terms(
            transactions.session(),
            found,
            by=people.actor(),
            seen=version_seen(found, DevelopmentAct.SET_TERMS),
            **values,
        )
    except DevelopmentRefused as refused:
        refuse(form, refused)
        return again(found, DevelopmentAct.SET_TERMS, setting=form)
    notices.say_next(gettext("The terms have been saved.") if is_new else gettext("Nothing has changed."))
    return to_case(found)


@blueprint.post("/development/<uuid:development_id>/milestones")
@for_case()
def set_milestone(found: DevelopmentCase) -> ResponseReturnValue:
    """Say what is to be there by a day."""
    form = forms.submitted()
    values = form.load(MilestoneForm())
    if values is None:
        return again(found, DevelopmentAct.SET_MILESTONE, marking=form)
    try:
        rules.set_milestone(transactions.session(), found, by=people.actor(), **values)
    except (NamesSomebody, DevelopmentRefused) as refused:
        return again(found, DevelopmentAct.SET_MILESTONE, marking=form, mark_doubts=refuse(form, refused, "words"))
    notices.say_next(gettext("The milestone is set."))
    return to_case(found)


@blueprint.post("/development/<uuid:development_id>/milestones/<uuid:milestone_id>/reached")
@for_case()
def reach_milestone(found: DevelopmentCase, milestone_id: uuid.UUID) -> ResponseReturnValue:
    """Say that a milestone is reached, or that it is not after all."""
    is_reached = "take_back" not in request.form
    rules.reach_milestone(transactions.session(), found, milestone_id, by=people.actor(), is_reached=is_reached)
    notices.say_next(gettext("The milestone is reached.") if is_reached else gettext("The milestone is open again."))
    return to_case(found)


@blueprint.post("/development/<uuid:development_id>/milestones/<uuid:milestone_id>/drop")
@for_case()
def drop_milestone(found: DevelopmentCase, milestone_id: uuid.UUID) -> ResponseReturnValue:
    """Take a milestone away."""
    rules.drop_milestone(transactions.session(), found, milestone_id, by=people.actor())
    notices.say_next(gettext("The milestone is gone. Nothing of what was written was kept."))
    return to_case(found)
