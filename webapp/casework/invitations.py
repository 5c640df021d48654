"""The page on which a coordinator invites somebody from outside to one referral, until a day."""

from flask import Response, redirect, url_for
from flask.typing import ResponseReturnValue

from referrals.errors import Incomplete
from referrals.languages import mid_sentence
from referrals.models import Referral
from referrals.people import invitations as rules
from referrals.people import roster
from referrals.stages import Verb
from referrals.vocabulary import N_
from schemas.fields import CHOOSE_ONE
from schemas.invitations import InvitationForm
from webapp import forms, notices, people, transactions
from webapp.casework import blueprint
from webapp.casework.frame import referral_page, seen
from webapp.guards import for_referral
from webapp.language import gettext, long_date

_LACKING = {
    "account_id": CHOOSE_ONE,
    "last_on": N_("Choose a day from today, and within a year."),
}


@blueprint.get("/referrals/<reference:number>/outside")
@for_referral(Verb.INVITE_FROM_OUTSIDE)
def invitations(referral: Referral) -> Response:
    """Who is invited, and the form."""
    return _page(referral, forms.shown())


@blueprint.post("/referrals/<reference:number>/outside")
@for_referral(Verb.INVITE_FROM_OUTSIDE)
def invite_from_outside(referral: Referral) -> ResponseReturnValue:
    """Invite somebody, or move the day on which an invitation ends."""
    form = forms.submitted()
    given = form.load(InvitationForm())
    if given is None:
        return _page(referral, form, 422)
    try:
        made = rules.invite(transactions.session(), referral, by=people.actor(), seen=seen(), **given)
    except Incomplete as refused:
        for name in refused.missing:
            form.refuse(name, gettext(_LACKING[name]))
        return _page(referral, form, 422)
    notices.say_next(
        gettext(
            "%(name)s is invited until %(day)s. Give them an action in the plan: they see that and nothing else.",
            name=made.account.name, day=long_date(given["last_on"]),
        )
    )  # fmt: skip
    return redirect(url_for(".invitations", number=referral.number), 303)


def _page(referral: Referral, form: forms.Form, status: int = 200) -> Response:
    session = transactions.session()
    locked = {one.account.id for one in roster.colleagues(session, referral) if one.is_invited and one.locked_by}
    return referral_page(
        "invitations.html",
        referral,
        status=status,
        form=form,
        invited=rules.of_referral(session, referral),
        is_over=rules.is_over,
        locked=locked,
        could_be=[
            (one.id, f"{one.name}, {mid_sentence(gettext(one.profession.label))}")
            for one in rules.could_be_invited(session, referral)
        ],
    )
