"""Controlled lists of the public form and the initial assessment."""

from referrals.vocabulary.terms import N_, Term


class ReporterKind(Term):
    """Who sends in a concern."""

    TEACHER = "teacher", N_("Teacher or preschool teacher")
    OTHER_STAFF = "other_staff", N_("Other staff at the school or preschool")
    GUARDIAN = "guardian", N_("Guardian")
    PUPIL = "pupil", N_("The pupil")
    LEISURE = "leisure", N_("After-school centre, youth club or leisure")
    HEALTH_CARE = "health_care", N_("Health care")


class Topic(Term):
    """What a concern is about, in words neutral enough for a board."""

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
    OTHER = "other", N_("Something else")


class SchoolYear(Term):
    """Where in school the child is."""

    PRESCHOOL = "preschool", N_("Preschool")
    YEAR_0 = "0", N_("Preschool class, year 0")
    YEAR_1 = "1", N_("Year 1")
    YEAR_2 = "2", N_("Year 2")
    YEAR_3 = "3", N_("Year 3")
    YEAR_4 = "4", N_("Year 4")
    YEAR_5 = "5", N_("Year 5")
    YEAR_6 = "6", N_("Year 6")
    YEAR_7 = "7", N_("Year 7")
    YEAR_8 = "8", N_("Year 8")
    YEAR_9 = "9", N_("Year 9")
    UPPER_SECONDARY = "upper_secondary", N_("Upper secondary school")


class ProtectionAnswer(Term):
    """Whether the reporter fears that the child is harmed. Never pre-selected."""

    NO = "no", N_("No")
    UNSURE = "unsure", N_("I am not sure")
    YES = "yes", N_("Yes, I fear that the child is being harmed")


class GuardiansKnow(Term):
    """Whether guardians know about the concern."""

    YES = "yes", N_("Yes")
    NOT_YET = "not_yet", N_("Not yet")
    NOT_SUITABLE = "not_suitable", N_("It is not suitable to tell them now")
    #: nobody is asked: a guardian wrote, and whether another one knows is not known
    WROTE_IT = "wrote_it", N_("A guardian wrote this; whether another one knows is not known")


class ConflictAnswer(Term):
    """Whether somebody in the forum is too close to the matter. Never pre-selected; left open counts as unsure."""

    NO = "no", N_("No")
    YES = "yes", N_("Yes")
    UNSURE = "unsure", N_("Don't know yet")


class ReportProgress(Term):
    """How far it has come, as the one who sent it in may know it."""

    RECEIVED = "received", N_("Received")
    IN_WORK = "in_work", N_("In work")
    FINISHED = "finished", N_("Finished")


class TriageEnding(Term):
    """How a concern ends already at the initial assessment."""

    OWN_UNIT = "own_unit", N_("Handled in the own unit")
    OTHER_TRACK = "other_track", N_("Goes on in another track")
    REDIRECTED = "redirected", N_("Passed on to where it belongs")
    NO_ACTION = "no_action", N_("No action")
