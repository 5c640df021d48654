"""The words of an anonymous consultation."""

from referrals.vocabulary.terms import N_, Term


class ConsultationState(Term):
    """How far a question to the team has come, as its last instant tells."""

    DRAFT = "draft", N_("Draft, for your eyes only")
    ASKED = "asked", N_("With the team")
    ADVISED = "advised", N_("The team has advised")
    CLOSED = "closed", N_("Closed")
