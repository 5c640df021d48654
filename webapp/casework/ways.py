"""Where each thing that is to be done is done: the one table from verb to page."""

from flask import current_app, url_for

from referrals.stages import Verb
from referrals.work.waiting_items import Waiting, WaitingItem

#: the page on which a verb is done; where it is missing the referral's own page serves
PAGE_OF: dict[Verb, str] = {
    Verb.SEND_TO_ASSESSMENT: "casework.triage",
    Verb.DECIDE_STATUTORY_TRACK: "casework.triage",
    Verb.HAND_BACK_TO_COORDINATOR: "casework.triage",
    Verb.RECORD_GUARDIAN: "casework.record_guardian",
    Verb.RECORD_CONSENT: "casework.guardians",
    Verb.REMIND_OF_CONSENT: "casework.guardians",
    Verb.SHARE_INFORMATION: "casework.sharing",
    Verb.OFFER_HAND_OVER: "casework.hand_over",
    Verb.REFER_TO_SERVICE: "casework.service_referrals",
    Verb.INVITE_FROM_OUTSIDE: "casework.invitations",
    Verb.ASK_UPWARD: "forums.new_upward_question",
    Verb.CONCLUDE_CONSENT: "casework.guardians",
    Verb.REQUEST_PARTS: "casework.assessment",
    Verb.SUBMIT_PART: "casework.assessment",
    Verb.CONCLUDE_ASSESSMENT: "casework.assessment",
    Verb.SCHEDULE_MEETING: "casework.team_review",
    Verb.RECORD_MEETING: "casework.team_review",
    Verb.APPROVE_MINUTES: "casework.team_review",
    Verb.SUBMIT_ACTION_PLAN: "casework.action_plan",
    Verb.APPROVE_ACTION_PLAN: "casework.action_plan",
    Verb.RETURN_ACTION_PLAN: "casework.action_plan",
    Verb.OPEN_FOLLOW_UP: "casework.action_plan",
    Verb.RECORD_ACTION_STATUS: "casework.action_plan",
    Verb.RECORD_DECISION_DONE: "casework.team_review",
    Verb.RECORD_MEASUREMENT: "casework.measurements",
    Verb.RECORD_FOLLOW_UP: "casework.follow_up",
    Verb.PROPOSE_CLOSURE: "casework.closure",
    Verb.RESUME_WORK: "casework.closure",
    Verb.CLOSE_REFERRAL: "casework.closure",
    Verb.REOPEN_REFERRAL: "casework.closure",
    Verb.STOP_SENDING: "casework.documents",
    Verb.REPORT_SUPPORT_NEED: "casework.special_support",
    Verb.BEGIN_SUPPORT_INVESTIGATION: "casework.special_support",
    Verb.CONCLUDE_SUPPORT_INVESTIGATION: "casework.special_support",
    Verb.RECORD_SUPPORT_TOLD: "casework.support_programme",
    Verb.REVIEW_SUPPORT_PROGRAMME: "casework.support_programme",
    Verb.REPORT_ABSENCE: "casework.absence_investigation",
    Verb.CONCLUDE_ABSENCE_INVESTIGATION: "casework.absence_investigation",
    Verb.PASS_ON_DEGRADING_REPORT: "casework.degrading_treatment",
    Verb.BEGIN_DEGRADING_INVESTIGATION: "casework.degrading_treatment",
    Verb.CONCLUDE_DEGRADING_INVESTIGATION: "casework.degrading_treatment",
    Verb.REPORT_DEGRADING_TREATMENT: "casework.degrading_treatment",
    Verb.ASK_EDUCATIONAL_ASSESSMENT: "casework.educational_assessment",
    Verb.CONCLUDE_EDUCATIONAL_ASSESSMENT: "casework.educational_assessment",
    Verb.DECIDE_EDUCATIONAL_HELP: "casework.educational_assessment",
    Verb.RECORD_EDUCATIONAL_TOLD: "casework.educational_assessment",
    Verb.PROTECT_IDENTITY: "casework.protected_identity",
    Verb.KEEP_OUTSIDE: "casework.protected_identity",
}

#: lines of what is done beside the team's work
_BESIDE = frozenset({Waiting.STATUTORY, Waiting.APPEAL, Waiting.UNDER_WAY, Waiting.LEFT_INVESTIGATION})


def page_for(verb: Verb, number: str) -> str:
    """The address of the page on which `verb` is done to the referral `number`."""
    endpoint = PAGE_OF.get(verb, "casework.referral")
    return url_for(endpoint if endpoint in current_app.view_functions else "casework.referral", number=number)


def address(item: WaitingItem) -> str:
    """The address behind a line of somebody's list."""
    if item.kind is Waiting.PART and "casework.assessment_part" in current_app.view_functions:
        return url_for("casework.assessment_part", number=item.number, part_id=item.subject_id)
    if item.kind is Waiting.ADDITION:
        return url_for("casework.read_addition", number=item.number, addition_id=item.subject_id)
    if item.kind is Waiting.LEFT_ACTION:
        return url_for("casework.member", number=item.number, account_id=item.subject_id)
    if item.kind is Waiting.SERVICE:
        return url_for("casework.service_referral", number=item.number, service_referral_id=item.subject_id)
    if item.is_all_they_see and item.kind not in _BESIDE:
        return url_for("casework.planned_action", number=item.number, action_id=item.subject_id)
    return page_for(item.verb, item.number)
