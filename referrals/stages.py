"""What can happen to a referral, and what may follow what: the stages, their statuses and the table of moves.

Work without persons goes through the same stages by a table of its own, `referrals/development/moves.py`.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, TypeAlias, TypeVar


class Stage(StrEnum):
    """Where a referral stands. One word in every room: modules, tables, pages and papers use the same one."""

    INTAKE = "intake"
    TRIAGE = "triage"
    CONSENT = "consent"
    ASSESSMENT = "assessment"
    TEAM_REVIEW = "team_review"
    ACTION_PLAN = "action_plan"
    FOLLOW_UP = "follow_up"
    CLOSURE = "closure"


class Status(StrEnum):
    """How a referral stands within its stage."""

    SUBMITTED = "submitted"
    RETURNED = "returned"
    WITHDRAWN = "withdrawn"
    WAITING = "waiting"
    FOR_DECISION = "for_decision"
    REQUESTED = "requested"
    RECEIVED = "received"
    SCHEDULED = "scheduled"
    HELD = "held"
    DRAFT = "draft"
    FOR_APPROVAL = "for_approval"
    ACTIVE = "active"
    DUE = "due"
    PROPOSED = "proposed"
    CLOSED = "closed"


class Party(StrEnum):
    """In what capacity somebody acts on one referral."""

    REPORTER = "reporter"
    GUARDIAN = "guardian"
    COORDINATOR = "coordinator"
    ASSESSOR = "assessor"
    HEAD_TEACHER = "head_teacher"
    INVESTIGATOR = "investigator"
    #: a coordinator or head teacher of the unit that the referral is offered to
    RECEIVER = "receiver"
    SYSTEM = "system"


@dataclass(frozen=True)
class State:
    """A stage together with the status within it."""

    stage: Stage
    status: Status


SUBMITTED = State(Stage.INTAKE, Status.SUBMITTED)
RETURNED = State(Stage.INTAKE, Status.RETURNED)
WITHDRAWN = State(Stage.INTAKE, Status.WITHDRAWN)
IN_TRIAGE = State(Stage.TRIAGE, Status.WAITING)
WITH_HEAD_TEACHER = State(Stage.TRIAGE, Status.FOR_DECISION)
IN_CONSENT = State(Stage.CONSENT, Status.WAITING)
PARTS_REQUESTED = State(Stage.ASSESSMENT, Status.REQUESTED)
PARTS_RECEIVED = State(Stage.ASSESSMENT, Status.RECEIVED)
TO_SCHEDULE = State(Stage.TEAM_REVIEW, Status.WAITING)
SCHEDULED = State(Stage.TEAM_REVIEW, Status.SCHEDULED)
MEETING_HELD = State(Stage.TEAM_REVIEW, Status.HELD)
PLAN_DRAFT = State(Stage.ACTION_PLAN, Status.DRAFT)
PLAN_RETURNED = State(Stage.ACTION_PLAN, Status.RETURNED)
PLAN_FOR_APPROVAL = State(Stage.ACTION_PLAN, Status.FOR_APPROVAL)
PLAN_ACTIVE = State(Stage.ACTION_PLAN, Status.ACTIVE)
FOLLOW_UP_DUE = State(Stage.FOLLOW_UP, Status.DUE)
CLOSURE_PROPOSED = State(Stage.CLOSURE, Status.PROPOSED)
CLOSED = State(Stage.CLOSURE, Status.CLOSED)

ENDED = frozenset({WITHDRAWN, CLOSED})
OPEN = frozenset(
    {
        SUBMITTED, RETURNED, IN_TRIAGE, WITH_HEAD_TEACHER, IN_CONSENT, PARTS_REQUESTED, PARTS_RECEIVED, TO_SCHEDULE, SCHEDULED,
        MEETING_HELD, PLAN_DRAFT, PLAN_RETURNED, PLAN_FOR_APPROVAL, PLAN_ACTIVE, FOLLOW_UP_DUE, CLOSURE_PROPOSED,
    }
)  # fmt: skip
STATES = OPEN | ENDED


class Verb(StrEnum):
    """Everything that can happen to a referral and leaves a row in its history."""

    SUBMIT_CONCERN = "submit_concern"
    RETURN_CONCERN = "return_concern"
    RESUBMIT_CONCERN = "resubmit_concern"
    ADD_TO_CONCERN = "add_to_concern"
    READ_ADDITION = "read_addition"
    WITHDRAW_CONCERN = "withdraw_concern"
    OPEN_TRIAGE = "open_triage"
    ASSIGN_OWNER = "assign_owner"
    RELEASE_MEMBER = "release_member"
    SEND_TO_ASSESSMENT = "send_to_assessment"
    SEND_TO_TEAM = "send_to_team"
    END_AT_TRIAGE = "end_at_triage"
    ASK_HEAD_TEACHER = "ask_head_teacher"
    DECIDE_STATUTORY_TRACK = "decide_statutory_track"
    HAND_BACK_TO_COORDINATOR = "hand_back_to_coordinator"
    RECORD_GUARDIAN = "record_guardian"
    RECORD_INFORMATION = "record_information"
    RECORD_CONSENT = "record_consent"
    WITHDRAW_CONSENT = "withdraw_consent"
    GIVE_PAGE_CODE = "give_page_code"
    CONCLUDE_CONSENT = "conclude_consent"
    REQUEST_PARTS = "request_parts"
    SUBMIT_PART = "submit_part"
    CONCLUDE_ASSESSMENT = "conclude_assessment"
    SCHEDULE_MEETING = "schedule_meeting"
    CALL_OFF_MEETING = "call_off_meeting"
    RECORD_MEETING = "record_meeting"
    APPROVE_MINUTES = "approve_minutes"
    DRAFT_ACTION_PLAN = "draft_action_plan"
    SUBMIT_ACTION_PLAN = "submit_action_plan"
    RETURN_ACTION_PLAN = "return_action_plan"
    APPROVE_ACTION_PLAN = "approve_action_plan"
    RECORD_ACTION_STATUS = "record_action_status"
    RECORD_DECISION_DONE = "record_decision_done"
    RECORD_MEASUREMENT = "record_measurement"
    OPEN_FOLLOW_UP = "open_follow_up"
    RECORD_FOLLOW_UP = "record_follow_up"
    PROPOSE_CLOSURE = "propose_closure"
    RESUME_WORK = "resume_work"
    CLOSE_REFERRAL = "close_referral"
    REOPEN_REFERRAL = "reopen_referral"
    STOP_SENDING = "stop_sending"
    PROTECT_IDENTITY = "protect_identity"
    LIFT_PROTECTION = "lift_protection"
    ADD_TO_LIST = "add_to_list"
    TAKE_OFF_LIST = "take_off_list"
    REMIND_OF_CONSENT = "remind_of_consent"
    REMIND_COLLEAGUE = "remind_colleague"
    SHARE_INFORMATION = "share_information"
    TELL_GUARDIANS = "tell_guardians"
    REVIEW_SHARING = "review_sharing"
    OFFER_HAND_OVER = "offer_hand_over"
    TAKE_BACK_HAND_OVER = "take_back_hand_over"
    DECLINE_HAND_OVER = "decline_hand_over"
    ACCEPT_HAND_OVER = "accept_hand_over"
    RECEIVE_HAND_OVER = "receive_hand_over"
    REFER_TO_SERVICE = "refer_to_service"
    RECORD_SERVICE_ANSWER = "record_service_answer"
    PUT_SERVICE_ANSWER_RIGHT = "put_service_answer_right"
    INVITE_FROM_OUTSIDE = "invite_from_outside"
    ASK_UPWARD = "ask_upward"
    RECEIVE_UPWARD_ANSWER = "receive_upward_answer"
    WITHHOLD_FROM_GUARDIAN = "withhold_from_guardian"
    LIFT_WITHHOLDING = "lift_withholding"
    MARK_CONFIDED = "mark_confided"
    RECORD_CHILDS_ANSWER = "record_childs_answer"
    LINK_STATUTORY_DECISION = "link_statutory_decision"
    UNLINK_STATUTORY_DECISION = "unlink_statutory_decision"
    REPORT_SUPPORT_NEED = "report_support_need"
    BEGIN_SUPPORT_INVESTIGATION = "begin_support_investigation"
    GIVE_ON_SUPPORT_INVESTIGATION = "give_on_support_investigation"
    CONCLUDE_SUPPORT_INVESTIGATION = "conclude_support_investigation"
    WRITE_SUPPORT_PROGRAMME = "write_support_programme"
    DECIDE_SUPPORT_PROGRAMME = "decide_support_programme"
    DECIDE_NO_SUPPORT_PROGRAMME = "decide_no_support_programme"
    RECORD_SUPPORT_TOLD = "record_support_told"
    REVIEW_SUPPORT_PROGRAMME = "review_support_programme"
    END_SUPPORT_PROGRAMME = "end_support_programme"
    BEGIN_ABSENCE_INVESTIGATION = "begin_absence_investigation"
    GIVE_ON_ABSENCE_INVESTIGATION = "give_on_absence_investigation"
    REPORT_ABSENCE = "report_absence"
    CONCLUDE_ABSENCE_INVESTIGATION = "conclude_absence_investigation"
    REPORT_DEGRADING_TREATMENT = "report_degrading_treatment"
    RECEIVE_DEGRADING_REPORT = "receive_degrading_report"
    PASS_ON_DEGRADING_REPORT = "pass_on_degrading_report"
    BEGIN_DEGRADING_INVESTIGATION = "begin_degrading_investigation"
    GIVE_ON_DEGRADING_INVESTIGATION = "give_on_degrading_investigation"
    CONCLUDE_DEGRADING_INVESTIGATION = "conclude_degrading_investigation"
    ASK_EDUCATIONAL_ASSESSMENT = "ask_educational_assessment"
    GIVE_ON_EDUCATIONAL_ASSESSMENT = "give_on_educational_assessment"
    CONCLUDE_EDUCATIONAL_ASSESSMENT = "conclude_educational_assessment"
    DECIDE_EDUCATIONAL_HELP = "decide_educational_help"
    RECORD_EDUCATIONAL_TOLD = "record_educational_told"
    TAKE_OUT_FILE = "take_out_file"
    KEEP_OUTSIDE = "keep_outside"
    END_OUTSIDE = "end_outside"
    DECLARE_UNINVOLVED = "declare_uninvolved"
    STEP_ASIDE = "step_aside"
    SETTLE_CONFLICT = "settle_conflict"
    REMIND_OF_CONFLICT = "remind_of_conflict"


V = TypeVar("V", bound=StrEnum)
P = TypeVar("P", bound=StrEnum)


@dataclass(frozen=True)
class Move(Generic[V, P]):
    """One line of a table: from these states this party may do this, and this is where it can lead.

    `to` is empty where the state stays as it is. Where it names several, the decision taken chooses among them.
    """

    verb: V
    by: frozenset[P]
    frm: frozenset[State]
    to: tuple[State, ...] = ()


#: a line of the table of a child's referral
OfChild: TypeAlias = Move[Verb, Party]


def _move(verb: Verb, by: str, frm: tuple[State, ...] | frozenset[State], *to: State) -> OfChild:
    parties = {
        "R": Party.REPORTER,
        "G": Party.GUARDIAN,
        "C": Party.COORDINATOR,
        "A": Party.ASSESSOR,
        "H": Party.HEAD_TEACHER,
        "I": Party.INVESTIGATOR,
        "T": Party.RECEIVER,
        "S": Party.SYSTEM,
    }
    return Move(verb, frozenset(parties[letter] for letter in by), frozenset(frm), to)


#: once the guardians are told and asked: while the team assesses and meets
_ASSESSED = (PARTS_REQUESTED, PARTS_RECEIVED, TO_SCHEDULE, SCHEDULED, MEETING_HELD)
_BEFORE_PLAN = (IN_CONSENT, *_ASSESSED)
_PLANNING = (PLAN_DRAFT, PLAN_RETURNED, PLAN_FOR_APPROVAL)
_GUARDIANS_KNOWN = (IN_TRIAGE, WITH_HEAD_TEACHER, *_BEFORE_PLAN, *_PLANNING, PLAN_ACTIVE, FOLLOW_UP_DUE)
#: where a referral can go over to another unit's team, or a service outside be asked: as long as there is something to work on
_GOES_OVER = (IN_TRIAGE, *_BEFORE_PLAN, *_PLANNING, PLAN_ACTIVE, FOLLOW_UP_DUE, CLOSURE_PROPOSED)
#: where a conflict told in free words holds it, even if it is withdrawn meanwhile
_HELD = (SUBMITTED, IN_TRIAGE, WITHDRAWN)
_NEW = (SUBMITTED, IN_TRIAGE)  # a person need not wait for the workflow to carry a new concern to triage

#: who: R reporter, G a guardian on their own page, C coordinator, A assessor (anyone with a part, a place or an action in it), H head teacher,
#: I whoever is named to carry out an investigation, T the team it is offered to, S the workflow
MOVES: tuple[OfChild, ...] = (
    #     what happens               who    from                                    to
    _move(Verb.SUBMIT_CONCERN,       "R",   (),                                     SUBMITTED),
    _move(Verb.RETURN_CONCERN,       "C",   _NEW,                                   RETURNED),
    _move(Verb.RESUBMIT_CONCERN,     "R",   (RETURNED,),                            SUBMITTED),
    _move(Verb.ADD_TO_CONCERN,       "R",   OPEN),
    _move(Verb.READ_ADDITION,        "C",   (*OPEN, CLOSED)),
    _move(Verb.WITHDRAW_CONCERN,     "R",   (SUBMITTED, RETURNED, IN_TRIAGE, WITH_HEAD_TEACHER), WITHDRAWN),
    _move(Verb.OPEN_TRIAGE,          "CS",  (SUBMITTED,),                           IN_TRIAGE),
    _move(Verb.ASSIGN_OWNER,         "C",   OPEN),
    _move(Verb.RELEASE_MEMBER,       "C",   STATES),
    _move(Verb.SEND_TO_ASSESSMENT,   "C",   _NEW,                                   IN_CONSENT),
    _move(Verb.SEND_TO_TEAM,         "C",   _NEW,                                   IN_CONSENT),
    _move(Verb.END_AT_TRIAGE,        "C",   _NEW,                                   CLOSED),
    _move(Verb.ASK_HEAD_TEACHER,     "C",   _NEW,                                   WITH_HEAD_TEACHER),
    _move(Verb.DECIDE_STATUTORY_TRACK, "H", (*_NEW, WITH_HEAD_TEACHER),             CLOSED),
    _move(Verb.HAND_BACK_TO_COORDINATOR, "CH", (WITH_HEAD_TEACHER,),                IN_TRIAGE),
    _move(Verb.RECORD_GUARDIAN,      "C",   _GUARDIANS_KNOWN),
    _move(Verb.RECORD_INFORMATION,   "C",   _GUARDIANS_KNOWN),
    _move(Verb.RECORD_CONSENT,       "CG",  _GUARDIANS_KNOWN),
    _move(Verb.WITHDRAW_CONSENT,     "CG",  OPEN),
    _move(Verb.GIVE_PAGE_CODE,       "C",   (*_GUARDIANS_KNOWN, CLOSURE_PROPOSED, CLOSED)),
    _move(Verb.REQUEST_PARTS,        "C",   (*_BEFORE_PLAN, *_PLANNING),            PARTS_REQUESTED),
    _move(Verb.CONCLUDE_CONSENT,     "C",   (IN_CONSENT,),                          PARTS_REQUESTED, PARTS_RECEIVED, TO_SCHEDULE),
    _move(Verb.SUBMIT_PART,          "A",   (*_BEFORE_PLAN, *_PLANNING),            PARTS_RECEIVED),
    _move(Verb.CONCLUDE_ASSESSMENT,  "C",   (PARTS_REQUESTED, PARTS_RECEIVED),      TO_SCHEDULE),
    _move(Verb.SCHEDULE_MEETING,     "C",   (TO_SCHEDULE, SCHEDULED),               SCHEDULED),
    _move(Verb.CALL_OFF_MEETING,     "C",   (PARTS_REQUESTED, PARTS_RECEIVED, TO_SCHEDULE, SCHEDULED, CLOSURE_PROPOSED), TO_SCHEDULE),
    _move(Verb.RECORD_MEETING,       "C",   (SCHEDULED, MEETING_HELD),              MEETING_HELD),
    _move(Verb.APPROVE_MINUTES,      "CAH", (MEETING_HELD,),                        PLAN_DRAFT, PARTS_REQUESTED, TO_SCHEDULE, CLOSURE_PROPOSED),
    _move(Verb.DRAFT_ACTION_PLAN,    "CA",  (PLAN_DRAFT, PLAN_RETURNED)),
    _move(Verb.SUBMIT_ACTION_PLAN,   "CA",  (PLAN_DRAFT, PLAN_RETURNED),            PLAN_FOR_APPROVAL),
    _move(Verb.RETURN_ACTION_PLAN,   "CH",  (PLAN_FOR_APPROVAL,),                   PLAN_RETURNED),
    _move(Verb.APPROVE_ACTION_PLAN,  "CH",  (PLAN_FOR_APPROVAL,),                   PLAN_ACTIVE),
    _move(Verb.RECORD_ACTION_STATUS, "CA",  (*_BEFORE_PLAN, *_PLANNING, PLAN_ACTIVE, FOLLOW_UP_DUE, CLOSURE_PROPOSED)),
    _move(Verb.RECORD_DECISION_DONE, "CAH", (*_BEFORE_PLAN, *_PLANNING, PLAN_ACTIVE, FOLLOW_UP_DUE, CLOSURE_PROPOSED)),
    _move(Verb.RECORD_MEASUREMENT,   "CA",  (*_ASSESSED, *_PLANNING, PLAN_ACTIVE, FOLLOW_UP_DUE)),
    _move(Verb.OPEN_FOLLOW_UP,       "CS",  (PLAN_ACTIVE,),                         FOLLOW_UP_DUE),
    _move(Verb.RECORD_FOLLOW_UP,     "C",   (FOLLOW_UP_DUE,),                       PLAN_ACTIVE, PLAN_DRAFT, TO_SCHEDULE, CLOSURE_PROPOSED),
    _move(Verb.PROPOSE_CLOSURE,      "C",   (*_BEFORE_PLAN, *_PLANNING, PLAN_ACTIVE, FOLLOW_UP_DUE), CLOSURE_PROPOSED),
    _move(Verb.RESUME_WORK,          "C",   (CLOSURE_PROPOSED,),                    *_BEFORE_PLAN, *_PLANNING, PLAN_ACTIVE, FOLLOW_UP_DUE),
    _move(Verb.CLOSE_REFERRAL,       "C",   (CLOSURE_PROPOSED,),                    CLOSED),
    _move(Verb.REOPEN_REFERRAL,      "C",   (CLOSED,),                              IN_TRIAGE),
    _move(Verb.STOP_SENDING,         "CH",  STATES),
    _move(Verb.PROTECT_IDENTITY,     "CH",  STATES),
    _move(Verb.LIFT_PROTECTION,      "CH",  STATES),
    _move(Verb.ADD_TO_LIST,          "CH",  STATES),
    _move(Verb.TAKE_OFF_LIST,        "CH",  STATES),
    _move(Verb.REMIND_OF_CONSENT,    "S",   OPEN),
    _move(Verb.REMIND_COLLEAGUE,     "C",   (WITH_HEAD_TEACHER, *_BEFORE_PLAN, *_PLANNING, PLAN_ACTIVE, FOLLOW_UP_DUE)),
    _move(Verb.SHARE_INFORMATION,    "C",   OPEN),
    _move(Verb.TELL_GUARDIANS,       "C",   OPEN | {CLOSED}),
    _move(Verb.REVIEW_SHARING,       "CH",  OPEN | {CLOSED}),
    _move(Verb.OFFER_HAND_OVER,      "C",   _GOES_OVER),
    _move(Verb.TAKE_BACK_HAND_OVER,  "C",   OPEN),
    _move(Verb.DECLINE_HAND_OVER,    "T",   OPEN),
    _move(Verb.ACCEPT_HAND_OVER,     "T",   _GOES_OVER,                             CLOSED),
    _move(Verb.RECEIVE_HAND_OVER,    "T",   (),                                     IN_TRIAGE),
    _move(Verb.REFER_TO_SERVICE,     "C",   _GOES_OVER),
    _move(Verb.RECORD_SERVICE_ANSWER, "C",  OPEN | {CLOSED}),
    _move(Verb.PUT_SERVICE_ANSWER_RIGHT, "C", OPEN | {CLOSED}),
    _move(Verb.INVITE_FROM_OUTSIDE,  "C",   _GOES_OVER),
    _move(Verb.ASK_UPWARD,           "CH",  OPEN),
    _move(Verb.RECEIVE_UPWARD_ANSWER, "S",  STATES),
    _move(Verb.WITHHOLD_FROM_GUARDIAN, "CH", OPEN | {CLOSED}),
    _move(Verb.LIFT_WITHHOLDING,     "CH",  OPEN | {CLOSED}),
    _move(Verb.MARK_CONFIDED,        "CAH",  OPEN | {CLOSED}),
    _move(Verb.RECORD_CHILDS_ANSWER, "CH",  OPEN | {CLOSED}),
    _move(Verb.LINK_STATUTORY_DECISION, "CH", OPEN | {CLOSED}),
    _move(Verb.UNLINK_STATUTORY_DECISION, "CH", OPEN | {CLOSED}),
    _move(Verb.REPORT_SUPPORT_NEED,  "CAH", OPEN | {CLOSED}),
    _move(Verb.BEGIN_SUPPORT_INVESTIGATION, "H", OPEN | {CLOSED}),
    _move(Verb.GIVE_ON_SUPPORT_INVESTIGATION, "H", OPEN | {CLOSED}),
    _move(Verb.CONCLUDE_SUPPORT_INVESTIGATION, "CHI", OPEN | {CLOSED}),
    _move(Verb.WRITE_SUPPORT_PROGRAMME, "CH", OPEN | {CLOSED}),
    _move(Verb.DECIDE_SUPPORT_PROGRAMME, "CH", OPEN | {CLOSED}),
    _move(Verb.DECIDE_NO_SUPPORT_PROGRAMME, "CH", OPEN | {CLOSED}),
    _move(Verb.RECORD_SUPPORT_TOLD, "CH", OPEN | {CLOSED}),
    _move(Verb.REVIEW_SUPPORT_PROGRAMME, "CH", OPEN | {CLOSED}),
    _move(Verb.END_SUPPORT_PROGRAMME, "H", OPEN | {CLOSED}),
    _move(Verb.BEGIN_ABSENCE_INVESTIGATION, "H", OPEN | {CLOSED}),
    _move(Verb.GIVE_ON_ABSENCE_INVESTIGATION, "H", OPEN | {CLOSED}),
    _move(Verb.REPORT_ABSENCE,       "CH",  OPEN | {CLOSED}),
    _move(Verb.CONCLUDE_ABSENCE_INVESTIGATION, "CHI", OPEN | {CLOSED}),
    _move(Verb.REPORT_DEGRADING_TREATMENT, "CAH", OPEN | {CLOSED}),
    _move(Verb.RECEIVE_DEGRADING_REPORT, "H", OPEN | {CLOSED}),
    _move(Verb.PASS_ON_DEGRADING_REPORT, "H", OPEN | {CLOSED}),
    _move(Verb.BEGIN_DEGRADING_INVESTIGATION, "H", OPEN | {CLOSED}),
    _move(Verb.GIVE_ON_DEGRADING_INVESTIGATION, "H", OPEN | {CLOSED}),
    _move(Verb.CONCLUDE_DEGRADING_INVESTIGATION, "CHI", OPEN | {CLOSED}),
    _move(Verb.ASK_EDUCATIONAL_ASSESSMENT, "H", OPEN | {CLOSED}),
    _move(Verb.GIVE_ON_EDUCATIONAL_ASSESSMENT, "H", OPEN | {CLOSED}),
    _move(Verb.CONCLUDE_EDUCATIONAL_ASSESSMENT, "CHI", OPEN | {CLOSED}),
    _move(Verb.DECIDE_EDUCATIONAL_HELP, "H", OPEN | {CLOSED}),
    _move(Verb.RECORD_EDUCATIONAL_TOLD, "CH", OPEN | {CLOSED}),
    _move(Verb.TAKE_OUT_FILE,        "CA",  STATES),
    _move(Verb.KEEP_OUTSIDE,         "CH",  STATES),
    _move(Verb.END_OUTSIDE,          "CH",  OPEN,                                   CLOSED),
    _move(Verb.DECLARE_UNINVOLVED,   "C",   _HELD),
    _move(Verb.STEP_ASIDE,           "C",   _HELD),
    _move(Verb.SETTLE_CONFLICT,      "C",   _HELD),
    _move(Verb.REMIND_OF_CONFLICT,   "S",   _HELD),
)  # fmt: skip

MOVE_BY_VERB: dict[Verb, OfChild] = {move.verb: move for move in MOVES}


def verbs_from(state: State) -> tuple[Verb, ...]:
    """The verbs that are possible in `state`, in the order of the table."""
    return tuple(move.verb for move in MOVES if state in move.frm)


#: verbs that no automatic work follows: no paper, no target date, no mail
QUIET = frozenset(
    {
        Verb.ADD_TO_CONCERN, Verb.READ_ADDITION, Verb.ASSIGN_OWNER, Verb.RELEASE_MEMBER, Verb.RECORD_GUARDIAN, Verb.GIVE_PAGE_CODE,
        Verb.DRAFT_ACTION_PLAN, Verb.RECORD_ACTION_STATUS, Verb.RECORD_DECISION_DONE, Verb.RECORD_MEASUREMENT, Verb.STOP_SENDING,
        Verb.PROTECT_IDENTITY, Verb.LIFT_PROTECTION, Verb.ADD_TO_LIST, Verb.TAKE_OFF_LIST,
        Verb.SHARE_INFORMATION, Verb.TELL_GUARDIANS, Verb.REVIEW_SHARING, Verb.TAKE_BACK_HAND_OVER,
        Verb.RECORD_SERVICE_ANSWER, Verb.PUT_SERVICE_ANSWER_RIGHT, Verb.INVITE_FROM_OUTSIDE, Verb.ASK_UPWARD, Verb.WITHHOLD_FROM_GUARDIAN, Verb.LIFT_WITHHOLDING, Verb.MARK_CONFIDED, Verb.RECORD_CHILDS_ANSWER,
        Verb.LINK_STATUTORY_DECISION, Verb.UNLINK_STATUTORY_DECISION, Verb.BEGIN_SUPPORT_INVESTIGATION,
        Verb.WRITE_SUPPORT_PROGRAMME, Verb.RECORD_SUPPORT_TOLD, Verb.REPORT_ABSENCE, Verb.RECEIVE_DEGRADING_REPORT,
        Verb.PASS_ON_DEGRADING_REPORT, Verb.BEGIN_DEGRADING_INVESTIGATION, Verb.TAKE_OUT_FILE,
        Verb.GIVE_ON_SUPPORT_INVESTIGATION, Verb.GIVE_ON_ABSENCE_INVESTIGATION, Verb.GIVE_ON_DEGRADING_INVESTIGATION,
        Verb.GIVE_ON_EDUCATIONAL_ASSESSMENT, Verb.RECORD_EDUCATIONAL_TOLD, Verb.KEEP_OUTSIDE, Verb.END_OUTSIDE, Verb.DECLARE_UNINVOLVED,
    }
)  # fmt: skip

#: after these everything still stands as a person read it, so that no page is too old for them
CHANGES_NOTHING = frozenset({Verb.REMIND_COLLEAGUE, Verb.RECORD_MEASUREMENT})

#: what is done about a conflict told in free words, while nobody else knows anything of the concern
ABOUT_CONFLICT = frozenset({Verb.DECLARE_UNINVOLVED, Verb.STEP_ASIDE, Verb.SETTLE_CONFLICT})

#: what the team does that a referral is offered to, while it may know nothing else of it
BY_RECEIVER = frozenset({Verb.DECLINE_HAND_OVER, Verb.ACCEPT_HAND_OVER})

#: what can still happen to a referral whose content is kept on paper, outside the system: nothing that is written
OUTSIDE = frozenset(
    {Verb.OPEN_TRIAGE, Verb.ASSIGN_OWNER, Verb.OPEN_FOLLOW_UP, Verb.KEEP_OUTSIDE, Verb.END_OUTSIDE}
)  # fmt: skip
