"""Which term a page of patterns shows, and the links to the others."""

from dataclasses import dataclass

from flask import request
from sqlalchemy.orm import Session

from referrals.patterns import kept
from referrals.patterns.school_terms import SchoolTerm
from referrals.vocabulary import N_
from webapp.language import gettext


@dataclass(frozen=True)
class Chosen:
    """The term that is shown, and all there are with their words."""

    term: SchoolTerm
    name: str
    links: list[tuple[str, str]]


def chosen(session: Session) -> Chosen:
    """The one in the address, else the newest that is counted, else the one that goes on."""
    terms, asked = kept.terms(session), SchoolTerm.read(request.args.get("term", ""))
    term = asked if asked in terms else next((one for one in kept.counted(session) if one in terms), terms[0])
    return Chosen(term, name(term), [(one.code, name(one)) for one in terms])


def name(term: SchoolTerm) -> str:
    """A term as people say it."""
    words = N_("Autumn term %(year)s") if term.is_autumn else N_("Spring term %(year)s")
    return gettext(words, year=term.year)
