"""The actions of development work: each level of governance reads its part, and how far the others have come."""

import uuid
from typing import Any

from flask import Response, redirect, request, url_for
from flask.typing import ResponseReturnValue

from referrals.development import actions as rules
from referrals.development import cases
from referrals.errors import DevelopmentRefused, NamesSomebody
from referrals.models import DevelopmentCase
from referrals.patterns.school_terms import SchoolTerm
from referrals.vocabulary import DevelopmentAct
from schemas.development import ActionForm
from schemas.fields import CHOOSE_ONE
from webapp import forms, notices, pages, people, transactions
from webapp.development import blueprint
from webapp.development.cases import terms_to_choose
from webapp.development.doors import for_actions, refuse
from webapp.language import gettext
from webapp.rounds.doors import term_name


@blueprint.get("/development/<uuid:development_id>/actions")
@for_actions()
def actions(found: DevelopmentCase) -> Response:
    """What is done on each level, as far as this person reads it."""
    writes = rules.levels_to_write(transactions.session(), found, people.actor())
    return _page(found, forms.shown() if writes else forms.Form())


@blueprint.post("/development/<uuid:development_id>/actions")
@for_actions()
def plan_action(found: DevelopmentCase) -> ResponseReturnValue:
    """Plan an action on a level."""
    session, actor, form = transactions.session(), people.actor(), forms.submitted()
    cases.refuse_others(session, found, DevelopmentAct.PLAN_ACTION, by=actor)
    levels = rules.levels_to_write(session, found, actor)
    values = form.load(ActionForm())
    if values is not None and values["level"] not in levels:
        form.refuse("level", CHOOSE_ONE)
    if values is None or form.problems:
        return _page(found, form, 422)
    try:
        rules.plan_action(session, found, by=actor, **values)
    except (NamesSomebody, DevelopmentRefused) as refused:
        return _page(found, form, 422, doubts=refuse(form, refused, "words", "responsible"))
    notices.say_next(gettext("The action is planned."))
    return _to(found)


@blueprint.post("/development/<uuid:development_id>/actions/<uuid:level_action_id>/done")
@for_actions()
def end_action(found: DevelopmentCase, level_action_id: uuid.UUID) -> ResponseReturnValue:
    """Say that an action is done, or is not after all."""
    is_done = "take_back" not in request.form
    rules.end_action(transactions.session(), found, level_action_id, by=people.actor(), is_done=is_done)
    notices.say_next(gettext("The action is done.") if is_done else gettext("The action goes on."))
    return _to(found)


@blueprint.post("/development/<uuid:development_id>/actions/<uuid:level_action_id>/drop")
@for_actions()
def drop_action(found: DevelopmentCase, level_action_id: uuid.UUID) -> ResponseReturnValue:
    """Take an action away."""
    rules.drop_action(transactions.session(), found, level_action_id, by=people.actor())
    notices.say_next(gettext("The action is gone. Nothing of what was written was kept."))
    return _to(found)


# ------------------------------------------------------------------------------------------------------- inside
def _to(found: DevelopmentCase) -> ResponseReturnValue:
    return redirect(url_for(".actions", development_id=found.id), 303)


def _page(found: DevelopmentCase, form: forms.Form, status: int = 200, **values: Any) -> Response:
    session, actor = transactions.session(), people.actor()
    parts = rules.parts(session, found, actor)
    writes = rules.levels_to_write(session, found, actor)
    return pages.page(
        "development/actions.html",
        status,
        form=form,
        found=found,
        parts=parts,
        terms_of={
            one.id: term_name(term)
            for part in parts
            for one in part.actions
            if (term := SchoolTerm.read(one.term)) is not None
        },
        writes=writes,
        levels=[(one.value, gettext(one.label)) for one in writes],
        reads_work=cases.may_read(session, found, actor),
        terms=terms_to_choose(found),
        **values,
    )
