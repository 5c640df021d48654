"""Controlled lists about guardians taking part: their answers to an invitation, and what may be shown to them."""

from referrals.vocabulary.terms import N_, Term


class InvitationReply(Term):
    """What a guardian answers to an invitation."""

    COMES = "comes", N_("Comes to the meeting")
    CANNOT = "cannot", N_("Cannot come")
    ANOTHER_TIME = "another_time", N_("Asks for another time")
