"""Controlled lists of the team's work: meetings, plans, follow-ups and closing."""

from referrals.vocabulary.terms import N_, Term


class Rhythm(Term):
    """How often somebody is reminded by mail of what waits for them."""

    DAILY = "daily", N_("Each school day, when something is due")
    WEEKLY = "weekly", N_("Once a week, with what is due that week")


class Attendance(Term):
    """How somebody took part in the meeting, if they did."""

    PRESENT = "present", N_("In the room")
    BY_LINK = "by_link", N_("By link")
    PARTLY = "partly", N_("Part of the time")
    ABSENT = "absent", N_("Absent")


class MeetingOutcome(Term):
    """Where the team decided that the referral goes on."""

    PLAN = "plan", N_("Make an action plan")
    MORE_ASSESSMENT = "more_assessment", N_("Ask for more")
    MEET_AGAIN = "meet_again", N_("Meet again")
    CLOSE = "close", N_("Propose closing")

    @property
    def for_families(self) -> str:
        """The same in words for whoever has never read a referral."""
        return _FOR_FAMILIES[self]


_FOR_FAMILIES: dict[MeetingOutcome, str] = {
    MeetingOutcome.PLAN: N_("Agree with the family on a plan for the child"),
    MeetingOutcome.MORE_ASSESSMENT: N_("Ask those who know the child for more first"),
    MeetingOutcome.MEET_AGAIN: N_("Meet again"),
    MeetingOutcome.CLOSE: N_("Suggest that its work with the child ends"),
}


class DecisionKind(Term):
    """What sets a decision of the team apart from what its own people do: somebody else has to act before anything comes of it."""

    SPECIALIST = "specialist", N_("Referral to a specialist")
    NETWORK_MEETING = "network_meeting", N_("Network meeting")
    LEVEL_UP = "level_up", N_("Question to the forum one level up")
    STATUTORY_TRACK = "statutory_track", N_("Statutory track, which the head teacher decides")


class PlanStatus(Term):
    """Where one version of the plan stands."""

    DRAFT = "draft", N_("Draft")
    FOR_APPROVAL = "for_approval", N_("For approval")
    RETURNED = "returned", N_("Returned with comments")
    ACTIVE = "active", N_("Active")
    REPLACED = "replaced", N_("Replaced")
    ENDED = "ended", N_("Ended")


class Unfit(Term):
    """Why a text cannot stand on the child's version of the plan."""

    TOO_LONG = (
        "too_long",
        N_("Write it shorter: the child's version of the plan is one sheet. Two short sentences are enough."),
    )
    NUMBER = "number", N_("Write it without digits: the child's version of the plan has no numbers.")
    DIAGNOSIS = "diagnosis", N_("Write what it is like for the child instead of a diagnosis.")
    TOO_MANY = "too_many", N_("There are more goals than the child's sheet has room for. Put some of them together.")


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
