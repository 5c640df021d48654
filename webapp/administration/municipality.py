"""The municipality's own details: name, language, and the numbers people call."""

from flask import redirect, url_for
from flask.typing import ResponseReturnValue

from referrals import organisation, rulebook
from referrals.access import Role
from referrals.languages import LANGUAGES
from schemas.administration import MunicipalityForm
from webapp import forms, notices, people, transactions
from webapp.administration import blueprint
from webapp.guards import signed_in
from webapp.language import gettext
from webapp.pages import page

_PHONES = ("emergency", "social_services", "helpline")


@blueprint.get("/municipality")
@signed_in(Role.ADMINISTRATOR)
def municipality() -> ResponseReturnValue:
    """The details as they stand."""
    here = organisation.municipality(transactions.session())
    phones = {name: here.phones.get(name, "") for name in _PHONES}
    return _municipality_page(
        forms.shown({name: getattr(here, name) for name in ("name", "language", "keeps_protected_outside")} | phones)
    )


@blueprint.post("/municipality")
@signed_in(Role.ADMINISTRATOR)
def change_municipality() -> ResponseReturnValue:
    """Change the details."""
    session, form = transactions.session(), forms.submitted()
    values = form.load(MunicipalityForm())
    if values is None:
        return _municipality_page(form, 422)
    here = organisation.municipality(session)
    phones = here.phones | {name: values.pop(name) for name in _PHONES}
    organisation.change(session, here, by=people.actor(), phones=phones, **values)
    notices.say_next(gettext("%(name)s has been saved.", name=here.name))
    return redirect(url_for(".home"), 303)


def _municipality_page(form: forms.Form, status: int = 200) -> ResponseReturnValue:
    here = organisation.municipality(transactions.session())
    pack = rulebook.load(here.rulepack_version)
    return page(
        "administration/municipality.html", status, form=form, here=here, pack=pack, spoken=list(LANGUAGES.items())
    )
