"""Everything somebody is reminded of: what waits for them, and to a head teacher what others have let lie for too long."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from referrals import calendar, targets, worklist
from referrals.access import Actor, Role, View, may_view
from referrals.models import Referral
from referrals.reminders import undelivered
from referrals.stages import Party
from referrals.statutory import waiting as beside
from referrals.waiting_items import Waiting, WaitingItem

#: a long target is not waited out a second time: so many school days after it are too late in any case
MOST: Final = 10
_CAPACITIES: Final = {
    Role.COORDINATOR: Party.COORDINATOR,
    Role.HEAD_TEACHER: Party.HEAD_TEACHER,
    Role.ASSESSOR: Party.ASSESSOR,
}


def everything_for(session: Session, actor: Actor, *, today: date) -> list[WaitingItem]:
    """All that waits for `actor` on `today`, mail that did not arrive, and what has stalled in the units they head: fear of harm first, then by day."""
    items = [*worklist.waiting_for(session, actor, today=today), *undelivered.to_see_to(session, actor)]
    items += beside.waiting_for(session, actor, today=today)
    known = {(item.kind, item.subject_id) for item in items}
    items += [one for one in _stalled(session, actor, today) if (one.kind, one.subject_id) not in known]
    return sorted(items, key=lambda item: (not item.is_urgent, item.day, item.number))


def stalls_on(session: Session, referral: Referral, *, due_on: date) -> date:
    """The day from which `referral` is twice overdue: it was late for as long as it was meant to take, or for MOST school days."""
    closed = calendar.closed_days(session)
    after_beginning = targets.counted_since(session, referral) + timedelta(days=1)
    meant = calendar.school_days_between(after_beginning, due_on, closed=closed)
    return calendar.add_school_days(due_on, min(max(meant, 1), MOST), closed=closed)


def waits_for_others(item: WaitingItem, actor: Actor) -> bool:
    """Whether somebody else is to do it: `actor` only sees that it lies."""
    return item.kind is Waiting.REFERRAL and item.party not in {
        _CAPACITIES[role] for role, _unit in actor.roles if role in _CAPACITIES
    }


def _stalled(session: Session, actor: Actor, today: date) -> Iterable[WaitingItem]:
    """What is twice overdue in the units `actor` heads, and waits for somebody else."""
    units = [unit_id for role, unit_id in actor.roles if role is Role.HEAD_TEACHER]
    late = (
        select(Referral)
        .where(Referral.unit_id.in_(units), Referral.is_open, Referral.target_on < today)
        .options(selectinload(Referral.unit))
        .order_by(Referral.target_on)
        .limit(500)
    )
    for referral in session.scalars(late) if units else ():
        (item,) = worklist.lines_of(session, [referral])  # whatever is open waits for something
        is_left_out = item.party is Party.HEAD_TEACHER or not may_view(View.REFERRAL, actor, referral.facts())
        if not is_left_out and today >= stalls_on(session, referral, due_on=item.day):
            yield replace(item, is_stalled=True)
