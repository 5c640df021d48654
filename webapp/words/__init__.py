"""The words everybody shares around a child, for whoever wants to read what they mean: no sign-in, nothing secret."""

from flask import Blueprint, Response

from referrals.vocabulary import shared_words
from webapp import pages
from webapp.guards import public

blueprint = Blueprint("words", __name__)


@blueprint.get("/words")
@public
def all_words() -> Response:
    """All shared words, group by group."""
    return pages.page("words/words.html", groups=shared_words.GROUPS)
