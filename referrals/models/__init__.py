"""The tables, and the questions one row can answer about itself. All in one place so that every table is known."""

from referrals.models.absence import AbsenceAside, AbsenceCount, AbsenceStep, AbsentPupil
from referrals.models.absence_investigation import AbsenceInvestigation
from referrals.models.account import Account, KeptForm, RoleAssignment, WebSession
from referrals.models.action_plan import ActionPlan, Goal, PlannedAction
from referrals.models.agenda_item import AgendaItem
from referrals.models.assessment import AssessmentPart
from referrals.models.attachment import Attachment, AttachmentContent, DraftFile
from referrals.models.audit import GENERAL, AuditEvent, AuditHead, What
from referrals.models.base import Base
from referrals.models.closure import Closure, GoalOutcome
from referrals.models.colour_rating import ColourChoice, ColourRating
from referrals.models.concern import AdditionKind, Concern, ConcernAddition, Draft
from referrals.models.consultation import Consultation
from referrals.models.consultation_round import (
    ConsultationRound,
    LearningQuestion,
    RoundAnswer,
    RoundAnswered,
    RoundAttendance,
    RoundConsultant,
    RoundEnrolment,
    RoundPaper,
    RoundSlot,
)
from referrals.models.content_key import ContentKey
from referrals.models.date_call import CallNews, DateCall
from referrals.models.degrading_notice import DegradingNotice
from referrals.models.degrading_report import DegradingReport
from referrals.models.development import (
    DevelopmentAction,
    DevelopmentCase,
    DevelopmentEvent,
    DevelopmentLeader,
    DevelopmentMilestone,
    DevelopmentPaper,
    DevelopmentResult,
    DevelopmentTerm,
    DevelopmentUnit,
)
from referrals.models.disclosure import CONSENT, Disclosure
from referrals.models.document import Document, DocumentContent, Mail
from referrals.models.educational_assessment import EducationalAssessment, EducationalDecision, EducationalTold
from referrals.models.follow_up import ActionFollowUp, FollowUp, GoalFollowUp
from referrals.models.guardian import Consent, Guardian, GuardianVersion, InformationNotice
from referrals.models.guardian_page import (
    GuardianCode,
    GuardianIdentity,
    GuardianSession,
    GuardianWords,
    MeetingAnswer,
    ToldByHand,
)
from referrals.models.hand_over import HandOver, ReceivedHandOver
from referrals.models.invitation import Invitation
from referrals.models.lesson import Lesson
from referrals.models.log_sample import LogSample, LogSampleVisit
from referrals.models.measurement import Measurement
from referrals.models.organisation import ClosedDay, Forum, Municipality, OrganisationChange, TeamDate, Unit, forum_unit
from referrals.models.part_opening import PartOpening
from referrals.models.print_attempt import ClockPaper, PrintAttempt
from referrals.models.protection import ProtectionDisposal, ProtectionHold, ProtectionPaper, ProtectionReport
from referrals.models.reading_request import ReadingAnswer, ReadingRequest
from referrals.models.referral import History, Listed, Membership, OfReferral, Referral
from referrals.models.register import RegisterEntry, RegisterYear
from referrals.models.reminder import Reminder
from referrals.models.research_export import ResearchExport, ResearchPackage, ResearchTerm
from referrals.models.retention import Disposal, LegalHold
from referrals.models.saved_view import SavedView
from referrals.models.seminar import Seminar, SeminarAttendance, SeminarLesson
from referrals.models.service_referral import ServiceReferral
from referrals.models.sign_in import (
    KnownDevice,
    MunicipalAttempt,
    MunicipalIdentity,
    Pace,
    RecoveryCode,
    ResetLink,
    SecondFactor,
)
from referrals.models.special_support import SupportInvestigation, SupportReport
from referrals.models.step import Heartbeat, Step, StepKind
from referrals.models.support_programme import SupportProgramme, SupportTold
from referrals.models.support_review import SupportReview
from referrals.models.team_review import CalledAnswer, MeetingDecision, MeetingVersion, TeamMeeting
from referrals.models.team_seat import SeatAbsence, TeamSeat
from referrals.models.term_figures import QualityReport, TermFigures
from referrals.models.triage import StatutoryDecision
from referrals.models.upward_question import UpwardOrigin, UpwardQuestion
from referrals.models.withholding import Withholding
from referrals.models.working_note import WorkingNote

__all__ = [
    "CONSENT",
    "GENERAL",
    "AbsenceAside",
    "AbsenceCount",
    "AbsenceInvestigation",
    "AbsenceStep",
    "AbsentPupil",
    "Account",
    "ActionFollowUp",
    "ActionPlan",
    "AdditionKind",
    "AgendaItem",
    "AssessmentPart",
    "Attachment",
    "AttachmentContent",
    "AuditEvent",
    "AuditHead",
    "Base",
    "CallNews",
    "CalledAnswer",
    "ClockPaper",
    "ClosedDay",
    "Closure",
    "ColourChoice",
    "ColourRating",
    "Concern",
    "ConcernAddition",
    "Consent",
    "Consultation",
    "ConsultationRound",
    "ContentKey",
    "DateCall",
    "DegradingNotice",
    "DegradingReport",
    "DevelopmentAction",
    "DevelopmentCase",
    "DevelopmentEvent",
    "DevelopmentLeader",
    "DevelopmentMilestone", "DevelopmentPaper",
    "DevelopmentResult",
    "DevelopmentTerm",
    "DevelopmentUnit",
    "Disclosure",
    "Disposal",
    "Document",
    "DocumentContent",
    "Draft",
    "DraftFile",
    "EducationalAssessment",
    "EducationalDecision",
    "EducationalTold",
    "FollowUp",
    "Forum",
    "Goal",
    "GoalFollowUp",
    "GoalOutcome",
    "Guardian",
    "GuardianCode",
    "GuardianIdentity",
    "GuardianSession",
    "GuardianVersion",
    "GuardianWords",
    "HandOver",
    "Heartbeat",
    "History",
    "InformationNotice",
    "Invitation",
    "KeptForm",
    "KnownDevice",
    "LearningQuestion",
    "LegalHold",
    "Lesson",
    "Listed",
    "LogSample",
    "LogSampleVisit",
    "Mail",
    "Measurement",
    "MeetingAnswer",
    "MeetingDecision",
    "MeetingVersion",
    "Membership",
    "MunicipalAttempt",
    "MunicipalIdentity",
    "Municipality",
    "OfReferral",
    "OrganisationChange",
    "Pace",
    "PartOpening",
    "PlannedAction",
    "PrintAttempt",
    "ProtectionDisposal",
    "ProtectionHold",
    "ProtectionPaper",
    "ProtectionReport",
    "QualityReport",
    "ReadingAnswer",
    "ReadingRequest",
    "ReceivedHandOver",
    "RecoveryCode",
    "Referral",
    "RegisterEntry",
    "RegisterYear",
    "Reminder",
    "ResearchExport",
    "ResearchPackage",
    "ResearchTerm",
    "ResetLink",
    "RoleAssignment", "RoundAnswer", "RoundAnswered", "RoundAttendance", "RoundConsultant", "RoundEnrolment", "RoundPaper", "RoundSlot", "SavedView", "SeatAbsence",
    "SecondFactor",
    "Seminar",
    "SeminarAttendance",
    "SeminarLesson",
    "ServiceReferral",
    "StatutoryDecision",
    "Step",
    "StepKind",
    "SupportInvestigation",
    "SupportProgramme",
    "SupportReport",
    "SupportReview",
    "SupportTold",
    "TeamDate",
    "TeamMeeting",
    "TeamSeat",
    "TermFigures",
    "ToldByHand",
    "Unit",
    "UpwardOrigin",
    "UpwardQuestion",
    "WebSession",
    "What",
    "Withholding",
    "WorkingNote",
    "forum_unit",
]  # fmt: skip
