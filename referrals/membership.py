"""Who belongs to a referral: everybody asked to contribute, to meet about it or to do something in it."""

from sqlalchemy.orm import Session

from referrals import access_list, clock
from referrals.errors import NotAllowed
from referrals.models import Account, Membership, Referral
from referrals.vocabulary import Standing


def admit(session: Session, referral: Referral, account: Account) -> None:
    """Let `account` see `referral`, from now on. Once is enough; again changes nothing.

    Raises NotAllowed for somebody who is kept out because of a conflict of interest, or who is not on the access list of a
    referral in which an identity is protected.
    """
    if not access_list.is_on(referral, account.id):
        raise NotAllowed("not on the access list")
    for held in referral.memberships:
        if held.account_id == account.id:
            if held.standing is Standing.SHUT_OUT:
                raise NotAllowed("kept out because of a conflict of interest")
            return
    session.add(Membership(referral=referral, account_id=account.id, since=clock.now()))
    session.flush()
