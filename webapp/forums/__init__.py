"""The teams' own rooms: one blueprint, one module for each page."""

import importlib

from flask import Blueprint

blueprint = Blueprint("forums", __name__)

for _module in (
    "team",
    "about",
    "seats",
    "year",
    "agenda",
    "moving",
    "calling",
    "public",
    "consultations",
    "degrading_notices",
    "upward",
    "subscription",
):
    importlib.import_module(f"webapp.forums.{_module}")
