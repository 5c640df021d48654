"""The catalogue of good practice, narrowed by theme, age and words in the address."""

from typing import Any, Final, TypeVar

from flask import Response, abort, request, url_for

from referrals.access import Role
from referrals.learning import catalogue as rules
from referrals.learning.catalogue import Wanted
from referrals.rounds import people as rounds_people
from referrals.vocabulary import AgeGroup, LessonTheme
from webapp import forms, pages, people, transactions
from webapp.forums.team import TEAM_ROLES, opens_teams
from webapp.guards import signed_in
from webapp.language import gettext
from webapp.learning import blueprint

#: the roles that can have to do with lessons; what each of them reads the core says
ROLES: Final = (*TEAM_ROLES, Role.MANAGEMENT, Role.RESEARCHER)
_A_PAGE: Final = 20
_WORD = TypeVar("_WORD", LessonTheme, AgeGroup)


@blueprint.get("/lessons")
@signed_in(*ROLES)
def catalogue() -> Response:
    """The published lessons that were asked for."""
    session, actor = transactions.session(), people.actor()
    if not rules.may_read(actor):
        abort(404)
    wanted = _wanted()
    found = rules.published(session, wanted)
    last = max(1, -(-len(found) // _A_PAGE))
    page = min(max(1, request.args.get("page", 1, type=int)), last)
    typed = {"theme": wanted.theme, "ages": wanted.ages, "words": wanted.words}
    in_address: dict[str, Any] = {name: str(value) for name, value in typed.items() if value}
    return pages.page(
        "learning/catalogue.html",
        form=forms.shown(typed),
        lessons=found[(page - 1) * _A_PAGE : page * _A_PAGE],
        count=len(found),
        is_narrowed=bool(in_address),
        page=page,
        last_page=last,
        address=lambda number: url_for(".catalogue", **{**in_address, "page": number}),
        has_team=opens_teams() and bool(rounds_people.teams_of(session, actor)),
        **choices(),
    )


def choices() -> dict[str, Any]:
    """The themes and ages somebody can choose from, as pairs of value and words."""
    return {
        "themes": [(each.value, gettext(each.label)) for each in LessonTheme],
        "age_groups": [(each.value, gettext(each.label)) for each in AgeGroup],
    }


def _wanted() -> Wanted:
    """What the address asks for; what makes no sense there is left aside."""
    return Wanted(
        theme=_word(LessonTheme, request.args.get("theme")),
        ages=_word(AgeGroup, request.args.get("ages")),
        words=forms.clean({"words": request.args.get("words", "")})["words"][:200],
    )


def _word(kind: type[_WORD], value: str | None) -> _WORD | None:
    return kind(value) if value in set(kind) else None
