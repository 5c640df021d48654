"""Who belongs to a referral: everybody asked to contribute, to meet about it or to do something in it, until they leave it."""

from sqlalchemy.orm import Session

from referrals import clock
from referrals.errors import NotAllowed
from referrals.models import Account, Membership, Referral
from referrals.safeguarding import access_list
from referrals.vocabulary import Standing


def admit(session: Session, referral: Referral, account: Account) -> None:
    """Let `account` see `referral`, from now on. Once is enough; again changes nothing; who has left comes back.

    Raises NotAllowed for somebody who is kept out because of a conflict of interest, or who is not on the access list of a
    referral in which an identity is protected.
    """
    if not access_list.is_on(referral, account.id):
        raise NotAllowed("not on the access list")
    held = standing_of(referral, account)
    if held is None:
        session.add(Membership(referral=referral, account_id=account.id, since=clock.now()))
    elif held.standing is Standing.SHUT_OUT:
        raise NotAllowed("kept out because of a conflict of interest")
    elif held.standing is Standing.RELEASED:
        held.standing, held.since = Standing.MEMBER, clock.now()
    session.flush()


def let_go(session: Session, referral: Referral, account: Account) -> None:
    """Let `account` see no more of `referral`, from now on. Who is kept out stays kept out."""
    held = standing_of(referral, account)
    if held is None:
        gone = Membership(referral=referral, account_id=account.id, standing=Standing.RELEASED, since=clock.now())
        session.add(gone)
    elif held.standing in (Standing.MEMBER, Standing.STANDS_IN):
        held.standing, held.since = Standing.RELEASED, clock.now()
    session.flush()


def take_back(session: Session, referral: Referral, account: Account) -> None:
    """Forget that `account` had left, because it is theirs again."""
    held = standing_of(referral, account)
    if held is not None and held.standing is Standing.RELEASED:
        referral.memberships.remove(held)
        session.flush()


def is_in(referral: Referral, account: Account) -> bool:
    """Whether `account` takes part in `referral` now."""
    held = standing_of(referral, account)
    return held is not None and held.standing is Standing.MEMBER


def standing_of(referral: Referral, account: Account) -> Membership | None:
    """How `account` stands to `referral` apart from its roles; None where nothing is said."""
    return next((held for held in referral.memberships if held.account_id == account.id), None)
