"""The municipality's own details: name, language, time zone, and the numbers people call."""

from flask import redirect, url_for
from flask.typing import ResponseReturnValue

from referrals.access import Role
from referrals.languages import LANGUAGES
from referrals.people import organisation
from referrals.rules import rulebook
from schemas.administration import NORDIC_ZONES, municipality_form, zones
from webapp import forms, notices, people, transactions
from webapp.administration import blueprint
from webapp.guards import signed_in
from webapp.language import gettext, named_here
from webapp.pages import page

_PHONES = ("emergency", "social_services", "helpline")


@blueprint.get("/municipality")
@signed_in(Role.ADMINISTRATOR)
def municipality() -> ResponseReturnValue:
    """The details as they stand."""
    here = organisation.municipality(transactions.session())
    phones = {name: here.phones.get(name, "") for name in _PHONES}
    own = ("name", "language", "timezone", "keeps_protected_outside")
    details = {name: getattr(here, name) for name in own}
    return _municipality_page(forms.shown(details | phones))


@blueprint.post("/municipality")
@signed_in(Role.ADMINISTRATOR)
def change_municipality() -> ResponseReturnValue:
    """Change the details."""
    session, form = transactions.session(), forms.submitted()
    here = organisation.municipality(session)
    values = form.load(municipality_form(here.timezone))
    if values is None:
        return _municipality_page(form, 422)
    phones = here.phones | {name: values.pop(name) for name in _PHONES}
    organisation.change(session, here, by=people.actor(), phones=phones, **values)
    notices.say_next(gettext("%(name)s has been saved.", name=here.name))
    return redirect(url_for(".home"), 303)


def _municipality_page(form: forms.Form, status: int = 200) -> ResponseReturnValue:
    here = organisation.municipality(transactions.session())
    pack = rulebook.load(here.rulepack_version)
    return page(
        "administration/municipality.html",
        status,
        form=form,
        here=here,
        pack=pack,
        spoken=named_here(LANGUAGES),
        zones=[(zone, _zone_words(zone)) for zone in zones(here.timezone)],
    )


def _zone_words(zone: str) -> str:
    return f"{gettext(NORDIC_ZONES[zone])} ({zone})" if zone in NORDIC_ZONES else zone
