"""The controlled lists: every word staff choose from, with its English label. Labels are translated where they are shown."""

from enum import StrEnum
from typing import Self

from referrals.stages import Status


def N_(text: str) -> str:  # noqa: N802 - the name under which Babel finds texts that are translated later
    """Mark `text` for translation."""
    return text


class Term(StrEnum):
    """A word of a controlled list: stored by its value, shown by its label."""

    label: str

    def __new__(cls, value: str, label: str = "") -> Self:
        """Make the member `value` and remember its label."""
        member = str.__new__(cls, value)
        member._value_ = value
        member.label = label
        return member


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
    SOCIAL_SERVICES = "social_services", N_("Social services")
    LEISURE_STAFF = "leisure_staff", N_("Leisure staff")
    ADMINISTRATOR = "administrator", N_("System administrator")


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


class Standing(Term):
    """How somebody stands to one referral apart from their role."""

    MEMBER = "member", N_("Takes part")
    STANDS_IN = "stands_in", N_("Stands in for a coordinator")
    SHUT_OUT = "shut_out", N_("Kept out because of a conflict of interest")


class TriageEnding(Term):
    """How a concern ends already at the initial assessment."""

    OWN_UNIT = "own_unit", N_("Handled in the own unit")
    OTHER_TRACK = "other_track", N_("Goes on in another track")
    REDIRECTED = "redirected", N_("Passed on to where it belongs")
    NO_ACTION = "no_action", N_("No action")


class Custody(Term):
    """Which part a guardian has in custody."""

    JOINT = "joint", N_("Joint custody")
    SOLE = "sole", N_("Sole custody")
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
    FULL = "full", N_("Full")
    PARTIAL = "partial", N_("Partial")
    REFUSED = "refused", N_("Refused")
    WITHDRAWN = "withdrawn", N_("Consent withdrawn")
    EXPIRED = "expired", N_("Expired")


class ConsentForm(Term):
    """In what form consent was given."""

    WRITTEN = "written", N_("In writing")
    ORAL = "oral", N_("Orally")


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


class About(Term):
    """Whom a piece of information is about; their secrecy is theirs to lift."""

    CHILD = "child", N_("The child")
    GUARDIAN = "guardian", N_("A guardian")
    SIBLING = "sibling", N_("A sibling")


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


class Attendance(Term):
    """Whether somebody was at the meeting."""

    PRESENT = "present", N_("Present")
    ABSENT = "absent", N_("Absent")


class MeetingOutcome(Term):
    """Where the team decided that the referral goes on."""

    PLAN = "plan", N_("Make an action plan")
    MORE_ASSESSMENT = "more_assessment", N_("Ask for more")
    MEET_AGAIN = "meet_again", N_("Meet again")
    CLOSE = "close", N_("Propose closing")


class PlanStatus(Term):
    """Where one version of the plan stands."""

    DRAFT = "draft", N_("Draft")
    FOR_APPROVAL = "for_approval", N_("For approval")
    RETURNED = "returned", N_("Returned with comments")
    ACTIVE = "active", N_("Active")
    REPLACED = "replaced", N_("Replaced")
    ENDED = "ended", N_("Ended")


class ActionStatus(Term):
    """Where one action of the plan stands."""

    PLANNED = "planned", N_("Planned")
    ONGOING = "ongoing", N_("Ongoing")
    DONE = "done", N_("Done")
    HINDERED = "hindered", N_("Hindered")
    NOT_DONE = "not_done", N_("Not done")
    HANDED_OVER = "handed_over", N_("Handed over")


class LossCause(Term):
    """Why an action was done fewer times than planned."""

    NONE = "none", N_("Nothing was lost")
    STAFF_ABSENT = "staff_absent", N_("Staff were absent")
    CHILD_ABSENT = "child_absent", N_("The child was absent")
    NOT_STARTED = "not_started", N_("It never started")
    NO_CONSENT = "no_consent", N_("Consent was missing")
    CHANGED = "changed", N_("Something else was done instead")
    OTHER = "other", N_("Another cause")


class Helped(Term):
    """Whether an action helped."""

    YES = "yes", N_("Yes, it helped")
    PARTLY = "partly", N_("Partly")
    NO = "no", N_("No")
    TOO_EARLY = "too_early", N_("Too early to say")


class GoalResult(Term):
    """How a goal stands."""

    REACHED = "reached", N_("Reached")
    CLOSER = "closer", N_("Closer")
    UNCHANGED = "unchanged", N_("Unchanged")
    FURTHER = "further", N_("Further away")


class FollowUpDecision(Term):
    """What a follow-up leads to."""

    CONTINUE = "continue", N_("Continue as planned")
    ADJUST = "adjust", N_("Adjust: a new version of the plan")
    STEP_UP = "step_up", N_("Step up: back to the team")
    STEP_DOWN = "step_down", N_("Step down: a lighter version of the plan")
    CLOSE = "close", N_("Propose closing")


class ClosureReason(Term):
    """Why a referral is closed."""

    GOALS_REACHED = "goals_reached", N_("The goals are reached")
    GOES_ON_ELSEWHERE = "goes_on_elsewhere", N_("The work goes on elsewhere")
    GUARDIANS_DECLINED = "guardians_declined", N_("The guardians do not wish to go on")
    MOVED = "moved", N_("The child has moved")
    NO_LONGER_NEEDED = "no_longer_needed", N_("The need is no longer there")


class DocumentKind(Term):
    """Every kind of paper: template folder, schema, sample and snapshot carry the same name."""

    RECEIPT = "receipt", N_("Receipt")
    REFERRAL = "referral", N_("Referral")
    INFORMATION_AND_CONSENT = "information_and_consent", N_("Information and consent")
    ASSESSMENT = "assessment", N_("Assessment")
    INVITATION = "invitation", N_("Invitation")
    MINUTES = "minutes", N_("Minutes")
    ACTION_PLAN = "action_plan", N_("Action plan")
    FOLLOW_UP = "follow_up", N_("Follow-up")
    CLOSING = "closing", N_("Closing")
    PROTECTION_REPORT = "protection_report", N_("Protection report")


class MailKind(Term):
    """Every kind of mail: template folder and snapshot carry the same name."""

    CONCERN_RECEIVED = "concern_received", N_("A concern has come in")
    CONCERN_RETURNED = "concern_returned", N_("A concern needs completing")
    CONCERN_WITHDRAWN = "concern_withdrawn", N_("A concern is withdrawn")
    PART_REQUESTED = "part_requested", N_("A part is asked for")
    MEETING_SCHEDULED = "meeting_scheduled", N_("A meeting is scheduled")
    MINUTES_TO_APPROVE = "minutes_to_approve", N_("Minutes to approve")
    PLAN_TO_APPROVE = "plan_to_approve", N_("A plan to approve")
    PLAN_RETURNED = "plan_returned", N_("A plan is returned")
    PLAN_APPROVED = "plan_approved", N_("A plan is approved")
    FOLLOW_UP_DUE = "follow_up_due", N_("A follow-up is due")
    REFERRAL_CLOSED = "referral_closed", N_("A referral is closed")


STATUS_LABELS: dict[Status, str] = {
    Status.SUBMITTED: N_("Submitted"),
    Status.RETURNED: N_("Returned for completion"),
    Status.WITHDRAWN: N_("Withdrawn by the reporter"),
    Status.WAITING: N_("Waiting"),
    Status.REQUESTED: N_("Requested"),
    Status.RECEIVED: N_("Received"),
    Status.SCHEDULED: N_("Scheduled"),
    Status.HELD: N_("Held, minutes in draft"),
    Status.DRAFT: N_("Draft"),
    Status.FOR_APPROVAL: N_("For approval"),
    Status.ACTIVE: N_("In progress"),
    Status.DUE: N_("Due"),
    Status.PROPOSED: N_("Proposed"),
    Status.CLOSED: N_("Closed"),
}
