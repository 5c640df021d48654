"""What waits for whom: the next action of a referral, and one person's list of everything that waits for them."""

import uuid
from collections.abc import Container, Iterable
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session, object_session, selectinload

from referrals.access import Actor, Role, View, may_view, parties_for
from referrals.disclosure import coverage
from referrals.languages import local_date
from referrals.models import (
    ActionPlan,
    AdditionKind,
    AssessmentPart,
    Concern,
    ConcernAddition,
    Consent,
    Goal,
    Membership,
    PlannedAction,
    Referral,
    TeamMeeting,
)
from referrals.people import coordinating, organisation
from referrals.rules import targets
from referrals.safeguarding import access_list
from referrals.stages import (
    CLOSED,
    CLOSURE_PROPOSED,
    FOLLOW_UP_DUE,
    IN_CONSENT,
    IN_TRIAGE,
    MEETING_HELD,
    MOVE_BY_VERB,
    PARTS_RECEIVED,
    PARTS_REQUESTED,
    PLAN_ACTIVE,
    PLAN_DRAFT,
    PLAN_FOR_APPROVAL,
    PLAN_RETURNED,
    RETURNED,
    SCHEDULED,
    SUBMITTED,
    TO_SCHEDULE,
    WITH_HEAD_TEACHER,
    Party,
    State,
    Verb,
)
from referrals.vocabulary import ActionStatus, DeadlineSource, PartStatus, PlanStatus, ProtectionAnswer, Standing
from referrals.work.waiting_items import IN_TRIAGE_STATES, Waiting, WaitingItem

#: what has to happen next in a state, and who is to do it
NEXT: dict[State, tuple[Verb, Party]] = {
    SUBMITTED:         (Verb.SEND_TO_ASSESSMENT, Party.COORDINATOR),
    RETURNED:          (Verb.RESUBMIT_CONCERN, Party.REPORTER),
    IN_TRIAGE:         (Verb.SEND_TO_ASSESSMENT, Party.COORDINATOR),
    WITH_HEAD_TEACHER: (Verb.DECIDE_STATUTORY_TRACK, Party.HEAD_TEACHER),
    IN_CONSENT:        (Verb.CONCLUDE_CONSENT, Party.COORDINATOR),
    PARTS_REQUESTED:   (Verb.SUBMIT_PART, Party.ASSESSOR),
    PARTS_RECEIVED:    (Verb.CONCLUDE_ASSESSMENT, Party.COORDINATOR),
    TO_SCHEDULE:       (Verb.SCHEDULE_MEETING, Party.COORDINATOR),
    SCHEDULED:         (Verb.RECORD_MEETING, Party.COORDINATOR),
    MEETING_HELD:      (Verb.APPROVE_MINUTES, Party.HEAD_TEACHER),
    PLAN_DRAFT:        (Verb.SUBMIT_ACTION_PLAN, Party.COORDINATOR),
    PLAN_RETURNED:     (Verb.SUBMIT_ACTION_PLAN, Party.COORDINATOR),
    PLAN_FOR_APPROVAL: (Verb.APPROVE_ACTION_PLAN, Party.HEAD_TEACHER),
    PLAN_ACTIVE:       (Verb.OPEN_FOLLOW_UP, Party.SYSTEM),
    FOLLOW_UP_DUE:     (Verb.RECORD_FOLLOW_UP, Party.COORDINATOR),
    CLOSURE_PROPOSED:  (Verb.CLOSE_REFERRAL, Party.COORDINATOR),
}  # fmt: skip

_PARTS_OUT = select(AssessmentPart.referral_id).where(AssessmentPart.status == PartStatus.REQUESTED)
_RUNNING = (ActionStatus.PLANNED, ActionStatus.ONGOING, ActionStatus.HINDERED)


@dataclass(frozen=True)
class NextAction:
    """What has to happen next, who is to do it, and by which day: a local target, never a legal deadline."""

    verb: Verb
    party: Party
    due_on: date | None
    #: where that day comes from; None where nothing says so
    source: DeadlineSource | None = None


def next_action(referral: Referral) -> NextAction | None:
    """What has to happen next with `referral`; None where nothing has to."""
    if (session := object_session(referral)) and with_nobody_asked(session, [referral]):
        return NextAction(Verb.REQUEST_PARTS, Party.COORDINATOR, referral.target_on, referral.target_source)
    if referral.state in NEXT:
        verb, party = NEXT[referral.state]
        return NextAction(verb, party, referral.target_on, referral.target_source)
    if referral.state == CLOSED and referral.revisit_on is not None:
        return NextAction(Verb.REOPEN_REFERRAL, Party.COORDINATOR, referral.revisit_on, DeadlineSource.SET)
    return None


def waiting_for(session: Session, actor: Actor, *, today: date) -> list[WaitingItem]:
    """Everything that waits for `actor` on the day `today`: fear of harm first, then by day."""
    items = [
        *_for_coordinator(session, actor, today),
        *_for_head_teacher(session, actor),
        *_additions(session, actor),
        *_consents(session, actor, today),
        *_parts(session, actor),
        *_plans_written(session, actor),
        *_actions(session, actor),
    ]
    unique = {(item.kind, item.subject_id): item for item in items}
    return sorted(unique.values(), key=lambda item: (not item.is_urgent, item.day, item.number))


def next_to_triage(session: Session, actor: Actor, *, today: date, but: Referral | None = None) -> str | None:
    """The number of the next concern that waits for `actor`'s initial assessment, leaving out `but`; None if none does."""
    for item in waiting_for(session, actor, today=today):
        if item.is_to_triage and (but is None or item.subject_id != but.id):
            return item.number
    return None


def with_nobody_asked(session: Session, referrals: Iterable[Referral]) -> set[uuid.UUID]:
    """The ids of those of `referrals` whose assessment waits for parts that nobody has been asked for yet."""
    waiting = {referral.id for referral in referrals if referral.state == PARTS_REQUESTED}
    asked = session.scalars(_PARTS_OUT.where(AssessmentPart.referral_id.in_(waiting))) if waiting else ()
    return waiting - set(asked)


def with_fear_known(session: Session, actor: Actor, referrals: Iterable[Referral]) -> set[uuid.UUID]:
    """The ids of those of `referrals` whose reporter fears that the child is being harmed, where `actor` may read that."""
    shown = {referral.id: referral for referral in referrals}
    feared = _feared(session, shown.values())
    return {one for one in feared if may_view(View.CONCERN, actor, shown[one].facts())}


def _for_coordinator(session: Session, actor: Actor, today: date) -> Iterable[WaitingItem]:
    mine = {state for state, (_verb, party) in NEXT.items() if party is Party.COORDINATOR}
    mine_or_nobodys = or_(Referral.owner_id == actor.account_id, ~coordinating.HAS_OWNER)
    waits = or_(
        _in_states(mine),
        Referral.target_on < today,
        and_(_in_states({PARTS_REQUESTED}), ~_PARTS_OUT.where(AssessmentPart.referral_id == Referral.id).exists()),
    )
    here = in_units(actor, Role.COORDINATOR), mine_or_nobodys
    # Two questions: in one, the few that are looked at again would have the database go through all that have ended.
    again = [row for row in _referrals(session, *here, Referral.revisit_on <= today) if row.state == CLOSED]
    found = [*_referrals(session, *here, Referral.is_open.is_(True), waits), *again]
    lines = lines_of(session, found, _feared(session, found))
    return [replace(line, is_others=line.party is not Party.COORDINATOR) for line in lines]


def _feared(session: Session, found: Iterable[Referral]) -> set[uuid.UUID]:
    """Those whose reporter fears that the child is being harmed, while nobody has decided yet."""
    undecided = [row.id for row in found if row.state in IN_TRIAGE_STATES | {WITH_HEAD_TEACHER}]
    feared = select(Concern.referral_id).where(
        Concern.referral_id.in_(undecided), Concern.protection == ProtectionAnswer.YES
    )
    return set(session.scalars(feared))


def _for_head_teacher(session: Session, actor: Actor) -> Iterable[WaitingItem]:
    mine = {state for state, (_verb, party) in NEXT.items() if party is Party.HEAD_TEACHER}
    found = _referrals(session, in_units(actor, Role.HEAD_TEACHER), Referral.is_open.is_(True), _in_states(mine))
    own_minutes = set(
        session.scalars(
            select(TeamMeeting.referral_id).where(
                TeamMeeting.minutes_by_id == actor.account_id,
                TeamMeeting.approved_at.is_(None),
                TeamMeeting.referral_id.in_([row.id for row in found if row.state == MEETING_HELD]),
            )
        )
    )
    return lines_of(session, (row for row in found if row.id not in own_minutes), _feared(session, found))


def _parts(session: Session, actor: Actor) -> Iterable[WaitingItem]:
    rows = session.scalars(
        select(AssessmentPart)
        .join(Referral, AssessmentPart.referral_id == Referral.id)
        .where(
            access_list.is_open_to(actor),
            _in_states(MOVE_BY_VERB[Verb.SUBMIT_PART].frm),  # once the plan runs nobody waits for a part any more
            AssessmentPart.assessor_id == actor.account_id,
            AssessmentPart.status == PartStatus.REQUESTED,
        )
        .options(selectinload(AssessmentPart.referral).selectinload(Referral.unit))
    )
    return [
        _of_own(row.referral, Waiting.PART, row.id, verb=Verb.SUBMIT_PART, due_on=row.due_on, source=row.due_source)
        for row in rows
        if parties_for(Verb.SUBMIT_PART, actor, row.referral.facts())
    ]


def _additions(session: Session, actor: Actor) -> Iterable[WaitingItem]:
    """What reporters added and nobody has read yet, each by itself."""
    rows = session.scalars(
        select(ConcernAddition)
        .join(Referral, ConcernAddition.referral_id == Referral.id)
        .where(
            ConcernAddition.kind == AdditionKind.ADDITION, ConcernAddition.read_at.is_(None),
            _in_states(MOVE_BY_VERB[Verb.READ_ADDITION].frm),
            in_units(actor, Role.COORDINATOR), or_(Referral.owner_id == actor.account_id, ~coordinating.HAS_OWNER),
        )
        .options(selectinload(ConcernAddition.referral).selectinload(Referral.unit))
    )  # fmt: skip
    zone = organisation.municipality(session).timezone
    return [
        replace(
            _of_own(
                row.referral, Waiting.ADDITION, row.id, verb=Verb.READ_ADDITION, due_on=None, party=Party.COORDINATOR
            ),
            waits_since=local_date(row.at, zone=zone),
        )
        for row in rows
    ]


def _consents(session: Session, actor: Actor, today: date) -> Iterable[WaitingItem]:
    """Consents that are about to end, or have ended: a line a referral, by the one that ends first."""
    rows = session.scalars(
        coverage.about_to_end(today)
        .where(in_units(actor, Role.COORDINATOR), or_(Referral.owner_id == actor.account_id, ~coordinating.HAS_OWNER))
        .options(selectinload(Consent.referral).selectinload(Referral.unit), selectinload(Consent.guardian))
    ).all()
    first = {row.referral_id: row for row in reversed(rows) if coverage.counts(row)}
    return [
        _of_own(
            row.referral, Waiting.CONSENT, row.referral_id, verb=Verb.REMIND_OF_CONSENT, due_on=row.until_on,
            source=DeadlineSource.SET, party=Party.COORDINATOR,
        )
        for row in first.values()
    ]  # fmt: skip


def _plans_written(session: Session, actor: Actor) -> Iterable[WaitingItem]:
    """Plans that somebody other than the coordinator writes: they wait for their author."""
    found = _referrals(
        session,
        access_list.is_open_to(actor),
        _in_states({PLAN_DRAFT, PLAN_RETURNED}),
        Referral.id.in_(
            select(ActionPlan.referral_id).where(
                ActionPlan.author_id == actor.account_id,
                ActionPlan.status.in_((PlanStatus.DRAFT, PlanStatus.RETURNED)),
            )
        ),
    )
    return lines_of(session, (row for row in found if parties_for(Verb.SUBMIT_ACTION_PLAN, actor, row.facts())))


def _actions(session: Session, actor: Actor) -> Iterable[WaitingItem]:
    rows = session.scalars(
        select(PlannedAction)
        .join(Goal, PlannedAction.goal_id == Goal.id)
        .join(ActionPlan, Goal.plan_id == ActionPlan.id)
        .join(Referral, PlannedAction.referral_id == Referral.id)
        .where(
            access_list.is_open_to(actor),
            Referral.is_open,
            ActionPlan.status == PlanStatus.ACTIVE,
            PlannedAction.owner_id == actor.account_id,
            PlannedAction.status.in_(_RUNNING),
        )
        .options(selectinload(PlannedAction.referral).selectinload(Referral.unit))
    )
    return [_of_action(row, actor) for row in rows if may_view(View.OWN_ACTION, actor, row.referral.facts())]


def _of_action(action: PlannedAction, actor: Actor) -> WaitingItem:
    """An action that waits; whoever sees no more of the referral than that is not told what it is about, or where."""
    referral = action.referral
    item = _of_own(
        referral,
        Waiting.ACTION,
        action.id,
        verb=Verb.RECORD_ACTION_STATUS,
        due_on=action.to_on,
        source=DeadlineSource.SET,
    )
    if may_view(View.REFERRAL, actor, referral.facts()):
        return item
    return replace(item, unit="", topics=(), is_all_they_see=True)


def _referrals(session: Session, *conditions: ColumnElement[bool]) -> list[Referral]:
    found = select(Referral).where(*conditions).options(selectinload(Referral.unit))
    return list(session.scalars(found.order_by(Referral.target_on).limit(500)))


def in_units(actor: Actor, role: Role) -> ColumnElement[bool]:
    """Referrals of the units in which `actor` holds `role`, as a coordinator of their teams, as far as nothing keeps them out."""
    standing = select(Membership.referral_id).where(Membership.account_id == actor.account_id)
    there = coordinating.looked_after_by(actor, {role})
    if role is Role.COORDINATOR and any(held in (Role.COORDINATOR, Role.HEAD_TEACHER) for held, _unit in actor.roles):
        there = or_(there, Referral.id.in_(standing.where(Membership.standing == Standing.STANDS_IN)))
    kept_out = standing.where(Membership.standing == Standing.SHUT_OUT)
    return and_(there, Referral.id.not_in(kept_out), access_list.is_open_to(actor))


def _in_states(states: Iterable[State]) -> ColumnElement[bool]:
    return or_(*(and_(Referral.stage == state.stage, Referral.status == state.status) for state in states))


def lines_of(session: Session, referrals: Iterable[Referral], urgent: Container[uuid.UUID] = ()) -> list[WaitingItem]:
    """What has to happen next with each of `referrals`; with the ids of those whose reporter fears harm as `urgent`.

    What has ended and is looked at again waits from its day on, and is never late: nothing is owed to it.
    """
    meets = targets.meeting_days(session, shown := list(referrals))
    return [
        WaitingItem(
            number=referral.number, kind=Waiting.REFERRAL, subject_id=referral.id, verb=action.verb, party=action.party,
            due_on=action.due_on if referral.is_open else None, waits_since=None if referral.is_open else action.due_on,
            source=action.source, state=referral.state, rulepack=referral.rulepack, unit=shown_unit(referral),
            topics=tuple(referral.topics), meets_on=meets.get(referral.id), is_urgent=referral.id in urgent,
        )
        for referral in shown
        if (action := next_action(referral)) is not None
    ]  # fmt: skip


def shown_unit(referral: Referral) -> str:
    """The name of its unit for a list; empty where that can be the secret itself."""
    # Which school a child with a protected identity attends, or a guardian's child, can be the secret itself.
    return "" if referral.protected_since is not None else referral.unit.name


def _of_own(
    referral: Referral,
    kind: Waiting,
    subject_id: uuid.UUID,
    *,
    verb: Verb,
    due_on: date | None,
    source: DeadlineSource | None = None,
    party: Party = Party.ASSESSOR,
) -> WaitingItem:
    return WaitingItem(
        number=referral.number, kind=kind, subject_id=subject_id, verb=verb, party=party, due_on=due_on, source=source,
        state=referral.state, rulepack=referral.rulepack, unit=shown_unit(referral), topics=tuple(referral.topics),
    )  # fmt: skip
