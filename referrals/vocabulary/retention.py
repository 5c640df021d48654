"""Controlled lists about keeping and disposing: kinds of content, and what becomes of them."""

from referrals.vocabulary.terms import N_, Term


class ContentKind(Term):
    """What kind of content a referral holds; a municipality's plan has a rule for each, or none."""

    CHILD = "child", N_("Who the child is")
    CONCERN = "concern", N_("The concern and what was added")
    GUARDIANS = "guardians", N_("Guardians, information and consent")
    ASSESSMENT = "assessment", N_("Parts of the assessment")
    MEETINGS = "meetings", N_("Meetings and minutes")
    PLANS = "plans", N_("Plans, follow-ups and closing")
    PAPERS = "papers", N_("Papers as they were issued")
    FILES = "files", N_("Files that were sent along")
    POST = "post", N_("Addresses of mail")
    WORKING_NOTES = "working_notes", N_("Working notes")


class Fate(Term):
    """What becomes of content whose time is over."""

    DISPOSE = "dispose", N_("Destroy")
    PRESERVE = "preserve", N_("Hand to the archive")


class DisposalState(Term):
    """How far one disposal has come."""

    PROPOSED = "proposed", N_("Proposed")
    DECLINED = "declined", N_("Declined")
    APPROVED = "approved", N_("Approved: done tonight")
    TO_DELIVER = "to_deliver", N_("Approved: to be handed to the archive")
    DONE = "done", N_("Done")
