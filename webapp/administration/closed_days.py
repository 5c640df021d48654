"""Closed days: the stretches that school-day targets leave out."""

import uuid
from collections.abc import Sequence
from zoneinfo import ZoneInfo

from flask import abort, redirect, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from referrals.access import Role
from referrals.calendar import Closed, next_open_day
from referrals.errors import FileRefused
from referrals.forums import dates
from referrals.models import ClosedDay
from referrals.people import organisation
from referrals.vocabulary import N_, FileRefusal
from schemas import closed_days_file
from schemas.administration import ClosedDaysForm, ReadDaysForm
from webapp import forms, notices, people, transactions, uploads
from webapp.administration import blueprint
from webapp.guards import signed_in
from webapp.language import gettext, ngettext, zone
from webapp.pages import page

#: what is closed without being listed
_WEEKENDS = Closed()


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
    if (values["first_on"], values["last_on"]) in organisation.closed_stretches(session):
        form.refuse("first_on", N_("These days are in the list already."))
        return _closed_days_page(form, 422)
    added = ClosedDay(**values)
    organisation.add_closed_days(session, [added], by=people.actor())
    notices.say_next(_with_those_set(gettext("%(name)s has been added.", name=values["label"]), [added]))
    return redirect(url_for(".closed_days"), 303)


@blueprint.post("/closed-days/file")
@signed_in(Role.ADMINISTRATOR)
@uploads.takes_files
def read_closed_days() -> ResponseReturnValue:
    """Show what a file holds, each to be chosen; nothing is changed yet."""
    form = forms.submitted()
    try:
        found = closed_days_file.read(uploads.one_file("file"), zone=ZoneInfo(zone()))
    except closed_days_file.FileUnreadable as refused:
        form.refuse("file", refused.args[0])
    except FileRefused as refused:
        form.refuse("file", FileRefusal(refused.why).label)
    else:
        there = organisation.closed_stretches(transactions.session())
        return page("administration/closed_days_read.html", found=found, there=there)
    return _closed_days_page(form, 422)


@blueprint.post("/closed-days/read")
@signed_in(Role.ADMINISTRATOR)
def add_read_days() -> ResponseReturnValue:
    """Add what was chosen of a file."""
    form = forms.submitted()
    values = form.load(ReadDaysForm())
    if values is None:
        return _closed_days_page(form, 422)
    chosen = [ClosedDay(**one) for one in values["days"] if one.pop("is_wanted")]
    added = organisation.add_closed_days(transactions.session(), chosen, by=people.actor())
    said = ngettext("One stretch has been added.", "%(num)d stretches have been added.", added)
    notices.say_next(_with_those_set(said, chosen))
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


def _with_those_set(said: str, closed: Sequence[ClosedDay]) -> str:
    """What was done, and how many dates and meetings are set for days that are closed by now: each is marked where it stands."""
    set_then = dates.falling_on(transactions.session(), closed)
    if not set_then:
        return said
    words = ngettext(
        "One date of a team or called meeting falls on such a day: it stays, and is marked on its page.",
        "%(num)d dates of teams or called meetings fall on such days: they stay, and are marked on their pages.",
        set_then,
    )
    return f"{said} {words}"


def _closed_days_page(form: forms.Form, status: int = 200) -> ResponseReturnValue:
    rows = transactions.session().scalars(select(ClosedDay).order_by(ClosedDay.first_on)).all()
    at_weekends = {one.id for one in rows if next_open_day(one.first_on, closed=_WEEKENDS) > one.last_on}
    return page("administration/closed_days.html", status, form=form, stretches=rows, at_weekends=at_weekends)
