"""Texts that reasons begin with where people write the same again and again: to be finished, changed or thrown away."""

from flask import g

from referrals.vocabulary import N_
from webapp import forms
from webapp.language import gettext

RETURN_PLAN = N_("Thank you for the plan. This needs to change before it can be approved: ")
PROPOSE_CLOSURE = N_("Nothing more is needed from the team, because: ")
GO_ON = N_("The work goes on, because: ")
REOPEN = N_("Since the referral was closed, this has happened: ")
_UNFINISHED = N_("Finish the sentence: so far it only begins.")


def shown(field: str, starter: str, *, name: str = "") -> forms.Form:
    """The form with `field` begun, or with what was typed and kept. `name` as for `forms.shown`."""
    begun = gettext(starter)
    g.starters = g.get("starters", frozenset()) | {begun.strip()}  # nobody typed it: it is not given back to be copied
    return forms.shown({field: begun}, name=name)


def submitted(field: str, starter: str) -> forms.Form:
    """The form that was sent; refused already where `field` says no more than it began with."""
    form = forms.submitted()
    if form.value(field) == gettext(starter).strip():
        form.refuse(field, _UNFINISHED)
    return form
