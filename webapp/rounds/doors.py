"""Who is let in to the pages of rounds, and what all of them say of a round."""

from functools import partial
from typing import Final

from flask import abort

from referrals.access import Role
from referrals.models import ConsultationRound, RoundEnrolment
from referrals.patterns.school_terms import SchoolTerm
from referrals.rounds import people as rules
from referrals.vocabulary import N_
from webapp.forums.team import TEAM_ROLES
from webapp.guards import for_row
from webapp.language import gettext
from webapp.navigation import hold_rounds

#: the roles that have to do with rounds
ROLES: Final = (*TEAM_ROLES, Role.MANAGEMENT, Role.CONSULTANT)

for_round = partial(for_row, "round", ConsultationRound, rules.may_see)
for_enrolment = partial(for_row, "enrolment", RoundEnrolment, rules.may_read)


def require_rounds() -> None:
    """A municipality that holds no rounds has no pages of them."""
    if not hold_rounds():
        abort(404)


def term_name(term: SchoolTerm) -> str:
    """A term as people say it."""
    words = N_("Autumn term %(year)s") if term.is_autumn else N_("Spring term %(year)s")
    return gettext(words, year=term.year)
