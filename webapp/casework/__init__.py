"""The staff's rooms: one blueprint, one module for each stage and page."""

import importlib
import importlib.util

from flask import Blueprint

blueprint = Blueprint("casework", __name__)

#: the modules whose views hang on the blueprint
_MODULES = (
    "home", "referral", "triage", "consent", "assessment", "team_review", "action_plan", "follow_up", "closure",
    "documents", "board", "list", "search", "live",
)  # fmt: skip

for _module in _MODULES:
    if importlib.util.find_spec(f"webapp.casework.{_module}"):
        importlib.import_module(f"webapp.casework.{_module}")
