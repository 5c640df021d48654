"""What access needs to know about one referral, read from its rows: who belongs to it, who acts in it, and what consent reaches."""

import uuid
from dataclasses import replace
from functools import cache
from typing import Final

from sqlalchemy import literal, select, union_all
from sqlalchemy.orm import Session, object_session

from referrals import here
from referrals.access import Facts
from referrals.disclosure import coverage
from referrals.meetings import conflict
from referrals.models import (
    AbsenceInvestigation,
    ActionPlan,
    DegradingReport,
    EducationalAssessment,
    Goal,
    HandOver,
    PlannedAction,
    Referral,
    SupportInvestigation,
    TeamMeeting,
)
from referrals.rules import rulebook
from referrals.stages import WITHDRAWN
from referrals.vocabulary import HandOverState, InformationCategory, PlanStatus, Recipient, SchoolForm, Standing
from referrals.vocabulary.knowing import Information

#: where each kind of investigation is kept, by its row of the table
_INVESTIGATIONS: Final[
    dict[
        Information,
        type[SupportInvestigation] | type[AbsenceInvestigation] | type[DegradingReport] | type[EducationalAssessment],
    ]
] = {
    Information.SPECIAL_SUPPORT: SupportInvestigation,
    Information.ABSENCE_INVESTIGATION: AbsenceInvestigation,
    Information.DEGRADING_TREATMENT: DegradingReport,
    Information.EDUCATIONAL_ASSESSMENT: EducationalAssessment,
}
#: plans that nobody acts on: their actions open nothing
_NOT_IN_FORCE = (PlanStatus.DRAFT, PlanStatus.RETURNED, PlanStatus.REPLACED)


def facts_of(referral: Referral) -> Facts:
    """What access needs to know about `referral` now. What consent reaches is looked up each time it matters, never kept."""
    session, unit = object_session(referral), referral.unit
    own = {Recipient.OWN_STAFF} | ({Recipient.LEISURE} if unit.school_form is SchoolForm.LEISURE else set())
    facts = Facts(
        referral.id,
        referral.unit_id,
        beside=referral.beside,
        members=_accounts_that(referral, Standing.MEMBER),
        stand_ins=_accounts_that(referral, Standing.STANDS_IN),
        shut_out=_accounts_that(referral, Standing.SHUT_OUT),
        is_held=referral.held_since is not None,
        is_handed_over=referral.handed_over_at is not None,
        listed=None
        if referral.protected_since is None
        else frozenset(each.account_id for each in referral.access_list),
        released=_accounts_that(referral, Standing.RELEASED),
        has_owner=lambda: _has_owner(referral),
        own_services=frozenset(own),
        exceptions=rulebook.load(referral.rulepack).exceptions(unit.school_form),
    )
    if session is None:
        return facts
    return replace(
        facts,
        offered_to=lambda: _offered_to(session, referral),
        reach=lambda service: _reach(session, referral, service),
        settles_conflict=lambda account: account in {each.id for each in conflict.deciders(session, referral)},
        is_acting=lambda account: _is_called(session, referral, account) or _owns_action(session, referral, account),
        investigates=cache(lambda account: _investigates(session, referral, account)),
        owns_action=lambda account: referral.is_open and _owns_action(session, referral, account, PlanStatus.ACTIVE),
    )


def _investigates(session: Session, referral: Referral, account_id: uuid.UUID) -> frozenset[Information]:
    """The rows of the table in which they carry out an investigation that has no result yet; none of a concern taken back."""
    if referral.state == WITHDRAWN:
        return frozenset()
    running = (
        select(literal(information.value)).where(
            kind.referral_id == referral.id, kind.carried_out_by_id == account_id, kind.concluded_id.is_(None)
        )
        for information, kind in _INVESTIGATIONS.items()
    )
    return frozenset(map(Information, session.scalars(union_all(*running))))


def _accounts_that(referral: Referral, standing: Standing) -> frozenset[uuid.UUID]:
    # A row that was just made has no standing until it is written; it is the usual one.
    held = referral.memberships
    return frozenset(one.account_id for one in held if (one.standing or Standing.MEMBER) is standing)


def _has_owner(referral: Referral) -> bool:
    """Whether the owner is somebody who can still keep it moving."""
    owner = referral.owner
    if owner is None or not owner.is_active:
        return False
    stands_in = owner.id in _accounts_that(referral, Standing.STANDS_IN)
    return stands_in or owner.actor().is_coordinator(referral.unit_id, beside=referral.beside)


def _reach(session: Session, referral: Referral, service: Recipient) -> frozenset[InformationCategory]:
    """The kinds of information that may go to `service` today."""
    kinds = coverage.table(session, referral, recipients=[service], on=here.today(session))[service]
    return frozenset(kind for kind, cover in kinds.items() if cover.is_covered)


def _offered_to(session: Session, referral: Referral) -> tuple[uuid.UUID, uuid.UUID | None] | None:
    """The unit, and its team beside the first one if it is one of those, whose answer to a hand-over is waited for."""
    waiting = select(HandOver.to_unit_id, HandOver.to_forum_id).where(
        HandOver.referral_id == referral.id, HandOver.state == HandOverState.OFFERED
    )
    found = session.execute(waiting).first()
    return (found.to_unit_id, found.to_forum_id) if found else None


def _is_called(session: Session, referral: Referral, account_id: uuid.UUID) -> bool:
    called = session.scalars(select(TeamMeeting.called).where(TeamMeeting.referral_id == referral.id))
    return any(str(account_id) in each for each in called)


def _owns_action(session: Session, referral: Referral, account_id: uuid.UUID, *statuses: PlanStatus) -> bool:
    """Whether they answer for an action of a plan that stands in one of `statuses`; by default in any that was agreed."""
    own = (
        select(PlannedAction.id)
        .join(Goal, PlannedAction.goal_id == Goal.id)
        .join(ActionPlan, Goal.plan_id == ActionPlan.id)
        .where(PlannedAction.referral_id == referral.id, PlannedAction.owner_id == account_id)
        .where(ActionPlan.status.in_(statuses) if statuses else ActionPlan.status.not_in(_NOT_IN_FORCE))
    )
    return session.scalars(own.limit(1)).first() is not None
