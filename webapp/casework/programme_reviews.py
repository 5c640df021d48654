"""What follows a programme of special support, on its own page: follow-up and evaluation, and the decision that it ends."""

from flask import redirect, url_for
from flask.typing import ResponseReturnValue

from referrals.errors import Incomplete
from referrals.models import Referral
from referrals.stages import Verb
from referrals.statutory import programme_reviews as rules
from schemas.programme_reviews import UNMET, EndProgrammeForm, SupportReviewForm
from webapp import forms, notices, people, transactions
from webapp.casework import blueprint
from webapp.casework.frame import seen
from webapp.casework.support_programme import END, REVIEW, programme_page
from webapp.guards import for_referral
from webapp.language import gettext


@blueprint.post("/referrals/<reference:number>/special-support/programme/reviews")
@for_referral(Verb.REVIEW_SUPPORT_PROGRAMME)
def review_programme(referral: Referral) -> ResponseReturnValue:
    """Record that the programme in force was followed up or evaluated."""
    form = forms.submitted()
    given = form.load(SupportReviewForm())
    if given is None:
        return programme_page(referral, {REVIEW: form})
    reviewed = rules.Reviewed(kind=given.pop("review_kind"), **given)
    try:
        rules.record_review(transactions.session(), referral, by=people.actor(), seen=seen(), reviewed=reviewed)
    except Incomplete as refused:
        for name in refused.missing:
            form.refuse(name, UNMET[name])
        return programme_page(referral, {REVIEW: form})
    notices.say_next(gettext("It is recorded, and made as a paper for the file and the guardians."))
    return _back(referral)


@blueprint.post("/referrals/<reference:number>/special-support/programme/end")
@for_referral(Verb.END_SUPPORT_PROGRAMME)
def end_programme(referral: Referral) -> ResponseReturnValue:
    """Decide that the programme in force ends."""
    form = forms.submitted()
    given = form.load(EndProgrammeForm())
    if given is None:
        return programme_page(referral, {END: form})
    try:
        rules.end_programme(
            transactions.session(), referral, by=people.actor(), seen=seen(), reasons=given["end_reasons"]
        )
    except Incomplete:
        form.refuse("end_reasons", UNMET["reviewed"])
        return programme_page(referral, {END: form})
    notices.say_next(gettext("It is decided that the programme ends. Record below when each was told."))
    return _back(referral)


def _back(referral: Referral) -> ResponseReturnValue:
    return redirect(url_for("casework.support_programme", number=referral.number), 303)
