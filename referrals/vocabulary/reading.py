"""Controlled lists about requests to read the file: who asked, and how."""

from referrals.vocabulary.terms import N_, Term


class AskedBy(Term):
    """Who asked to read."""

    GUARDIAN = "guardian", N_("A guardian")
    CHILD = "child", N_("The child")
    OTHER = "other", N_("Somebody else")


class AskedHow(Term):
    """How they asked."""

    ORAL = "oral", N_("Orally")
    WRITTEN = "written", N_("In writing")
