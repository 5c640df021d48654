"""The rooms for patterns without persons: one blueprint, one module for each page."""

from flask import Blueprint

blueprint = Blueprint("patterns", __name__)

# The views hang on the blueprint above, so they come after it.
from webapp.patterns import lead_times, patterns, quality_report, research  # noqa: E402

__all__ = ["blueprint", "lead_times", "patterns", "quality_report", "research"]
