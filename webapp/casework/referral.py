"""A referral's own page: what is next and who may do it, everything else one can do, its papers, and what has happened."""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from flask import Response, redirect, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import Session

from referrals import assessment, clock, queries, triage
from referrals.access import View, may_view
from referrals.disclosure import hand_over, service_referral
from referrals.files import attachment_reading
from referrals.forums import upward
from referrals.meetings import conflict
from referrals.models import Account, Referral
from referrals.people import coordinating, leaving
from referrals.plans import plan_versions
from referrals.stages import Party, Verb
from referrals.statutory import tracks
from referrals.vocabulary import N_, PartStatus, Standing
from referrals.work.worklist import NextAction, next_action
from schemas.triage import CHOOSE_OWNER, OwnerForm
from webapp import forms, notices, people, transactions
from webapp.casework import blueprint, words
from webapp.casework.additions import additions_to
from webapp.casework.attachments import lines as file_lines
from webapp.casework.documents import failed_lines, paper_lines
from webapp.casework.frame import referral_page, seen
from webapp.casework.own_actions import own_actions_page
from webapp.casework.protection import reports_beside
from webapp.casework.statutory import statutory_lines
from webapp.casework.support_programme import telling_of
from webapp.casework.ways import page_for
from webapp.guards import for_referral
from webapp.language import gettext


@dataclass(frozen=True)
class Primary:
    """The one thing to do next: its words, who does it, and the way there or why there is none."""

    title: str
    who: str
    url: str
    reason: str
    action: NextAction


@dataclass(frozen=True)
class Entry:
    """One line of the timeline."""

    at: datetime
    what: str
    who: str
    note: str | None


#: what else one may want to do, in everyday words; each stands where its verb is possible
_ALSO: dict[Verb, str] = {
    Verb.DECIDE_STATUTORY_TRACK: N_("Decide about a statutory track"),
    Verb.HAND_BACK_TO_COORDINATOR: N_("Take the question back from the head teacher"),
    Verb.RECORD_GUARDIAN: N_("Record a guardian"),
    Verb.RECORD_CONSENT: N_("Record information or consent"),
    Verb.REQUEST_PARTS: N_("Ask colleagues for their part"),
    Verb.SCHEDULE_MEETING: N_("Change the meeting"),
    Verb.RETURN_ACTION_PLAN: N_("Return the plan with comments"),
    Verb.RECORD_ACTION_STATUS: N_("Say how an action stands"),
    Verb.RECORD_MEASUREMENT: N_("Record numbers"),
    Verb.OPEN_FOLLOW_UP: N_("Follow up already now"),
    Verb.PROPOSE_CLOSURE: N_("Propose closing"),
    Verb.OFFER_HAND_OVER: N_("Hand over to another team"),
    Verb.REFER_TO_SERVICE: N_("Refer to an outside service"),
    Verb.INVITE_FROM_OUTSIDE: N_("Invite somebody from outside, for a time"),
    Verb.ASK_UPWARD: N_("Ask a team above, without saying who it is about"),
    Verb.RESUME_WORK: N_("Take the work up again"),
    Verb.REOPEN_REFERRAL: N_("Reopen with a reason"),
    Verb.REPORT_SUPPORT_NEED: N_("Special support: reports and investigation"),
    Verb.REPORT_ABSENCE: N_("Absence: investigation and report to the organiser"),
    Verb.REPORT_DEGRADING_TREATMENT: N_("Degrading treatment: reports and investigation"),
    Verb.CONCLUDE_EDUCATIONAL_ASSESSMENT: N_("Educational-psychological assessment: request and result"),
    Verb.PROTECT_IDENTITY: N_("Mark the identity as protected"),
    Verb.KEEP_OUTSIDE: N_("Protected identity and access list"),
}


#: whose choice is for those who may see the concern and the guardians
_CLOSE_TO_THE_FAMILY = frozenset(
    {
        Verb.RECORD_INFORMATION, Verb.RECORD_CONSENT, Verb.SHARE_INFORMATION, Verb.REVIEW_SHARING,
        Verb.WITHHOLD_FROM_GUARDIAN, Verb.LIFT_WITHHOLDING, Verb.MARK_CONFIDED, Verb.RECORD_CHILDS_ANSWER,
        Verb.DECIDE_STATUTORY_TRACK, Verb.LINK_STATUTORY_DECISION, Verb.UNLINK_STATUTORY_DECISION,
        Verb.REFER_TO_SERVICE, Verb.RECORD_SERVICE_ANSWER,
    }
)  # fmt: skip


@blueprint.get("/referrals/<reference:number>")
@for_referral(View.OWN_ACTION)
def referral(referral: Referral) -> Response:
    """Everything about one referral in one place, as far as this person may see it."""
    if not may_view(View.REFERRAL, people.actor(), referral.facts()):
        return own_actions_page(referral)
    return _page(referral, forms.shown({"owner_id": referral.owner_id}, name="owner"))


@blueprint.post("/referrals/<reference:number>/owner")
@for_referral(Verb.ASSIGN_OWNER)
def assign_owner(referral: Referral) -> ResponseReturnValue:
    """Hand the referral over to another coordinator."""
    form = forms.submitted()
    chosen = form.load(OwnerForm())
    owner = transactions.session().get(Account, chosen["owner_id"]) if chosen else None
    if chosen and owner is None:
        form.refuse("owner_id", CHOOSE_OWNER)
    if chosen is None or owner is None:
        return _page(referral, form, status=422)
    triage.assign_owner(
        transactions.session(), referral, by=people.actor(), seen=seen(), owner=owner, reason=chosen["reason"]
    )
    if may_view(View.REFERRAL, people.actor(), referral.facts()):
        notices.say_next(gettext("The referral has another owner."))
        return redirect(url_for("casework.referral", number=referral.number), 303)
    notices.say_next(gettext("The referral has another owner. You see no more of it from now on."))
    return redirect(url_for("casework.home"), 303)


def _page(referral: Referral, form: forms.Form, status: int = 200) -> Response:
    session, actor, facts = transactions.session(), people.actor(), referral.facts()
    is_here = referral.kept_outside_at is None
    knows_concern = is_here and may_view(View.CONCERN, actor, facts)
    return referral_page(
        "referral.html",
        referral,
        status=status,
        form=form,
        primary=_primary(referral),
        also=list(_also(referral)),
        owners=_coordinators(session, referral) if words.may_do(Verb.ASSIGN_OWNER, referral) else [],
        papers=paper_lines(referral) if is_here and may_view(View.DOCUMENTS, actor, facts) else None,
        failed=failed_lines(referral),
        reports=reports_beside(referral),
        statutory=statutory_lines(referral),
        telling=telling_of(referral),
        now=clock.now(),
        additions=additions_to(referral) if knows_concern else [],
        may_read=words.may_do(Verb.READ_ADDITION, referral),
        began_with=may_view(View.HANDED_OVER, actor, facts) and hand_over.received(session, referral) is not None,
        services=service_referral.referrals_to_services(session, referral) if _knows_guardians(referral) else [],
        upward=upward.of_referral(session, referral, actor),
        files=file_lines(attachment_reading.of_concern(session, referral, actor)),
        members=[*leaving.members(session, referral), *leaving.members(session, referral, Standing.STANDS_IN)],
        former=leaving.members(session, referral, Standing.RELEASED),
        kept_out=conflict.kept_out(referral),
        may_release=words.may_do(Verb.RELEASE_MEMBER, referral),
        timeline=_timeline(referral, with_notes=knows_concern),
        may_see_log=may_view(View.ACCESS_LOG, actor, facts),
        may_note=is_here and may_view(View.WORKING_NOTES, actor, facts),
    )


def _knows_guardians(referral: Referral) -> bool:
    return referral.kept_outside_at is None and may_view(View.GUARDIANS, people.actor(), referral.facts())


def _primary(referral: Referral) -> Primary | None:
    action = next_action(referral) if referral.kept_outside_at is None else None
    if action is None:
        return None
    # The workflow opens a follow-up on its day; that a coordinator may do so earlier stands among the other ways.
    may = words.may_do(action.verb, referral) and action.party is not Party.SYSTEM
    return Primary(
        title=words.to_do(action.verb, by_others=not may),
        who=words.party_name(action.party),
        url=_way_to(action.verb, referral) if may else "",
        reason="" if may else _why_not(action, referral),
        action=action,
    )


def _way_to(verb: Verb, referral: Referral) -> str:
    """The page on which this person does `verb`: for who is asked for a part, that part."""
    if verb is Verb.SUBMIT_PART:
        for part in assessment.parts_of(transactions.session(), referral):
            if part.assessor_id == people.actor().account_id and part.status is PartStatus.REQUESTED:
                return url_for("casework.assessment_part", number=referral.number, part_id=part.id)
    return page_for(verb, referral.number)


#: why somebody else comes first, where that depends on nothing but who it is
_WAITS_FOR: dict[Party, str] = {
    Party.REPORTER: N_("The reporter has been asked, and answers with the code on the receipt."),
    Party.SYSTEM: N_("Those who answer for an action say how it stands. The follow-up opens by itself on its day."),
    Party.ASSESSOR: N_("It waits for the colleagues who have been asked. You see here when it has come in."),
}


def _why_not(action: NextAction, referral: Referral) -> str:
    if action.party in _WAITS_FOR:
        return gettext(_WAITS_FOR[action.party])
    if referral.protected_since is not None:
        return gettext("Somebody on the referral's access list does this.")
    if action.verb is Verb.DECIDE_STATUTORY_TRACK:
        return gettext("The head teacher of %(unit)s does this.", unit=referral.unit.name)
    if action.party is Party.HEAD_TEACHER:
        return gettext("A head teacher or coordinator of %(unit)s does this.", unit=referral.unit.name)
    return gettext("A coordinator of %(unit)s does this.", unit=referral.unit.name)


def _also(referral: Referral) -> Iterator[tuple[str, str]]:
    primary = _primary(referral)
    first = primary.url if primary else ""
    without = {Verb.KEEP_OUTSIDE} if referral.kept_outside_at is None else set()
    without |= set() if plan_versions.plan_in_force(transactions.session(), referral) else {Verb.RECORD_ACTION_STATUS}
    without |= set() if upward.teams_above(transactions.session(), referral.forum) else {Verb.ASK_UPWARD}
    without |= set() if tracks.statutory_tracks(referral) else {Verb.DECIDE_STATUTORY_TRACK}
    for verb, label in _ALSO.items():
        url = page_for(verb, referral.number)
        own_page = url != url_for("casework.referral", number=referral.number)
        if verb not in without and words.may_do(verb, referral) and own_page and url != first:
            is_marked = verb is Verb.PROTECT_IDENTITY and referral.protected_since is not None
            yield gettext("Protected identity and access list") if is_marked else gettext(label), url


def _coordinators(session: Session, referral: Referral) -> list[tuple[uuid.UUID, str]]:
    rows = session.scalars(
        select(Account).where(Account.is_active, coordinating.coordinate(referral)).order_by(Account.name)
    )
    return [(row.id, row.name) for row in rows]


def _timeline(referral: Referral, *, with_notes: bool) -> list[Entry]:
    # How a guardian answered, or which duty the head teacher sees, is for those who may see the guardians.
    return [
        Entry(
            row.at,
            words.happened(row, with_choice=with_notes or row.verb not in _CLOSE_TO_THE_FAMILY),
            words.who(row),
            row.reason if with_notes else None,
        )
        for row in queries.timeline(transactions.session(), referral, people.actor())
    ]
