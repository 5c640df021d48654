"""Search by reference number: straight to the referral, or a page that says that there is none to see."""

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue

from referrals import queries
from webapp import pages, people, transactions
from webapp.casework import blueprint
from webapp.guards import signed_in


@blueprint.get("/search")
@signed_in()
def search() -> ResponseReturnValue:
    """The referral with the number that was typed; unknown and forbidden give the same answer."""
    typed = request.args.get("reference", "").strip()[:40]
    found = queries.find(transactions.session(), people.actor(), typed) if typed else None
    if found is not None:
        return redirect(url_for("casework.referral", number=found.number), 303)
    return pages.page("casework/search.html", 404 if typed else 200, typed=typed)
