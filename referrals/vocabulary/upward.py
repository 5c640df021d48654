"""The words of a question that a team sends upward."""

from referrals.vocabulary.terms import N_, Term


class UpwardState(Term):
    """How far a question sent upward has come, as its last instant tells."""

    ASKED = "asked", N_("With the team above")
    ANSWERED = "answered", N_("Answered")
    CLOSED = "closed", N_("Answer read")
