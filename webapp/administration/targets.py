"""Local targets: how long each step may take here, where it differs from the rule pack."""

from dataclasses import dataclass

from flask import redirect, url_for
from flask.typing import ResponseReturnValue

from referrals.access import Role
from referrals.people import organisation
from referrals.rules import rulebook
from referrals.rules.rulebook import Counting
from referrals.rules.targets import own_target
from referrals.vocabulary import N_, DeadlineSource
from schemas.administration import OWN_SOURCES, targets_form
from webapp import forms, notices, people, transactions
from webapp.administration import blueprint
from webapp.guards import signed_in
from webapp.language import gettext, ngettext
from webapp.pages import page

#: what each target is about; a rule pack's target without words here is shown by its key
_ABOUT = {
    "triage": N_("A new concern gets its initial assessment"),
    "completion": N_("A returned concern is completed"),
    "consent": N_("Guardians are informed and asked"),
    "assessment": N_("The parts of the assessment come in"),
    "meeting": N_("The team meets"),
    "minutes": N_("The minutes are approved"),
    "plan": N_("The plan is approved"),
    "follow_up": N_("The plan is followed up"),
    "closure": N_("A referral proposed for closing is closed"),
    "revisit": N_("Somebody looks again after a concern ended without action"),
}


@dataclass(frozen=True)
class Row:
    """One target on the page."""

    key: str
    about: str
    standard: str
    #: where the standard comes from
    source: str


@blueprint.get("/targets")
@signed_in(Role.ADMINISTRATOR)
def targets() -> ResponseReturnValue:
    """All targets, with the municipality's own values where it has some."""
    here = organisation.municipality(transactions.session())
    standing = {}
    for key, standard in rulebook.load(here.rulepack_version).targets.items():
        own = own_target(here, key)
        standing[key] = {
            "days": own.days if own else None,
            "counting": (own or standard).counting,
            "source": own.source if own else DeadlineSource.LOCAL,
        }
    return _targets_page(forms.shown(standing))


@blueprint.post("/targets")
@signed_in(Role.ADMINISTRATOR)
def change_targets() -> ResponseReturnValue:
    """Keep the municipality's own values; a target left empty follows the rule pack."""
    session, form = transactions.session(), forms.submitted()
    here = organisation.municipality(session)
    values = form.load(targets_form(rulebook.load(here.rulepack_version).targets))
    if values is None:
        return _targets_page(form, 422)
    own = {key: rulebook.Target(**target).written() for key, target in values.items() if target["days"] is not None}
    organisation.change(session, here, by=people.actor(), targets=own)
    notices.say_next(gettext("The local targets have been saved."))
    return redirect(url_for(".home"), 303)


def _targets_page(form: forms.Form, status: int = 200) -> ResponseReturnValue:
    pack = rulebook.load(organisation.municipality(transactions.session()).rulepack_version)
    rows = [
        Row(key, gettext(_ABOUT.get(key, key)), _words(target), target.source.label)
        for key, target in pack.targets.items()
    ]
    countings = [(Counting.SCHOOL_DAYS, gettext("School days")), (Counting.CALENDAR_DAYS, gettext("Calendar days"))]
    sources = [(source, gettext(source.label)) for source in OWN_SOURCES]
    return page("administration/targets.html", status, form=form, rows=rows, countings=countings, sources=sources)


def _words(target: rulebook.Target) -> str:
    if target.counting is Counting.SCHOOL_DAYS:
        return ngettext("%(num)d school day", "%(num)d school days", target.days)
    return ngettext("%(num)d calendar day", "%(num)d calendar days", target.days)
