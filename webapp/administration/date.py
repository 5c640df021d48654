"""The date of a demonstration: moved forward for all parts at once, so that months can be shown in an hour."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from flask import abort, redirect, url_for
from flask.typing import ResponseReturnValue

from referrals import clock
from referrals.access import Role
from referrals.people import organisation
from referrals.vocabulary import N_
from schemas.administration import DateForm
from webapp import forms, notices, people, transactions
from webapp.administration import blueprint
from webapp.guards import signed_in
from webapp.language import gettext, weekday_date, zone
from webapp.pages import page


@blueprint.get("/date")
@signed_in(Role.ADMINISTRATOR)
def date() -> ResponseReturnValue:
    """The date that is shown, and the way on."""
    _only_in_a_demonstration()
    return _date_page(forms.shown())


@blueprint.post("/date")
@signed_in(Role.ADMINISTRATOR)
def move_date() -> ResponseReturnValue:
    """Move the date forward; what has fallen due by then happens within seconds."""
    _only_in_a_demonstration()
    form = forms.submitted()
    values = form.load(DateForm())
    if values is None:
        return _date_page(form, 422)
    today = clock.today(zone())
    day = values["day"] or today + timedelta(days=values["days"])
    if day < today:
        form.refuse("day", N_("This day has passed. Choose today or a later day."))
        return _date_page(form, 422)
    time_of_day = clock.now().astimezone(ZoneInfo(zone())).time()
    return _moved(datetime.combine(day, time_of_day, ZoneInfo(zone())))


@blueprint.post("/date/back")
@signed_in(Role.ADMINISTRATOR)
def move_date_back() -> ResponseReturnValue:
    """Go back to the date it really is."""
    _only_in_a_demonstration()
    return _moved(clock.machine_now())


def _only_in_a_demonstration() -> None:
    if not transactions.settings().is_demo:
        abort(404)


def _moved(wanted: datetime) -> ResponseReturnValue:
    organisation.move_date(transactions.session(), wanted, by=people.actor())
    notices.say_next(gettext("For everybody it is now %(date)s.", date=weekday_date(clock.today(zone()))))
    return redirect(url_for(".date"), 303)


def _date_page(form: forms.Form, status: int = 200) -> ResponseReturnValue:
    machine = clock.machine_now().astimezone(ZoneInfo(zone())).date()
    return page("administration/date.html", status, form=form, shown_on=clock.today(zone()), machine_on=machine)
