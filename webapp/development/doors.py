"""Who is let in to the pages of development work, and what all of them share."""

from functools import partial
from typing import Final

from flask import redirect, url_for
from flask.typing import ResponseReturnValue

from referrals import identity_check
from referrals.access import Role
from referrals.development import actions
from referrals.development import cases as rules
from referrals.errors import DevelopmentRefused, NamesSomebody
from referrals.models import DevelopmentCase
from referrals.vocabulary import DevelopmentAct, DevelopmentProblem
from webapp import nobody, people, transactions
from webapp.casework.frame import seen
from webapp.forms import Form
from webapp.forums.team import TEAM_ROLES
from webapp.guards import for_row
from webapp.language import gettext

#: the roles that can have to do with development work; what each of them reads the core says
ROLES: Final = (*TEAM_ROLES, Role.MANAGEMENT)
#: and those who see of it what its actions come to
ALL_WHO_SEE: Final = (*ROLES, Role.ELECTED_MEMBER)

for_actions = partial(for_row, "development", DevelopmentCase, actions.may_see)
for_case = partial(for_row, "development", DevelopmentCase, rules.may_read)


def version_seen(found: DevelopmentCase, act: DevelopmentAct) -> int:
    """How often `act` was done to it as whoever sent a form saw it; nobody else is asked for that. Raises NotAllowed, DevelopmentClosed."""
    rules.refuse_others(transactions.session(), found, act, by=people.actor())
    return seen()


def to_case(found: DevelopmentCase) -> ResponseReturnValue:
    """On to the page of it."""
    return redirect(url_for("development.case", development_id=found.id), 303)


def refuse(form: Form, refused: NamesSomebody | DevelopmentRefused, *names: str) -> list[tuple[str, str]] | None:
    """Say at its field what is wrong. What the check for identities found comes back with what of it can be a word only."""
    if isinstance(refused, NamesSomebody):
        checker = identity_check.municipal_checker(transactions.session(), by=people.actor())
        return nobody.mark(form, checker, *names)
    at = {
        DevelopmentProblem.REFERRAL_NUMBER: [name for name in names if rules.holds_number(form.value(name))],
        DevelopmentProblem.ONE_UNIT: ["unit_ids"],
        DevelopmentProblem.SEVERAL_UNITS: ["unit_ids"],
        DevelopmentProblem.NO_THEME: ["themes"],
        DevelopmentProblem.ORDER: ["last"],
        DevelopmentProblem.TOO_LONG: ["last"],
        DevelopmentProblem.REASON_MISSING: ["said"],
        DevelopmentProblem.COUNTED_BEFORE: ["question"],
        DevelopmentProblem.OVERLAPPING: ["are_apart"],
        DevelopmentProblem.SAME_GROUP: [*names[1 + refused.row : 2 + refused.row]],
        DevelopmentProblem.IS_TOTAL: [*names[1 + refused.row : 2 + refused.row]],
    }.get(refused.problem, [""])
    for name in at:
        form.refuse(name, gettext(refused.problem.label))
    return None
