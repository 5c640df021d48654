"""The staff's rooms: one blueprint, one module for each stage and page."""

from flask import Blueprint

blueprint = Blueprint("casework", __name__)

# The views hang on the blueprint above, so they come after it.
from webapp.casework import (  # noqa: E402
    absence,
    absence_investigation,
    absent_pupil,
    access_log,
    action_plan,
    additions,
    assessment,
    attachments,
    board,
    closure,
    colours,
    conflict,
    consent,
    degrading_treatment,
    documents,
    educational_assessment,
    follow_up,
    guardian_page,
    guardians_told,
    hand_over,
    home,
    interpreters,
    invitations,
    leaving,
    list,  # noqa: A004 - the page is called so, and nothing here needs the builtin
    live,
    log_samples,
    measurements,
    meeting_answers,
    meeting_off,
    programme_reviews,
    protected_identity,
    protection,
    protection_disposal,
    reading_requests,
    referral,
    register,
    reminders,
    retention,
    saved_views,
    search,
    service_referral,
    sharing,
    special_support,
    standing_in,
    statutory,
    support_programme,
    team_review,
    triage,
    withholding,
    working_notes,
)

__all__ = [
    "absence", "absence_investigation", "absent_pupil", "access_log", "action_plan", "additions", "assessment", "attachments", "blueprint", "board", "closure", "colours", "conflict",
    "consent", "degrading_treatment", "documents", "educational_assessment", "follow_up", "guardian_page", "guardians_told", "hand_over", "home", "interpreters", "invitations", "leaving", "list", "live", "log_samples", "measurements", "meeting_answers", "meeting_off", "programme_reviews", "protected_identity",
    "protection", "protection_disposal", "reading_requests", "referral", "register", "reminders", "retention", "saved_views", "search", "service_referral", "sharing",
    "special_support", "standing_in", "statutory", "support_programme", "team_review", "triage", "withholding", "working_notes",
]  # fmt: skip
