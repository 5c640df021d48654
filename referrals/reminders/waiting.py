"""Everything somebody is reminded of: what waits for them, and to a head teacher what others have let lie for too long.

Above the head teacher nobody is told: whoever manages the schools sees numbers, and no single referral.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session, selectinload

from referrals import calendar
from referrals.access import Actor, Role, View, may_view
from referrals.disclosure import service_referral
from referrals.languages import local_date
from referrals.meetings import decided
from referrals.models import ActionPlan, Goal, PlannedAction, Referral
from referrals.people import invitations, organisation
from referrals.reminders import late_parts, undelivered
from referrals.rules import targets
from referrals.stages import Party, Verb
from referrals.statutory import waiting as beside
from referrals.vocabulary import ActionStatus, DeadlineSource, PlanStatus
from referrals.work import of_age, worklist
from referrals.work.waiting_items import Waiting, WaitingItem


def everything_for(session: Session, actor: Actor, *, today: date) -> list[WaitingItem]:
    """All that waits for `actor` on `today`, mail that did not arrive, and what has stalled in the units they head: fear of harm first, then by day."""
    items = [_marked(session, item, today) for item in worklist.waiting_for(session, actor, today=today)]
    items += undelivered.to_see_to(session, actor)
    items += beside.waiting_for(session, actor, today=today)
    items += (decisions := decided.waiting_for(session, actor))
    items += of_age.to_record(session, actor)
    items += service_referral.waiting_for(session, actor)
    items += invitations.waiting_for(session, actor)
    items += late_parts.waiting_for(session, actor, today=today)
    known = {(item.kind, item.subject_id) for item in items}
    own = list(_stalled(session, actor, today))
    told = {item.subject_id for item in (*items, *own) if item.kind is Waiting.REFERRAL}
    parts = late_parts.left_lying(session, actor, today=today, but=told)
    stalled = (*own, *parts, *service_referral.left_lying(session, actor))
    items += [one for one in stalled if (one.kind, one.subject_id) not in known]
    items += _actions_left(session, actor, today)
    theirs = {item.subject_id for item in decisions}
    items += [one for one in decided.left_lying(session, actor, today=today) if one.subject_id not in theirs]
    return sorted(items, key=lambda item: (not item.is_urgent, item.day, item.number))


def stalls_on(session: Session, referral: Referral, *, due_on: date) -> date:
    """The day from which `referral` is twice overdue."""
    return calendar.twice_overdue(
        targets.counted_since(session, referral), due_on, closed=calendar.closed_days(session)
    )


def _marked(session: Session, item: WaitingItem, today: date) -> WaitingItem:
    """`item` with a mark where the head teacher has let it lie: they read that themselves, and so does the coordinator."""
    is_late = item.due_on is not None and item.due_on < today
    if item.kind is not Waiting.REFERRAL or item.party is not Party.HEAD_TEACHER or not is_late:
        return item
    referral = session.get_one(Referral, item.subject_id)  # loaded already: no question to the database
    return replace(item, is_stalled=today >= stalls_on(session, referral, due_on=item.day))


def _actions_left(session: Session, actor: Actor, today: date) -> Iterable[WaitingItem]:
    """Actions of others in the units `actor` heads that are hindered, or late for as long as they were meant to take."""
    units = [unit_id for role, unit_id in actor.roles if role is Role.HEAD_TEACHER]
    if not units:
        return
    rows = (
        select(PlannedAction)
        .join(Goal, PlannedAction.goal_id == Goal.id)
        .join(ActionPlan, Goal.plan_id == ActionPlan.id)
        .join(Referral, PlannedAction.referral_id == Referral.id)
        .where(
            Referral.unit_id.in_(units), Referral.is_open, ActionPlan.status == PlanStatus.ACTIVE,
            PlannedAction.owner_id.is_distinct_from(actor.account_id),
            or_(
                PlannedAction.status == ActionStatus.HINDERED,
                and_(PlannedAction.status.in_((ActionStatus.PLANNED, ActionStatus.ONGOING)), PlannedAction.to_on < today),
            ),
        )
        .order_by(PlannedAction.to_on)
        .limit(500)
        .options(selectinload(PlannedAction.referral).selectinload(Referral.unit))
    )  # fmt: skip
    zone, closed = organisation.municipality(session).timezone, calendar.closed_days(session)
    for action in session.scalars(rows):
        referral, is_hindered = action.referral, action.status is ActionStatus.HINDERED
        due_on = action.to_on or today
        if not may_view(View.PLAN, actor, referral.facts()):
            continue
        if is_hindered or today >= calendar.twice_overdue(action.from_on or due_on, due_on, closed=closed):
            since = local_date(action.status_at or referral.stage_since, zone=zone)
            yield WaitingItem(
                number=referral.number, kind=Waiting.OTHERS_ACTION, subject_id=action.id, verb=Verb.RECORD_ACTION_STATUS,
                party=Party.ASSESSOR, due_on=None if is_hindered else due_on, source=DeadlineSource.SET,
                waits_since=since if is_hindered else None, state=referral.state, rulepack=referral.rulepack,
                unit=worklist.shown_unit(referral), topics=tuple(referral.topics), is_stalled=not is_hindered,
                is_others=True,
            )  # fmt: skip


def _stalled(session: Session, actor: Actor, today: date) -> Iterable[WaitingItem]:
    """What is twice overdue in the units `actor` heads, and waits for somebody else."""
    units = [unit_id for role, unit_id in actor.roles if role is Role.HEAD_TEACHER]
    if not units:
        return
    late = (
        select(Referral)
        .where(Referral.unit_id.in_(units), Referral.is_open, Referral.target_on < today)
        .options(selectinload(Referral.unit))
        .order_by(Referral.target_on)
        .limit(500)
    )
    found = list(session.scalars(late))
    feared = worklist.with_fear_known(session, actor, found)
    for referral in found:
        (item,) = worklist.lines_of(session, [referral], feared)  # whatever is open waits for something
        is_left_out = item.party is Party.HEAD_TEACHER or not may_view(View.REFERRAL, actor, referral.facts())
        if not is_left_out and today >= stalls_on(session, referral, due_on=item.day):
            yield replace(item, is_stalled=True, is_others=True)
