"""Signed-in browsers: one row each, found by the digest of a token that only the cookie holds."""

import hashlib
import secrets
import uuid
from datetime import timedelta

from flask import g
from flask import session as cookie
from sqlalchemy import delete, select, update
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from referrals.clock import machine_now
from referrals.models.account import Account, WebSession
from webapp import people, transactions
from webapp.language import CHOICE

#: in the cookie: the token, and the id of a form that waits for its writer to sign in again
WAITING_FORM = "waiting_form"
TOKEN = "token"
#: without a click for so long, somebody has to sign in again
IDLE_LIMIT = timedelta(minutes=60)
#: so long after signing in, in any case
ABSOLUTE_LIMIT = timedelta(hours=12)
#: the row says when the browser was last seen no more exactly than this, to write seldom
_SEEN_EVERY = timedelta(minutes=1)
#: how long a run-out session's row is kept, to know whose typed form a late submission is
_REMEMBERED = timedelta(days=7)


def recognise() -> None:
    """Find out who is asking. Leaves the account in `g.account`, or in `g.run_out` whose session had run out."""
    token = cookie.get(TOKEN)
    if not token:
        return
    with transactions.reading() as session:
        found = session.scalars(
            select(WebSession).where(WebSession.token_digest == _digest(token)).options(*people.with_account())
        ).one_or_none()
        if found is None or not found.account.is_active:
            return
        now = machine_now()
        if now - found.last_seen_at > IDLE_LIMIT or now - found.created_at > ABSOLUTE_LIMIT:
            g.run_out = found.account_id
            return
        g.account = people.read_account(found)
        is_due = now - found.last_seen_at > _SEEN_EVERY
    if is_due:
        _note_seen(g.account.session_id)


def run_out_account() -> uuid.UUID | None:
    """Whose session had run out when this request came; None if nobody's."""
    found: uuid.UUID | None = g.get("run_out")
    return found


def open_session(session: Session, account: Account) -> None:
    """Sign this browser in as `account`: a new token and a new cookie, so that an older one is worth nothing."""
    session.execute(delete(WebSession).where(WebSession.last_seen_at < machine_now() - _REMEMBERED))
    carried = {name: cookie[name] for name in (CHOICE, WAITING_FORM) if name in cookie}
    close_session(session)
    cookie.update(carried)
    cookie[TOKEN] = add_row(session, account)


def add_row(session: Session, account: Account) -> str:
    """Make the row of a new session for `account` and give its token, which is kept nowhere but in the cookie."""
    now, token = machine_now(), secrets.token_urlsafe(32)
    session.add(WebSession(token_digest=_digest(token), account_id=account.id, created_at=now, last_seen_at=now))
    return token


def close_session(session: Session) -> None:
    """Sign this browser out: its row goes, and everything in its cookie."""
    token = cookie.get(TOKEN)
    if token:
        session.execute(delete(WebSession).where(WebSession.token_digest == _digest(token)))
    cookie.clear()


def _note_seen(session_id: uuid.UUID) -> None:
    try:
        with transactions.writing() as session:
            session.execute(update(WebSession).where(WebSession.id == session_id).values(last_seen_at=machine_now()))
    except OperationalError:
        pass  # the database is busy: the next request will say so too, and a page matters more than this mark


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
