"""The words of development work: what it is about, its phases, how far it has come, what was done, and what is refused."""

from referrals.vocabulary.terms import N_, Term


class DevelopmentKind(Term):
    """What a piece of development work is about: never one child."""

    GROUP = "group", N_("A group of children")
    SCHOOL = "school", N_("A school or preschool")
    AREA = "area", N_("Several schools and preschools")


class DevelopmentPhase(Term):
    """What a term of it is for."""

    ANALYSIS = "analysis", N_("Situation analysis")
    PLANNING = "planning", N_("Goals and actions")
    CARRYING_OUT = "carrying_out", N_("Carrying out")
    FOLLOW_UP = "follow_up", N_("Follow-up")


class DevelopmentState(Term):
    """How far it has come, as its terms tell."""

    PLANNED = "planned", N_("Not begun yet")
    UNDER_WAY = "under_way", N_("Under way")
    TERMS_OVER = "terms_over", N_("Its terms are over")
    CLOSED = "closed", N_("Work closed")


class DevelopmentEvidence(Term):
    """Where the counts of an analysis come from."""

    SURVEY = "survey", N_("A survey")
    KNOWLEDGE = "knowledge", N_("Knowledge results")
    ATTENDANCE = "attendance", N_("Attendance at school")
    OTHER = "other", N_("Something else that was counted")


class GovernanceLevel(Term):
    """On which level of governance something is planned."""

    UNIT = "unit", N_("Schools and preschools")
    ADMINISTRATION = "administration", N_("The administration")
    POLITICAL = "political", N_("The political leadership")


class LevelledKind(Term):
    """What a level of governance plans, in the order it is shown in."""

    PRIORITY = "priority", N_("Priority")
    GOAL = "goal", N_("Goal")
    ACTION = "action", N_("Action")


class DevelopmentAct(Term):
    """What somebody did to it, as its history says it."""

    OPEN = "open_case", N_("The work was begun")
    OPEN_TRIAGE = "open_triage", N_("It waits to be taken up")
    TAKE_UP = "take_up", N_("Taken up")
    END_AT_TRIAGE = "end_at_triage", N_("Not taken up")
    CONCLUDE_ANALYSIS = "conclude_analysis", N_("Situation analysis concluded")
    DECIDE_PRIORITIES = "decide_priorities", N_("Priorities decided")
    AGREE_PLAN = "agree_plan", N_("Action plan agreed")
    OPEN_FOLLOW_UP = "open_follow_up", N_("Time to follow up")
    RECORD_FOLLOW_UP = "record_follow_up", N_("Followed up")
    STEP_BACK = "step_back", N_("Taken back one stage")
    CORRECT = "correct_case", N_("What it is about was written anew")
    SET_TERMS = "set_terms", N_("Phases of terms set")
    SET_MILESTONE = "set_milestone", N_("Milestone set")
    REACH_MILESTONE = "reach_milestone", N_("Milestone reached")
    TAKE_BACK_REACHED = "take_back_reached", N_("A milestone is not reached after all")
    DROP_MILESTONE = "drop_milestone", N_("Milestone taken away")
    HAND_OVER = "hand_over", N_("Process leader appointed")
    WRITE_ANALYSIS = "write_analysis", N_("Situation analysis written on")
    ADD_RESULT = "add_result", N_("Counts added")
    DROP_RESULT = "drop_result", N_("Counts taken away")
    PLAN_ACTION = "plan_action", N_("A priority, goal or action was planned")
    END_ACTION = "end_action", N_("A goal was reached or an action was done")
    TAKE_BACK_DONE = "take_back_done", N_("A goal is not reached, or an action not done, after all")
    DROP_ACTION = "drop_action", N_("A priority, goal or action was taken away")
    WRITE_REPORT = "write_report", N_("Closing report written on")
    CLOSE = "close_case", N_("Closed with its report")


class DevelopmentPaperKind(Term):
    """What a paper is that a stage of development work left."""

    BEGINNING = "beginning", N_("What is to be worked on")
    DECISION = "decision", N_("Decision on taking it up")
    ANALYSIS = "analysis", N_("Situation analysis")
    PRIORITIES = "priorities", N_("What comes first")
    PLAN = "plan", N_("Action plan")
    FOLLOW_UP = "follow_up", N_("Follow-up")
    REPORT = "report", N_("Closing report")


class DevelopmentAudience(Term):
    """Whose part of what the levels plan stands in a paper in words."""

    TEAMS = "teams", N_("For the teams")
    MANAGEMENT = "management", N_("For the management")


class AfterFollowUp(Term):
    """How development work goes on after a follow-up."""

    GO_ON = "go_on", N_("The plan goes on")
    CHANGE_PLAN = "change_plan", N_("The plan is changed")
    CLOSE = "close", N_("The work is to be closed")


class DevelopmentProblem(Term):
    """Why something cannot be so in development work, in the words that stand at the field."""

    ONE_UNIT = "one_unit", N_("Work about a group or a school belongs to one school or preschool. Choose one.")
    SEVERAL_UNITS = "several_units", N_("An area is at least two schools or preschools. Choose all it is about.")
    REFERRAL_NUMBER = (
        "referral_number",
        N_(
            "A text holds what looks like the number of a referral. No referral of a child can stand here: leave it out."
        ),
    )
    NO_THEME = "no_theme", N_("Choose at least one.")
    ORDER = "order", N_("The last term comes before the first.")
    TOO_LONG = "too_long", N_("That is more than twelve terms. Check the first and the last one.")
    COUNTED_BEFORE = (
        "counted_before",
        N_(
            "This was counted already, in this work or in other work about the same school: two counts of the same tell what is left out of each. Say here what is different, such as the term. To mend counts, take them away and add them with the same groups, of which as many were asked."
        ),
    )
    SAME_GROUP = "same_group", N_("This group stands here twice.")
    IS_TOTAL = (
        "is_total",
        N_(
            "This is the sum of other groups here. Leave it out: with it, what is left out of another could be worked out."
        ),
    )
    OVERLAPPING = (
        "overlapping",
        N_(
            "Where a child is in two groups, what is left out of one can be worked out from the other. Leave groups out until no child is in two, and say so."
        ),
    )
    REASON_MISSING = "reason_missing", N_("Write the reason in a few words.")
    ANALYSIS_MISSING = (
        "analysis_missing",
        N_("The analysis has to say both what is difficult and why. Write both down before it is concluded."),
    )
    PRIORITIES_MISSING = (
        "priorities_missing",
        N_(
            "No prioritised questions or no goals are written in the analysis. Write both down before they are decided."
        ),
    )
    PLAN_MISSING = "plan_missing", N_("No action is planned yet. Plan one before the plan is agreed.")
    REPORT_MISSING = (
        "report_missing",
        N_("One of the four headings is empty. Fill them all in, then it can be closed. Nothing has been closed."),
    )
