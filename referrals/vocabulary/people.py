"""Controlled lists about places and people: countries, school forms, professions, and how somebody stands to a referral."""

from referrals.vocabulary.terms import N_, Term


class Country(Term):
    """Whose law and words an instance follows."""

    SE = "se", N_("Sweden")
    DK = "dk", N_("Denmark")


class SchoolForm(Term):
    """What kind of unit it is; rules differ by it."""

    PRESCHOOL = "preschool", N_("Preschool")
    COMPULSORY = "compulsory", N_("Compulsory school")
    UPPER_SECONDARY = "upper_secondary", N_("Upper secondary school")
    LEISURE = "leisure", N_("After-school centre or youth club")


class Profession(Term):
    """What somebody in the forum is by profession."""

    HEAD_TEACHER = "head_teacher", N_("Head teacher")
    COORDINATOR = "coordinator", N_("Coordinator")
    TEACHER = "teacher", N_("Teacher or mentor")
    PRESCHOOL_TEACHER = "preschool_teacher", N_("Preschool teacher")
    SPECIAL_EDUCATOR = "special_educator", N_("Special educator")
    SPEECH_THERAPIST = "speech_therapist", N_("Speech therapist")
    SCHOOL_COUNSELLOR = "school_counsellor", N_("School counsellor")
    PSYCHOLOGIST = "psychologist", N_("Educational psychologist")
    SCHOOL_NURSE = "school_nurse", N_("School nurse")
    SCHOOL_DOCTOR = "school_doctor", N_("School doctor")
    SOCIAL_SERVICES = "social_services", N_("Social services")
    HEALTH_CARE = "health_care", N_("Health care")
    LEISURE_STAFF = "leisure_staff", N_("Leisure staff")
    CIVIL_SOCIETY = "civil_society", N_("Civil society")
    BUSINESS = "business", N_("Business")
    MANAGEMENT = "management", N_("Management of the schools")
    RESEARCHER = "researcher", N_("Researcher")
    ELECTED_MEMBER = "elected_member", N_("Elected member")
    REGISTRAR = "registrar", N_("Registrar")
    ADMINISTRATOR = "administrator", N_("System administrator")

    @classmethod
    def at_the_table(cls) -> list["Profession"]:
        """The professions of those who sit in teams; the others are to see nothing of what a team talks about."""
        return [
            word for word in cls if word not in (cls.RESEARCHER, cls.ELECTED_MEMBER, cls.REGISTRAR, cls.ADMINISTRATOR)
        ]


class Standing(Term):
    """How somebody stands to one referral apart from their role."""

    MEMBER = "member", N_("Takes part")
    STANDS_IN = "stands_in", N_("Stands in for a coordinator")
    RELEASED = "released", N_("No longer takes part")
    SHUT_OUT = "shut_out", N_("Kept out because of a conflict of interest")


class ListGround(Term):
    """Why somebody stands on the access list of a referral in which an identity is protected."""

    IN_CHARGE = "in_charge", N_("Coordinates the referral")
    HEAD_TEACHER = "head_teacher", N_("Head teacher of the unit")
    MARKED_IT = "marked_it", N_("Marked the identity as protected")
    ADDED = "added", N_("Added by name")
