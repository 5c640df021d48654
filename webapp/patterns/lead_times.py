"""How long families wait, by school and term, for the management of the schools."""

from flask import Response, request

from referrals.patterns import lead_times as patterns
from referrals.patterns.lead_times import Milestone
from referrals.patterns.school_terms import SchoolTerm
from referrals.vocabulary import N_
from webapp import pages, people, transactions
from webapp.guards import signed_in
from webapp.language import gettext
from webapp.patterns import blueprint


@blueprint.get("/lead-times")
@signed_in(*patterns.READERS)
def lead_times() -> Response:
    """One term: the one in the address, else the newest that is over, else the one that goes on."""
    session = transactions.session()
    terms = patterns.terms(session)
    asked = SchoolTerm.read(request.args.get("term", ""))
    term = asked if asked in terms else terms[min(1, len(terms) - 1)]
    return pages.page(
        "patterns/lead_times.html",
        found=patterns.of_term(session, term, by=people.actor()),
        milestones=list(Milestone),
        name=_name(term),
        terms=[(one.code, _name(one)) for one in terms],
        current=term.code,
    )


def _name(term: SchoolTerm) -> str:
    words = N_("Autumn term %(year)s") if term.is_autumn else N_("Spring term %(year)s")
    return gettext(words, year=term.year)
