"""Patterns by area and school for the management: access, waiting, topics, domains, outcomes and what families say."""

from flask import Response

from referrals.patterns import elsewhere, equity, quality_report
from referrals.patterns import lead_times as rules
from webapp import pages, people, transactions
from webapp.guards import signed_in
from webapp.patterns import blueprint, terms


@blueprint.get("/patterns")
@signed_in(*rules.READERS)
def patterns() -> Response:
    """One term."""
    session = transactions.session()
    chosen = terms.chosen(rules.terms(session))
    return pages.page(
        "patterns/patterns.html",
        found=equity.of_term(session, chosen.term, by=people.actor()),
        mapping=elsewhere.MAPPING,
        chosen=chosen,
        years=quality_report.school_years(session),
    )
