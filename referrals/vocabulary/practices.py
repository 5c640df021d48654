"""The practices that a municipality switches on or off beside the referrals themselves."""

from referrals.vocabulary.terms import N_, Term


class Practice(Term):
    """One of them, by the name of its pages."""

    CONSULTATION = "consultation", N_("Anonymous consultations")
    UPWARD = "upward", N_("Questions to a team above")
    DEVELOPMENT = "development", N_("Development work")
    ROUNDS = "rounds", N_("Consultation rounds")
    LEARNING = "learning", N_("Lessons and seminars")
    PATTERNS = "patterns", N_("Patterns")
    RESEARCH = "research", N_("Exports for research")
