"""The words of consultation rounds: how far one has come, the themes of learning questions, and what is refused."""

from referrals.vocabulary.terms import N_, Term


class RoundState(Term):
    """How far a consultation round has come, as its days tell."""

    ENROLLING = "enrolling", N_("Teams enrol")
    PREPARING = "preparing", N_("Enrolment is closed")
    UNDER_WAY = "under_way", N_("The slots are under way")
    OVER = "over", N_("The slots are over")


class QualityTheme(Term):
    """Which part of the systematic quality work a learning question belongs to."""

    ORGANISATION = "organisation", N_("Structure and organisation")
    TEACHING = "teaching", N_("Teaching")
    LANGUAGE = "language", N_("Ways of working that develop language")
    COLLEGIAL = "collegial", N_("Learning among colleagues")
    STUDENT_HEALTH = "student_health", N_("How student health works")


class RoundProblem(Term):
    """Why something cannot be so in a consultation round, in the words that stand at the field."""

    OVERLAP = "overlap", N_("This slot overlaps another one of the round. Choose another time: nothing has been added.")
    OUTSIDE = "outside", N_("This day is outside the days of the round. Choose one of them.")
    NOT_ENROLLED = "not_enrolled", N_("Only a team that is enrolled can get a slot. Choose one that is.")
    HAS_SLOT = "has_slot", N_("This team has a slot in the round already. Take that back first.")
    NOT_OPEN = "not_open", N_("Enrolment is closed. Ask whoever leads the round.")
    NOT_OVER = "not_over", N_("The report is issued on the round's last day or later. Nothing has been issued.")
    NO_TEAM = "no_team", N_("No team took part in this round, so there is nothing to report. Nothing has been issued.")
    ANSWERED = "answered", N_("You have evaluated this round already. Thank you: once is enough.")
    DUE = (
        "due",
        N_(
            "The questions are due, and this one stays as it was sent. Is something missing? Send in one more question."
        ),
    )
