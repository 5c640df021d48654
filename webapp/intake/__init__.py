"""The public form: telling about a child, coming back to it, and the links and codes that lead there."""

from flask import Blueprint

blueprint = Blueprint("intake", __name__)

# They hang their pages on the blueprint, which must be there first.
import webapp.intake.questions  # noqa: E402, F401
import webapp.intake.reported  # noqa: E402, F401
import webapp.intake.sending  # noqa: E402, F401
import webapp.intake.start  # noqa: E402, F401
