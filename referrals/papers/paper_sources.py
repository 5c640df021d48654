"""What a paper is made from, gathered from the rows: plain reading, one small function for each kind."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, select, true
from sqlalchemy.orm import InstrumentedAttribute, Session, selectinload

from referrals import clock, documents, earlier, here, team_review
from referrals.access import Role
from referrals.config import current
from referrals.disclosure import coverage, hand_over, pieces
from referrals.documents import Paper
from referrals.earlier import GuardianThen
from referrals.files import attachments
from referrals.guardians import guardian_page
from referrals.meetings import colour_rating, conflict, interpreters
from referrals.models import (
    AbsenceInvestigation,
    Account,
    ActionPlan,
    AssessmentPart,
    Attachment,
    Closure,
    ColourChoice,
    Concern,
    ConcernAddition,
    DegradingReport,
    EducationalAssessment,
    EducationalDecision,
    FollowUp,
    Guardian,
    History,
    Membership,
    Referral,
    RoleAssignment,
    ServiceReferral,
    SupportInvestigation,
    SupportProgramme,
    SupportReport,
    SupportReview,
    TeamMeeting,
)
from referrals.papers import readers, strengths
from referrals.papers.early_endings import EARLY_ENDINGS, EndedEarly
from referrals.people import organisation, roster
from referrals.plans import measurements, plan_versions, renderings
from referrals.rules import rulebook, targets
from referrals.stages import Verb
from referrals.statutory.tracks import OnTrack
from referrals.vocabulary import DocumentKind, Profession, Recipient, Standing

#: where a reporter comes back with reference number and code
RETURN_PATH: Final = "/return"
#: where a guardian comes to their own page with the code from their letter
GUARDIANS_DOOR: Final = "/guardian/code"
_ENDINGS: Final = EARLY_ENDINGS | {Verb.CLOSE_REFERRAL}
_TRIAGE: Final = EARLY_ENDINGS | {Verb.SEND_TO_ASSESSMENT, Verb.SEND_TO_TEAM}


@dataclass(frozen=True)
class Gathered:
    """Everything one paper says, as rows and plain values under the names the schemas know them by."""

    kind: DocumentKind
    language: str
    #: `file`, `reporter`, `professional`, `pupil`, `guardian` or `service`, with the name of the last two and the id of a guardian
    capacity: str
    name: str | None
    guardian_id: uuid.UUID | None
    #: the language a guardian reads, whether we have words in it or not
    reads: str | None
    values: dict[str, Any]


@dataclass(frozen=True)
class Participant:
    """Somebody who takes part, as a paper about consent names them."""

    name: str
    profession: Profession
    #: whether they belong to another service, which consent must reach first
    needs_consent: bool


@dataclass(frozen=True)
class Moment:
    """The rows of one referral as they stood when the history row `after` was written; as they stand now for None.

    A paper can be late, because the workflow stood still: it still says what was known at its date, also of a guardian who
    was corrected and of a meeting that was moved since. Two things are as they are now, for safety: whose identity is
    protected stays protected on a late paper, and who no longer has custody or may not be contacted gets none.
    """

    session: Session
    referral: Referral
    language: str
    after: History | None
    #: whom the paper is for, a key of `readers.Reader`
    recipient: str = readers.FILE

    def until(self, instant: InstrumentedAttribute[datetime]) -> ColumnElement[bool]:
        """The condition that a row was there already."""
        return true() if self.after is None else instant <= self.after.at

    @property
    def history(self) -> list[History]:
        """The history up to and with `after`, the newest row first."""
        rows = [row for row in self.referral.history if self.after is None or row.number <= self.after.number]
        return rows[::-1]

    @property
    def concern(self) -> Concern | None:
        """The concern, which never changes."""
        return self.session.scalars(select(Concern).where(Concern.referral_id == self.referral.id)).first()

    @property
    def guardians(self) -> list[Guardian | GuardianThen]:
        """The guardians who were recorded by then, as they were recorded then."""
        known = coverage.guardians_of(self.session, self.referral)
        return [self.as_then(one) for one in known if self.after is None or one.recorded_at <= self.after.at]

    def as_then(self, guardian: Guardian) -> Guardian | GuardianThen:
        """`guardian` as they were recorded at this moment."""
        return earlier.guardian_after(self.session, guardian, self.after) if self.after else guardian

    @property
    def own_words(self) -> dict[uuid.UUID, str]:
        """What each guardian had written in their own text by then."""
        until = self.after.at if self.after else None
        known = coverage.guardians_of(self.session, self.referral)
        found = {one.id: guardian_page.own_words(self.session, one, until=until) for one in known}
        return {identity: words.text or "" for identity, words in found.items() if words is not None}


def gather(session: Session, referral: Referral, paper: Paper, *, after: History | None) -> Gathered:
    """Gather what `paper` says. `after` is the history row that issues it; None for a preview, which has no date yet.

    The rows are read lazily while the paper is written: `session` must still be open then.
    """
    guardian_id = readers.guardian_in(paper.recipient)
    moment = Moment(session, referral, paper.language, after, paper.recipient)
    guardian = moment.as_then(session.get_one(Guardian, guardian_id)) if guardian_id else None
    values = {
        "referral": referral,
        "municipality": organisation.municipality(session),
        "issued_at": after.at if after else None,
        "version": documents.next_version(session, referral, paper.kind, recipient=paper.recipient),
        **_GATHERERS[paper.kind](moment),
    }
    if guardian is not None:
        today = here.today(session)
        values["withheld"] = pieces.withheld_from(session, referral, guardian.id, on=today)
        if paper.kind in strengths.BEGINS_WITH_THEM:
            until = after.at if after else None
            values["strengths"] = strengths.last_written(session, referral, guardian.id, until=until)
    elif paper.kind is DocumentKind.CHILDS_PLAN:
        values["withheld"] = pieces.kept_from_somebody(session, referral)
    name = guardian.name if guardian and not guardian.has_protected_identity else values.pop("to_whom", None)
    capacity = paper.recipient.partition(":")[0]
    reads = guardian.language if guardian else None
    return Gathered(paper.kind, paper.language, capacity, name, guardian_id, reads, values)


def _receipt(moment: Moment) -> dict[str, Any]:
    session, referral, concern = moment.session, moment.referral, moment.concern
    opened = targets.local_day(session, referral.history[0])
    triage = targets.default_day(session, referral.rulepack, "triage", since=opened)
    parts = targets.default_day(session, referral.rulepack, "assessment", since=triage)
    return {
        "concern": concern,
        "targets": {"triage": triage, "assessment": parts},
        "target_sources": {
            key: targets.default_source(session, referral.rulepack, key) for key in ("triage", "assessment")
        },
        "return_code": concern.return_code if concern else None,
        "return_address": current().base_url + RETURN_PATH,
        "is_checked_first": concern is not None and conflict.is_in_words(concern),
        "attachments": _attachments(moment),
    }


def _referral(moment: Moment) -> dict[str, Any]:
    additions = select(ConcernAddition).where(
        ConcernAddition.referral_id == moment.referral.id, moment.until(ConcernAddition.at)
    )
    triage = next((row for row in moment.history if row.verb in _TRIAGE), None)
    return {
        "concern": moment.concern,
        "additions": list(moment.session.scalars(additions.order_by(ConcernAddition.at))),
        "attachments": _attachments(moment),
        "triage": triage,
        "statutory": OnTrack.read(moment.session, triage, moment.language),
    }


def _attachments(moment: Moment) -> list[Attachment]:
    """The files that came with the concern, but those that had been taken out by then."""
    found = attachments.beside_concern(moment.session, moment.referral)
    at = moment.after.at if moment.after else clock.now()
    return [one for one in found if one.taken_out_at is None or one.taken_out_at > at]


def _information_and_consent(moment: Moment) -> dict[str, Any]:
    """Who takes part: those already asked or called, else those of the unit for whom no consent is needed."""
    rows = select(Membership).where(
        Membership.referral_id == moment.referral.id,
        Membership.standing != Standing.SHUT_OUT,
        moment.until(Membership.since),
    )
    members = [held.account for held in moment.session.scalars(rows)]
    people = [_participant(moment.referral, account) for account in members]
    if not people:
        of_unit = _people_of_unit(moment.session, moment.referral)
        people = [each for each in (_participant(moment.referral, one) for one in of_unit) if not each.needs_consent]
    return {
        "concern": moment.concern,
        "guardians": moment.guardians,
        "participants": sorted(people, key=lambda each: each.name),
    }


def _participant(referral: Referral, account: Account) -> Participant:
    service = roster.service_of(account.profession, referral.unit.school_form)
    return Participant(account.name, account.profession, needs_consent=service is not Recipient.OWN_STAFF)


def _assessment(moment: Moment) -> dict[str, Any]:
    """The parts asked for by then; the paper itself leaves out what came in later."""
    parts = select(AssessmentPart).where(
        AssessmentPart.referral_id == moment.referral.id, moment.until(AssessmentPart.asked_at)
    )
    concluded = next((row for row in moment.history if row.verb is Verb.CONCLUDE_ASSESSMENT), None)
    return {
        "parts": list(moment.session.scalars(parts.order_by(AssessmentPart.asked_at, AssessmentPart.id))),
        "analysis": concluded.reason if concluded else None,
    }


def _invitation(moment: Moment) -> dict[str, Any]:
    meeting = team_review.called_then(moment.session, moment.referral, after=moment.after)
    invited, then = set(meeting.guardians_invited) if meeting else set(), moment.after.at if moment.after else None
    return {
        "meeting": meeting,
        "participants": _accounts(moment.session, meeting.called if meeting else []),
        "guardians": [guardian for guardian in moment.guardians if str(guardian.id) in invited],
        "interpreters_asked": interpreters.asked_for(moment.session, meeting, until=then) if meeting else {},
        "interpreters_booked": frozenset(interpreters.booked(meeting, until=then) if meeting else ()),
    }


def _minutes(moment: Moment) -> dict[str, Any]:
    held = team_review.held_meeting(moment.session, moment.referral, after=moment.after)
    return {
        "meeting": held, "guardians": moment.guardians, "own_words": moment.own_words,
        "colours": _colours(moment, held) if held else None,
    }  # fmt: skip


def _colours(moment: Moment, held: TeamMeeting) -> dict[str, str] | None:
    """What the team agreed on by colour, where the guardians chose by then that it may stand on papers; None otherwise."""
    together = held.rated_together
    wanted = colour_rating.on_papers(moment.session, moment.referral, until=moment.until(ColourChoice.chosen_at))
    return together.colours if together and wanted else None


def _action_plan(moment: Moment) -> dict[str, Any]:
    """The plan that was approved then, not the next draft; a preview shows the version begun last."""
    if moment.after is None:
        plan = plan_versions.newest_version(moment.session, moment.referral)
    else:
        plan = plan_versions.approved_until(moment.session, moment.referral, moment.after.at)
    return {"plan": plan, "guardians": moment.guardians, "own_words": moment.own_words, "series": _series(moment, plan)}


def _plan_for_service(moment: Moment) -> dict[str, Any]:
    """What was shared of the plan with the service that the paper is for; nothing where nothing was."""
    at = moment.after.at if moment.after else None
    found = renderings.of_paper(moment.session, moment.referral, moment.recipient, at=at)
    return vars(found) if found else {}


def _follow_up(moment: Moment) -> dict[str, Any]:
    rows = select(FollowUp).where(FollowUp.referral_id == moment.referral.id, moment.until(FollowUp.recorded_at))
    newest = moment.session.scalars(rows.order_by(FollowUp.number.desc()).limit(1)).one_or_none()
    plan = newest.plan if newest else plan_versions.plan_in_force(moment.session, moment.referral)
    return {"follow_up": newest, "guardians": moment.guardians, "series": _series(moment, plan)}


def _series(moment: Moment, plan: ActionPlan | None) -> list[measurements.Series]:
    """The numbers that were known then; a preview shows those known now."""
    until = moment.after.at if moment.after else None
    return measurements.series_of(moment.session, moment.referral, plan, until=until)


def _closing(moment: Moment) -> dict[str, Any]:
    """What came of it; where it ended with the initial assessment already, that decision."""
    municipality = organisation.municipality(moment.session)
    # In the municipality's own words, which are in its own language; other readers get the paper's usual sentence.
    retention = municipality.retention.get("words") if moment.language == municipality.language else None
    ending = next((row for row in moment.history if row.verb in _ENDINGS), None)
    if ending is not None and ending.verb in EARLY_ENDINGS:
        on_track = OnTrack.read(moment.session, ending, moment.language)
        early = EndedEarly.read(ending, on_track, moment.language)
        return {"closure": early, "statutory": on_track, "retention": retention}
    rows = select(Closure).where(Closure.referral_id == moment.referral.id, moment.until(Closure.closed_at))
    closure = moment.session.scalars(rows.order_by(Closure.number.desc()).limit(1)).one_or_none()
    # The plan whose goals were judged: a version that was only being written is nobody's agreement.
    plan = closure.outcomes[0].goal.plan if closure and closure.outcomes else None
    return {"closure": closure, "plan": plan, "retention": retention}


def _hand_over(moment: Moment) -> dict[str, Any]:
    """What went over: on the side of the team that had it, and of the one that took it over."""
    session, referral = moment.session, moment.referral
    if moment.after is not None and moment.after.verb is Verb.ACCEPT_HAND_OVER:
        return {"hand_over": hand_over.hand_overs_of(session, referral)[0].package}
    took = hand_over.received(session, referral)
    return {"hand_over": took.package if took else None}


def _service_referral(moment: Moment) -> dict[str, Any]:
    """What went to the service that was referred to then."""
    rows = select(ServiceReferral).join(ServiceReferral.sent).where(ServiceReferral.referral_id == moment.referral.id)
    sent = rows.where(moment.until(History.at)).order_by(History.number.desc()).limit(1)
    found = moment.session.scalars(sent).one_or_none()
    return {"hand_over": found.package, "to_whom": found.service} if found else {}


def _beside(row_of: InstrumentedAttribute[Any]) -> Callable[[Moment], dict[str, Any]]:
    """What was decided beside the team's work then, by the history row that recorded it: each is a paper of its own."""
    kind = row_of.class_

    def gather(moment: Moment) -> dict[str, Any]:
        rows = select(kind).join(row_of).where(kind.referral_id == moment.referral.id, moment.until(History.at))
        return {"support": moment.session.scalars(rows.order_by(History.number.desc()).limit(1)).one_or_none()}

    return gather


def _appealed(row_of: InstrumentedAttribute[Any]) -> Callable[[Moment], dict[str, Any]]:
    """The decision about support that was made then, and how it is appealed."""

    def gather(moment: Moment) -> dict[str, Any]:
        return _beside(row_of)(moment) | {"appeal": rulebook.load(moment.referral.rulepack).support_appeal.words}

    return gather


_GATHERERS: Final[dict[DocumentKind, Callable[[Moment], dict[str, Any]]]] = {
    DocumentKind.RECEIPT: _receipt,
    DocumentKind.REFERRAL: _referral,
    DocumentKind.INFORMATION_AND_CONSENT: _information_and_consent,
    DocumentKind.ASSESSMENT: _assessment,
    DocumentKind.INVITATION: _invitation,
    DocumentKind.MINUTES: _minutes,
    DocumentKind.ACTION_PLAN: _action_plan,
    DocumentKind.CHILDS_PLAN: _action_plan,
    DocumentKind.PLAN_FOR_SERVICE: _plan_for_service,
    DocumentKind.FOLLOW_UP: _follow_up,
    DocumentKind.CLOSING: _closing,
    DocumentKind.HAND_OVER: _hand_over,
    DocumentKind.SERVICE_REFERRAL: _service_referral,
    DocumentKind.SUPPORT_REPORT: _beside(SupportReport.history),
    DocumentKind.SUPPORT_INVESTIGATION: _beside(SupportInvestigation.concluded),
    DocumentKind.SUPPORT_PROGRAMME: _appealed(SupportProgramme.decided),
    DocumentKind.NO_SUPPORT_PROGRAMME: _appealed(SupportProgramme.decided),
    DocumentKind.SUPPORT_REVIEW: _beside(SupportReview.history),
    DocumentKind.SUPPORT_PROGRAMME_ENDED: _appealed(SupportProgramme.decided),
    DocumentKind.ABSENCE_NOTICE: _beside(AbsenceInvestigation.begun),
    DocumentKind.ABSENCE_INVESTIGATION: _beside(AbsenceInvestigation.concluded),
    DocumentKind.DEGRADING_REPORT: _beside(DegradingReport.history),
    DocumentKind.DEGRADING_INVESTIGATION: _beside(DegradingReport.concluded),
    DocumentKind.EDUCATIONAL_REQUEST: _beside(EducationalAssessment.begun),
    DocumentKind.EDUCATIONAL_ASSESSMENT: _beside(EducationalAssessment.concluded),
    DocumentKind.EDUCATIONAL_DECISION: _appealed(EducationalDecision.history),
}


def _accounts(session: Session, ids: list[str]) -> list[Account]:
    wanted = [uuid.UUID(each) for each in ids]
    return list(session.scalars(select(Account).where(Account.id.in_(wanted)).order_by(Account.name)))


def _people_of_unit(session: Session, referral: Referral) -> list[Account]:
    works_here = Account.roles.any(
        (RoleAssignment.unit_id == referral.unit_id) & (RoleAssignment.role != Role.REGISTRAR)
    )
    people = select(Account).where(Account.is_active, works_here).options(selectinload(Account.roles))
    return list(session.scalars(people))
