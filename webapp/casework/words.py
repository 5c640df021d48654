"""What things are called on staff pages: stages, statuses, what is to be done and what was done."""

from referrals import consent
from referrals.access import parties, parties_for
from referrals.forums import mandate
from referrals.models import History, Referral
from referrals.reminders.words import BY_KIND, OTHERS_DO, TO_DO
from referrals.rules import rulebook
from referrals.stages import MOVE_BY_VERB, OUTSIDE, PLAN_ACTIVE, Party, Stage, State, Status, Verb
from referrals.statutory import tracks
from referrals.vocabulary import (
    N_,
    STATUS_LABELS,
    ActionStatus,
    ClosureReason,
    ConsentAnswer,
    FollowUpDecision,
    MeetingOutcome,
    NoticeMethod,
    Recipient,
    Review,
    ServiceReferralState,
    Term,
    TriageEnding,
)
from referrals.work.waiting_items import WaitingItem
from webapp import people
from webapp.language import gettext, language, ngettext

#: what happened, as a line of the timeline
HAPPENED: dict[Verb, str] = {
    Verb.SUBMIT_CONCERN: N_("The concern came in"),
    Verb.RETURN_CONCERN: N_("The concern was returned for completion"),
    Verb.RESUBMIT_CONCERN: N_("The concern was completed"),
    Verb.ADD_TO_CONCERN: N_("The reporter added something"),
    Verb.READ_ADDITION: N_("What the reporter added was read"),
    Verb.WITHDRAW_CONCERN: N_("The reporter withdrew the concern"),
    Verb.OPEN_TRIAGE: N_("The initial assessment began"),
    Verb.ASSIGN_OWNER: N_("The referral got another owner"),
    Verb.RELEASE_MEMBER: N_("Somebody no longer takes part"),
    Verb.SEND_TO_ASSESSMENT: N_("Decided: the team makes an assessment"),
    Verb.SEND_TO_TEAM: N_("Decided: straight to the team"),
    Verb.END_AT_TRIAGE: N_("Decided: it ends with the initial assessment"),
    Verb.ASK_HEAD_TEACHER: N_("The head teacher was asked to decide"),
    Verb.DECIDE_STATUTORY_TRACK: N_("Decided: it goes on in a statutory track"),
    Verb.HAND_BACK_TO_COORDINATOR: N_("The question went back to the coordinator"),
    Verb.RECORD_GUARDIAN: N_("A guardian was recorded"),
    Verb.RECORD_INFORMATION: N_("Information to a guardian was recorded"),
    Verb.RECORD_CONSENT: N_("A guardian's answer about consent was recorded"),
    Verb.WITHDRAW_CONSENT: N_("A consent was withdrawn"),
    Verb.GIVE_PAGE_CODE: N_("A guardian got a code to their own page"),
    Verb.CONCLUDE_CONSENT: N_("Information and consent are in place"),
    Verb.REQUEST_PARTS: N_("Parts of the assessment were asked for"),
    Verb.SUBMIT_PART: N_("A part of the assessment came in"),
    Verb.CONCLUDE_ASSESSMENT: N_("The assessment was concluded"),
    Verb.SCHEDULE_MEETING: N_("The team meeting was scheduled"),
    Verb.CALL_OFF_MEETING: N_("The team meeting was called off"),
    Verb.RECORD_MEETING: N_("The meeting was held and the minutes written"),
    Verb.APPROVE_MINUTES: N_("The minutes were approved"),
    Verb.DRAFT_ACTION_PLAN: N_("The plan was worked on"),
    Verb.SUBMIT_ACTION_PLAN: N_("The plan was sent for approval"),
    Verb.RETURN_ACTION_PLAN: N_("The plan was returned with comments"),
    Verb.APPROVE_ACTION_PLAN: N_("The plan was approved"),
    Verb.RECORD_ACTION_STATUS: N_("An action was updated"),
    Verb.RECORD_DECISION_DONE: N_("What the team decided was done"),
    Verb.RECORD_MEASUREMENT: N_("A number was recorded"),
    Verb.OPEN_FOLLOW_UP: N_("The follow-up is due"),
    Verb.RECORD_FOLLOW_UP: N_("The plan was followed up"),
    Verb.PROPOSE_CLOSURE: N_("Closing was proposed"),
    Verb.RESUME_WORK: N_("The work goes on"),
    Verb.CLOSE_REFERRAL: N_("The referral was closed"),
    Verb.REOPEN_REFERRAL: N_("The referral was reopened"),
    Verb.STOP_SENDING: N_("A paper or mail was stopped"),
    Verb.PROTECT_IDENTITY: N_("An identity was marked as protected"),
    Verb.LIFT_PROTECTION: N_("An identity is protected no more"),
    Verb.ADD_TO_LIST: N_("Somebody was added to the access list"),
    Verb.TAKE_OFF_LIST: N_("Somebody was taken off the access list"),
    Verb.REMIND_OF_CONSENT: N_("Reminded: a consent is about to end"),
    Verb.REMIND_COLLEAGUE: N_("Somebody was reminded of what is outstanding"),
    Verb.SHARE_INFORMATION: N_("Information was shared"),
    Verb.TELL_GUARDIANS: N_("Guardians were told of what was shared"),
    Verb.REVIEW_SHARING: N_("What was shared was reviewed"),
    Verb.OFFER_HAND_OVER: N_("It was offered to another team"),
    Verb.TAKE_BACK_HAND_OVER: N_("The offer to another team was taken back"),
    Verb.DECLINE_HAND_OVER: N_("The other team declined to take it over"),
    Verb.ACCEPT_HAND_OVER: N_("Another team took it over"),
    Verb.RECEIVE_HAND_OVER: N_("It was taken over from another team"),
    Verb.REFER_TO_SERVICE: N_("A service outside was asked for help"),
    Verb.RECORD_SERVICE_ANSWER: N_("It was recorded what became of a referral to a service outside"),
    Verb.PUT_SERVICE_ANSWER_RIGHT: N_("It was wrong what was recorded of a referral to a service outside"),
    Verb.INVITE_FROM_OUTSIDE: N_("Somebody from outside was invited, until a day"),
    Verb.ASK_UPWARD: N_("A team above was asked, without saying who it is about"),
    Verb.RECEIVE_UPWARD_ANSWER: N_("The team above answered"),
    Verb.WITHHOLD_FROM_GUARDIAN: N_("It was decided what a guardian does not read"),
    Verb.LIFT_WITHHOLDING: N_("A guardian may read something again"),
    Verb.MARK_CONFIDED: N_("Something was marked as said in confidence"),
    Verb.RECORD_CHILDS_ANSWER: N_("It was recorded what the child answered"),
    Verb.LINK_STATUTORY_DECISION: N_("It was recorded where a statutory decision is kept"),
    Verb.UNLINK_STATUTORY_DECISION: N_("A pointer to a statutory decision was taken away"),
    Verb.REPORT_SUPPORT_NEED: N_("A need of special support was reported to the head teacher"),
    Verb.BEGIN_SUPPORT_INVESTIGATION: N_("An investigation of special support began"),
    Verb.GIVE_ON_SUPPORT_INVESTIGATION: N_("The investigation of special support was given to somebody else"),
    Verb.CONCLUDE_SUPPORT_INVESTIGATION: N_("The investigation of special support got its result"),
    Verb.WRITE_SUPPORT_PROGRAMME: N_("A programme of special support was written on"),
    Verb.DECIDE_SUPPORT_PROGRAMME: N_("A programme of special support was decided"),
    Verb.DECIDE_NO_SUPPORT_PROGRAMME: N_("It was decided that no programme of special support is drawn up"),
    Verb.RECORD_SUPPORT_TOLD: N_("It was recorded when a decision about special support was told"),
    Verb.REVIEW_SUPPORT_PROGRAMME: N_("A programme of special support was looked at again"),
    Verb.END_SUPPORT_PROGRAMME: N_("It was decided that the programme of special support ends"),
    Verb.BEGIN_ABSENCE_INVESTIGATION: N_("An investigation of absence began"),
    Verb.GIVE_ON_ABSENCE_INVESTIGATION: N_("The investigation of absence was given to somebody else"),
    Verb.REPORT_ABSENCE: N_("It was recorded that absence was reported to the organiser"),
    Verb.CONCLUDE_ABSENCE_INVESTIGATION: N_("The investigation of absence got its result"),
    Verb.REPORT_DEGRADING_TREATMENT: N_("Degrading treatment was reported to the head teacher"),
    Verb.RECEIVE_DEGRADING_REPORT: N_("The head teacher received a report of degrading treatment"),
    Verb.PASS_ON_DEGRADING_REPORT: N_("A report of degrading treatment went on to the organiser"),
    Verb.BEGIN_DEGRADING_INVESTIGATION: N_("An investigation of degrading treatment began"),
    Verb.GIVE_ON_DEGRADING_INVESTIGATION: N_("The investigation of degrading treatment was given to somebody else"),
    Verb.CONCLUDE_DEGRADING_INVESTIGATION: N_("The investigation of degrading treatment got its result"),
    Verb.ASK_EDUCATIONAL_ASSESSMENT: N_("An educational-psychological assessment was asked for"),
    Verb.GIVE_ON_EDUCATIONAL_ASSESSMENT: N_("The educational-psychological assessment was given to somebody else"),
    Verb.CONCLUDE_EDUCATIONAL_ASSESSMENT: N_("The educational-psychological assessment came"),
    Verb.DECIDE_EDUCATIONAL_HELP: N_("It was decided after the educational-psychological assessment"),
    Verb.RECORD_EDUCATIONAL_TOLD: N_("It was recorded when the decision after the assessment was told"),
    Verb.TAKE_OUT_FILE: N_("A file was taken out"),
    Verb.KEEP_OUTSIDE: N_("The content was moved to the paper file and destroyed here"),
    Verb.END_OUTSIDE: N_("The work on paper has ended"),
    Verb.DECLARE_UNINVOLVED: N_("Somebody declared that they are not the one too close to it"),
    Verb.STEP_ASIDE: N_("Somebody stepped aside because of a conflict of interest"),
    Verb.SETTLE_CONFLICT: N_("Decided who is kept out because of a conflict of interest"),
    Verb.REMIND_OF_CONFLICT: N_("Reminded: a conflict of interest waits to be settled"),
}

PARTIES: dict[Party, str] = {
    Party.REPORTER: N_("The reporter"),
    Party.GUARDIAN: N_("A guardian"),
    Party.COORDINATOR: N_("The coordinator"),
    Party.ASSESSOR: N_("Those asked to contribute"),
    Party.HEAD_TEACHER: N_("The head teacher"),
    Party.INVESTIGATOR: N_("Whoever carries out the investigation"),
    Party.RECEIVER: N_("The team it is offered to"),
    Party.SYSTEM: N_("Happens by itself"),
}

#: whose words a row's choice is one of
_CHOICES: dict[Verb, type[Term]] = {
    Verb.END_AT_TRIAGE: TriageEnding,
    Verb.RECORD_INFORMATION: NoticeMethod,
    Verb.RECORD_CONSENT: ConsentAnswer,
    Verb.APPROVE_MINUTES: MeetingOutcome,
    Verb.RECORD_ACTION_STATUS: ActionStatus,
    Verb.RECORD_FOLLOW_UP: FollowUpDecision,
    Verb.PROPOSE_CLOSURE: ClosureReason,
    Verb.CLOSE_REFERRAL: ClosureReason,
    Verb.SHARE_INFORMATION: Recipient,
    Verb.REVIEW_SHARING: Review,
    Verb.REFER_TO_SERVICE: Recipient,
    Verb.RECORD_SERVICE_ANSWER: ServiceReferralState,
    Verb.PUT_SERVICE_ANSWER_RIGHT: ServiceReferralState,
}

#: rows whose choice is a statutory track, as the rule pack calls it
_NAMES_TRACK = frozenset({Verb.DECIDE_STATUTORY_TRACK, Verb.LINK_STATUTORY_DECISION, Verb.UNLINK_STATUTORY_DECISION})


def stage_name(rulepack: str, stage: Stage, status: Status | None = None) -> str:
    """What the country calls a stage, in the page's language; a running plan has a name of its own."""
    key = "implementation" if status is not None and State(stage, status) == PLAN_ACTIVE else stage.value
    return rulebook.load(rulepack).artefact(key, language())


def status_name(status: Status, *, is_asked: bool = True) -> str:
    """What a status is called; `is_asked` is False where parts are waited for that nobody has been asked for yet."""
    return gettext(STATUS_LABELS[status] if is_asked else N_("Nobody has been asked yet"))


def to_do(verb: Verb, *, by_others: bool = False) -> str:
    """What is to be done, as a line of a list or the text of a button; told of others where the reader only waits."""
    text = OTHERS_DO.get(verb) if by_others else None
    return gettext(text or TO_DO[verb])


def task(item: WaitingItem) -> str:
    """What is to be done with what waits."""
    return gettext(BY_KIND[item.kind]) if item.kind in BY_KIND else to_do(item.verb, by_others=item.is_others)


def party_name(party: Party) -> str:
    """Who it is, by capacity."""
    return gettext(PARTIES[party])


def happened(row: History, *, with_choice: bool = True) -> str:
    """What a row of the history tells, with the way that was chosen unless the reader may not know it."""
    text = gettext(HAPPENED[row.verb])
    if row.verb in _NAMES_TRACK and with_choice:
        return f"{text}: {tracks.track_of(row).name(language())}"
    if row.verb is Verb.RECORD_GUARDIAN and row.choice == consent.CHANGED:
        return gettext("What is known of a guardian was changed")
    terms = _CHOICES.get(row.verb) if with_choice else None
    if row.choice and terms and row.choice in set(terms):
        return f"{text}: {gettext(terms(row.choice).label)}"
    return text


def who(row: History) -> str:
    """Whose doing a row of the history is."""
    return row.by.name if row.by else party_name(row.by_party)


def guardians_to_tell(number: int) -> str:
    """That somebody has to tell guardians, who get no mail, that a meeting is not held."""
    return ngettext(
        "One guardian gets no mail: tell them yourself.", "%(num)d guardians get no mail: tell them yourself.", number
    )


def may_do(verb: Verb, referral: Referral) -> bool:
    """Whether the one who is signed in may do `verb` to `referral` where it stands."""
    move = MOVE_BY_VERB[verb]
    is_here = referral.kept_outside_at is None or verb in OUTSIDE
    return is_here and referral.state in move.frm and bool(parties_for(verb, people.actor(), referral.facts()))


def is_coordinator(referral: Referral) -> bool:
    """Whether the one who is signed in coordinates this referral."""
    return Party.COORDINATOR in parties(people.actor(), referral.facts())


def beyond_mandate(verb: Verb, referral: Referral) -> str:
    """What the team may not decide, where that alone keeps the one who is signed in from doing `verb`; else nothing."""
    outcome = mandate.OF_VERB[verb]
    return gettext(outcome.label) if may_do(verb, referral) and not mandate.allows(referral, outcome) else ""
