"""Controlled lists of the register: what came in or went out, which way, and from or to whom by capacity."""

from referrals.vocabulary.terms import N_, Term


class Direction(Term):
    """Whether it came in or went out."""

    RECEIVED = "received", N_("Received")
    ISSUED = "issued", N_("Issued")


class Registered(Term):
    """What was registered, in neutral words: never what it says, never who it is about."""

    CONCERN = "concern", N_("Concern to the team")
    COMPLETION = "completion", N_("Completion of a concern")
    ADDITION = "addition", N_("Addition to a concern")
    PART = "part", N_("Part of an assessment")
    #: its kind of paper says more
    PAPER = "paper", N_("Paper")
    ATTACHMENT = "attachment", N_("Attachment")
    GUARDIAN_TEXT = "guardian_text", N_("A guardian's own text")
    #: to what consent is asked for: yes, in part, no, or no longer
    CONSENT_ANSWER = "consent_answer", N_("A guardian's answer about consent")
    INVITATION_ANSWER = "invitation_answer", N_("Answer to an invitation")
    ACCESS_REQUEST = "access_request", N_("Request to read the file")
    PROTECTION_REPORT = "protection_report", N_("Protection report")
    #: a warning or a report about absence at school; its kind of paper says which
    ABSENCE = "absence", N_("Unlawful absence")


class Counterpart(Term):
    """From or to whom, by capacity: never a name."""

    FILE = "file", N_("The file")
    REPORTER = "reporter", N_("The reporter")
    GUARDIAN = "guardian", N_("A guardian")
    CHILD = "child", N_("The child")
    STAFF = "staff", N_("Staff")
    AUTHORITY = "authority", N_("An authority")
    OTHER = "other", N_("Somebody else")
