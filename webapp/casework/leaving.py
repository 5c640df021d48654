"""The page on which a coordinator ends somebody's part in a referral, and says who takes over what is left."""

import uuid

from flask import Response, redirect, url_for
from flask.typing import ResponseReturnValue

from referrals.errors import Incomplete
from referrals.models import Account, Referral
from referrals.people import leaving as rules
from referrals.people import roster
from referrals.stages import Verb
from referrals.vocabulary import N_
from schemas.leaving import LeavingForm
from webapp import forms, notices, people, transactions
from webapp.casework import blueprint, starters
from webapp.casework.frame import referral_page, seen
from webapp.guards import for_referral
from webapp.language import gettext


@blueprint.get("/referrals/<reference:number>/members/<uuid:account_id>")
@for_referral(Verb.RELEASE_MEMBER)
def member(referral: Referral, account_id: uuid.UUID) -> Response:
    """What somebody has not finished, and the question who takes it over."""
    account = rules.find_member(transactions.session(), referral, account_id)
    return _page(referral, account, starters.shown("reason", starters.END_PART))


@blueprint.post("/referrals/<reference:number>/members/<uuid:account_id>")
@for_referral(Verb.RELEASE_MEMBER)
def release_member(referral: Referral, account_id: uuid.UUID) -> ResponseReturnValue:
    """End their part."""
    session = transactions.session()
    account = rules.find_member(session, referral, account_id)
    form = starters.submitted("reason", starters.END_PART)
    given = form.load(LeavingForm())
    if given is None:
        return _page(referral, account, form, status=422)
    try:
        rules.release_member(session, referral, by=people.actor(), seen=seen(), account_id=account_id, **given)
    except Incomplete:
        form.refuse("successor_id", N_("Choose who takes over what is not finished."))
        return _page(referral, account, form, status=422)
    notices.say_next(gettext("%(name)s no longer takes part and sees no more of the referral.", name=account.name))
    return redirect(url_for("casework.referral", number=referral.number), 303)


def _page(referral: Referral, account: Account, form: forms.Form, *, status: int = 200) -> Response:
    session = transactions.session()
    parts, actions = rules.unfinished(session, referral, account)
    others = roster.for_team(session, referral) if parts else roster.colleagues(session, referral)
    return referral_page(
        "leaving.html",
        referral,
        status=status,
        heading=gettext("End the part of %(name)s", name=account.name),
        form=form,
        parts=parts,
        actions=actions,
        others=[
            (one.account.id, one.account.name) for one in others if not one.locked_by and one.account is not account
        ],
    )
