"""Controlled lists of unlawful absence."""

from referrals.vocabulary.terms import N_, Term


class AbsenceStepKind(Term):
    """What is due once absence has reached a share of the quarter; its paper carries the same name."""

    WARNING = "absence_warning", N_("Warning to the parents")
    REPORT = "absence_report", N_("Report to the municipality")
