"""Controlled list of the weekly look at the access log."""

from referrals.vocabulary.terms import N_, Term


class VisitAnswer(Term):
    """What a head teacher thinks of one visit."""

    LOOKS_RIGHT = "looks_right", N_("Looks right")
    ASK = "ask", N_("Ask about it")
