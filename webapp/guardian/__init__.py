"""A guardian's own page: opened with a code on paper, and further with e-identification."""

from flask import Blueprint

blueprint = Blueprint("guardian", __name__, url_prefix="/guardian")

# They hang their pages on the blueprint, which must be there first.
import webapp.guardian.consent  # noqa: E402, F401
import webapp.guardian.door  # noqa: E402, F401
import webapp.guardian.further  # noqa: E402, F401
import webapp.guardian.home  # noqa: E402, F401
