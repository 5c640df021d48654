"""The words of a referral to an outside service."""

from referrals.vocabulary.terms import N_, Term


class ServiceReferralState(Term):
    """How far a referral to an outside service has come; everything but the first is what the team recorded of it."""

    SENT = "sent", N_("Waits for an answer")
    ACCEPTED = "accepted", N_("Accepted by the service")
    DECLINED = "declined", N_("Declined by the service")
    #: by the team, that asks for it no more
    REVOKED = "revoked", N_("Taken back by the team")
    #: by the team, since a consent it rests on has ended
    CONSENT_ENDED = "consent_ended", N_("Taken back since a consent has ended")
    DONE = "done", N_("The service has done its part")
