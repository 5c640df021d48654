"""Controlled lists of statutory side decisions."""

from referrals.vocabulary.terms import N_, Term


class DecidedBy(Term):
    """Who decided, or reported, what only a pointer stands for here, by office: never a name."""

    HEAD_TEACHER = "head_teacher", N_("The head teacher")
    ORGANISER = "organiser", N_("The municipality, as organiser of the schools")
    COUNSELLING_SERVICE = "counselling_service", N_("The educational-psychological service")
    SOCIAL_SERVICES = "social_services", N_("The social services")
    HEALTH_CARE = "health_care", N_("Health care")
    SCHOOL_STAFF = "school_staff", N_("Staff of the school")
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
    """What was decided: a programme of special support, that none is drawn up, or that the one in force ends."""

    PROGRAMME = "programme", N_("A programme of special support")
    NONE = "none", N_("No programme")
    ENDED = "ended", N_("The programme of special support ends")


class SupportReviewKind(Term):
    """In which of the two ways the law names a programme is looked at again."""

    FOLLOW_UP = "follow_up", N_("The measures were followed up")
    EVALUATION = "evaluation", N_("The measures were evaluated")


class SupportReviewOutcome(Term):
    """What follows once a programme was looked at again."""

    GOES_ON = "goes_on", N_("The programme goes on as it is")
    CHANGES = "changes", N_("The programme is changed and decided anew")
    ENDS = "ends", N_("The head teacher is to decide whether the programme ends")


class SupportForm(Term):
    """In which way special support is given; the law leaves all but the first to the head teacher alone."""

    IN_CLASS = "in_class", N_("In the regular class")
    OTHER_GROUP = "other_group", N_("In another group")
    INDIVIDUALLY = "individually", N_("Taught alone")
    DISTANCE = "distance", N_("Teaching at a distance")
    ADJUSTED_STUDIES = "adjusted_studies", N_("Adjusted studies")


class EducationalWish(Term):
    """On whose wish the head teacher asks for an educational-psychological assessment."""

    SCHOOL = "school", N_("The school sees that the pupil may need special education or other special help")
    FAMILY = "family", N_("The parents or the pupil ask for it")


class EducationalNeed(Term):
    """What an educational-psychological assessment came to; what is given is decided by others."""

    NEEDED = "needed", N_("The pupil needs special education or other special help")
    NOT_NEEDED = "not_needed", N_("What the school gives in its teaching is enough")


class EducationalOutcome(Term):
    """What the head teacher decides after such an assessment; about another school the municipality decides."""

    AT_SCHOOL = "at_school", N_("The pupil gets special education or other special help at the school")
    ELSEWHERE = "elsewhere", N_("The municipality is asked to decide about special education at another school")
    NONE = "none", N_("The pupil gets no special education: what the school gives in its teaching is enough")


class AbsencePattern(Term):
    """Which absence the head teacher has investigated."""

    REPEATED = "repeated", N_("Repeated absence")
    LONGER = "longer", N_("Longer absence")


class AbsenceKind(Term):
    """Whether the absence was reported and allowed; it is investigated either way."""

    VALID = "valid", N_("Valid absence")
    NOT_VALID = "not_valid", N_("Absence without valid reason")
    BOTH = "both", N_("Both valid absence and absence without valid reason")


class SupportToo(Term):
    """Whether an investigation of absence gives reason to investigate the need of special support as well."""

    YES = "yes", N_("The need of special support is to be investigated as well")
    NO = "no", N_("There is no reason to investigate the need of special support")


class DegradingKind(Term):
    """What a child considers itself subjected to: what staff report, and the head teacher passes on, is the same for all three."""

    DEGRADING = "degrading", N_("Degrading treatment")
    HARASSMENT = "harassment", N_("Harassment connected with a ground of discrimination")
    SEXUAL_HARASSMENT = "sexual_harassment", N_("Sexual harassment")


class DegradingOutcome(Term):
    """What the investigation of a report of degrading treatment came to."""

    OCCURRED = "occurred", N_("Degrading treatment has occurred")
    NOT_SHOWN = "not_shown", N_("It could not be shown that degrading treatment has occurred")
    NOT_OCCURRED = "not_occurred", N_("No degrading treatment has occurred")
