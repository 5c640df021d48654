"""Patterns by area and school for the management and elected members: access, waiting, topics, domains, outcomes and what families say."""

from flask import Response

from referrals.patterns import elsewhere, kept, quality_report
from referrals.patterns.figures import Heading
from referrals.research import exports
from referrals.vocabulary import Practice
from webapp import navigation, pages, people, transactions
from webapp.guards import signed_in
from webapp.patterns import blueprint, terms


@blueprint.get("/patterns")
@signed_in(*kept.READERS)
def patterns() -> Response:
    """One term."""
    session, actor = transactions.session(), people.actor()
    chosen = terms.chosen(session)
    found = kept.of_term(session, chosen.term, by=actor)
    return pages.page(
        "patterns/patterns.html",
        found=found,
        counted_on=kept.day_of(session, found),
        headings=list(Heading),
        mapping=elsewhere.MAPPING,
        chosen=chosen,
        reports=quality_report.issued(session, by=actor),
        reads_exports=any(role in (*exports.ASKERS, *exports.DECIDERS) for role, _unit in actor.roles)
        and navigation.shows(Practice.RESEARCH),
    )
