"""Outside bodies: an association, a service of the region, a consultant, invited to one referral until a day.

Whoever is invited can answer for actions of the plan once the guardians' consent reaches their service, and sees those alone.
Their part ends by itself with that day, or before it like anybody's (`referrals/leaving.py`).
"""

import uuid
from datetime import date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from referrals import access_list, clock, history, membership, roster
from referrals.access import Actor, Role
from referrals.errors import Incomplete
from referrals.models import Account, Invitation, Referral, RoleAssignment
from referrals.stages import Verb

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
    today = roster.today(session)
    wrong = {"account_id": account is None, "last_on": not today <= last_on <= today + LONGEST}
    if account is None or any(wrong.values()):
        raise Incomplete(*(name for name, is_wrong in wrong.items() if is_wrong))
    membership.admit(session, referral, account)
    zone = ZoneInfo(roster.time_zone(session))
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


def could_be_invited(session: Session, referral: Referral) -> list[Account]:
    """Those with an account who are not from here: no role in any unit, and none in the municipality, by name."""
    works_here = Account.roles.any(RoleAssignment.role != Role.CONSULTANT)
    rows = session.scalars(select(Account).where(Account.is_active, ~works_here).order_by(Account.name, Account.id))
    shut_out = referral.facts().shut_out
    return [one for one in rows if one.id not in shut_out and access_list.is_on(referral, one.id)]
