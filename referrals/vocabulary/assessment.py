"""Controlled lists of the team's assessment: walls, domains, levels and arenas."""

from referrals.vocabulary.terms import N_, Term


class Compartment(Term):
    """The wall behind which an assessment part stands."""

    PEDAGOGICAL = "pedagogical", N_("Pedagogical")
    STUDENT_HEALTH = "student_health", N_("Psychological, psychosocial and special-educational")
    MEDICAL = "medical", N_("Medical: a pointer only")
    SOCIAL_SERVICES = "social_services", N_("Social services: a pointer only")


class Domain(Term):
    """The three domains the teams work by."""

    HEALTH = "health", N_("Health")
    SAFETY = "safety", N_("Safety")
    LEARNING = "learning", N_("Learning")


class Colour(Term):
    """How the team sees one domain at a glance; always told by its word as well."""

    GREEN = "green", N_("Green: doing well")
    YELLOW = "yellow", N_("Yellow: needs attention")
    RED = "red", N_("Red: needs support now")


class Level(Term):
    """On which level something is seen or done."""

    INDIVIDUAL = "individual", N_("Individual")
    GROUP = "group", N_("Group")
    SCHOOL = "school", N_("School")


class Arena(Term):
    """Where in the child's day."""

    HOME = "home", N_("At home")
    SCHOOL = "school", N_("At school")
    LEISURE = "leisure", N_("In leisure time")


class PartStatus(Term):
    """Where one assessment part stands; whether it is late follows from its date."""

    REQUESTED = "requested", N_("Requested")
    RECEIVED = "received", N_("Received")
