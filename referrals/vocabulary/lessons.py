"""The words of lessons: what they are about, for which ages, where they come from, and how far one has come."""

from referrals.vocabulary.terms import N_, Term


class LessonTheme(Term):
    """What a lesson is about: what children need, or how the work is done."""

    ATTENDANCE = "attendance", N_("Attendance")
    LEARNING = "learning", N_("Learning")
    LANGUAGE = "language", N_("Language and communication")
    CONCENTRATION = "concentration", N_("Concentration")
    PEERS = "peers", N_("Friends and belonging")
    WELLBEING = "wellbeing", N_("Mood and well-being")
    CONDUCT = "conduct", N_("Conflicts")
    HOME = "home", N_("Circumstances at home")
    HEALTH = "health", N_("Health and habits")
    TRANSITION = "transition", N_("Change of school or group")
    GUARDIANS = "guardians", N_("Working with guardians")
    TEACHING = "teaching", N_("Teaching")
    COLLEGIAL = "collegial", N_("Learning among colleagues")
    STUDENT_HEALTH = "student_health", N_("How student health works")
    ORGANISATION = "organisation", N_("Structure and organisation")


class AgeGroup(Term):
    """For children of which ages a lesson holds: before school, at school, or both."""

    BEFORE_SCHOOL = "0-6", N_("0–6 years")
    AT_SCHOOL = "6-18", N_("6–18 years")
    ALL = "0-18", N_("0–18 years")


class LessonSource(Term):
    """What kind of work a lesson was learnt from; which one is kept nowhere."""

    REFERRAL = "referral", N_("From a closed referral")
    ROUND = "round", N_("From a consultation round")
    DEVELOPMENT = "development", N_("From development work")


class LessonState(Term):
    """How far a lesson has come, as its instants tell."""

    DRAFT = "draft", N_("Draft, for your eyes only")
    TO_CHECK = "to_check", N_("Waits for a second person's check")
    CHANGED = "changed", N_("Changed in the check")
    PUBLISHED = "published", N_("In the catalogue")
    WITHDRAWN = "withdrawn", N_("Taken out of the catalogue")
