"""Controlled lists about exports for research: how far one has come, why it is not given out, and what its rows hold."""

from referrals.vocabulary.concern import SchoolYear
from referrals.vocabulary.terms import N_, Term


class ExportState(Term):
    """How far an export has come."""

    ASKED = "asked", N_("Waits for the management")
    APPROVED = "approved", N_("Approved")
    DECLINED = "declined", N_("Not approved")
    ENDED = "ended", N_("Ended")


class ExportProblem(Term):
    """Why it cannot be so, in the words that are shown."""

    NOT_APPROVED = (
        "not_approved",
        N_("The management has not approved this export yet. Nothing has been given out."),
    )
    DECLINED = "declined", N_("The management did not approve this export. Nothing has been given out.")
    NOT_MADE = "not_made", N_("The export is being made. Try again in a few minutes. Nothing has been given out.")
    ENDED = "ended", N_("This export has ended. Nothing has been given out. Ask for a new one.")
    OWN = "own", N_("Somebody else must decide about an export that you asked for. Nothing has been changed.")
    NO_TERMS = "no_terms", N_("Choose terms that are counted, the first not after the last.")


class AgeBand(Term):
    """About how old a child is, by where in school it is."""

    BEFORE_SCHOOL = "1-5", N_("1–5 years")
    FIRST_YEARS = "6-9", N_("6–9 years")
    MIDDLE_YEARS = "10-12", N_("10–12 years")
    LAST_YEARS = "13-15", N_("13–15 years")
    UPPER_SECONDARY = "16-19", N_("16–19 years")

    @classmethod
    def of(cls, year: SchoolYear) -> "AgeBand":
        """The band of those who go there."""
        if year is SchoolYear.PRESCHOOL:
            return cls.BEFORE_SCHOOL
        if year is SchoolYear.UPPER_SECONDARY:
            return cls.UPPER_SECONDARY
        return (cls.FIRST_YEARS, cls.MIDDLE_YEARS, cls.LAST_YEARS)[max(0, int(year.value) - 1) // 3]
