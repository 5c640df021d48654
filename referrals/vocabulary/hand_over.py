"""The words of a hand-over to another unit."""

from referrals.vocabulary.terms import N_, Term


class HandOverState(Term):
    """How far a hand-over has come."""

    OFFERED = "offered", N_("Waits for an answer")
    ACCEPTED = "accepted", N_("Accepted")
    DECLINED = "declined", N_("Not taken over")
    TAKEN_BACK = "taken_back", N_("Taken back")
