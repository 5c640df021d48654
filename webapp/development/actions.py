"""What each level of governance plans in development work: each reads its own priorities, goals and actions, and how far the others have come."""

import uuid
from typing import Any, Final

from flask import Response, redirect, request, url_for
from flask.typing import ResponseReturnValue

from referrals.development import actions as rules
from referrals.development import cases
from referrals.errors import DevelopmentRefused, NamesSomebody
from referrals.models import DevelopmentCase
from referrals.patterns.school_terms import SchoolTerm
from referrals.vocabulary import N_, DevelopmentAct, GovernanceLevel, LevelledKind
from schemas.development import ActionForm
from schemas.fields import CHOOSE_ONE
from webapp import forms, notices, pages, people, transactions
from webapp.development import blueprint
from webapp.development.cases import terms_to_choose
from webapp.development.doors import for_actions, refuse
from webapp.language import gettext
from webapp.rounds.doors import term_name

_PLANNED: Final = {
    LevelledKind.PRIORITY: N_("The priority has been saved."),
    LevelledKind.GOAL: N_("The goal is set."),
    LevelledKind.ACTION: N_("The action is planned."),
}
#: what is said of one that is done, and of one that is not after all
_DONE: Final = {
    LevelledKind.GOAL: (N_("The goal is reached."), N_("The goal is not reached after all.")),
    LevelledKind.ACTION: (N_("The action is done."), N_("The action goes on.")),
}
_GONE: Final = {
    LevelledKind.PRIORITY: N_("The priority is gone. Nothing of what was written was kept."),
    LevelledKind.GOAL: N_("The goal is gone. Nothing of what was written was kept."),
    LevelledKind.ACTION: N_("The action is gone. Nothing of what was written was kept."),
}


@blueprint.get("/development/<uuid:development_id>/actions")
@for_actions()
def actions(found: DevelopmentCase) -> Response:
    """What each level plans, as far as this person reads it."""
    writes = rules.levels_to_write(transactions.session(), found, people.actor())
    return _page(found, forms.shown({"kind": LevelledKind.ACTION.value}) if writes else forms.Form())


@blueprint.post("/development/<uuid:development_id>/actions")
@for_actions()
def plan_action(found: DevelopmentCase) -> ResponseReturnValue:
    """Plan a priority, a goal or an action on a level."""
    session, actor, form = transactions.session(), people.actor(), forms.submitted()
    cases.refuse_others(session, found, DevelopmentAct.PLAN_ACTION, by=actor)
    levels = rules.levels_to_write(session, found, actor)
    values = form.load(ActionForm())
    if values is not None and values["level"] not in levels:
        form.refuse("level", CHOOSE_ONE)
    if values is None or form.problems:
        return _page(found, form, 422)
    try:
        made = rules.plan_action(session, found, by=actor, **values)
    except (NamesSomebody, DevelopmentRefused) as refused:
        return _page(found, form, 422, doubts=refuse(form, refused, "words", "responsible"))
    notices.say_next(gettext(_PLANNED[made.kind]))
    return _to(found)


@blueprint.post("/development/<uuid:development_id>/actions/<uuid:level_action_id>/done")
@for_actions()
def end_action(found: DevelopmentCase, level_action_id: uuid.UUID) -> ResponseReturnValue:
    """Say that an action is done or a goal reached, or is not after all."""
    is_done = "take_back" not in request.form
    kind = rules.end_action(transactions.session(), found, level_action_id, by=people.actor(), is_done=is_done)
    done, goes_on = _DONE[kind]
    notices.say_next(gettext(done if is_done else goes_on))
    return _to(found)


@blueprint.post("/development/<uuid:development_id>/actions/<uuid:level_action_id>/drop")
@for_actions()
def drop_action(found: DevelopmentCase, level_action_id: uuid.UUID) -> ResponseReturnValue:
    """Take a priority, a goal or an action away."""
    kind = rules.drop_action(transactions.session(), found, level_action_id, by=people.actor())
    notices.say_next(gettext(_GONE[kind]))
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
        by_level=[
            (level, its) for level in GovernanceLevel if (its := [part for part in parts if part.level is level])
        ],
        terms_of={
            one.id: term_name(term)
            for part in parts
            for one in part.actions
            if (term := SchoolTerm.read(one.term)) is not None
        },
        writes=writes,
        kinds=[(one.value, gettext(one.label)) for one in LevelledKind],
        levels=[(one.value, gettext(one.label)) for one in writes],
        reads_work=cases.may_read(session, found, actor),
        terms=terms_to_choose(found),
        **values,
    )
