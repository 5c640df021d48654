"""A team's public page, in plain words: who sits there, what happens, what guardians decide, and whom to call."""

from flask import Response, abort

from referrals.forums import public_page
from referrals.people import organisation
from referrals.vocabulary import shared_words
from webapp import pages, transactions
from webapp.forums import blueprint
from webapp.guards import public
from webapp.language import choose_language


@blueprint.get("/u/<string:slug>/team")
@blueprint.get("/u/<string:slug>/<any(sv, da, en):code>/team")
@blueprint.get("/u/<string:slug>/team/<string:name>")
@blueprint.get("/u/<string:slug>/<any(sv, da, en):code>/team/<string:name>")
@public
def public_team(slug: str, code: str = "", name: str = "") -> Response:
    """The page of the team that takes up concerns from one unit, or of another one that the unit has; the language can stand in the link."""
    choose_language(code)
    session = transactions.session()
    unit = organisation.unit_called(session, slug)
    if unit is None:
        abort(404)
    others = public_page.others_of(session, unit)
    team = next((one for one in others if one.slug == name), None) if name else unit.forum
    if team is None:
        abort(404)
    places = public_page.places(session, team)
    return pages.page(
        "forums/public.html",
        unit=unit,
        team=team,
        places=places,
        meant=shared_words.of_professions((one.profession for one in places), unit.school_form),
        is_first=team is unit.forum,
        takes_children=team.level.takes_children and not team.is_above,
        others=[] if name else others,
    )
