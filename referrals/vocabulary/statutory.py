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
