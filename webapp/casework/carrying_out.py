"""Where whoever carries out an investigation goes on once it has its result: they see no more of it then."""

from flask import redirect, url_for
from flask.typing import ResponseReturnValue

from referrals.access import View, may_view
from referrals.models import Referral
from webapp import notices, people
from webapp.language import gettext


def back(referral: Referral, page: str, *, view: View) -> ResponseReturnValue:
    """Back to `page`, or to the start page for who may not look at `view` any more; that is said."""
    if may_view(view, people.actor(), referral.facts()):
        return redirect(url_for(page, number=referral.number), 303)
    notices.say_next(
        gettext("The result is recorded. What you carried out is done, and you see no more of it from now on.")
    )
    return redirect(url_for("casework.home"), 303)
