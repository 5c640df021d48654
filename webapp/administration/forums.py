"""Teams: where each meets, and the professions without which it is not complete."""

import uuid
from typing import Any

from flask import abort, redirect, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import selectinload

from referrals.access import Role
from referrals.errors import SeatRefused
from referrals.forums import seats
from referrals.languages import mid_sentence
from referrals.models import Forum
from referrals.people import organisation
from referrals.vocabulary import MeetingOutcome, Profession, TeamLevel
from schemas.administration import ForumForm
from schemas.forums import SeatForm
from webapp import forms, notices, people, transactions
from webapp.administration import blueprint
from webapp.guards import signed_in
from webapp.language import gettext
from webapp.pages import page


@blueprint.get("/forums")
@signed_in(Role.ADMINISTRATOR)
def forums_list() -> ResponseReturnValue:
    """All teams."""
    rows = (
        transactions.session()
        .scalars(select(Forum).options(selectinload(Forum.units), selectinload(Forum.also_for)).order_by(Forum.name))
        .all()
    )
    return page("administration/forums.html", forums=rows, professions=Profession)


@blueprint.get("/forums/new")
@signed_in(Role.ADMINISTRATOR)
def new_forum() -> ResponseReturnValue:
    """The form for a new team."""
    return _forum_page(forms.shown({"level": TeamLevel.CHILD}), None)


@blueprint.post("/forums/new")
@signed_in(Role.ADMINISTRATOR)
def add_forum() -> ResponseReturnValue:
    """Take a new team in."""
    session, form = transactions.session(), forms.submitted()
    values = _values(form)
    if values is None:
        return _forum_page(form, None, 422)
    forum = Forum(slug=organisation.free_slug(session, Forum, values["name"]), **values)
    organisation.add(session, forum, by=people.actor())
    notices.say_next(gettext("%(name)s has been added.", name=forum.name))
    return redirect(url_for(".forums_list"), 303)


@blueprint.get("/forums/<uuid:forum_id>")
@signed_in(Role.ADMINISTRATOR)
def forum(forum_id: uuid.UUID) -> ResponseReturnValue:
    """One team."""
    found = _found(forum_id)
    return _forum_page(_shown(found), found)


@blueprint.post("/forums/<uuid:forum_id>")
@signed_in(Role.ADMINISTRATOR)
def change_forum(forum_id: uuid.UUID) -> ResponseReturnValue:
    """Change a team."""
    found, form = _found(forum_id), forms.submitted()
    values = _values(form)
    if values is None:
        return _forum_page(form, found, 422)
    organisation.change(transactions.session(), found, by=people.actor(), **values)
    notices.say_next(gettext("%(name)s has been saved.", name=found.name))
    return redirect(url_for(".forums_list"), 303)


@blueprint.post("/forums/<uuid:forum_id>/seats")
@signed_in(Role.ADMINISTRATOR)
def seat_above(forum_id: uuid.UUID) -> ResponseReturnValue:
    """Give somebody a seat in a team above the units, where nobody else is to do so first."""
    session, found, form = transactions.session(), _found(forum_id), forms.submitted()
    if found.units:
        abort(404)
    if values := form.load(SeatForm()):
        try:
            made = seats.seat(session, found, values["account"], by=people.actor())
        except SeatRefused as refused:
            form.refuse("account", refused.problem.label)
        else:
            notices.say_next(gettext("%(name)s sits in the team.", name=made.account.name))
            return redirect(url_for(".forum", forum_id=found.id), 303)
    for name, value in _shown(found).typed.items(multi=True):
        form.typed.add(name, value)
    return _forum_page(form, found, 422)


def _found(forum_id: uuid.UUID) -> Forum:
    return transactions.session().get(Forum, forum_id) or abort(404)


def _shown(found: Forum) -> forms.Form:
    kept = ("name", "level", "place", "mandate", "outcomes", "quorum", "shows_names", "rates_by_colour")
    return forms.shown({name: getattr(found, name) for name in kept})


def _values(form: forms.Form) -> dict[str, Any] | None:
    values = form.load(ForumForm())
    return values and values | {
        "quorum": [profession.value for profession in values["quorum"]],
        "outcomes": [outcome.value for outcome in values["outcomes"]] or None,
    }


def _forum_page(form: forms.Form, found: Forum | None, status: int = 200) -> ResponseReturnValue:
    session, is_above = transactions.session(), found is not None and not found.units
    held = seats.seats_of(session, found) if found and is_above else []
    able = seats.could_sit(session, found) if found and is_above else []
    professions, levels, outcomes = (
        [(word.value, gettext(word.label)) for word in words]
        for words in (Profession.at_the_table(), TeamLevel, MeetingOutcome)
    )
    return page(
        "administration/forum.html",
        status,
        form=form,
        forum=found,
        profession_choices=professions,
        level_choices=levels,
        outcome_choices=outcomes,
        sit_in_it=[one.account for one in held] if is_above else [],
        could_sit=[(one.id, f"{one.name}, {mid_sentence(gettext(one.profession.label))}") for one in able],
        is_above=is_above,
    )
