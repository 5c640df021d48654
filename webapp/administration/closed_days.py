"""Closed days: the stretches that school-day targets leave out."""

import uuid

from flask import abort, redirect, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from referrals import organisation
from referrals.access import Role
from referrals.models import ClosedDay
from referrals.vocabulary import N_
from schemas.administration import ClosedDaysForm
from webapp import forms, notices, people, transactions
from webapp.administration import blueprint
from webapp.guards import signed_in
from webapp.language import gettext
from webapp.pages import page


@blueprint.get("/closed-days")
@signed_in(Role.ADMINISTRATOR)
def closed_days() -> ResponseReturnValue:
    """All closed days, and the form for more."""
    return _closed_days_page(forms.shown())


@blueprint.post("/closed-days")
@signed_in(Role.ADMINISTRATOR)
def add_closed_days() -> ResponseReturnValue:
    """Add a stretch of closed days."""
    session, form = transactions.session(), forms.submitted()
    values = form.load(ClosedDaysForm())
    if values is None:
        return _closed_days_page(form, 422)
    same = select(ClosedDay.id).where(ClosedDay.first_on == values["first_on"], ClosedDay.last_on == values["last_on"])
    if session.scalars(same).first() is not None:
        form.refuse("first_on", N_("These days are in the list already."))
        return _closed_days_page(form, 422)
    organisation.add(session, ClosedDay(**values), by=people.actor())
    notices.say_next(gettext("%(name)s has been added.", name=values["label"]))
    return redirect(url_for(".closed_days"), 303)


@blueprint.post("/closed-days/<uuid:stretch_id>/remove")
@signed_in(Role.ADMINISTRATOR)
def remove_closed_days(stretch_id: uuid.UUID) -> ResponseReturnValue:
    """Take a stretch of closed days away."""
    session = transactions.session()
    found = session.get(ClosedDay, stretch_id) or abort(404)
    organisation.remove_closed_days(session, found, by=people.actor())
    notices.say_next(gettext("%(name)s has been removed.", name=found.label))
    return redirect(url_for(".closed_days"), 303)


def _closed_days_page(form: forms.Form, status: int = 200) -> ResponseReturnValue:
    rows = transactions.session().scalars(select(ClosedDay).order_by(ClosedDay.first_on)).all()
    return page("administration/closed_days.html", status, form=form, stretches=rows)
