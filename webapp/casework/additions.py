"""What reporters add later: shown on a referral's pages, and read with one click."""

import uuid

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from referrals import intake
from referrals.errors import NoSuchReferral
from referrals.models import ConcernAddition, Referral
from referrals.stages import Verb
from webapp import people, transactions
from webapp.casework import blueprint
from webapp.guards import for_referral


@blueprint.post("/referrals/<reference:number>/additions/<uuid:addition_id>/read")
@for_referral(Verb.READ_ADDITION)
def read_addition(referral: Referral, addition_id: uuid.UUID) -> ResponseReturnValue:
    """Keep that it was read, and show it: where one came from, or on the referral's own page."""
    addition = transactions.session().get(ConcernAddition, addition_id)
    if addition is None or addition.referral_id != referral.id:
        raise NoSuchReferral
    intake.read_addition(transactions.session(), referral, by=people.actor(), addition=addition)
    back = url_for("casework.triage", number=referral.number)
    if request.form.get("_page") == back:
        return redirect(back, 303)
    return redirect(url_for("casework.referral", number=referral.number, _anchor=f"addition-{addition_id}"), 303)


def additions_to(referral: Referral) -> list[ConcernAddition]:
    """What the reporter wrote later, the oldest first."""
    return list(
        transactions.session().scalars(
            select(ConcernAddition).where(ConcernAddition.referral_id == referral.id).order_by(ConcernAddition.at)
        )
    )
