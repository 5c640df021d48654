"""Controlled list of where a deadline comes from."""

from referrals.vocabulary.terms import N_, Term


class DeadlineSource(Term):
    """Where the day comes from by which something should be done: a target is never shown as if the law had set it."""

    LAW = "law", N_("By law")
    AGREEMENT = "agreement", N_("By agreement with others")
    LOCAL = "local", N_("The municipality's own target")
    TARGET = "target", N_("Standard target, not law")
    #: people have set it in the referral: parts wanted by, a meeting, a follow-up
    SET = "set", N_("Set in the referral")
    #: milestones of development work, the last day to enrol for a round
    LEADERS = "leaders", N_("Set by those who lead it")
    #: counted before targets or closed days were changed; the day stays, and no source of today explains it
    EARLIER = "earlier", N_("Counted before targets or closed days were changed")
