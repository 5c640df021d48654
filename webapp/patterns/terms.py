"""Which term a page of patterns shows, and the links to the others."""

from dataclasses import dataclass

from flask import request

from referrals.patterns.school_terms import SchoolTerm
from referrals.vocabulary import N_
from webapp.language import gettext


@dataclass(frozen=True)
class Chosen:
    """The term that is shown, and all there are with their words."""

    term: SchoolTerm
    name: str
    links: list[tuple[str, str]]


def chosen(terms: list[SchoolTerm]) -> Chosen:
    """The one in the address, else the newest that is over, else the one that goes on."""
    asked = SchoolTerm.read(request.args.get("term", ""))
    term = asked if asked in terms else terms[min(1, len(terms) - 1)]
    return Chosen(term, name(term), [(one.code, name(one)) for one in terms])


def name(term: SchoolTerm) -> str:
    """A term as people say it."""
    words = N_("Autumn term %(year)s") if term.is_autumn else N_("Spring term %(year)s")
    return gettext(words, year=term.year)
