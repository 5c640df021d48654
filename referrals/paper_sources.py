"""What a paper is made from, gathered from the rows: plain reading, one small function for each kind."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Self

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from referrals import documents, languages, readers, targets
from referrals.config import current
from referrals.documents import Paper
from referrals.models import (
    Account,
    ActionPlan,
    AssessmentPart,
    Closure,
    Concern,
    ConcernAddition,
    FollowUp,
    Guardian,
    History,
    Municipality,
    Referral,
    RoleAssignment,
    TeamMeeting,
)
from referrals.stages import Verb
from referrals.vocabulary import DocumentKind, TriageEnding

#: where a reporter comes back with reference number and code
RETURN_PATH: Final = "/return"
_ENDINGS: Final = frozenset({Verb.END_AT_TRIAGE, Verb.CLOSE_REFERRAL})
_TRIAGE: Final = frozenset({Verb.SEND_TO_ASSESSMENT, Verb.SEND_TO_TEAM, Verb.END_AT_TRIAGE})


@dataclass(frozen=True)
class Gathered:
    """Everything one paper says, as rows and plain values under the names the schemas know them by."""

    kind: DocumentKind
    language: str
    #: `file`, `reporter` or `guardian`, with the name and id of a guardian
    capacity: str
    name: str | None
    guardian_id: uuid.UUID | None
    values: dict[str, Any]


@dataclass(frozen=True)
class EndedEarly:
    """The ending of a referral at its initial assessment, under the names a closure's paper knows."""

    reason: str
    summary: str | None
    closed_at: datetime
    by: Account | None
    if_needed_again: str | None = None
    outcomes: tuple[()] = ()

    @classmethod
    def read(cls, row: History, language: str) -> Self:
        """The ending that `row` records; how it ended is said in `language`."""
        label = TriageEnding(row.choice).label if row.choice else ""
        return cls(languages.translations(language).gettext(label) if label else "", row.reason, row.at, row.by)


def gather(session: Session, referral: Referral, paper: Paper, *, after: History | None) -> Gathered:
    """Gather what `paper` says. `after` is the history row that issues it; None for a preview, which has no date yet.

    The rows are read lazily while the paper is written: `session` must still be open then.
    """
    guardian_id = readers.guardian_in(paper.recipient)
    guardian = session.get_one(Guardian, guardian_id) if guardian_id else None
    values = {
        "referral": referral,
        "municipality": session.scalars(select(Municipality)).one(),
        "issued_at": after.at if after else None,
        "version": documents.next_version(session, referral, paper.kind, recipient=paper.recipient),
        **_GATHERERS[paper.kind](session, referral, paper.language),
    }
    if paper.kind is DocumentKind.ACTION_PLAN and after is not None:
        # A paper that is late, because the workflow stood still, is still the plan that was approved, not the next draft.
        values["plan"] = _plan_approved_by(session, referral, after.at)
    name = guardian.name if guardian and not guardian.has_protected_identity else None
    capacity = "guardian" if guardian else paper.recipient
    return Gathered(paper.kind, paper.language, capacity, name, guardian_id, values)


def _receipt(session: Session, referral: Referral, _language: str) -> dict[str, Any]:
    concern = _concern(session, referral)
    opened = targets.local_day(session, referral.history[0])
    triage = targets.default_day(session, referral.rulepack, "triage", since=opened)
    parts = targets.default_day(session, referral.rulepack, "assessment", since=triage)
    return {
        "concern": concern,
        "targets": {"triage": triage, "assessment": parts},
        "return_code": concern.return_code if concern else None,
        "return_address": current().base_url + RETURN_PATH,
    }


def _referral(session: Session, referral: Referral, _language: str) -> dict[str, Any]:
    additions = select(ConcernAddition).where(ConcernAddition.referral_id == referral.id)
    decided = [row for row in referral.history if row.verb in _TRIAGE]
    return {
        "concern": _concern(session, referral),
        "additions": list(session.scalars(additions.order_by(ConcernAddition.at))),
        "triage": decided[-1] if decided else None,
    }


def _information_and_consent(session: Session, referral: Referral, _language: str) -> dict[str, Any]:
    """Who takes part: those already asked or called, else the people of the unit."""
    members = [held.account for held in referral.memberships]
    return {
        "concern": _concern(session, referral),
        "guardians": _guardians(session, referral),
        "participants": sorted(members or _people_of_unit(session, referral), key=lambda account: account.name),
    }


def _assessment(session: Session, referral: Referral, _language: str) -> dict[str, Any]:
    parts = select(AssessmentPart).where(AssessmentPart.referral_id == referral.id)
    concluded = [row for row in referral.history if row.verb is Verb.CONCLUDE_ASSESSMENT]
    return {
        "parts": list(session.scalars(parts.order_by(AssessmentPart.asked_at, AssessmentPart.id))),
        "analysis": concluded[-1].reason if concluded else None,
    }


def _invitation(session: Session, referral: Referral, _language: str) -> dict[str, Any]:
    meeting = readers.newest_meeting(session, referral)
    invited = set(meeting.guardians_invited) if meeting else set()
    return {
        "meeting": meeting,
        "participants": _accounts(session, meeting.called if meeting else []),
        "guardians": [guardian for guardian in _guardians(session, referral) if str(guardian.id) in invited],
    }


def _minutes(session: Session, referral: Referral, _language: str) -> dict[str, Any]:
    held = select(TeamMeeting).where(TeamMeeting.referral_id == referral.id, TeamMeeting.held_at.is_not(None))
    return {"meeting": session.scalars(held.order_by(TeamMeeting.number.desc()).limit(1)).one_or_none()}


def _action_plan(session: Session, referral: Referral, _language: str) -> dict[str, Any]:
    return {"plan": _newest_plan(session, referral), "guardians": _guardians(session, referral)}


def _follow_up(session: Session, referral: Referral, _language: str) -> dict[str, Any]:
    rows = select(FollowUp).where(FollowUp.referral_id == referral.id)
    return {
        "follow_up": session.scalars(rows.order_by(FollowUp.number.desc()).limit(1)).one_or_none(),
        "guardians": _guardians(session, referral),
    }


def _closing(session: Session, referral: Referral, language: str) -> dict[str, Any]:
    """What came of it; where it ended with the initial assessment already, that decision."""
    ending = next((row for row in reversed(referral.history) if row.verb in _ENDINGS), None)
    if ending is not None and ending.verb is Verb.END_AT_TRIAGE:
        return {"closure": EndedEarly.read(ending, language)}
    rows = select(Closure).where(Closure.referral_id == referral.id)
    closure = session.scalars(rows.order_by(Closure.number.desc()).limit(1)).one_or_none()
    # The plan whose goals were judged: a version that was only being written is nobody's agreement.
    plan = closure.outcomes[0].goal.plan if closure and closure.outcomes else None
    return {"closure": closure, "plan": plan}


_GATHERERS: Final[dict[DocumentKind, Callable[[Session, Referral, str], dict[str, Any]]]] = {
    DocumentKind.RECEIPT: _receipt,
    DocumentKind.REFERRAL: _referral,
    DocumentKind.INFORMATION_AND_CONSENT: _information_and_consent,
    DocumentKind.ASSESSMENT: _assessment,
    DocumentKind.INVITATION: _invitation,
    DocumentKind.MINUTES: _minutes,
    DocumentKind.ACTION_PLAN: _action_plan,
    DocumentKind.FOLLOW_UP: _follow_up,
    DocumentKind.CLOSING: _closing,
}


def _concern(session: Session, referral: Referral) -> Concern | None:
    return session.scalars(select(Concern).where(Concern.referral_id == referral.id)).first()


def _guardians(session: Session, referral: Referral) -> list[Guardian]:
    rows = select(Guardian).where(Guardian.referral_id == referral.id)
    return list(session.scalars(rows.order_by(Guardian.recorded_at, Guardian.id)))


def _newest_plan(session: Session, referral: Referral) -> ActionPlan | None:
    plans = select(ActionPlan).where(ActionPlan.referral_id == referral.id)
    return session.scalars(plans.order_by(ActionPlan.version.desc()).limit(1)).one_or_none()


def _plan_approved_by(session: Session, referral: Referral, at: datetime) -> ActionPlan | None:
    plans = select(ActionPlan).where(ActionPlan.referral_id == referral.id, ActionPlan.approved_at <= at)
    return session.scalars(plans.order_by(ActionPlan.version.desc()).limit(1)).one_or_none()


def _accounts(session: Session, ids: list[str]) -> list[Account]:
    wanted = [uuid.UUID(each) for each in ids]
    return list(session.scalars(select(Account).where(Account.id.in_(wanted)).order_by(Account.name)))


def _people_of_unit(session: Session, referral: Referral) -> list[Account]:
    works_here = Account.roles.any(RoleAssignment.unit_id == referral.unit_id)
    people = select(Account).where(Account.is_active, works_here).options(selectinload(Account.roles))
    return list(session.scalars(people))
