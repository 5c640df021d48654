"""Development work on the web: about a group, a school or an area, over terms; one blueprint, one module for each kind of page."""

import importlib

from flask import Blueprint

blueprint = Blueprint("development", __name__)

for _module in ("cases", "stages", "terms", "leaders", "analysis", "actions", "closing"):
    importlib.import_module(f"webapp.development.{_module}")
