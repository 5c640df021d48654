"""Who belongs to a referral: everybody asked to contribute, to meet about it or to do something in it."""

from sqlalchemy.orm import Session

from referrals import clock
from referrals.models import Account, Membership, Referral


def admit(session: Session, referral: Referral, account: Account) -> None:
    """Let `account` see `referral`, from now on. Once is enough; again changes nothing."""
    if any(held.account_id == account.id for held in referral.memberships):
        return
    session.add(Membership(referral=referral, account_id=account.id, since=clock.now()))
    session.flush()
