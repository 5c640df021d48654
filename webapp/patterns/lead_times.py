"""How long families wait, by school and term, for the management of the schools and elected members."""

from flask import Response

from referrals.patterns import kept
from referrals.patterns.figures import Milestone
from webapp import pages, people, transactions
from webapp.guards import signed_in
from webapp.patterns import blueprint, terms


@blueprint.get("/lead-times")
@signed_in(*kept.READERS)
def lead_times() -> Response:
    """One term."""
    session = transactions.session()
    chosen = terms.chosen(session)
    found = kept.of_term(session, chosen.term, by=people.actor())
    return pages.page(
        "patterns/lead_times.html",
        lines=kept.by_school(found),
        counted_on=kept.day_of(session, found),
        milestones=list(Milestone),
        chosen=chosen,
    )
