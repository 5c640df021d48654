"""Outside bodies: an association, a service of the region, a consultant, invited to one referral until a day.

Whoever is invited can answer for actions of the plan once the guardians' consent reaches their service, and sees those alone.
Their part ends by itself with that day, or before it like anybody's (`referrals/people/leaving.py`).
"""

import uuid
from datetime import date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, selectinload

from referrals import clock, here, history
from referrals.access import Actor, Role, View, may_view, parties_for
from referrals.errors import Incomplete
from referrals.languages import local_date
from referrals.models import Account, Invitation, Referral, RoleAssignment
from referrals.people import coordinating, leaving, membership
from referrals.safeguarding import access_list
from referrals.stages import Party, Verb
from referrals.work.waiting_items import Waiting, WaitingItem
from referrals.work.worklist import in_units, shown_unit

#: so long an invitation lasts at most; then it is given anew
LONGEST: Final = timedelta(days=366)


def invite(
    session: Session, referral: Referral, *, by: Actor, seen: int | None, account_id: uuid.UUID, last_on: date
) -> Invitation:
    """Invite somebody from outside to this referral until the end of `last_on`; again moves that day.

    Raises Incomplete for somebody who cannot be invited, and for a day that has passed or is more than a year away.
    """
    history.guard(session, referral, Verb.INVITE_FROM_OUTSIDE, by=by, seen=seen)
    account = next((one for one in could_be_invited(session, referral) if one.id == account_id), None)
    today = here.today(session)
    wrong = {"account_id": account is None, "last_on": not today <= last_on <= today + LONGEST}
    if account is None or any(wrong.values()):
        raise Incomplete(*(name for name, is_wrong in wrong.items() if is_wrong))
    membership.admit(session, referral, account)
    zone = ZoneInfo(here.time_zone(session))
    ends_at = datetime.combine(last_on + timedelta(days=1), time(), zone)
    found = next((one for one in of_referral(session, referral) if one.account_id == account.id), None)
    if found is None:
        found = Invitation(referral=referral, account=account, ends_at=ends_at)
        session.add(found)
    found.ends_at = ends_at
    session.flush()
    history.record(
        session, referral, Verb.INVITE_FROM_OUTSIDE, by=by, seen=seen, reason=f"{account.name}, {last_on.isoformat()}"
    )
    return found


def of_referral(session: Session, referral: Referral) -> list[Invitation]:
    """Every invitation to it, also those that are over, by name."""
    rows = select(Invitation).join(Invitation.account).where(Invitation.referral_id == referral.id)
    return list(session.scalars(rows.order_by(Account.name, Account.id)))


def is_over(found: Invitation) -> bool:
    """Whether its last day has passed, or their part was ended before."""
    return found.ends_at <= clock.now() or not membership.is_in(found.referral, found.account)


def waiting_for(session: Session, actor: Actor) -> list[WaitingItem]:
    """Whose actions nobody carries out any more: their invitation is over. It waits for the coordinator who is responsible."""
    rows = (
        select(Invitation)
        .join(Referral, Invitation.referral_id == Referral.id)
        .where(
            Invitation.ends_at <= clock.now(), Referral.is_open, in_units(actor, Role.COORDINATOR),
            or_(Referral.owner_id == actor.account_id, ~coordinating.HAS_OWNER),
        )
        .options(selectinload(Invitation.referral).selectinload(Referral.unit))
    )  # fmt: skip
    left = [one for one in session.scalars(rows) if _left_an_action(session, one)]
    zone = here.time_zone(session)
    return [
        WaitingItem(
            number=one.referral.number, kind=Waiting.LEFT_ACTION, subject_id=one.account_id, verb=Verb.RELEASE_MEMBER,
            party=Party.COORDINATOR, due_on=None, state=one.referral.state, rulepack=one.referral.rulepack,
            unit=shown_unit(one.referral), topics=tuple(one.referral.topics),
            waits_since=local_date(one.last_moment, zone=zone),
        )
        for one in left
        if parties_for(Verb.RELEASE_MEMBER, actor, one.referral.facts())
    ]  # fmt: skip


def _left_an_action(session: Session, found: Invitation) -> bool:
    """Whether running actions are theirs that they see no more; who works for the unit by now sees them."""
    if not membership.is_in(found.referral, found.account):
        return False
    _parts, actions = leaving.unfinished(session, found.referral, found.account)
    return bool(actions) and not may_view(View.OWN_ACTION, found.account.actor(), found.referral.facts())


def could_be_invited(session: Session, referral: Referral) -> list[Account]:
    """Those with an account who are not from here: no role in any unit, and none in the municipality, by name."""
    works_here = Account.roles.any(RoleAssignment.role != Role.CONSULTANT)
    rows = session.scalars(select(Account).where(Account.is_active, ~works_here).order_by(Account.name, Account.id))
    shut_out = referral.facts().shut_out
    return [one for one in rows if one.id not in shut_out and access_list.is_on(referral, one.id)]
