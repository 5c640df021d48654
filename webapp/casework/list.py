"""The list: the same referrals and filters as the board, line by line and page by page."""

from flask import Response, request, url_for

from referrals import queries
from webapp import pages, people, transactions
from webapp.casework import blueprint, filters
from webapp.casework.board import card, marks_of
from webapp.guards import signed_in


@blueprint.get("/referrals")
@signed_in()
def referral_list() -> Response:
    """One page of the referrals under the filters in the address."""
    chosen = filters.from_address()
    asked = request.args.get("page", default=1, type=int)
    found = queries.listing(transactions.session(), people.actor(), chosen, number=min(asked, 1_000_000))
    address = filters.in_address(chosen)
    marks = marks_of(found.rows)
    return pages.page(
        "casework/list.html",
        cards=[card(referral, chosen.today, marks) for referral in found.rows],
        found=found,
        filters=filters.choices(chosen),
        are_set=chosen.are_set,
        board_url=url_for("casework.board", **{name: value for name, value in address.items() if name != "show"}),
        page_url=lambda number: url_for("casework.referral_list", **address, page=number),
    )
