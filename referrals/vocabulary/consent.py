"""Controlled lists about guardians, what they were told, and what may be shared with whom."""

from referrals.vocabulary.terms import N_, Term


class Custody(Term):
    """Which part a guardian has in custody."""

    JOINT = "joint", N_("Joint custody")
    SOLE = "sole", N_("Sole custody")
    #: from eighteen nobody has custody, and the pupil decides
    SELF = "self", N_("Of age: the pupil themself")
    OTHER = "other", N_("Other adult close to the child")


class NoticeMethod(Term):
    """How a guardian was told."""

    MEETING = "meeting", N_("At a meeting")
    PHONE = "phone", N_("By telephone")
    LETTER = "letter", N_("By letter")
    NOT_TOLD = "not_told", N_("Not told")


class ConsentAnswer(Term):
    """What a guardian answered."""

    FULL = "full", N_("Consents")
    PARTIAL = "partial", N_("Consents in part")
    REFUSED = "refused", N_("Does not consent")


class ConsentState(Term):
    """Where consent stands for one guardian."""

    NOT_ASKED = "not_asked", N_("Not asked")
    INFORMED = "informed", N_("Informed")
    FULL = "full", N_("To all that was asked")
    PARTIAL = "partial", N_("To some of it")
    REFUSED = "refused", N_("Refused")
    WITHDRAWN = "withdrawn", N_("Consent withdrawn")
    EXPIRED = "expired", N_("Expired")
    #: a yes for a day still to come
    NOT_BEGUN = "not_begun", N_("The consent does not hold yet")


class ConsentForm(Term):
    """In what form consent was given."""

    WRITTEN = "written", N_("In writing")
    ORAL = "oral", N_("Orally")
    #: by the guardian themselves, on their own page
    DIGITAL = "digital", N_("With e-identification")


class InformationCategory(Term):
    """What kind of information it is; consent is given by kind."""

    SCHOOLING = "schooling", N_("Schooling and learning")
    ATTENDANCE = "attendance", N_("Attendance")
    WELLBEING = "wellbeing", N_("Well-being and friends")
    FAMILY = "family", N_("Family and home")
    SUPPORT = "support", N_("Support and special education")
    PSYCHOSOCIAL = "psychosocial", N_("Psychological and psychosocial")
    HEALTH_POINTER = "health_pointer", N_("That health care has something to add")


class Recipient(Term):
    """The service that information may go to."""

    OWN_STAFF = "own_staff", N_("The school's own staff and student health")
    SOCIAL_SERVICES = "social_services", N_("Social services")
    HEALTH_CARE = "health_care", N_("Health care")
    LEISURE = "leisure", N_("Leisure")
    CIVIL_SOCIETY = "civil_society", N_("Civil society and business")
    HEALTH_VISITOR = "health_visitor", N_("Health visitor")
    DENTAL_CARE = "dental_care", N_("Dental care")
    DAY_CARE = "day_care", N_("Day care")
    #: where the child moves to, or begins; never the own staff
    RECEIVING_SCHOOL = "receiving_school", N_("The school or preschool the child moves to")
    POLICE = "police", N_("The police")
    #: no service: what is about one guardian may go to the other only where that one says so
    OTHER_GUARDIAN = "other_guardian", N_("The other guardian (only what is about the one who says yes)")


class WhyNot(Term):
    """Why consent does not let something go to somebody."""

    NOBODY_DECIDES = "nobody_decides", N_("No guardian with custody is recorded")
    NOT_ASKED = "not_asked", N_("Not asked yet")
    OTHER_NOT_ANSWERED = "other_not_answered", N_("The other guardian has not answered")
    REFUSED = "refused", N_("A guardian said no")
    WITHDRAWN = "withdrawn", N_("The consent was withdrawn")
    EXPIRED = "expired", N_("The consent has expired")
    NOT_BEGUN = "not_begun", N_("The consent does not hold yet")
    OTHER_RECIPIENT = "other_recipient", N_("The consent does not reach this recipient")
    OTHER_KIND = "other_kind", N_("The consent does not reach this kind of information")
    ABOUT_SIBLING = "about_sibling", N_("It is about a sibling, for whom these guardians have not answered")
    CONFIDED = "confided", N_("The child said it in confidence: ask the child first")


class About(Term):
    """Whom a piece of information is about; their secrecy is theirs to lift."""

    CHILD = "child", N_("The child")
    GUARDIAN = "guardian", N_("A guardian")
    SIBLING = "sibling", N_("A sibling")


class PieceKind(Term):
    """What it is that goes to somebody."""

    PART = "part", N_("A part of the assessment")
    GOAL = "goal", N_("A goal with its actions")
    NOTE = "note", N_("A note")
    PLAN = "plan", N_("The plan")
    DOCUMENT = "document", N_("A paper")
    RENDERING = "rendering", N_("A version made for the recipient")


class Review(Term):
    """What somebody decided who reviewed what was shared without consent."""

    CLEARED = "cleared", N_("It may stand in guardians' papers")
    KEPT_OUT = "kept_out", N_("It stays out of guardians' papers")


class ChildsAnswer(Term):
    """What a child answered about guardians reading what was said in confidence, and what was decided."""

    AGREES = "agrees", N_("The child agrees: guardians may read it")
    KEPT = "kept", N_("The child does not want it: guardians do not read it")
    TOLD_ANYWAY = "told_anyway", N_("The child does not want it, but guardians have to know")
