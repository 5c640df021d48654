"""Controlled lists about who may know what: capacities, kinds of information, and what one cell of the table allows."""

from enum import StrEnum


class Capacity(StrEnum):
    """What somebody is to one referral: the columns of the table."""

    TEACHER = "teacher"
    COORDINATOR = "coordinator"
    HEAD_TEACHER = "head_teacher"
    STUDENT_HEALTH = "student_health"
    SCHOOL_NURSE = "school_nurse"
    SOCIAL_SERVICES = "social_services"
    HEALTH_CARE = "health_care"
    LEISURE = "leisure"
    CIVIL_SOCIETY = "civil_society"
    #: named to carry out an investigation that the law lays upon the school
    INVESTIGATOR = "investigator"
    REPORTER = "reporter"
    GUARDIAN = "guardian"
    CHILD = "child"
    MANAGEMENT = "management"
    RESEARCHER = "researcher"
    #: of the elected committee
    ELECTED_MEMBER = "elected_member"
    ADMINISTRATOR = "administrator"


class Information(StrEnum):
    """What there is to know: the rows of the table."""

    EXISTENCE = "existence"
    CHILD = "child"
    PROTECTED_IDENTITY = "protected_identity"
    CONCERN = "concern"
    GUARDIANS = "guardians"
    REQUESTS = "requests"
    PEDAGOGICAL = "pedagogical"
    STUDENT_HEALTH = "student_health"
    MEDICAL = "medical"
    SOCIAL_SERVICES = "social_services"
    MINUTES = "minutes"
    PLAN = "plan"
    PLAN_WRITING = "plan_writing"
    TIMELINE = "timeline"
    DOCUMENTS = "documents"
    STATUTORY_LINKS = "statutory_links"
    SPECIAL_SUPPORT = "special_support"
    ABSENCE_INVESTIGATION = "absence_investigation"
    DEGRADING_TREATMENT = "degrading_treatment"
    EDUCATIONAL_ASSESSMENT = "educational_assessment"
    HANDED_OVER = "handed_over"
    WORKING_NOTES = "working_notes"
    PROTECTION = "protection"
    READ_LOG = "read_log"
    DEIDENTIFIED = "deidentified"
    AGGREGATES = "aggregates"


class Cell(StrEnum):
    """What a cell of the table allows. Whatever needs a condition is nothing until the condition holds."""

    NOTHING = "-"
    #: all of it, and where it is written by several, writing one's own
    READ = "read"
    WRITE = "write"
    #: reads it, while called to the meeting or answering for an action
    IF_ACTING = "if_acting"
    #: only what they wrote, sent or did themselves
    OWN = "own"
    #: the conclusion written for the team, and no more
    CONCLUSION = "conclusion"
    #: the conclusion, and the whole of a part that was opened on a ground of the rule pack; see `referrals/reading/part_openings.py`
    CONCLUSION_OR_ON_GROUND = "on_ground"
    #: that there is something to add and whom to ask, never what
    POINTER = "pointer"
    #: the frame and the outcome of a meeting; goals in their short form and the actions of a plan
    PARTLY = "partly"
    #: another service: only while the consent in force reaches it, and only in the kinds of information it names
    BY_CONSENT = "consent"
    CONCLUSION_BY_CONSENT = "consent_short"
    PARTLY_BY_CONSENT = "consent_partly"
    #: the action they answer for, its goal in the short form and whom to call
    OWN_ACTION = "own_action"
    #: that one investigation with what it answers, from the day they were named until it has its result
    IF_INVESTIGATING = "if_investigating"
    #: who is named for it one by one; see `referrals/safeguarding/protection.py`
    IF_NAMED = "if_named"
    #: asked for at the service that keeps it, never shown here
    AT_SOURCE = "at_source"
    #: in a text of its own for children, or on request, through a person who has gone through it
    EASY = "easy"
    ON_REQUEST = "on_request"
    #: numbers, or the skeleton of the log, on pages that name no referral
    COUNT = "count"
