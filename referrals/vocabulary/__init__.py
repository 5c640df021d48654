"""The controlled lists: every word staff choose from, with its English label. Labels are translated where they are shown."""

from referrals.vocabulary.assessment import Arena, Colour, Compartment, Domain, Level, PartStatus
from referrals.vocabulary.concern import (
    ConflictAnswer,
    GuardiansKnow,
    ProtectionAnswer,
    ReporterKind,
    ReportProgress,
    SchoolYear,
    Topic,
    TriageEnding,
)
from referrals.vocabulary.consent import (
    About,
    ChildsAnswer,
    ConsentAnswer,
    ConsentForm,
    ConsentState,
    Custody,
    InformationCategory,
    NoticeMethod,
    PieceKind,
    Recipient,
    Review,
    WhyNot,
)
from referrals.vocabulary.consultations import ConsultationState
from referrals.vocabulary.deadlines import DeadlineSource
from referrals.vocabulary.files import AttachedTo, FileKind, FileRefusal
from referrals.vocabulary.forums import AgendaAct, AgendaProblem, SeatProblem, TeamLevel
from referrals.vocabulary.guardians import InvitationReply
from referrals.vocabulary.log_sample import VisitAnswer
from referrals.vocabulary.papers import DocumentKind, MailKind
from referrals.vocabulary.people import Country, ListGround, Profession, SchoolForm, Standing
from referrals.vocabulary.reading import AskedBy, AskedHow
from referrals.vocabulary.register import Counterpart, Direction, Registered
from referrals.vocabulary.retention import ContentKind, DisposalState, Fate
from referrals.vocabulary.rounds import QualityTheme, RoundProblem, RoundState
from referrals.vocabulary.statuses import STATUS_LABELS
from referrals.vocabulary.statutory import (
    DecidedBy,
    HealthTeamAsked,
    ProgrammeKind,
    SupportForm,
    SupportGround,
    SupportNeed,
)
from referrals.vocabulary.terms import N_, Term
from referrals.vocabulary.wording import Looks, Trace, WordingGround
from referrals.vocabulary.work import (
    ActionStatus,
    Attendance,
    ClosureReason,
    DecisionKind,
    FollowUpDecision,
    GoalResult,
    Helped,
    LossCause,
    MeetingOutcome,
    PlanStatus,
    Rhythm,
    Unfit,
)

__all__ = [
    "N_",
    "STATUS_LABELS",
    "About",
    "ActionStatus",
    "AgendaAct",
    "AgendaProblem",
    "Arena",
    "AskedBy",
    "AskedHow",
    "AttachedTo",
    "Attendance",
    "ChildsAnswer",
    "ClosureReason",
    "Colour",
    "Compartment",
    "ConflictAnswer",
    "ConsentAnswer",
    "ConsentForm",
    "ConsentState",
    "ConsultationState",
    "ContentKind",
    "Counterpart",
    "Country",
    "Custody",
    "DeadlineSource",
    "DecidedBy",
    "DecisionKind",
    "Direction",
    "DisposalState",
    "DocumentKind",
    "Domain",
    "Fate",
    "FileKind",
    "FileRefusal",
    "FollowUpDecision",
    "GoalResult",
    "GuardiansKnow",
    "HealthTeamAsked",
    "Helped",
    "InformationCategory",
    "InvitationReply",
    "Level",
    "ListGround",
    "Looks",
    "LossCause",
    "MailKind",
    "MeetingOutcome",
    "NoticeMethod",
    "PartStatus",
    "PieceKind",
    "PlanStatus",
    "Profession",
    "ProgrammeKind",
    "ProtectionAnswer",
    "QualityTheme",
    "Recipient",
    "Registered",
    "ReportProgress",
    "ReporterKind",
    "Review",
    "Rhythm",
    "RoundProblem",
    "RoundState",
    "SchoolForm",
    "SchoolYear",
    "SeatProblem",
    "Standing",
    "SupportForm",
    "SupportGround",
    "SupportNeed",
    "TeamLevel",
    "Term",
    "Topic",
    "Trace",
    "TriageEnding",
    "Unfit",
    "VisitAnswer",
    "WhyNot",
    "WordingGround",
]
