"""What the municipality does beside the referrals themselves: one tick for each practice."""

from typing import Final

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue

from referrals.access import Role
from referrals.people import practices as rules
from referrals.vocabulary import N_, Practice
from webapp import forms, notices, people, transactions
from webapp.administration import blueprint
from webapp.guards import signed_in
from webapp.language import gettext
from webapp.pages import page

#: what each of them is, in the words of the page
_HINTS: Final = {
    Practice.CONSULTATION: N_("Staff ask a team of their school for advice, without saying who it is about."),
    Practice.UPWARD: N_("Teams ask a team of several schools or of the whole municipality, naming nobody."),
    Practice.DEVELOPMENT: N_("Work with a group, a school or an area over terms, with no child in it."),
    Practice.ROUNDS: N_("Teams bring learning questions to a consultant. Switched off, the rounds are kept and shown to nobody."),
    Practice.LEARNING: N_("Teams tell others what they learnt, and meet to talk about it."),
    Practice.PATTERNS: N_("Each term is counted a month after it is over, and shown without anything that could tell of a child."),
    Practice.RESEARCH: N_("Researchers ask for rows under pseudonyms, and the management decides."),
}  # fmt: skip


@blueprint.get("/practices")
@signed_in(Role.ADMINISTRATOR)
def practices() -> ResponseReturnValue:
    """Each as it stands."""
    session = transactions.session()
    form = forms.shown({one.value: rules.is_on(session, one) for one in Practice})
    return page("administration/practices.html", form=form, practices=[(one, gettext(_HINTS[one])) for one in Practice])


@blueprint.post("/practices")
@signed_in(Role.ADMINISTRATOR)
def switch_practices() -> ResponseReturnValue:
    """Switch them on and off."""
    wanted = {one for one in Practice if one.value in request.form}
    rules.switch(transactions.session(), wanted, by=people.actor())
    notices.say_next(gettext("What the municipality does has been saved."))
    return redirect(url_for(".home"), 303)
