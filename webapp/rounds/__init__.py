"""Consultation rounds on the web: one blueprint, one module for each kind of page."""

import importlib

from flask import Blueprint

blueprint = Blueprint("rounds", __name__)

for _module in ("rounds", "slots", "attendance", "consultants", "team", "report"):
    importlib.import_module(f"webapp.rounds.{_module}")
