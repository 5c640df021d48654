"""Controlled lists about wording: what a text looks like, and why what looks medical belongs in it."""

from referrals.vocabulary.terms import N_, Term


class Looks(Term):
    """What words in a text look like."""

    IDENTITY_NUMBER = "identity_number", N_("an identity number")
    DIAGNOSIS = "diagnosis", N_("a diagnosis")
    MEDICINE = "medicine", N_("a medicine or a dose")


class Trace(Term):
    """What in a text that is to be about nobody tells who it is about."""

    IDENTITY_NUMBER = "identity_number", N_("an identity number")
    NAME = "name", N_("a name")
    SCHOOL_CLASS = "school_class", N_("a class")
    REFERENCE_NUMBER = "reference_number", N_("a reference number")

    @property
    def can_be_answered(self) -> bool:
        """Whether its writer can say that it is no person's; a number that is written like one never is anything else."""
        return self not in (Trace.IDENTITY_NUMBER, Trace.REFERENCE_NUMBER)


class WordingGround(Term):
    """On which ground words that look medical stay in a text of the team."""

    TOLD = "told", N_("The guardians or the pupil want the team to know it")
    SAFETY = "safety", N_("Staff must know it so that the child is safe at school")
    NOT_MEDICAL = "not_medical", N_("It only looks so: it is nothing medical and no identity number")
