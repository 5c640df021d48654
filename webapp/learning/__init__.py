"""What teams learn, on the web: lessons, the catalogue and seminars; one blueprint, one module for each kind of page."""

import importlib

from flask import Blueprint

blueprint = Blueprint("learning", __name__)

for _module in ("catalogue", "lessons", "seminars"):
    importlib.import_module(f"webapp.learning.{_module}")
