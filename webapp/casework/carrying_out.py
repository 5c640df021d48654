"""Who carries out an investigation: how it is given to somebody else, and where they go on once it has its result and they see no more of it."""

import uuid
from typing import Final

from flask import redirect, url_for
from flask.typing import ResponseReturnValue

from referrals.access import View, may_view
from referrals.errors import Incomplete
from referrals.models import Referral
from referrals.stages import Verb
from referrals.statutory import carrying_out as rules
from schemas.carrying_out import GiveOnForm
from webapp import forms, notices, people, transactions
from webapp.casework import words
from webapp.casework.frame import seen
from webapp.language import gettext

#: the name of the form on each page
GIVE_ON: Final = "give-on"

#: as a choice shows them: who they are, their name and profession
Colleague = tuple[uuid.UUID, str, str]


def colleagues(referral: Referral) -> list[Colleague]:
    """The school's own people, to choose who carries an investigation out."""
    found = rules.own_people(transactions.session(), referral)
    return [(one.id, one.name, gettext(one.profession.label)) for one in found]


def others(referral: Referral, running: rules.Investigation | None, verb: Verb) -> list[Colleague]:
    """To whom this person may give the `running` investigation."""
    if running is None or not words.may_do(verb, referral):
        return []
    return [one for one in colleagues(referral) if one[0] != running.carried_out_by_id]


def give_on(referral: Referral, verb: Verb, investigation_id: uuid.UUID) -> forms.Form | None:
    """Give the investigation to whom was chosen, and say so; the form where it was refused."""
    form = forms.submitted()
    given = form.load(GiveOnForm())
    if given is None:
        return form
    try:
        now = rules.give_on(
            transactions.session(), referral, verb, by=people.actor(), seen=seen(), investigation_id=investigation_id,
            **given,
        )  # fmt: skip
    except Incomplete as refused:
        for field in refused.missing:
            form.refuse(field, gettext("Choose one of the school's own people."))
        return form
    notices.say_next(gettext("%(name)s carries out the investigation from now on.", name=now.name))
    return None


def back(referral: Referral, page: str, *, view: View) -> ResponseReturnValue:
    """Back to `page`, or to the start page for who may not look at `view` any more; that is said."""
    if may_view(view, people.actor(), referral.facts()):
        return redirect(url_for(page, number=referral.number), 303)
    notices.say_next(
        gettext("The result is recorded. What you carried out is done, and you see no more of it from now on.")
    )
    return redirect(url_for("casework.home"), 303)
