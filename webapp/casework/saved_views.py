"""Keeping a view of board and list, and letting it go."""

from typing import Any

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue

from referrals.work import saved_views
from webapp import notices, people, transactions
from webapp.casework import blueprint, filters
from webapp.guards import signed_in
from webapp.language import gettext


@blueprint.post("/views")
@signed_in()
def keep_view() -> ResponseReturnValue:
    """Keep the filters that were sent as a view of one's own."""
    wanted = filters.in_address(filters.read(request.form))
    if wanted and not saved_views.keep(transactions.session(), people.actor(), wanted):
        notices.say_next(
            gettext("You keep %(num)d views already. Remove one, then keep this one.", num=saved_views.MOST)
        )
    return _back(wanted)


@blueprint.post("/views/remove")
@signed_in()
def remove_view() -> ResponseReturnValue:
    """Keep this view no longer; what it showed stays as it is."""
    wanted = filters.in_address(filters.read(request.form))
    saved_views.forget(transactions.session(), people.actor(), wanted)
    return _back(wanted)


def _back(wanted: dict[str, Any]) -> ResponseReturnValue:
    page = "casework.board" if request.form.get("on") == "board" else "casework.referral_list"
    return redirect(url_for(page, **wanted), 303)
