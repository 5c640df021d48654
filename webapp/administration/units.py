"""Units: schools, preschools and leisure centres, and whether the public form is open for them."""

import uuid
from typing import Any

from flask import abort, redirect, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from referrals.access import Role
from referrals.models import Forum, Unit
from referrals.people import organisation
from referrals.vocabulary import SchoolForm
from schemas.administration import UnitForm
from schemas.fields import CHOOSE_ONE
from webapp import forms, notices, people, transactions
from webapp.administration import blueprint
from webapp.guards import signed_in
from webapp.language import gettext
from webapp.pages import page


@blueprint.get("/units")
@signed_in(Role.ADMINISTRATOR)
def units() -> ResponseReturnValue:
    """All units."""
    rows = transactions.session().scalars(select(Unit).options(joinedload(Unit.forum)).order_by(Unit.name)).all()
    return page("administration/units.html", units=rows)


@blueprint.get("/units/new")
@signed_in(Role.ADMINISTRATOR)
def new_unit() -> ResponseReturnValue:
    """The form for a new unit."""
    return _unit_page(forms.shown({"takes_part": True, "is_open": True}), None)


@blueprint.post("/units/new")
@signed_in(Role.ADMINISTRATOR)
def add_unit() -> ResponseReturnValue:
    """Take a new unit in."""
    session, form = transactions.session(), forms.submitted()
    values = _values(form)
    if values is None:
        return _unit_page(form, None, 422)
    unit = Unit(slug=organisation.free_slug(session, Unit, values["name"]), **values)
    organisation.add(session, unit, by=people.actor())
    notices.say_next(gettext("%(name)s has been added.", name=unit.name))
    return redirect(url_for(".unit", unit_id=unit.id), 303)


@blueprint.get("/units/<uuid:unit_id>")
@signed_in(Role.ADMINISTRATOR)
def unit(unit_id: uuid.UUID) -> ResponseReturnValue:
    """One unit."""
    found = _found(unit_id)
    kept = ("name", "school_form", "contact", "phone", "area", "takes_part", "is_open")
    teams = {"forum": found.forum_id, "other_teams": [team.id for team in found.other_teams]}
    return _unit_page(forms.shown({name: getattr(found, name) for name in kept} | teams), found)


@blueprint.post("/units/<uuid:unit_id>")
@signed_in(Role.ADMINISTRATOR)
def change_unit(unit_id: uuid.UUID) -> ResponseReturnValue:
    """Change a unit."""
    found, form = _found(unit_id), forms.submitted()
    values = _values(form)
    if values is None:
        return _unit_page(form, found, 422)
    organisation.change(transactions.session(), found, by=people.actor(), **values)
    notices.say_next(gettext("%(name)s has been saved.", name=found.name))
    return redirect(url_for(".units"), 303)


def _found(unit_id: uuid.UUID) -> Unit:
    return transactions.session().get(Unit, unit_id) or abort(404)


def _values(form: forms.Form) -> dict[str, Any] | None:
    values = form.load(UnitForm())
    if values is None:
        return None
    wanted, first = set(values.pop("other_teams")), values.pop("forum")
    teams = {team.id: team for team in transactions.session().scalars(select(Forum).order_by(Forum.slug))}
    if first not in teams or not wanted <= set(teams):
        form.refuse("forum" if first not in teams else "other_teams", CHOOSE_ONE)
        return None
    # A team that is taken off first can then take in the concerns.
    beside = [team for team in teams.values() if team.id in wanted - {first}]
    return {"other_teams": beside, "forum": teams[first]} | values


def _unit_page(form: forms.Form, found: Unit | None, status: int = 200) -> ResponseReturnValue:
    teams = transactions.session().scalars(select(Forum).order_by(Forum.name)).all()
    return page(
        "administration/unit.html",
        status,
        form=form,
        unit=found,
        forum_choices=[(team.id, team.name) for team in teams],
        school_forms=[(word.value, gettext(word.label)) for word in SchoolForm],
    )
