"""Signed-in browsers: one row each, found by the digest of a token that only the cookie holds. And the devices people know."""

import hashlib
import secrets
import uuid
from datetime import timedelta

from flask import Response, g, request
from flask import session as cookie
from sqlalchemy import delete, select, update
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from referrals.clock import machine_now
from referrals.keeping import audit
from referrals.models.account import Account, WebSession
from referrals.models.audit import What
from referrals.people import sign_in
from webapp import people, transactions
from webapp.accounts.browsers import kind_of
from webapp.language import CHOICE

#: in the cookie: the token, and the id of a form that waits for its writer to sign in again
WAITING_FORM = "waiting_form"
TOKEN = "token"
#: without a click for so long, somebody has to sign in again
IDLE_LIMIT = timedelta(minutes=60)
#: so long after signing in, in any case
ABSOLUTE_LIMIT = timedelta(hours=12)
#: so long somebody whose password was right has to show the code
HALF_LIMIT = timedelta(minutes=10)
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
        somebody = people.read_account(found)
        if found.awaits_code and now - found.created_at > HALF_LIMIT:
            return
        if found.awaits_code or (must_be_strong(somebody) and not found.is_strong):
            g.half = somebody
            return
        g.account = somebody
        is_due = now - found.last_seen_at > _SEEN_EVERY and not _renews_itself()
    if is_due:
        _note_seen(g.account.session_id)


def half() -> people.SignedIn | None:
    """Whose password was right, while a code is still to be shown or a second factor to be set up; they see nothing else."""
    found: people.SignedIn | None = g.get("half")
    return found


def must_be_strong(somebody: people.SignedIn) -> bool:
    """Whether this person may not work without a second factor."""
    wanted = transactions.settings().second_factor_of
    return wanted == "everybody" or (wanted == "administrators" and somebody.is_administrator)


def run_out_account() -> uuid.UUID | None:
    """Whose session had run out when this request came; None if nobody's."""
    found: uuid.UUID | None = g.get("run_out")
    return found


def open_session(
    session: Session,
    account: Account,
    *,
    is_strong: bool = False,
    is_municipal: bool = False,
    awaits_code: bool = False,
) -> None:
    """Sign this browser in as `account`: a new token and a new cookie, so that an older one is worth nothing."""
    session.execute(delete(WebSession).where(WebSession.last_seen_at < machine_now() - _REMEMBERED))
    carried = {name: cookie[name] for name in (CHOICE, WAITING_FORM) if name in cookie}
    close_session(session)
    cookie.update(carried)
    cookie[TOKEN] = add_row(session, account, is_strong=is_strong, is_municipal=is_municipal, awaits_code=awaits_code)
    if not awaits_code:
        audit.append(session, What.SIGNED_IN, by=account.actor())
        know_device(session, account)


def add_row(session: Session, account: Account, **kind: bool) -> str:
    """Make the row of a new session for `account` and give its token, which is kept nowhere but in the cookie."""
    now, token = machine_now(), secrets.token_urlsafe(32)
    session.add(
        WebSession(
            token_digest=_digest(token),
            account_id=account.id,
            created_at=now,
            last_seen_at=now,
            browser=kind_of(request.user_agent.string),
            **kind,
        )
    )
    return token


def of_account(session: Session, account_id: uuid.UUID) -> list[WebSession]:
    """Where somebody is signed in now, the browser used last first."""
    now = machine_now()
    mine = select(WebSession).where(
        WebSession.account_id == account_id,
        WebSession.last_seen_at > now - IDLE_LIMIT,
        WebSession.created_at > now - ABSOLUTE_LIMIT,
    )
    return list(session.scalars(mine.order_by(WebSession.last_seen_at.desc(), WebSession.id)))


def end(session: Session, account_id: uuid.UUID, session_id: uuid.UUID) -> None:
    """Sign one browser of this account out; one of somebody else's stays as it is."""
    session.execute(delete(WebSession).where(WebSession.id == session_id, WebSession.account_id == account_id))


def end_others(session: Session, account_id: uuid.UUID, *, but: uuid.UUID) -> None:
    """Sign every browser of this account out except one."""
    session.execute(delete(WebSession).where(WebSession.account_id == account_id, WebSession.id != but))


def device() -> str:
    """The token by which this browser is known to those who sign in here; empty if it is not."""
    return request.cookies.get(_device_cookie(), "")[:100]


def know_device(session: Session, account: Account) -> None:
    """Know this browser as one of the account's from now on; the cookie is set with the answer."""
    token = device() or secrets.token_urlsafe(32)
    sign_in.remember_device(session, account, token)
    g.device = token


def set_device_cookie(response: Response) -> Response:
    """Let the browser keep the token by which it is known."""
    if token := g.get("device"):
        response.set_cookie(
            _device_cookie(),
            token,
            max_age=int(sign_in.DEVICE_LASTS.total_seconds()),
            secure=not transactions.settings().is_demo,
            httponly=True,
            samesite="Lax",
        )
    return response


def _device_cookie() -> str:
    settings = transactions.settings()
    return f"trivsel-device-{settings.port}" if settings.is_demo else "__Host-trivsel-device"


def close_session(session: Session) -> bool:
    """Sign this browser out: its row goes, and everything in its cookie. Says whether it came from the municipality's sign-in."""
    token, was_municipal = cookie.get(TOKEN), False
    if token:
        gone = delete(WebSession).where(WebSession.token_digest == _digest(token)).returning(WebSession.is_municipal)
        was_municipal = any(session.scalars(gone))
    cookie.clear()
    return was_municipal


def _renews_itself() -> bool:
    """Whether nobody did anything: a page that is open renews a part of itself, or waits to hear that something changed."""
    return request.endpoint == "casework.live" or (request.method == "GET" and "HX-Request" in request.headers)


def _note_seen(session_id: uuid.UUID) -> None:
    try:
        with transactions.writing() as session:
            session.execute(update(WebSession).where(WebSession.id == session_id).values(last_seen_at=machine_now()))
    except OperationalError:
        pass  # the database is busy: the next request will say so too, and a page matters more than this mark


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
