"""The administrators' rooms: the organisation, and in a demonstration its date. No case content anywhere."""

import importlib

from flask import Blueprint

blueprint = Blueprint("administration", __name__, url_prefix="/administration")

for _module in (
    "home",
    "units",
    "forums",
    "people",
    "closed_days",
    "targets",
    "municipality",
    "practices",
    "date",
    "changes",
    "automatic_work",
):
    importlib.import_module(f"webapp.administration.{_module}")
