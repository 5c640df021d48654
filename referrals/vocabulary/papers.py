"""Every kind of paper and of mail."""

from referrals.vocabulary.terms import N_, Term


class DocumentKind(Term):
    """Every kind of paper: template folder, schema, sample and snapshot carry the same name."""

    RECEIPT = "receipt", N_("Receipt")
    REFERRAL = "referral", N_("Concern to the team")
    INFORMATION_AND_CONSENT = "information_and_consent", N_("Information and consent")
    ASSESSMENT = "assessment", N_("Assessment")
    INVITATION = "invitation", N_("Invitation")
    MINUTES = "minutes", N_("Minutes")
    ACTION_PLAN = "action_plan", N_("Action plan")
    CHILDS_PLAN = "childs_plan", N_("The child's version of the plan")
    PLAN_FOR_SERVICE = "plan_for_service", N_("The plan for another service")
    FOLLOW_UP = "follow_up", N_("Follow-up")
    CLOSING = "closing", N_("Closing")
    HAND_OVER = "hand_over", N_("Hand-over")
    SERVICE_REFERRAL = "service_referral", N_("Referral to an outside service")
    SUPPORT_REPORT = "support_report", N_("Report of special support")
    SUPPORT_INVESTIGATION = "support_investigation", N_("Investigation of special support")
    SUPPORT_PROGRAMME = "support_programme", N_("Programme of special support")
    NO_SUPPORT_PROGRAMME = "no_support_programme", N_("Decision that no programme is drawn up")
    SUPPORT_REVIEW = "support_review", N_("Follow-up or evaluation of a programme of special support")
    SUPPORT_PROGRAMME_ENDED = "support_programme_ended", N_("Decision that a programme of special support ends")
    ABSENCE_NOTICE = "absence_notice", N_("Report of absence to the organiser")
    ABSENCE_INVESTIGATION = "absence_investigation", N_("Investigation of absence")
    DEGRADING_REPORT = "degrading_report", N_("Report of degrading treatment")
    DEGRADING_INVESTIGATION = "degrading_investigation", N_("Investigation of degrading treatment")
    EDUCATIONAL_REQUEST = "educational_request", N_("Request for an educational-psychological assessment")
    EDUCATIONAL_ASSESSMENT = "educational_assessment", N_("Educational-psychological assessment")
    EDUCATIONAL_DECISION = "educational_decision", N_("Decision after an educational-psychological assessment")
    ABSENCE_WARNING = "absence_warning", N_("Warning about absence")
    ABSENCE_REPORT = "absence_report", N_("Report of absence")
    PAGE_CODE = "page_code", N_("Letter with a code")
    PROTECTION_REPORT = "protection_report", N_("Protection report")


class MailKind(Term):
    """Every kind of mail: template folder and snapshot carry the same name."""

    CONCERN_RECEIVED = "concern_received", N_("A concern has come in")
    CONFLICT_TO_SETTLE = "conflict_to_settle", N_("A conflict of interest to settle")
    NOBODY_TO_SETTLE = "nobody_to_settle", N_("Nobody may settle a conflict of interest")
    CONCERN_RETURNED = "concern_returned", N_("A concern needs completing")
    CONCERN_WITHDRAWN = "concern_withdrawn", N_("A concern is withdrawn")
    QUESTION_TO_HEAD_TEACHER = "question_to_head_teacher", N_("A question to the head teacher")
    SUPPORT_REPORTED = "support_reported", N_("A report to the head teacher")
    ANSWER_REMINDED = "answer_reminded", N_("A reminder of the question to the head teacher")
    PART_REQUESTED = "part_requested", N_("A part is asked for")
    PART_REMINDED = "part_reminded", N_("A reminder of a part that is asked for")
    ACTION_REMINDED = "action_reminded", N_("A reminder of an action in a plan")
    DECISION_REMINDED = "decision_reminded", N_("A reminder of what a team meeting decided")
    MEETING_SCHEDULED = "meeting_scheduled", N_("A meeting is scheduled")
    MEETING_CALLED_OFF = "meeting_called_off", N_("A meeting is called off")
    #: to whoever has nothing to do with the referral any more, and therefore without the number
    CALL_TAKEN_BACK = "call_taken_back", N_("A call to a meeting is taken back")
    #: to guardians, and therefore without the number
    MEETING_INVITED = "meeting_invited", N_("An invitation to a meeting")
    INVITATION_TAKEN_BACK = "invitation_taken_back", N_("An invitation is taken back")
    MINUTES_TO_APPROVE = "minutes_to_approve", N_("Minutes to approve")
    PLAN_TO_APPROVE = "plan_to_approve", N_("A plan to approve")
    PLAN_RETURNED = "plan_returned", N_("A plan is returned")
    PLAN_APPROVED = "plan_approved", N_("A plan is approved")
    FOLLOW_UP_DUE = "follow_up_due", N_("A follow-up is due")
    CONSENT_ENDING = "consent_ending", N_("A consent is about to end")
    HAND_OVER_OFFERED = "hand_over_offered", N_("A hand-over is offered")
    HAND_OVER_ANSWERED = "hand_over_answered", N_("A hand-over is answered")
    UPWARD_ANSWERED = "upward_answered", N_("A question sent upward is answered")
    REFERRAL_CLOSED = "referral_closed", N_("A referral is closed")
    #: about no referral: its number is the week
    LOG_SAMPLE = "log_sample", N_("Visits to look through")
