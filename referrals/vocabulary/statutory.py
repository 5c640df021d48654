"""Controlled lists of statutory side decisions."""

from referrals.vocabulary.terms import N_, Term


class DecidedBy(Term):
    """Who decided what only a pointer stands for here, by office: never a name."""

    HEAD_TEACHER = "head_teacher", N_("The head teacher")
    ORGANISER = "organiser", N_("The municipality, as organiser of the schools")
    COUNSELLING_SERVICE = "counselling_service", N_("The educational-psychological service")
    SOCIAL_SERVICES = "social_services", N_("The social services")
    HEALTH_CARE = "health_care", N_("Health care")
    OTHER = "other", N_("Somebody else")


class SupportGround(Term):
    """Why somebody reports to the head teacher that a pupil may need special support, as the law divides it."""

    GOALS_AT_RISK = "goals_at_risk", N_("The criteria may not be reached although the teaching was adapted")
    NOT_ENOUGH = "not_enough", N_("There are special reasons to think that adapted teaching would not be enough")
    OTHER_DIFFICULTIES = "other_difficulties", N_("The pupil shows other difficulties in the school situation")


class HealthTeamAsked(Term):
    """Whether the student health team was consulted, which only what is obvious makes unnecessary."""

    CONSULTED = "consulted", N_("The student health team was consulted")
    UNNECESSARY = "unnecessary", N_("Consulting the student health team was obviously unnecessary")


class SupportNeed(Term):
    """What an investigation of special support came to."""

    NEEDED = "needed", N_("The pupil needs special support")
    NOT_NEEDED = "not_needed", N_("The pupil does not need special support")


class ProgrammeKind(Term):
    """What was decided: a programme of special support, or that none is drawn up."""

    PROGRAMME = "programme", N_("A programme of special support")
    NONE = "none", N_("No programme")


class SupportForm(Term):
    """In which way special support is given; the law leaves all but the first to the head teacher alone."""

    IN_CLASS = "in_class", N_("In the regular class")
    OTHER_GROUP = "other_group", N_("In another group")
    INDIVIDUALLY = "individually", N_("Taught alone")
    DISTANCE = "distance", N_("Teaching at a distance")
    ADJUSTED_STUDIES = "adjusted_studies", N_("Adjusted studies")
