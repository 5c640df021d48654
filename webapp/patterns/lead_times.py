"""How long families wait, by school and term, for the management of the schools."""

from flask import Response

from referrals.patterns import lead_times as patterns
from referrals.patterns.lead_times import Milestone
from webapp import pages, people, transactions
from webapp.guards import signed_in
from webapp.patterns import blueprint, terms


@blueprint.get("/lead-times")
@signed_in(*patterns.READERS)
def lead_times() -> Response:
    """One term."""
    session = transactions.session()
    chosen = terms.chosen(patterns.terms(session))
    return pages.page(
        "patterns/lead_times.html",
        found=patterns.of_term(session, chosen.term, by=people.actor()),
        milestones=list(Milestone),
        name=chosen.name,
        terms=chosen.links,
        current=chosen.term.code,
    )
