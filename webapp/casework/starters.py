"""Texts that reasons begin with where people write the same again and again: to be finished, changed or thrown away.

No text begins where each case is to be weighed anew: what is shared without consent, whose identity is protected, who is kept
out for a conflict of interest, what an extract leaves out. A reason that may be left out begins empty too.
"""

from collections.abc import Iterable, Mapping

from flask import g

from referrals.vocabulary import N_
from webapp import forms
from webapp.language import gettext

RETURN_PLAN = N_("Thank you for the plan. This needs to change before it can be approved: ")
PROPOSE_CLOSURE = N_("Nothing more is needed from the team, because: ")
GO_ON = N_("The work goes on, because: ")
REOPEN = N_("Since the referral was closed, this has happened: ")
STATUTORY_TRACK = N_("It belongs in this track, because: ")
HAND_BACK = N_("The coordinator can decide this, because: ")
NOT_TOLD = N_("We have not told them yet, because: ")
NOT_CARRIED_OUT = N_("It has not worked out so far, because: ")
END_PART = N_("They have no more to do in this, because: ")
WITHHOLD = N_("The guardian may not read it, because: ")
LIFT_WITHHOLDING = N_("The guardian may read it again, because: ")
REVIEW_SHARING = N_("We have looked at it again: ")
HOLD = N_("The papers may be needed, because: ")
UNFINISHED = N_("Finish the sentence: so far it only begins.")


def begun(starter: str) -> str:
    """The text in the page's language, for a field to begin with."""
    known((starter,))
    return gettext(starter)


def known(starters: Iterable[str]) -> None:
    """Remember texts that nobody typed: where somebody else was first they are not given back to be copied."""
    g.starters = g.get("starters", frozenset()) | {gettext(starter).strip() for starter in starters}


def shown(field: str, starter: str, initial: Mapping[str, object] | None = None, *, name: str = "") -> forms.Form:
    """The form with `field` begun, or with what was typed and kept. `initial` and `name` as for `forms.shown`."""
    return forms.shown({field: begun(starter)} | dict(initial or {}), name=name)


def submitted(field: str, starter: str) -> forms.Form:
    """The form that was sent; refused already where `field` says no more than it began with."""
    form = forms.submitted()
    refuse_unfinished(form, field, starter)
    return form


def refuse_unfinished(form: forms.Form, field: str, starter: str) -> None:
    """Ask for more where `field` says no more than it began with."""
    if form.value(field) == begun(starter).strip():
        form.refuse(field, UNFINISHED)


def left_out(starter: str) -> forms.Form:
    """The form that was sent, with every field empty that says no more than `starter`: for reasons only some answers need."""
    form, untouched = forms.submitted(), begun(starter).strip()
    for field, value in form.typed.items():
        if value == untouched:
            form.typed[field] = ""
    return form
