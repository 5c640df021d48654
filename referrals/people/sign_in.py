"""Signing in with a password: how fast it may be tried, from which devices, and choosing a new password by a one-time link."""

import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from referrals import reference
from referrals.clock import machine_now
from referrals.errors import LinkSpent
from referrals.models import Account, KnownDevice, ResetLink, WebSession
from referrals.pace import Limit
from referrals.people.organisation import note

#: all browsers in which an account never signed in share these tries: whoever guesses holds up only other strangers
STRANGERS: Final = Limit("sign-in of strangers", most=10, within=timedelta(minutes=15))
#: a browser in which the account has signed in before has its own
KNOWN: Final = Limit("sign-in from a known device", most=10, within=timedelta(minutes=15))
#: tries of the second factor, for one account that has given its password
CODES: Final = Limit("second factor", most=10, within=timedelta(minutes=15))
#: mails with a link asked for in one browser
LINKS: Final = Limit("links asked for in a browser", most=5, within=timedelta(minutes=60))
#: mails with a link to one address; after that no more are sent, and those that were are still good
LINKS_TO_ONE: Final = Limit("links to one address", most=10, within=timedelta(minutes=60))

#: so long a link by which a password is chosen is good
LINK_LASTS: Final = timedelta(minutes=30)
#: so long a browser is known after the last sign-in there
DEVICE_LASTS: Final = timedelta(days=180)


@dataclass(frozen=True)
class Attempt:
    """One sign-in with a password: which limit it counts under, and whose."""

    limit: Limit
    whose: str


def attempt(session: Session, email: str, device: str) -> Attempt:
    """How a sign-in as `email` (lower case) from the browser with the token `device` (empty: none) is counted."""
    known = select(KnownDevice.id).join(Account, Account.id == KnownDevice.account_id)
    known = known.where(
        Account.email == email,
        KnownDevice.token_digest == reference.token_digest(device),
        KnownDevice.seen_at > machine_now() - DEVICE_LASTS,
    )
    if device and session.scalars(known).first() is not None:
        return Attempt(KNOWN, f"{email} {reference.token_digest(device)}")
    return Attempt(STRANGERS, email)


def remember_device(session: Session, account: Account, device: str) -> None:
    """Know the browser with the token `device` as one of this account's, and forget those that have long been silent."""
    now, digest = machine_now(), reference.token_digest(device)
    session.execute(delete(KnownDevice).where(KnownDevice.seen_at < now - DEVICE_LASTS))
    mine = (KnownDevice.account_id == account.id, KnownDevice.token_digest == digest)
    if not session.scalars(update(KnownDevice).where(*mine).values(seen_at=now).returning(KnownDevice.id)).all():
        session.add(KnownDevice(account_id=account.id, token_digest=digest, seen_at=now))
    session.flush()


def make_link(session: Session, account: Account) -> str:
    """A token by which this account chooses a new password, once and soon. Kept only as a digest.

    Earlier ones stay good: otherwise whoever asks in somebody's name could end the link they have just been sent.
    """
    token, now = secrets.token_urlsafe(32), machine_now()
    session.execute(delete(ResetLink).where(ResetLink.expires_at <= now))
    session.add(
        ResetLink(account_id=account.id, token_digest=reference.token_digest(token), expires_at=now + LINK_LASTS)
    )
    session.flush()
    return token


def whose_link(session: Session, token: str) -> Account:
    """The account a link belongs to, as long as it is good. Raises LinkSpent."""
    return _good_link(session, token).account


def choose_by_link(session: Session, token: str, password_hash: str) -> Account:
    """Take the new password: the link is spent, and every browser that was signed in is signed out. Raises LinkSpent."""
    link = _good_link(session, token)
    now = machine_now()
    spend = update(ResetLink).where(ResetLink.id == link.id, ResetLink.used_at.is_(None)).values(used_at=now)
    if not session.scalars(spend.returning(ResetLink.id)).all():
        raise LinkSpent
    choose_password(session, link.account, password_hash)
    return link.account


def choose_password(session: Session, account: Account, password_hash: str) -> None:
    """Let `account` sign in with another password, chosen by its owner. Everything signed in before, or on its way, ends."""
    account.password_hash = password_hash
    session.execute(delete(WebSession).where(WebSession.account_id == account.id))
    session.execute(delete(ResetLink).where(ResetLink.account_id == account.id, ResetLink.used_at.is_(None)))
    note(session, account, what="password", by_id=account.id)
    session.flush()


def _good_link(session: Session, token: str) -> ResetLink:
    good = select(ResetLink).where(
        ResetLink.token_digest == reference.token_digest(token),
        ResetLink.used_at.is_(None),
        ResetLink.expires_at > machine_now(),
    )
    found = session.scalars(good).one_or_none()
    if found is None or not found.account.is_active:
        raise LinkSpent
    return found
