"""A team's public page, in plain words: who sits there, what happens, what guardians decide, and whom to call."""

from flask import Response, abort

from referrals.forums import public_page
from referrals.people import organisation
from webapp import pages, transactions
from webapp.forums import blueprint
from webapp.guards import public
from webapp.language import choose_language


@blueprint.get("/u/<string:slug>/team")
@blueprint.get("/u/<string:slug>/<any(sv, da, en):code>/team")
@public
def public_team(slug: str, code: str = "") -> Response:
    """The page of the team that takes up concerns from one unit; the language can stand in the link."""
    choose_language(code)
    session = transactions.session()
    unit = organisation.unit_called(session, slug)
    if unit is None:
        abort(404)
    return pages.page("forums/public.html", unit=unit, team=unit.forum, places=public_page.places(session, unit.forum))
