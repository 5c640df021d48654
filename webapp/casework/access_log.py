"""Who has looked at a referral or done something to it, for those who answer for that: newest first, page by page."""

import math
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from flask import Response, request, url_for
from sqlalchemy import select

from referrals import wording
from referrals.access import View, may_view
from referrals.forums import agenda
from referrals.guardians import guardian_page, telling
from referrals.keeping import audit
from referrals.meetings import interpreters, meeting_answers
from referrals.models import Account, AuditEvent, Document, Guardian, Referral, What
from referrals.reading import part_openings
from referrals.reminders.words import TO_DO
from referrals.rules import rulebook
from referrals.stages import Verb
from referrals.vocabulary import N_, AttachedTo, DocumentKind, WordingGround
from webapp import people, transactions
from webapp.casework import blueprint, words
from webapp.casework.frame import referral_page
from webapp.casework.sharing import ground_name
from webapp.guards import for_referral
from webapp.language import gettext, language

#: events on one page
EVENTS = 50

_WHAT: dict[What, str] = {
    What.SIGNED_IN: N_("Came with e-identification"),
    What.OPENED_PAGE: N_("Opened a page"),
    What.OPENED_PAPER: N_("Opened a paper"),
    What.OPENED_FILE: N_("Opened a file"),
    What.PREVIEWED_PAPER: N_("Looked at the preview of a paper"),
    What.DID: N_("Did something"),
    What.ATTACHED_FILE: N_("Attached a file"),
    What.REMOVED_FILE: N_("Took a file away before sending"),
    What.SENT_FORM: N_("Sent a form"),
    What.SENT_BACK: N_("Sent a form that was not complete, and saw it again"),
    What.REFUSED: N_("Was refused"),
    What.ISSUED_PAPER: N_("Made a paper"),
    What.SENT_MAIL: N_("Sent a mail"),
    What.EXPORTED: N_("Took an extract out"),
    What.DISCLOSED: N_("Shared something with another service"),
    What.CHANGED_KEYS: N_("Changed the log's key"),
}

#: what is done to a referral beside its stages, and leaves no history
_BESIDE: dict[str, str] = {
    "propose_disposal": N_("Proposed that content goes"),
    "approve_disposal": N_("Approved that content goes"),
    "decline_disposal": N_("Stopped that content goes"),
    "record_delivery": N_("Recorded that the archive has its copy"),
    "carry_out_disposal": N_("Let content go as the plan says"),
    "ask_for_new_copy": N_("Kept content for a new copy to the archive, since something came after the last one"),
    "place_hold": N_("Put a hold on it"),
    "lift_hold": N_("Lifted the hold"),
    "record_reading_request": N_("Recorded a request to read the file"),
    "give_on_reading_request": N_("Gave a request to read the file to somebody else"),
    "answer_reading_request": N_("Decided what an extract gives and withholds"),
    "approve_reading_request": N_("Let an extract go"),
    agenda.PUT_ON: N_("Put it on a date of the team"),
    agenda.ARRANGED: N_("Changed its place or its minutes on a date of the team"),
    agenda.TAKEN_OFF: N_("Took it off a date of the team"),
    meeting_answers.ANSWERED: N_("Answered the call to a meeting"),
    interpreters.BOOKED: N_("Noted whether an interpreter is booked"),
    meeting_answers.NOTED: N_("Wrote down what a colleague answered to the call"),
    guardian_page.NOTED: N_("Wrote down what a guardian answered to an invitation"),
    telling.TOLD: N_("Told a guardian of a meeting by telephone or letter"),
    part_openings.OPENED: N_("Opened a whole part for an investigation"),
    wording.NAMED: N_("Said why words that look medical stay in a text"),
}

#: the pages about one referral, as the log names them
PAGES: dict[str, str] = {
    "casework.referral": N_("Overview"),
    # the chain knows better; here nobody is to learn from a name of its own that somebody keeps notes for themself
    "casework.working_notes": N_("Overview"),
    View.WORKING_NOTES.value: N_("Overview"),
    View.BEHIND_WALL.value: N_("A part of the assessment"),
    "casework.access_log": N_("Access log"),
    "casework.search_by_child": N_("Search by the child's name"),
    "casework.member": N_("Somebody's part in it"),
    "casework.conflict": N_("Conflict of interest"),
    "casework.measurements": N_("Numbers week by week"),
    "casework.triage": N_("Concern and initial assessment"),
    "casework.guardians": N_("Guardians, information and consent"),
    "casework.record_guardian": N_("Record a guardian"),
    "casework.guardian": N_("One guardian"),
    "casework.information": N_("Information to a guardian"),
    "casework.consent": N_("A guardian's consent"),
    "casework.withdrawal": N_("Withdrawal of a consent"),
    "casework.sharing": N_("What is shared with whom"),
    "casework.share": N_("Sharing with a service"),
    "casework.hand_over": N_("Hand-over to another team"),
    "casework.hand_over_offer": N_("The offer of a hand-over, by the team it is offered to"),
    "casework.handed_over": N_("What was handed over"),
    "casework.service_referrals": N_("Referrals to outside services"),
    "casework.refer_to_service_form": N_("The form for a referral to an outside service"),
    "casework.service_referral": N_("One referral to an outside service"),
    "casework.invitations": N_("People from outside"),
    "casework.withholding": N_("What guardians do not read"),
    "casework.withheld": N_("What guardians do not read"),
    "casework.withholding_new": N_("Withhold something from a guardian"),
    "casework.absence_investigation": N_("Absence at school"),
    "casework.degrading_treatment": N_("Degrading treatment"),
    "casework.educational_assessment": N_("Educational-psychological assessment"),
    "casework.special_support": N_("Special support"),
    "casework.support_programme": N_("Programme of special support"),
    "casework.statutory": N_("Statutory decisions beside it"),
    "casework.disclosure": N_("One thing that was shared"),
    "casework.assessment": N_("Assessment"),
    "casework.assessment_part": N_("A part of the assessment"),
    "casework.team_review": N_("Team meeting"),
    "forums.agenda": N_("What it lacks before a date of the team"),
    "forums.agenda_to_take_along": N_("The agenda of a date of the team"),
    "forums.new_upward_question": N_("A question to a team above, from here"),
    "casework.meeting_call": N_("The call to the meeting"),
    "casework.meeting_calendar": N_("Team meeting"),
    "casework.invitation_answer": N_("A guardian's answer by telephone"),
    "casework.meeting_off": N_("Calling a meeting off"),
    "casework.colours": N_("Rating by colour"),
    View.MINUTES_IN_FULL.value: N_("Rating by colour"),
    "casework.minutes": N_("Minutes"),
    "casework.minutes_approval": N_("Minutes, for approval"),
    "casework.action_plan": N_("The plan"),
    "casework.edit_action_plan": N_("The plan, to write in"),
    "casework.action_plan_approval": N_("The plan, for approval"),
    "casework.action_plan_version": N_("An earlier version of the plan"),
    "casework.planned_action": N_("One action of the plan"),
    "casework.follow_up": N_("Follow-up"),
    "casework.closure": N_("Closure"),
    "casework.reopen": N_("Reopening"),
    "casework.log_sample": N_("The weekly look at the access log"),
    "casework.documents": N_("Documents and mail"),
    "casework.document": N_("A paper"),
    "casework.preview_document": N_("A preview"),
    "casework.protected_identity": N_("Protected identity and access list"),
    "casework.lift_protection_form": N_("The identity is protected no more"),
    "casework.take_off_list_form": N_("Take off the list"),
    "casework.page_code": N_("A code to a guardian's own page"),
    "guardian.own_words": N_("A guardian's own text"),
    "guardian.consent": N_("A guardian's own consent"),
    "guardian.paper": N_("A paper"),
    "guardian.home": N_("A guardian's own page"),
    "guardian.meeting_calendar": N_("A guardian's own page"),
    "answer_invitation": N_("An answer to an invitation"),
    "write_own_words": N_("A guardian's own text"),
    "casework.attachment": N_("A file"),
    "casework.taking_out": N_("Taking a file out"),
    "casework.hold": N_("Hold"),
    "casework.reading_requests": N_("Requests to read the file"),
    "casework.reading_review": N_("The whole file, for a request to read it"),
    "casework.keep_outside_form": N_("Keep it on paper only"),
    "intake.report": N_("The reporter's own page"),
    "intake.sent": N_("The confirmation after sending"),
}


@dataclass(frozen=True)
class Line:
    """One event as the page shows it."""

    at: datetime
    who: str
    #: in which capacity; empty where `who` says so already
    capacity: str
    what: str
    #: which page, paper or decision; empty where there is nothing to add
    which: str
    is_refusal: bool


@blueprint.get("/referrals/<reference:number>/access-log")
@for_referral(View.OWN_LOG)
def access_log(referral: Referral) -> Response:
    """One page of the log, or of one's own lines in it; opening it stands in the log too."""
    session, actor = transactions.session(), people.actor()
    is_whole = may_view(View.ACCESS_LOG, actor, referral.facts())
    whose = None if is_whole else actor.account_id
    count = audit.count_about(session, referral.id, by_id=whose)
    last = max(1, math.ceil(count / EVENTS))
    current = min(max(1, request.args.get("page", default=1, type=int)), last)
    events = audit.events_about(session, referral.id, most=EVENTS, skip=(current - 1) * EVENTS, by_id=whose)
    return referral_page(
        "access_log.html",
        referral,
        lines=lines_of(events),
        is_whole=is_whole,
        count=count,
        current=current,
        last=last,
        page_url=lambda number: url_for("casework.access_log", number=referral.number, page=number),
    )


def lines_of(events: Sequence[AuditEvent]) -> list[Line]:
    """The events in words, in the same order."""
    session = transactions.session()
    accounts = {event.by_id for event in events if event.by_id}
    named = session.execute(select(Account.id, Account.name).where(Account.id.in_(accounts)))
    names = {row.id: row.name for row in named}
    guardians = session.scalars(select(Guardian).where(Guardian.id.in_(accounts)))
    names |= {row.id: row.name or "" for row in guardians}
    papers = {event.object_id for event in events if event.what is What.OPENED_PAPER and event.object_id}
    known = session.execute(select(Document.id, Document.kind).where(Document.id.in_(papers)))
    kinds = {row.id: row.kind for row in known}
    return [
        Line(
            at=event.at,
            who=_who(event, names),
            capacity=words.party_name(event.by_party) if event.by_id and event.by_party else "",
            what=_what(event),
            which=_which(event, kinds),
            is_refusal=event.what is What.REFUSED,
        )
        for event in events
    ]


def _who(event: AuditEvent, names: dict[uuid.UUID, str]) -> str:
    if event.by_id is not None:
        return names.get(event.by_id) or gettext("An account that is gone")
    return words.party_name(event.by_party) if event.by_party else gettext("Somebody without a sign-in")


def _what(event: AuditEvent) -> str:
    if event.what is What.DID and event.subject in words.HAPPENED:
        return gettext(words.HAPPENED[Verb(event.subject)])
    if event.what is What.DID and event.subject in _BESIDE:
        return gettext(_BESIDE[event.subject])
    return gettext(_WHAT[event.what])


def _which(event: AuditEvent, kinds: dict[uuid.UUID, DocumentKind]) -> str:
    on_ground = _ground(event)
    if on_ground is not None:
        return on_ground
    if event.what is What.DID or event.subject is None:
        return ""
    kind = kinds.get(event.object_id) if event.object_id else None
    if kind or event.subject in set(DocumentKind):
        return gettext((kind or DocumentKind(event.subject)).label)
    if event.subject in set(AttachedTo):
        return gettext(AttachedTo(event.subject).label)
    text = PAGES.get(event.subject) or (TO_DO.get(Verb(event.subject)) if event.subject in set(Verb) else None)
    return gettext(text) if text else ""


def _ground(event: AuditEvent) -> str | None:
    """The ground on which it was done: what keeps a text, what something is shared on, or what the law calls an investigation.

    None where it needs no ground.
    """
    if event.subject == wording.NAMED and event.ground in set(WordingGround):
        return gettext(WordingGround(event.ground).label)
    referral = transactions.session().get(Referral, event.chain_id)
    if referral is None or event.ground is None:
        return None
    if event.what is What.DISCLOSED:
        return ground_name(referral, event.ground)
    if event.subject != part_openings.OPENED:
        return None
    track = rulebook.load(referral.rulepack).track(event.ground, referral.unit.school_form)
    return track.name(language())
